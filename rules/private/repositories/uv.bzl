"""`uv`: the resolver of `pyproject lock`, from its own wheel."""

load(":locked_file.bzl", "fetch_locked_file")
load(":uv_files.bzl", "UV_FILES", "host_name")

def _uv_impl(rctx):
    host = host_name(rctx.os)
    if host not in UV_FILES:
        fail("\nrules_pyproject: there is no uv for {} to write locks with; there is one for {}.\nPossible fixes:\n  - write the lock on one of them: it is the same everywhere\n".format(host, ", ".join(UV_FILES)))
    wheel = UV_FILES[host]
    fetch_locked_file(rctx, struct(
        aliases = [],
        file = wheel.file,
        index_urls = [],
        lock = "@rules_pyproject//rules:lock.bzl",
        project = "uv",
        repair = "",
        sha256 = wheel.sha256,
        urls = [],
    ), "wheel.zip")
    rctx.extract("wheel.zip", output = "wheel")
    rctx.delete("wheel.zip")
    program = "wheel/uv-{}.data/scripts/uv".format(wheel.file.split("-")[1])

    # Bazel's unpacking need not keep the executable bit of a zip.
    result = rctx.execute(["chmod", "0755", program])
    if result.return_code != 0:
        fail("\n{} has no program uv: {}".format(wheel.file, result.stderr))
    rctx.symlink(program, "uv")
    rctx.file("BUILD.bazel", "exports_files([\"uv\"])\n")

uv = repository_rule(
    implementation = _uv_impl,
    doc = "The program uv for the host, taken out of its pinned wheel, as `:uv`. It is fetched when a lock is written, never by a build.",
)
