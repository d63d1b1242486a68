"""A session of hooks, as arguments and inputs: what every rule that runs a backend has in common."""

load("@bazel_skylib//rules:common_settings.bzl", "BuildSettingInfo")
load("//rules:providers.bzl", "BuildEnvironmentInfo", "PyprojectSessionInfo", "PyprojectToolInfo")
load(":cache.bzl", "CACHE_ATTRS", "add_cache")
load(":compilers.bzl", "COMPILER_TOOLCHAINS", "add_compiler_cache", "add_compilers")
load(":host_packages.bzl", "HOST_PACKAGES_ATTRS", "add_host_packages")
load(":interpreter_key.bzl", "interpreter_key")
load(":label_text.bzl", "label_text")
load(":overrides.bzl", "OVERRIDES_ATTRS", "add_overrides", "overrides_of", "runtime_locks")
load(":source.bzl", "SOURCE_ATTRS", "add_source")

HELPER = Label("//rules:toolchain_type")
PYTHON = Label("//rules:python_toolchain_type")

SESSION_TOOLCHAINS = [HELPER, PYTHON] + COMPILER_TOOLCHAINS

# How hooks are run, whatever is built, of whichever source.
HOOK_ATTRS = HOST_PACKAGES_ATTRS | OVERRIDES_ATTRS | {
    "config_settings": attr.string_list_dict(
        doc = "PEP 517's config settings. One value reaches the hooks as a string, several as a list in their order.",
    ),
    "env": attr.string_dict(
        doc = "Environment variables of the hooks. The fixed ones (LANG, TZ, HOME, TMPDIR, PATH, PYTHONHASHSEED …) cannot be set; " +
              "SOURCE_DATE_EPOCH can, from 315532800 (the first date that a zip file can hold) on.",
    ),
    # Not `timeout`: Bazel 7 crashes on an attribute of that name outside of tests.
    "hook_timeout": attr.string(
        doc = "How long one hook may run, as Go writes durations: `90s`, `20m`, `2h`. A hook that runs longer is killed with " +
              "all that it started.",
        default = "1h",
    ),
    "tools": attr.label_keyed_string_dict(
        doc = "Programs that the hooks find on PATH: a label of one executable to the name that it is called by. The program " +
              "is one file: one that needs runfiles is an error. A `pyproject_tool` also stands for a build requirement.",
        allow_files = True,
        cfg = "exec",
    ),
    "_walls": attr.label(
        default = "//rules/settings:walls",
        providers = [BuildSettingInfo],
    ),
}

SESSION_ATTRS = SOURCE_ATTRS | HOOK_ATTRS | CACHE_ATTRS | {
    "build_environment": attr.label(
        doc = "The locked distributions that the backend runs with: a target of a `build_environments` hub.",
        cfg = "exec",
        mandatory = True,
        providers = [BuildEnvironmentInfo],
    ),
    "unknown_build_system_keys": attr.string(
        doc = "What an unknown key of pyproject.toml's `[build-system]` table is (REQ-3): an `error`, or, for a published " +
              "sdist that nobody can change, a `warning`.",
        default = "error",
        values = ["error", "warning"],
    ),
}

def _check_python(ctx, environment):
    wanted = ctx.toolchains[PYTHON].python.version
    if environment.python.version != wanted:
        fail("""
{label}: the wheel is for Python {wanted}, and its build environment runs Python {found}.
A backend stamps a wheel with the interpreter that runs it, so both have to be of one version.
Possible fixes:
  - register toolchains so that the target and the exec configuration resolve the same version
  - ask for the version by //rules/settings:python_version, which Bazel carries into the exec configuration (docs/interpreters.md)
  - build for Python {found}""".format(label = label_text(ctx.label), wanted = wanted, found = environment.python.version))

def _add_environment(ctx, args):
    environment = ctx.attr.build_environment[BuildEnvironmentInfo]
    _check_python(ctx, environment)
    args.add(environment.archive, format = "--environment=%s")
    args.add(environment.info, format = "--environment-info=%s")
    args.add(environment.lock, format = "--lock=%s")
    args.add(environment.repair, format = "--repair=%s")
    files = [environment.archive, environment.info]
    if environment.python.archive:
        args.add(environment.python.archive, format = "--interpreter-archive=%s")
        args.add(environment.python.executable, format = "--interpreter-executable=%s")
        files.append(environment.python.archive)
    else:
        args.add(environment.python.executable, format = "--interpreter=%s")
    return depset(files)

def _check_alone(ctx, target, executable):
    """Hooks find a tool as one file on PATH; what it looks for beside itself is not there."""
    own = [executable] + target[DefaultInfo].files.to_list()
    beside = [file.short_path for file in target[DefaultInfo].default_runfiles.files.to_list() if file not in own]
    if beside:
        fail("""
{label}: tools has {tool}, which needs files beside itself when it runs ({first}{more}), and a hook finds one file on PATH.
Possible fixes:
  - name a program that is one file: a statically linked one, a script, a self-extracting archive
  - where it comes as a Python distribution, make it a build requirement""".format(
            label = label_text(ctx.label),
            tool = label_text(target.label),
            first = beside[0],
            more = " and {} more".format(len(beside) - 1) if len(beside) > 1 else "",
        ))

def _add_tools(ctx, args):
    inputs = []
    for target, name in ctx.attr.tools.items():
        info = target[DefaultInfo]
        executable = info.files_to_run.executable if info.files_to_run else None
        files = info.files.to_list()
        if not executable and len(files) == 1:
            executable = files[0]
        if not executable:
            fail("{}: tools has {}, which is neither an executable nor one file. Possible fixes: name a target that is one.".format(label_text(ctx.label), label_text(target.label)))
        _check_alone(ctx, target, executable)
        args.add(executable, format = "--tool={}=%s".format(name))
        if PyprojectToolInfo in target:
            args.add(target[PyprojectToolInfo].requirement, format = "--stands-for=%s")
        inputs.append(depset([executable]))
    return inputs

def add_hooks(ctx, args, located):
    """Adds how hooks are run: walls, settings, variables, compilers and tools.

    Args:
      ctx: the context of a rule that has HOOK_ATTRS, SESSION_TOOLCHAINS and the fragment `cpp`.
      args: the `Args` of the session.
      located: the targets that `$(location)` in `env` may name.
    Returns:
      A list of depsets of File: what the session reads.
    """
    toolchain = ctx.toolchains[HELPER]
    walls = ctx.attr._walls[BuildSettingInfo].value
    args.add(toolchain.walls if walls == "auto" else walls, format = "--walls=%s")
    args.add(ctx.attr.hook_timeout, format = "--timeout=%s")
    for key, values in ctx.attr.config_settings.items():
        args.add_all(values, format_each = "--config-setting={}=%s".format(key.replace("%", "%%")))
    for name, value in ctx.attr.env.items():
        args.add("--env={}={}".format(name, ctx.expand_location(value, located)))
    return [add_compilers(ctx, args), add_compiler_cache(ctx, args)] + _add_tools(ctx, args)

def session(ctx, flags = []):
    """The arguments and inputs of a session, but for its outputs, which the rule adds to the arguments.

    Nothing of a target is outside of files of parameters: Bazel starts a worker for each command line. Sources are in one that the helper itself reads:
    Bazel takes the other apart for a worker, which starts a process with what it got, and they may be more than a command line holds.

    Args:
      ctx: the context of a rule that has SESSION_ATTRS and SESSION_TOOLCHAINS.
      flags: strings, flags with their values that the rule's own verb takes beside those of every session.
    Returns:
      A struct: `args` (an `Args`), `env` (of the helper, not of the hooks), `execution_requirements` (a dict), `helper` (a FilesToRunProvider), `info` (a
      PyprojectSessionInfo, for tools that run the hooks again), `inputs` (a depset of File), and `cache`, as add_cache returns it.
    """
    args = ctx.actions.args()
    args.use_param_file("@%s", use_always = True)
    args.set_param_file_format("multiline")
    args.add(label_text(ctx.label), format = "--label=%s")

    args.add(ctx.attr.unknown_build_system_keys, format = "--unknown-build-system-keys=%s")
    inputs = add_hooks(ctx, args, ctx.attr.placed_srcs.keys())
    overrides = overrides_of(ctx)
    add_overrides(args, overrides)
    python = ctx.attr.build_environment[BuildEnvironmentInfo].python
    on_this_machine = add_host_packages(ctx, args, python)
    inputs += [_add_environment(ctx, args), depset(runtime_locks(overrides))] + add_source(ctx, args)
    helper = ctx.toolchains[HELPER].helper
    all_inputs = depset(transitive = inputs)
    params = ctx.actions.declare_file(ctx.label.name + ".params")
    ctx.actions.write(params, args)
    outer = ctx.actions.args()
    outer.use_param_file("@%s", use_always = True)
    outer.set_param_file_format("multiline")
    outer.add(params, format = "--params=%s")
    outer.add_all(flags)
    cache = add_cache(ctx, outer)
    env = interpreter_key(python)
    return struct(
        args = outer,
        cache = cache,
        env = env,
        execution_requirements = on_this_machine or cache.execution_requirements,
        helper = helper,
        info = PyprojectSessionInfo(
            env = env,
            flags = flags,
            helper = helper,
            inputs = all_inputs,
            params = params,
        ),
        inputs = depset([params] + cache.inputs, transitive = [all_inputs]),
    )
