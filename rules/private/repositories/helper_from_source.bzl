"""The helper, built for the host with rules_go's host SDK: its extension, of its own so that a prebuilt helper needs no Go.

Loading this file evaluates rules_go's extension, which may ask Go's site for a list of SDKs. Nothing but the line of
MODULE.bazel may load it.
"""

load("@go_host_compatible_sdk_label//:defs.bzl", "HOST_COMPATIBLE_SDK")

# What would change the bytes or the meaning of a build, and is not the user's to say here. What concerns the network
# (GOPROXY, GOSUMDB, GOPRIVATE, netrc, certificates) stays as `go env` has it; go.sum is checked whatever it says.
_ENVIRONMENT = {
    "CGO_ENABLED": "0",
    "GO111MODULE": "on",
    "GOAMD64": "v1",
    "GOARCH": "",
    "GOARM64": "v8.0",
    "GODEBUG": "",
    "GOEXPERIMENT": "",
    "GOFIPS140": "off",
    "GOFLAGS": "",
    "GOOS": "",
    "GOTOOLCHAIN": "local",
    "GOWORK": "off",
}

def _helper_from_source_impl(rctx):
    go = rctx.path(HOST_COMPATIBLE_SDK).dirname.get_child("bin").get_child("go")
    module = rctx.path(Label("//:go.mod")).dirname
    for file in ["go.mod", "go.sum"]:
        rctx.watch(module.get_child(file))
    for directory in ["internal", "pyproject"]:
        rctx.watch_tree(module.get_child("tools").get_child(directory))

    environment = dict(_ENVIRONMENT, GOROOT = str(go.dirname.dirname))
    if not rctx.getenv("HOME"):
        # Without a home Go knows no place for its caches. With one they are shared: both are addressed by content, and an
        # edit of the helper costs a second instead of a minute.
        environment["GOCACHE"] = str(rctx.path("cache"))
        environment["GOPATH"] = str(rctx.path("gopath"))
    result = rctx.execute(
        [
            go,
            "build",
            "-trimpath",
            "-buildvcs=false",
            "-mod=readonly",
            "-ldflags=-s -w -buildid=",
            "-o",
            rctx.path("pyproject"),
            "./tools/pyproject",
        ],
        environment = environment,
        working_directory = str(module),
        timeout = 1200,
    )
    if result.return_code != 0:
        fail(("\nrules_pyproject: the helper could not be built with {}:\n{}{}\n" +
              "Possible fixes:\n" +
              "  - where the Go module proxy is out of reach, set GOPROXY, or name a prebuilt helper with the tag " +
              "`pyproject_helper.prebuilt` of @rules_pyproject//rules:extensions.bzl").format(go, result.stdout, result.stderr))
    rctx.delete("cache")
    rctx.file("BUILD.bazel", "exports_files([\"pyproject\"])\n")

_helper_from_source = repository_rule(
    implementation = _helper_from_source_impl,
    doc = """The helper, built by `go build` from the sources of this module, which are watched.

Its bytes depend on the sources, go.sum and the version of Go alone: no path, user, version control or build id is in them.""",
    environ = ["GOCACHE", "GOMODCACHE", "GOPATH", "GOPROXY", "GOSUMDB"],
)

def _helper_from_source_extension_impl(mctx):
    _helper_from_source(name = "rules_pyproject_helper_from_source")
    return mctx.extension_metadata(reproducible = True)

helper_from_source = module_extension(
    implementation = _helper_from_source_extension_impl,
    doc = "Declares the helper that is built from source. For the MODULE.bazel of rules_pyproject alone.",
)
