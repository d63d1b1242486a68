"""`host`: whether this machine lets the helper build walls."""

_FACTS = '''"""What this machine is. Found out by a repository rule of rules_pyproject."""

# The walls that hooks get here while `//rules/settings:walls` is `auto`.
WALLS = {walls}

# What the machine said to namespaces, where it refused them.
REASON = {reason}
'''

def _host_impl(rctx):
    result = rctx.execute([rctx.path(Label("@rules_pyproject_helper//:pyproject")), "walls"], timeout = 60)
    refused = result.return_code != 0
    rctx.file("host.bzl", _FACTS.format(
        walls = repr("paths" if refused else "required"),
        reason = repr(result.stderr.strip() if refused else ""),
    ))
    rctx.file("BUILD.bazel", "exports_files([\"host.bzl\"])\n")

host = repository_rule(
    implementation = _host_impl,
    doc = """Facts about this machine, as `host.bzl`.

Whether namespaces are refused is found out by trying, once for each start of Bazel's server, and becomes part of every
action's key: an unwalled result never passes for a walled one.""",
    local = True,
)
