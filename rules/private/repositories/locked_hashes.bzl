"""`locked_hashes` and `locked_hash`: distributions of which a lock has hashes, and no file names."""

load(":index.bzl", "INDEX_VARIABLES", "index_urls", "list_page", "read_page", "with_credentials")
load(":locked_file.bzl", "LOCKED_ATTRS", "LOCKED_FILE_ATTRS", "fetch_locked_file")

_FOUND = "files.json"

def _locked_hashes_impl(rctx):
    indexes, origin = index_urls(rctx, rctx.attr.index_urls)
    found, problems = _ask(rctx, indexes)
    if not found:
        if not indexes:
            problems = ["no index is known: " + origin]
        elif not problems:
            problems = ["none of the locked hashes is on the page of {} on {}".format(rctx.attr.project, origin)]
        fail(_message(rctx, problems, origin))
    rctx.file(_FOUND, json.encode(found))
    rctx.file("offer.json", json.encode({
        "files": {entry["file"]: "@{}//:file".format(rctx.attr.files[sha256]) for sha256, entry in found.items()},
        "hub": {"name": rctx.attr.hub, "platforms": rctx.attr.platforms, "python_versions": rctx.attr.python_versions},
        "project": rctx.attr.project,
        "version": rctx.attr.version,
    }))
    result = rctx.execute([rctx.path(Label("@rules_pyproject_helper//:pyproject")), "offer", "--request=offer.json"])
    if result.return_code != 0:
        fail("\n" + result.stderr)
    rctx.file("BUILD.bazel", result.stdout + "\nexports_files([{}])\n".format(repr(_FOUND)))

def _ask(rctx, indexes):
    """What the indexes have of the locked hashes: a dictionary by hash, and what went wrong."""
    found, problems = {}, []
    for number, index in enumerate(indexes):
        page = read_page(rctx, index, rctx.attr.project)
        entries, problem = list_page(page.text, page.url) if page.text else ([], page.problem)
        if problem:
            problems.append(problem)
        for entry in entries:
            if entry.sha256 in rctx.attr.files and entry.sha256 not in found:
                found[entry.sha256] = {"file": entry.file, "index": number, "url": entry.url}
    return found, problems

def _message(rctx, problems, origin):
    return "\n{} {} of {}, which has its hashes and no file names, could not be found:\n{}\nPossible fixes:\n{}\n".format(
        rctx.attr.project,
        rctx.attr.version,
        rctx.attr.lock,
        "\n".join(["  " + problem for problem in problems]),
        "\n".join(["  - " + fix for fix in [
            "check that the network and {} work".format(origin),
            "use another index: `export {}=…`".format(INDEX_VARIABLES[0]),
            "write the lock with file names, which needs no index to be asked: `{}`".format(rctx.attr.repair),
        ]]),
    )

locked_hashes = repository_rule(
    implementation = _locked_hashes_impl,
    doc = """A distribution of which a lock has hashes, and no file names: `@NAME//:wheels`.

When something needs it the page of its project is read, once, and those files are offered that have one of the hashes:
an index may withhold files, and never add any. The files themselves have repositories of their own, so that only those are
fetched that a build needs.""",
    attrs = LOCKED_ATTRS | {
        "files": attr.string_dict(
            mandatory = True,
            doc = "The repositories of the single files, by the hashes of the lock.",
        ),
        "hub": attr.string(
            mandatory = True,
            doc = "The hub that has the lock. Its settings say what is chosen for which Python and platform.",
        ),
        "platforms": attr.string_list(
            doc = "The `platforms` of the hub.",
        ),
        "python_versions": attr.string_list(
            doc = "The `python_versions` of the hub.",
        ),
        "version": attr.string(
            mandatory = True,
            doc = "The pinned version.",
        ),
    },
)

def _locked_hash_impl(rctx):
    # Bazel gives a repository its canonical name, and those of one extension begin alike.
    prefix = rctx.name.removesuffix(rctx.attr.own_name)
    found = json.decode(rctx.read(rctx.path(Label("@@{}{}//:{}".format(prefix, rctx.attr.hashes, _FOUND)))))
    entry = found.get(rctx.attr.sha256)
    if not entry:
        fail("\nNo index has a file of {} with the hash {}, which {} has.\n".format(rctx.attr.project, rctx.attr.sha256, rctx.attr.lock))
    indexes, _ = index_urls(rctx, rctx.attr.index_urls)
    fetch_locked_file(rctx, struct(
        file = entry["file"],
        index_urls = rctx.attr.index_urls,
        lock = rctx.attr.lock,
        project = rctx.attr.project,
        repair = rctx.attr.repair,
        sha256 = rctx.attr.sha256,
        urls = [with_credentials(entry["url"], indexes[entry["index"]] if entry["index"] < len(indexes) else "")],
    ), entry["file"])
    rctx.file("BUILD.bazel", "filegroup(\n    name = \"file\",\n    srcs = [{}],\n    visibility = [\"//visibility:public\"],\n)\n".format(repr(entry["file"])))

locked_hash = repository_rule(
    implementation = _locked_hash_impl,
    doc = """One file of which a lock has the hash alone, as the label `@NAME//:file`, under the name that an index has for it.""",
    attrs = LOCKED_FILE_ATTRS | {
        "hashes": attr.string(
            mandatory = True,
            doc = "The name of the `locked_hashes` repository that knows the file's name.",
        ),
        "own_name": attr.string(
            mandatory = True,
            doc = "The name of this repository, as the extension has it.",
        ),
    },
)
