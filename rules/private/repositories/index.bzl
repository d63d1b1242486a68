"""Which package index this machine uses, and where a file lies on it.

Nothing here knows the name of any index: it comes from the lock, from the environment or from the machine's pip.
"""

load("@bazel_tools//tools/build_defs/repo:utils.bzl", "read_user_netrc", "use_netrc")

# Asked in this order, before the machine's pip is.
INDEX_VARIABLES = ["PIP_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX_URL"]

# Both forms of the simple repository API (PEP 691, PEP 503), the one that says hashes first.
_ACCEPT = ", ".join([
    "application/vnd.pypi.simple.v1+json",
    "application/vnd.pypi.simple.v1+html;q=0.2",
    "text/html;q=0.01",
])

def _machine_index_impl(rctx):
    # Where pip looks depends on these, and the repository is made anew when they change.
    for variable in ["HOME", "PATH", "PIP_CONFIG_FILE", "XDG_CONFIG_DIRS", "XDG_CONFIG_HOME"]:
        rctx.getenv(variable)
    found = {"url": "", "files": [], "reason": "there is no python3 on PATH whose pip could be asked"}
    python = rctx.which("python3")
    if python:
        result = rctx.execute([python, rctx.path(Label(":machine_index.py"))], timeout = 60)
        answer = json.decode(result.stdout, default = None) if result.return_code == 0 else None
        found = answer or {
            "url": "",
            "files": [],
            "reason": "%s could not say which index its pip uses: %s" % (python, result.stderr.strip() or "it ended with exit code %d" % result.return_code),
        }
    for file in found["files"]:
        rctx.watch(file)
    rctx.file("index.json", json.encode({"url": found["url"], "reason": found["reason"]}))
    rctx.file("BUILD.bazel", "exports_files([\"index.json\"])\n")

machine_index = repository_rule(
    implementation = _machine_index_impl,
    doc = """Asks the machine's pip which index it is configured with, or has by itself.

It is fetched only when a file of a lock is neither in Bazel's repository cache nor has a URL, and neither the lock nor
the environment names an index. pip's configuration files are watched.""",
)

def split_credentials(url):
    """Takes user and password out of a URL.

    Args:
      url: a URL, perhaps as `https://user:password@host/path`.

    Returns:
      a pair: the URL without them, and a dictionary of the form that `rctx.download(auth)` takes for one URL, or None.
    """
    scheme, separator, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    if not separator or "@" not in authority:
        return url, None
    user_info, _, host = authority.rpartition("@")
    login, _, password = user_info.partition(":")
    return (
        scheme + separator + host + slash + path,
        {"type": "basic", "login": _unquote(login), "password": _unquote(password)},
    )

def with_credentials(url, index):
    """Puts user and password of an index into a URL of the same host.

    Args:
      url: the URL of a file.
      index: the URL of the index, with or without user and password.

    Returns:
      the URL, in the form that `split_credentials` takes apart.
    """
    user_info, separator, host = index.partition("://")[2].partition("/")[0].rpartition("@")
    scheme, _, rest = url.partition("://")
    return "{}://{}@{}".format(scheme, user_info, rest) if separator and host == _host(url) else url

# Printable ASCII, from 32 on.
_ASCII = " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"

def _unquote(text):
    # Passwords in URLs are percent-encoded. What is not ASCII is left alone: Starlark cannot make bytes.
    pieces = text.split("%")
    out = pieces[0]
    for piece in pieces[1:]:
        code = piece[:2].lower()
        hexadecimal = len(code) == 2 and code.strip("0123456789abcdef") == ""
        place = int(code, 16) - 32 if hexadecimal else -1
        out += _ASCII[place] + piece[2:] if 0 <= place and place < len(_ASCII) else "%" + piece
    return out

def authorization(rctx, url, credentials = None):
    """What `rctx.download(auth)` needs for one URL.

    Args:
      rctx: the repository context.
      url: the URL that is asked.
      credentials: what `split_credentials` found for this host, or None; then netrc is read. Bazel's own credential
        helper (`--credential_helper`) is asked by Bazel in any case.

    Returns:
      a dictionary for `rctx.download(auth)`.
    """
    if credentials:
        return {url: credentials}
    return use_netrc(read_user_netrc(rctx), [url], {})

def read_url(rctx, url, output, credentials = None, accept = "*/*"):
    """Reads a URL whose content nobody knows yet.

    Args:
      rctx: the repository context.
      url: the URL, without user and password.
      output: the file to write.
      credentials: what `split_credentials` found for this host, or None.
      accept: the header Accept.

    Returns:
      a struct: `sha256` of what came, or None and then `problem`, a clause that says what went wrong.
    """
    if not url.startswith("http://"):
        auth = authorization(rctx, url, credentials)
        result = rctx.download(url = [url], output = output, headers = {"Accept": accept}, auth = auth, allow_fail = True)
        return struct(
            sha256 = result.sha256 if result.success else None,
            problem = "{} could not be read (the warning above says why)".format(url),
        )

    # Bazel's downloader reads nothing over plain HTTP whose hash is not known beforehand. For an index page that costs no
    # safety: the files that it names are verified.
    auth = authorization(rctx, url, credentials).get(url, {})
    environment = {"FETCH_LOGIN": auth.get("login", ""), "FETCH_PASSWORD": auth.get("password", "")}

    # The limit that pip has for this, in seconds.
    silence = rctx.getenv("PIP_DEFAULT_TIMEOUT") or ""
    limit = ["--silence={}s".format(silence)] if silence.replace(".", "", 1).isdigit() else []
    result = rctx.execute(
        [rctx.path(Label("@rules_pyproject_helper//:pyproject")), "fetch", "--url=" + url, "--output=" + output, "--accept=" + accept] + limit,
        environment = environment,
        timeout = 3600,
    )
    return struct(
        sha256 = result.stdout.strip() if result.return_code == 0 else None,
        problem = "{} could not be read: {}".format(url, result.stderr.strip().removeprefix("pyproject: fetch: ")),
    )

def _host(url):
    return url.partition("://")[2].partition("/")[0]

def join_url(base, reference):
    """Resolves a reference of an index page, as far as index pages use them.

    Args:
      base: the absolute URL of the page.
      reference: what stands in the page: absolute, or relative to its host or its directory.

    Returns:
      the absolute URL.
    """
    reference = reference.partition("#")[0]
    if "://" in reference:
        return reference
    scheme, _, rest = base.partition("://")
    authority, _, path = rest.partition("?")[0].partition("/")
    if reference.startswith("//"):
        return scheme + ":" + reference
    if reference.startswith("/"):
        return scheme + "://" + authority + reference
    directory = path.split("/")[:-1]
    for part in reference.split("/"):
        if part == "..":
            directory = directory[:-1]
        elif part != ".":
            directory.append(part)
    return scheme + "://" + authority + "/" + "/".join(directory)

def _is_file(entry):
    # What comes over the network may be anything, and Starlark has no exceptions.
    return (
        type(entry) == "dict" and type(entry.get("filename")) == "string" and type(entry.get("url")) == "string" and
        type(entry.get("hashes", {})) == "dict" and type(entry.get("hashes", {}).get("sha256", "")) == "string"
    )

def _is_file_name(name):
    # It becomes the name of a file on this machine.
    return name and not name.startswith(".") and not [c for c in name.elems() if not (c.isalnum() or c in "._+!-")]

def list_page(text, page):
    """Lists the files on the index page of a project.

    Args:
      text: the page: PEP 691's JSON, or PEP 503's HTML.
      page: the URL that the page was read from.

    Returns:
      a pair: a list of structs with `file`, `url` and `sha256` (empty when the page does not say), and a clause that says
      why this is no index page at all, or None. Names that no file may have are left out.
    """
    entries = []
    no_index = "%s is no index page" % page
    if text.lstrip().startswith("{"):
        index = json.decode(text, default = None)
        if type(index) != "dict" or type(index.get("files")) != "list" or [None for entry in index["files"] if not _is_file(entry)]:
            return [], no_index
        for entry in index["files"]:
            if _is_file_name(entry["filename"]):
                entries.append(struct(file = entry["filename"], url = join_url(page, entry["url"]), sha256 = entry.get("hashes", {}).get("sha256", "")))
        return entries, None
    anchors = text.replace("<A ", "<a ").split("<a ")
    for anchor in anchors[1:]:
        tag, _, after = anchor.partition(">")
        name = after.partition("<")[0].strip()
        if not _is_file_name(name):
            continue
        quote = "\"" if "href=\"" in tag else "'"
        href = tag.partition("href=" + quote)[2].partition(quote)[0].replace("&amp;", "&")
        entries.append(struct(file = name, url = join_url(page, href), sha256 = href.partition("#sha256=")[2].partition("&")[0]))
    return entries, (None if len(anchors) > 1 or "<html" in text.lower() else no_index)

def index_urls(rctx, from_lock):
    """The indexes to ask, first one first.

    Args:
      rctx: the repository context of the file's repository.
      from_lock: list of the indexes that the lock names; if it names any, only those are asked.

    Returns:
      a pair: list of URLs, and a sentence that says where they come from or why there are none.
    """
    if from_lock:
        return from_lock, "the lock's index"

    # All are read, so that a change of any of them fetches again.
    values = {variable: rctx.getenv(variable) for variable in INDEX_VARIABLES}
    for variable in INDEX_VARIABLES:
        if values[variable]:
            return [values[variable]], "the index that %s names" % variable
    machine = json.decode(rctx.read(rctx.path(Label("@rules_pyproject_index//:index.json"))))
    if machine["url"]:
        return [machine["url"]], "the index of this machine's pip"
    return [], machine["reason"]

def read_page(rctx, index, project):
    """Reads the page of one project.

    Args:
      rctx: the repository context.
      index: the URL of the index, with or without user and password.
      project: the normalised name of the project.

    Returns:
      a struct: `url` of the page, without user and password, its `text`, and where that is None `problem`, a clause that
      says why.
    """
    base, credentials = split_credentials(index)
    url = base.rstrip("/") + "/" + project + "/"
    result = read_url(rctx, url, "index.page", credentials, _ACCEPT)
    if not result.sha256:
        return struct(url = url, text = None, problem = result.problem)
    text = rctx.read("index.page")
    rctx.delete("index.page")
    return struct(url = url, text = text, problem = None if text else "%s is empty" % url)

def ask_index(rctx, index, project, file):
    """Reads the page of one project and finds a file on it.

    Args:
      rctx: the repository context of the file's repository.
      index: the URL of the index, with or without user and password.
      project: the normalised name of the project.
      file: the name of the file.

    Returns:
      a struct: `url` (empty when there is none), `sha256` (empty when the page does not say), `credentials` (None, or
      what `authorization` takes for `url`) and `problem` (a clause that says why there is no `url`).
    """
    page = read_page(rctx, index, project)
    entries, problem = list_page(page.text, page.url) if page.text else ([], page.problem)
    for entry in entries:
        if entry.file == file:
            base, credentials = split_credentials(index)
            return struct(
                url = entry.url,
                sha256 = entry.sha256,
                credentials = credentials if _host(entry.url) == _host(base) else None,
                problem = "",
            )
    return struct(url = "", sha256 = "", credentials = None, problem = problem or "%s does not have it" % page.url)
