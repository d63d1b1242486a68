"""`pypa_build_wheel`: the wheel that pypa/build makes of an sdist, to compare ours with. For tests only."""

load("@bazel_tools//tools/cpp:toolchain_utils.bzl", "use_cpp_toolchain")
load("//rules:providers.bzl", "BuildEnvironmentInfo")
load("//rules/private:compilers.bzl", "add_compilers")
load("//rules/private:interpreter_key.bzl", "interpreter_key")

def _pypa_build_wheel_impl(ctx):
    environment = ctx.attr.build_environment[BuildEnvironmentInfo]
    frontend = ctx.attr._frontend[BuildEnvironmentInfo]
    if environment.python.archive:
        fail("{}: the reference is built by the machine's own interpreter, and this one is an archive. Possible fixes: register a system_python first.".format(ctx.label))
    wheel = ctx.actions.declare_directory(ctx.label.name + ".dist")

    args = ctx.actions.args()
    args.use_param_file("@%s", use_always = True)
    args.set_param_file_format("multiline")
    args.add(ctx.file.sdist, format = "--sdist=%s")
    args.add(environment.info, format = "--requirements-info=%s")
    args.add_all(environment.wheels, format_each = "--requirement=%s")
    args.add(frontend.info, format = "--frontend-info=%s")
    args.add_all(frontend.wheels, format_each = "--frontend=%s")
    args.add_all([wheel], format_each = "--output=%s", expand_directories = False)
    for name, value in ctx.attr.env.items():
        args.add("--env={}={}".format(name, value))
    if not ctx.attr.isolated:
        args.add("--no-isolation")

    # The compilers' names and flags are those of our own wheels: what is compared is what is made with them.
    compilers = add_compilers(ctx, args)

    ctx.actions.run(
        executable = environment.python.executable,
        # -I: no variable and no directory of the host has a say.
        arguments = ["-I", ctx.file._script.path, args],
        inputs = depset(
            [ctx.file.sdist, ctx.file._script, environment.info, frontend.info],
            transitive = [environment.wheels, frontend.wheels, compilers],
        ),
        outputs = [wheel],
        env = interpreter_key(environment.python),
        execution_requirements = {"block-network": ""},
        mnemonic = "PypaBuildWheel",
        progress_message = "Building the reference %{label} with pypa/build",
    )
    return [DefaultInfo(files = depset([wheel]))]

pypa_build_wheel = rule(
    implementation = _pypa_build_wheel_impl,
    doc = """Builds a wheel with `python -m build --wheel`, from an sdist and the locked files of a build environment.

Nothing of the helper takes part: pypa/build makes its isolated environment and runs the hooks, and pip installs what they ask
for, from the locked files alone. So it also proves that the lock is enough for another frontend.""",
    attrs = {
        "build_environment": attr.label(
            doc = "The build environment whose locked files pip may install: those that our wheel is built with.",
            cfg = "exec",
            mandatory = True,
            providers = [BuildEnvironmentInfo],
        ),
        "env": attr.string_dict(
            doc = "Environment variables, those of our wheel.",
        ),
        "isolated": attr.bool(
            doc = "Whether pypa/build makes the environment and installs what is asked for. Else it runs in an environment that has " +
                  "all the locked files, and asks for nothing: for a case whose requirements are replaced, of which it knows nothing.",
            default = True,
        ),
        "sdist": attr.label(
            doc = "The source distribution, a `.tar.gz`.",
            allow_single_file = [".tar.gz"],
            mandatory = True,
        ),
        "_frontend": attr.label(
            default = "@case_environments//rules/tests/cases:locks/pypa_build",
            cfg = "exec",
            providers = [BuildEnvironmentInfo],
        ),
        "_script": attr.label(
            default = "reference.py",
            allow_single_file = True,
        ),
    },
    fragments = ["cpp"],
    toolchains = use_cpp_toolchain(mandatory = False),
)
