"""The module extensions: `pyproject` for locks and sdists, `pyproject_overrides` for what is said of all build requirements, `pyproject_helper` for the helper itself."""

load("//rules/private:module_title.bzl", "module_title")
load("//rules/private/repositories:helper.bzl", "helper")
load("//rules/private/repositories:host.bzl", "host")
load("//rules/private/repositories:index.bzl", "machine_index")
load("//rules/private/repositories:locked_file.bzl", "locked_file")
load("//rules/private/repositories:locks.bzl", "declare_hubs", "hub_requests")
load("//rules/private/repositories:overrides.bzl", "overrides")
load("//rules/private/repositories:system_python.bzl", "system_python")
load("//rules/private/repositories:uv.bzl", "uv")
load("//rules/private/repositories:uv_files.bzl", "host_name")
load(":override.bzl", "OVERRIDE_ATTRS", "OVERRIDE_LISTS")

# Names that the repositories of this extension use for others: one of their own would hide them.
_RESERVED = ["bazel_tools", "local_config_platform", "platforms", "rules_pyproject"]

def _claim(names, name, module, what):
    """Fails where a repository's name is taken twice, naming both."""
    if name in _RESERVED:
        fail("\n{} of {} cannot be called {}: its own targets mean another repository by that name.\nPossible fixes:\n  - use another name\n".format(what, module_title(module), name))
    claim = "{} of {}".format(what, module_title(module))
    if name in names:
        fail(("\nTwo repositories are called {}: that of {}, and that of {}.\nPossible fixes:\n" +
              "  - rename one of them; in a module that others depend on, begin the name with the module's\n" +
              "  - where a dependency needs its own only for development, add `dev_dependency = True` to its use_extension\n").format(name, names[name], claim))
    names[name] = claim

def _sdist(names, module, tag):
    """Declares the repository of one sdist; whatever is wrong with the tag fails here."""
    what = "sdist(name = \"{}\")".format(tag.name)
    project, separator, version = tag.requirement.partition("==")
    if not separator or not project.strip() or not version.strip() or "*" in version or "," in version:
        fail("\n{} of {}: requirement is \"{}\", and one exact version is expected, as in \"markupsafe==3.0.3\".\n".format(what, module_title(module), tag.requirement))
    if len(tag.sha256) != 64 or tag.sha256.lower().strip("0123456789abcdef"):
        fail("\n{} of {}: sha256 is \"{}\", and 64 hexadecimal digits are expected. `pip download --no-deps --no-binary=:all: {}` and `sha256sum` give them.\n".format(what, module_title(module), tag.sha256, tag.requirement))
    if "/" in tag.file or not (tag.file.endswith(".tar.gz") or tag.file.endswith(".zip") or tag.file.endswith(".tar.bz2")):
        fail("\n{} of {}: file is \"{}\", and the name of an sdist is expected, as in \"markupsafe-3.0.3.tar.gz\".\n".format(what, module_title(module), tag.file))
    _claim(names, tag.name, module, what)
    locked_file(
        name = tag.name,
        aliases = ["sdist", tag.name],
        file = tag.file,
        index_urls = [tag.index_url] if tag.index_url else [],
        lock = "{} in {}".format(what, module_title(module)),
        project = _normalize(project.partition("[")[0].strip()),
        sha256 = tag.sha256.lower(),
        urls = tag.urls,
    )

def _normalize(name):
    # PEP 503: runs of "-", "_" and "." are one "-".
    return "-".join([part for part in name.lower().replace("_", "-").replace(".", "-").split("-") if part])

def _pyproject_impl(mctx):
    names = {}
    hubs = []
    for module in mctx.modules:
        for tag in module.tags.build_environments:
            _claim(names, tag.name, module, "build_environments(name = \"{}\")".format(tag.name))
        hubs += hub_requests(mctx, module)
        for tag in module.tags.sdist:
            _sdist(names, module, tag)
        for tag in module.tags.system_python:
            _claim(names, tag.name, module, "system_python(name = \"{}\")".format(tag.name))
            if tag.interpreter and not tag.interpreter.startswith("/"):
                fail("\nsystem_python(name = \"{}\") of {}: interpreter is \"{}\", and an absolute path is expected.\n".format(tag.name, module_title(module), tag.interpreter))
            system_python(name = tag.name, interpreter = tag.interpreter)

    declare_hubs(mctx, hubs)
    return mctx.extension_metadata(reproducible = True)

_build_environments = tag_class(
    doc = """A hub repository: one package for each lock, whose target is the build environment that the lock describes.

The lock `//greeter:build-requirements.txt` becomes the target `@NAME//greeter`, a lock of the root package `@NAME`
itself. Where a package has several locks each has a target of its own, named like the lock without its extension:
`@NAME//greeter:build-requirements`. A missing, broken or contradicting lock is the error of its own target, when that is
built; every other target goes on.""",
    attrs = {
        "locks": attr.label_list(
            doc = "The locks: files in pip's format, or `pylock.toml` and `pylock.NAME.toml` (PEP 751). One that does " +
                  "not exist yet may be named. Locks of whole projects, as `uv.lock`, need a `lock_group` tag instead.",
        ),
        "name": attr.string(
            doc = "The name of the hub repository, for `use_repo`. It has to be the only one of this name over all modules.",
            mandatory = True,
        ),
        "platforms": attr.string_list(
            doc = "The execution platforms for which files are declared, of: `linux_x86_64_gnu`, `linux_x86_64_musl`, " +
                  "`linux_aarch64_gnu`, `linux_aarch64_musl`, `macos_x86_64`, `macos_aarch64`. The default is all of them.",
        ),
        "python_versions": attr.string_list(
            doc = "The versions of Python for which files are declared, such as `3.13` or, free-threaded, `3.13t`. The " +
                  "default is 3.9 to 3.15.",
        ),
        "tools": attr.label_keyed_string_dict(
            doc = "Programs for everything that the hub builds from source: a label of one executable to the name that it is " +
                  "called by, as `tools` of `pyproject_wheel` has them. A `pyproject_tool` also stands for a build requirement.",
        ),
        "wheels": attr.label_keyed_string_dict(
            doc = "Wheels that targets build, in the place of what locks have (BE-8): the target to the name of the " +
                  "distribution. Every lock of the hub that has an entry of this name gets the target's wheel instead; one that " +
                  "has none is left alone. For locks that other tools write: in one that a `pyproject_lock` writes, its own " +
                  "`wheels` say so.",
        ),
    },
)

_lock_group = tag_class(
    doc = """A group or extra of a lock, as a build environment of a hub: the target `@HUB//PKG:NAME`, where PKG is the
package of the lock. If the hub has nothing else of that package, `@HUB//PKG` is the same target.

`uv.lock`, `poetry.lock` and `pdm.lock` lock whole projects, and a `pylock.toml` may do so (PEP 751). What the named
groups and extras require is taken, with all that this requires, and nothing else. A lock that is missing, or wrong, is
the error of its own target.""",
    attrs = {
        "extras": attr.string_list(
            doc = "Names of extras of the project. What the project itself requires is not part of them. To PDM extras are groups.",
        ),
        "groups": attr.string_list(
            doc = "Names of dependency groups (PEP 735). With several groups and extras their requirements are united.",
        ),
        "hub": attr.string(
            doc = "The `name` of a `build_environments` tag of the same module.",
            mandatory = True,
        ),
        "lock": attr.label(
            doc = "The lock, which may be one that does not exist yet. One lock may have several tags.",
            mandatory = True,
        ),
        "name": attr.string(
            doc = "The name of the target. The default is the first name of `groups`, else of `extras`.",
        ),
        "project": attr.string(
            doc = "The name of the project that has the groups and extras, where a `uv.lock` has several that do.",
        ),
    },
)

_sdist_tag = tag_class(
    doc = """A published source distribution, fetched by its hash when a build needs it, as `@NAME//:sdist`.""",
    attrs = {
        "file": attr.string(
            doc = "The name of the file on the index.",
            mandatory = True,
        ),
        "index_url": attr.string(
            doc = "The index, as the URL that pip takes as `--index-url`. The default is the one that PIP_INDEX_URL, " +
                  "UV_DEFAULT_INDEX or UV_INDEX_URL names, else that of the machine's pip.",
        ),
        "name": attr.string(
            doc = "The name of the repository, for `use_repo`.",
            mandatory = True,
        ),
        "requirement": attr.string(
            doc = "Which distribution it is: name and exact version, as `markupsafe==3.0.3`.",
            mandatory = True,
        ),
        "sha256": attr.string(
            doc = "The SHA-256 of the file in hexadecimal digits. A file with another is refused.",
            mandatory = True,
        ),
        "urls": attr.string_list(
            doc = "Where the file is, if not only on the index. Tried in order, before the index.",
        ),
    },
)

_system_python_tag = tag_class(
    doc = """A Python of this machine, for builds that need not be the same everywhere: `register_toolchains("@NAME//:all")`.

A project that registers a Python of rules_python's needs none of this.""",
    attrs = {
        "interpreter": attr.string(
            doc = "The absolute path of the interpreter. The default is the python3 that PATH has.",
        ),
        "name": attr.string(
            doc = "The name of the repository, for `use_repo`.",
            mandatory = True,
        ),
    },
)

pyproject = module_extension(
    implementation = _pyproject_impl,
    doc = """Declares build environments and sdists.

Evaluating it needs no network and gives the same repositories on every machine: files are found and fetched only when a
build needs them.""",
    tag_classes = {
        "build_environments": _build_environments,
        "lock_group": _lock_group,
        "sdist": _sdist_tag,
        "system_python": _system_python_tag,
    },
)

def _pyproject_helper_impl(mctx):
    tags = [tag for module in mctx.modules if module.is_root for tag in module.tags.prebuilt]
    fitting = [tag for tag in tags if tag.platform in ["", host_name(mctx.os)]]
    if len(fitting) > 1:
        fail("\npyproject_helper.prebuilt is there {} times for {}.\nPossible fixes:\n  - keep one of them, or set `platform` on each\n".format(len(fitting), host_name(mctx.os)))
    chosen = fitting[0] if fitting else None
    if chosen and bool(chosen.file) == bool(chosen.urls):
        fail("\npyproject_helper.prebuilt needs either `file` or `urls`.\n")
    if chosen and chosen.urls and not chosen.sha256:
        fail("\npyproject_helper.prebuilt needs `sha256` beside `urls`.\n")
    helper(
        name = "rules_pyproject_helper",
        prebuilt = chosen.file if chosen else None,
        sha256 = chosen.sha256 if chosen else "",
        urls = chosen.urls if chosen else [],
    )
    host(name = "rules_pyproject_host")
    machine_index(name = "rules_pyproject_index")
    uv(name = "rules_pyproject_uv")
    return mctx.extension_metadata(reproducible = True)

pyproject_helper = module_extension(
    implementation = _pyproject_helper_impl,
    doc = """Declares the helper, and what else needs no lock.

It is an extension of its own, so that a broken lock cannot take the helper away that repairs it.""",
    os_dependent = True,
    arch_dependent = True,
    tag_classes = {
        "prebuilt": tag_class(
            doc = """A prebuilt helper. With one for the host no Go SDK is fetched. Only the root module's tags count.""",
            attrs = {
                "file": attr.label(
                    doc = "The executable, a file that is there before the build. Either this or `urls`.",
                ),
                "platform": attr.string(
                    doc = "The host that it is for, such as `linux_x86_64`, `linux_aarch64`, `macos_aarch64`. The tag " +
                          "counts on that host only; without `platform` it counts on every host.",
                ),
                "sha256": attr.string(
                    doc = "The SHA-256 of the file at `urls`.",
                ),
                "urls": attr.string_list(
                    doc = "Where the executable can be fetched.",
                ),
            },
        ),
    },
)

def _pyproject_overrides_impl(mctx):
    tags = [tag for module in mctx.modules if module.is_root for tag in module.tags.all_projects]
    if len(tags) > 1:
        fail("\npyproject_overrides.all_projects is there {} times, and what is said of one name has to stand in one place.\nPossible fixes:\n  - make one of them\n".format(len(tags)))
    said = {name: getattr(tag, name) for tag in tags for name in OVERRIDE_LISTS if getattr(tag, name)}
    runtime_lock = [str(tag.runtime_lock) for tag in tags if tag.runtime_lock]
    overrides(
        name = "rules_pyproject_overrides",
        runtime_lock = runtime_lock[0] if runtime_lock else "",
        said = said,
    )
    return mctx.extension_metadata(reproducible = True)

pyproject_overrides = module_extension(
    implementation = _pyproject_overrides_impl,
    doc = """Says what the build requirements of all projects are, in the place of those who wrote them (BE-6).

It reads no lock, so that it changes no repository of locked files. A single project's own are a `pyproject_override`.""",
    tag_classes = {
        "all_projects": tag_class(
            doc = """What counts for every project of the workspace, for the names that the project's own overrides do not speak of. One tag, in the root module; those of other modules do not count.""",
            attrs = OVERRIDE_ATTRS,
        ),
    },
)
