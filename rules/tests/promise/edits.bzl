"""`edits_test`: every edit that makes warm builds wrong somewhere, with a real backend (CACHE-6)."""

load("//rules:providers.bzl", "PyprojectSessionInfo")

def _edits_test_impl(ctx):
    run = ctx.attr.wheel[PyprojectSessionInfo]
    verdict = ctx.actions.declare_file(ctx.label.name)
    args = ctx.actions.args()
    args.add(run.helper.executable)
    args.add(ctx.attr.project)
    args.add(verdict)
    args.add(ctx.attr.seed)
    args.add(ctx.attr.steps)
    args.add(run.params, format = "@%s")
    args.add_all(run.flags)
    ctx.actions.run(
        executable = ctx.executable._edits,
        arguments = [args],
        inputs = depset([run.params], transitive = [run.inputs]),
        tools = [run.helper],
        outputs = [verdict],
        env = run.env,
        execution_requirements = {"block-network": ""},
        mnemonic = "PyprojectEdits",
        progress_message = "Editing and building %{label}",
        toolchain = None,
    )
    return [DefaultInfo(executable = verdict)]

edits_test = rule(
    implementation = _edits_test_impl,
    doc = "Edits one of the projects of //tools/edits, builds each revision warm and cold, and fails if the wheels differ.",
    attrs = {
        "project": attr.string(
            doc = "The project, by the name of its backend, or BACKEND+FLAVOUR.",
            mandatory = True,
        ),
        "seed": attr.int(
            doc = "What decides a random walk.",
        ),
        "steps": attr.int(
            doc = "How many steps of a random walk are made; 0 goes through the table of edits.",
        ),
        "wheel": attr.label(
            doc = "A wheel whose environment, compilers and walls are used. Its source is not.",
            mandatory = True,
            providers = [PyprojectSessionInfo],
        ),
        "_edits": attr.label(
            default = "//tools/edits",
            cfg = "exec",
            executable = True,
        ),
    },
    test = True,
)
