"""`locked_file`: one file of a lock, fetched by its hash when something needs it."""

load(":index.bzl", "INDEX_VARIABLES", "ask_index", "authorization", "index_urls", "read_url", "split_credentials")

# A URL that fails at once, without a network, and whose last part is the name under which Bazel looks into --distdir.
_NOWHERE = "file:///nonexistent/"

def _locked_file_impl(rctx):
    fetch_locked_file(rctx, rctx.attr, rctx.attr.file)
    aliases = "".join([
        "\nalias(\n    name = {},\n    actual = {},\n    visibility = [\"//visibility:public\"],\n)\n".format(repr(name), repr(rctx.attr.file))
        for name in rctx.attr.aliases
        if name != rctx.attr.file
    ])
    rctx.file("BUILD.bazel", "exports_files(\n    [{}],\n    visibility = [\"//visibility:public\"],\n)\n{}".format(repr(rctx.attr.file), aliases))

def fetch_locked_file(rctx, locked, output):
    """Fetches a locked file, or fails with cause and cure.

    The order: Bazel's repository cache, by the hash alone; the URLs of the lock; the index page of the one project; and
    where nothing else is left `--distdir`, by the name.

    Args:
      rctx: the context of a repository rule.
      locked: what to fetch: a struct with the attributes of `locked_file`.
      output: where the file goes, relative to the repository.
    """

    # Without any URL Bazel has only its repository cache to look into.
    if rctx.download(url = [], output = output, sha256 = locked.sha256, allow_fail = True).success:
        return
    problems = []
    for url in locked.urls:
        clean, credentials = split_credentials(url)
        problem = _download(rctx, locked, clean, output, credentials)
        if not problem:
            return
        problems.append(problem)
    indexes, origin = index_urls(rctx, locked.index_urls)
    fixes = [
        "check that the network and {} work; files that were fetched before need neither".format(origin),
        "use another index: `export {}=…`".format(INDEX_VARIABLES[0]),
        "lock again: `{}`".format(locked.repair) if locked.repair else "correct the file name and its sha256 in MODULE.bazel",
    ]
    if not indexes:
        problems.append("no index is known: " + origin)
        fixes = [
            "name the index: `export {}=…`, or `common --repo_env={}=…` in .bazelrc".format(INDEX_VARIABLES[0], INDEX_VARIABLES[0]),
            "configure pip: `pip config set global.index-url …`",
        ]
    for index in indexes:
        found = ask_index(rctx, index, locked.project, locked.file)
        if found.url and found.sha256 and found.sha256 != locked.sha256:
            problems.append("{} has it with the hash {}, and {} is locked".format(split_credentials(index)[0], found.sha256, locked.sha256))
        elif found.url:
            problem = _download(rctx, locked, found.url, output, found.credentials)
            if not problem:
                return
            problems.append(problem)
        else:
            problems.append(found.problem)
    if _download(rctx, locked, _NOWHERE + locked.file, output, None):
        fail(_message(locked, problems, fixes))

def _download(rctx, locked, url, output, credentials):
    """Downloads by hash; returns what went wrong, or None."""
    auth = authorization(rctx, url, credentials)
    result = rctx.download(url = [url], output = output, sha256 = locked.sha256, auth = auth, allow_fail = True)
    if result.success:
        return None
    if url.startswith(_NOWHERE):
        return "not in --distdir"

    # Bazel does not tell a rule why: a second try without the hash does.
    second = read_url(rctx, url, output + ".other", credentials)
    rctx.delete(output + ".other")
    if not second.sha256:
        return second.problem
    if second.sha256 != locked.sha256:
        return "{} has the hash {}, and {} is locked".format(url, second.sha256, locked.sha256)
    return "{} could not be read at the first try (the warning above says why), and could at the second".format(url)

def _message(locked, causes, fixes):
    return "\n{} of {} could not be fetched:\n{}\nPossible fixes:\n{}\n".format(
        locked.file,
        locked.lock,
        "\n".join(["  " + cause for cause in causes]),
        "\n".join(["  - " + fix for fix in fixes]),
    )

# Of all that is locked: whose it is, for messages, and which indexes may have it.
LOCKED_ATTRS = {
    "index_urls": attr.string_list(
        doc = "The indexes that the lock names, in order. If there are any, neither the environment's nor pip's is asked.",
    ),
    "lock": attr.string(
        mandatory = True,
        doc = "Who locked the file, for messages: the label of a lock, or a tag of MODULE.bazel.",
    ),
    "project": attr.string(
        mandatory = True,
        doc = "The normalised name of the project, whose index page is read.",
    ),
    "repair": attr.string(
        doc = "The command that writes the lock again, for messages.",
    ),
}

# Of what is one file.
LOCKED_FILE_ATTRS = LOCKED_ATTRS | {
    "sha256": attr.string(
        mandatory = True,
        doc = "The SHA-256 of the file: 64 lower-case hexadecimal digits. Nothing else is ever accepted.",
    ),
}

locked_file = repository_rule(
    implementation = _locked_file_impl,
    doc = """One file of a lock, under its true name, as the label `@NAME//:FILE`.

It is fetched when a build needs it: from Bazel's repository cache by its hash, else from the URL of the lock, else from
the page of its project on the index. The index is the lock's own, else the one that PIP_INDEX_URL, UV_DEFAULT_INDEX or
UV_INDEX_URL names, else that of the machine's pip. Passwords come from the URL, from netrc or from Bazel's credential
helper.""",
    attrs = LOCKED_FILE_ATTRS | {
        "aliases": attr.string_list(
            doc = "Further names of targets that stand for the file.",
        ),
        "file": attr.string(
            mandatory = True,
            doc = "The file's name, as the index has it.",
        ),
        "urls": attr.string_list(
            doc = "Where the lock says that the file is, if it says so. Tried before the index.",
        ),
    },
)
