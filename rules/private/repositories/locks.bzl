"""The hubs of the extension `pyproject`, and the repositories of what their locks name."""

load("//rules/private:label_text.bzl", "label_text")
load("//rules/private:module_title.bzl", "module_title")
load(":hub.bzl", "hub")
load(":locked_file.bzl", "locked_file")
load(":locked_hashes.bzl", "locked_hash", "locked_hashes")

def hub_requests(mctx, module):
    """What the helper is asked for the hubs of one module.

    Args:
      mctx: the context of the extension.
      module: the module.

    Returns:
      a list of dictionaries, in the form of the helper's verb `repositories`.
    """
    hubs = {
        tag.name: {
            "name": tag.name,
            "locks": [_lock_request(mctx, label) for label in tag.locks],
            "python_versions": tag.python_versions,
            "tools": {str(label): name for label, name in tag.tools.items()},
            "wheels": {str(label): name for label, name in tag.wheels.items()},
            "platforms": tag.platforms,
        }
        for tag in module.tags.build_environments
    }
    for tag in module.tags.lock_group:
        if tag.hub not in hubs:
            _fail(module, tag, "hub is \"{}\", and the module has no build_environments tag of that name.".format(tag.hub))
        hubs[tag.hub]["locks"].append(_group_request(mctx, module, tag))
    return hubs.values()

def _lock_request(mctx, label):
    """What the helper is told of one lock; the file is watched even where it does not exist yet."""
    path = mctx.path(label)
    mctx.watch(path)

    # The repository's directory: what a lock includes may not lie outside of it.
    root = path.dirname
    for _ in ([] if not label.package else label.package.split("/")) + label.name.split("/")[:-1]:
        root = root.dirname
    return {
        "label": label_text(label),
        "repository": label.repo_name,
        "package": label.package,
        "name": label.name,
        "root": str(root),
        "exists": path.exists,
    }

def _group_request(mctx, module, tag):
    names = tag.groups + tag.extras
    if not names:
        _fail(module, tag, "one of `groups` and `extras` says which part of the lock is meant.")
    target = tag.name or names[0]
    if [c for c in target.elems() if not (c.isalnum() or c in "._-")]:
        _fail(module, tag, "\"{}\" cannot be the name of a target.\nPossible fixes:\n  - set `name`".format(target))
    return _lock_request(mctx, tag.lock) | {
        "extras": tag.extras,
        "groups": tag.groups,
        "project": tag.project,
        "target": target,
    }

def _fail(module, tag, message):
    fail("\nlock_group(lock = \"{}\") of {}: {}\n".format(label_text(tag.lock), module_title(module), message))

def declare_hubs(mctx, hubs):
    """Declares the hubs, and the repositories of the files that their locks name.

    Args:
      mctx: the context of the extension.
      hubs: what `hub_requests` gave for all modules.
    """

    # Without a lock nothing is asked of the helper, and nothing has to be built for it.
    if not [None for request in hubs if request["locks"]]:
        for request in hubs:
            hub(name = request["name"], files = {"BUILD.bazel": ""})
        return
    description = _describe(mctx, hubs)
    for path in description["sources"]:
        mctx.watch(path)
    for file in description["files"]:
        locked_file(**file)
    for hashes in description["hashes"]:
        locked_hashes(**hashes)
    for single in description["singles"]:
        locked_hash(own_name = single["name"], **single)
    for name, files in description["hubs"].items():
        hub(name = name, files = files)

def _describe(mctx, hubs):
    """Runs the helper's verb `repositories` once for all locks."""
    mctx.file("request.json", json.encode({"hubs": hubs}))
    program = mctx.path(Label("@rules_pyproject_helper//:pyproject"))
    mctx.watch(program)
    result = mctx.execute([program, "repositories", "--request=" + str(mctx.path("request.json"))], timeout = 600)
    if result.return_code != 0:
        fail("\n" + result.stderr)
    return json.decode(result.stdout)
