"""`pyproject_script`: an entry point of a library, as a program."""

load("@rules_python//python:defs.bzl", "PyInfo")
load("//rules/private:label_text.bzl", "label_text")
load("//rules/private:runfiles_path.bzl", "runfiles_path")
load(":providers.bzl", "PyprojectLibraryInfo")

_RULES_PYTHON = "@rules_python//python:toolchain_type"

# The shell part finds the runfiles and the interpreter, and nothing else; -I and -S keep the host's packages and variables out.
_LAUNCHER = """#!/bin/sh
set -eu
self=$0
case $self in /*) ;; *) self=$PWD/$self ;; esac
runfiles=
while [ -z "$runfiles" ]; do
  if [ -d "$self.runfiles" ]; then
    runfiles=$self.runfiles
  elif [ "${{self%.runfiles/*}}" != "$self" ]; then
    runfiles=${{self%.runfiles/*}}.runfiles
  elif [ -L "$self" ]; then
    target=$(readlink "$self")
    case $target in /*) self=$target ;; *) self=${{self%/*}}/$target ;; esac
  else
    runfiles=${{RUNFILES_DIR:?has to be set: there is no $self.runfiles}}
    case $runfiles in /*) ;; *) runfiles=$PWD/$runfiles ;; esac
  fi
done
case {python} in /*) python={python} ;; *) python=$runfiles/{python} ;; esac
exec "$python" -I -S "$runfiles/{main}" "$runfiles" "$0" "$@"
"""

_MAIN = """import sys
runfiles, program = sys.argv[1:3]
sys.argv = [program] + sys.argv[3:]
sys.path[:0] = [runfiles + "/" + path for path in {imports}]
from importlib import metadata
found = [
    point
    for distribution in metadata.distributions(path=[runfiles + "/" + {tree}])
    for point in distribution.entry_points
    if point.group in ("console_scripts", "gui_scripts")
]
point = next((point for point in found if point.name == {script}), None)
if point is None:
    sys.exit({label} + ": the wheel has no script " + {script} + ". Possible fixes: name one of: " + ", ".join(sorted(p.name for p in found)))
sys.exit(point.load()())
"""

def _pyproject_script_impl(ctx):
    runtime = ctx.toolchains[_RULES_PYTHON].py3_runtime
    tree = ctx.attr.library[PyprojectLibraryInfo].tree
    script = ctx.attr.script or ctx.label.name
    main = ctx.actions.declare_file(ctx.label.name + "_main.py")
    ctx.actions.write(main, _MAIN.format(
        imports = json.encode(ctx.attr.library[PyInfo].imports.to_list()),
        label = json.encode(label_text(ctx.label)),
        script = json.encode(script),
        tree = json.encode(runfiles_path(ctx, tree)),
    ))
    launcher = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.write(launcher, _LAUNCHER.format(
        main = runfiles_path(ctx, main),
        python = runtime.interpreter_path or runfiles_path(ctx, runtime.interpreter),
    ), is_executable = True)

    files = [main] + ([runtime.interpreter] if runtime.interpreter else [])
    runfiles = ctx.runfiles(files, transitive_files = runtime.files).merge(ctx.attr.library[DefaultInfo].default_runfiles)
    return [DefaultInfo(executable = launcher, runfiles = runfiles)]

pyproject_script = rule(
    implementation = _pyproject_script_impl,
    doc = """A console or GUI script of a library, for `bazel run`, `data` and `tools`.

It runs with the interpreter of rules_python's toolchain and sees the library, its `deps`, and the standard library.""",
    attrs = {
        "library": attr.label(
            doc = "The library: a `pyproject_library`.",
            mandatory = True,
            providers = [PyprojectLibraryInfo],
        ),
        "script": attr.string(
            doc = "The entry point's name, as `[project.scripts]` or `[project.gui-scripts]` has it. Default: the target's name. " +
                  "A name that the wheel does not have is an error when the script runs, and names those that it has.",
        ),
    },
    executable = True,
    toolchains = [_RULES_PYTHON],
)
