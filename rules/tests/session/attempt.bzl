"""A session of hooks run again, with what ends badly as an output.

A test of a build that fails needs an action that does not: `attempt` calls the helper with the parameters and inputs of a
wheel's own action, in Bazel's sandbox, and keeps its exit code, its messages, and what it made.
"""

load("//rules:providers.bzl", "PyprojectSessionInfo")

# The wrapper is called with the command; both streams and the exit code are outputs.
_RUN = """
exit=$1 err=$2 out=$3
shift 3
"$@" >"$out" 2>"$err" </dev/null
echo $? >"$exit"
"""

def _attempt_impl(ctx):
    run = ctx.attr.wheel[PyprojectSessionInfo]
    exit, err, out, log = [ctx.actions.declare_file(ctx.label.name + suffix) for suffix in [".exit", ".err", ".out", ".log"]]
    made = ctx.actions.declare_directory(ctx.label.name + ".dist")

    args = ctx.actions.args()
    args.add_all([exit, err, out])
    if ctx.file.wrapper:
        args.add_all(["/bin/bash", ctx.file.wrapper])
    args.add(run.helper.executable)
    args.add(ctx.attr.verb)
    args.add(run.params, format = "@%s")
    args.add_all([made], format_each = "--output=%s", expand_directories = False)
    args.add(log, format = "--log=%s")

    # The later of two flags wins, and --env adds to what is there.
    args.add_all(ctx.attr.arguments)
    ctx.actions.run_shell(
        command = _RUN + ("touch '%s'\n" % log.path),
        arguments = [args],
        inputs = depset([run.params] + ctx.files.wrapper, transitive = [run.inputs]),
        tools = [run.helper],
        outputs = [exit, err, out, log, made],
        env = ctx.attr.env,
        execution_requirements = {"block-network": ""},
        mnemonic = "PyprojectAttempt",
        progress_message = "Attempting %{label}",
        toolchain = None,
    )
    return [DefaultInfo(files = depset([exit, err, out, log, made]))]

attempt = rule(
    implementation = _attempt_impl,
    doc = "`NAME.exit`, `NAME.err`, `NAME.out`, `NAME.log` and `NAME.dist`: how a call of the helper ended.",
    attrs = {
        "arguments": attr.string_list(
            doc = "Flags after those of the wheel.",
        ),
        "env": attr.string_dict(
            doc = "The environment that the helper is started with.",
        ),
        "verb": attr.string(
            doc = "The verb.",
            default = "wheel",
        ),
        "wheel": attr.label(
            doc = "The wheel whose session is run. Its own action is not.",
            mandatory = True,
            providers = [PyprojectSessionInfo],
        ),
        "wrapper": attr.label(
            doc = "A script that prepares something and runs its arguments.",
            allow_single_file = [".sh"],
        ),
    },
)
