"""REQ-4: locks are written with the real uv and an index on loopback; one that is wrong is explained, and nothing is written.

Arguments: the helper, and uv.
"""

import base64
import hashlib
import http.server
import io
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading
import unittest
import zipfile

HELPER, UV = (os.path.abspath(argument) for argument in sys.argv[1:3])


def wheel(name, version, module="", requires=()):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        info = f"{name}-{version}.dist-info"
        archive.writestr(f"{name}.py", module)
        lines = [f"Requires-Dist: {requirement}\n" for requirement in requires]
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n" + "".join(lines))
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        lines = []
        for member in archive.namelist():
            digest = base64.urlsafe_b64encode(hashlib.sha256(archive.read(member)).digest()).rstrip(b"=").decode()
            lines.append(f"{member},sha256={digest},{archive.getinfo(member).file_size}\n")
        archive.writestr(f"{info}/RECORD", "".join(lines) + f"{info}/RECORD,,\n")
    return content.getvalue()


WHEELS = {
    f"{name}-{version}-py3-none-any.whl": wheel(name, version, *more)
    for name, version, *more in [
        ("demo", "1.0", "def get_requires_for_build_wheel(config_settings=None):\n    return ['plugin']\n"),
        ("plugin", "1.0", ""),
        ("plugin", "2.0", ""),
        ("loose", "1.0"),
        # What its author got wrong, which only overrides cure.
        ("needy", "1.0", "", ["absent", "plugin<2", "loose>=9"]),
    ]
}
LOGIN = "Basic " + base64.b64encode(b"user:secret").decode()


class Index(http.server.BaseHTTPRequestHandler):
    """The first part of a path says how the index behaves; the rest is /simple/PROJECT/ or a file."""

    released = threading.Event()
    plugins = ["1.0"]
    requests = []  # who asks, and for what

    def do_GET(self):
        kind, _, rest = self.path.lstrip("/").partition("/")
        Index.requests.append((self.headers.get("User-Agent", ""), self.path))
        if kind == "slow":
            Index.released.wait()
        elif kind == "login-page":
            self.answer(b"<html><body>Please log in.</body></html>")
        elif kind == "not-json":
            self.answer(b"<html><body>Please log in.</body></html>", "application/vnd.pypi.simple.v1+json")
        elif kind == "loop":
            self.answer(b"", code=302, headers={"Location": self.path})
        elif kind == "broken":
            self.answer(b"", code=500)
        elif kind == "password" and self.headers.get("Authorization") != LOGIN:
            self.answer(b"", code=401, headers={"WWW-Authenticate": "Basic realm=index"})
        elif rest.startswith("simple/"):
            self.page(kind, rest.split("/")[1])
        elif os.path.basename(rest) in WHEELS:
            self.answer(WHEELS[os.path.basename(rest)], "application/octet-stream")
        else:
            self.answer(b"", code=404)

    do_HEAD = do_GET

    def page(self, kind, project):
        links = [
            f'<a href="/{kind}/files/{name}#sha256={hashlib.sha256(content).hexdigest()}">{name}</a>'
            for name, content in WHEELS.items()
            if name.split("-")[0] == project and (project != "plugin" or name.split("-")[1] in Index.plugins)
        ]
        self.answer("<html><body>{}</body></html>".format("".join(links)).encode(), code=200 if links else 404)

    def answer(self, body, kind="text/html", code=200, headers=None):
        self.send_response(code)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *_):
        pass


class LockTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Index)
        cls.server.daemon_threads = True
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()

    @classmethod
    def tearDownClass(cls):
        Index.released.set()
        cls.server.shutdown()
        cls.server.server_close()

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.work = pathlib.Path(scratch.name)
        self.requires("demo")
        Index.plugins = ["1.0"]

    def requires(self, *texts):
        (self.work / "project").mkdir(exist_ok=True)
        (self.work / "project/pyproject.toml").write_text(f'[build-system]\nrequires = {list(texts)}\nbuild-backend = "demo"\n')

    def index(self, kind, login=""):
        return f"http://{login}127.0.0.1:{self.server.server_port}/{kind}/simple"

    def lock(self, index, *flags, asking=False):
        """Runs the verb; returns its exit code and what it said."""
        asked = [f"--interpreter={sys.executable}", "--walls=paths"] if asking else []
        ran = subprocess.run(
            [HELPER, "lock", "--project=project", "--out=lock.txt", f"--uv={UV}", *asked, *flags],
            capture_output=True,
            cwd=self.work,
            env={
                "HOME": str(self.work),
                "PATH": "/usr/bin:/bin",
                "PIP_INDEX_URL": index,
                "TMPDIR": str(self.work),
                "UV_CACHE_DIR": str(self.work / "uv"),
                "UV_HTTP_RETRIES": "0",
                "UV_HTTP_TIMEOUT": "1",
            },
            text=True,
        )
        # Where the machine is busy there is progress to tell.
        return ran.returncode, "".join(line for line in ran.stderr.splitlines(True) if " …" not in line)

    def refused(self, index, *texts, asking=False, flags=()):
        """The verb fails, says what is the matter with the project's name on top, and leaves the lock that there was."""
        lock = self.work / "lock.txt"
        lock.write_text("# The lock that there was.\n")
        code, said = self.lock(index, *flags, asking=asking)
        self.assertEqual(1, code, said)
        self.assertTrue(said.startswith("pyproject: the build requirements of project can't be resolved. They are:\n  demo"), said)
        for text in ("uv says:\n", *texts):
            self.assertIn(text, said)
        self.assertNotIn("secret", said)
        self.assertEqual("# The lock that there was.\n", lock.read_text())
        self.assertEqual([], list(self.work.glob(".lock.txt.*")))

    def test_unsatisfiable(self):
        self.requires("demo>=5")
        self.refused(self.index("good"), "demo>=5", "only demo", "requirements are unsatisfiable")

    def test_missing(self):
        self.requires("demo", "absent")
        self.refused(self.index("good"), "absent was not found in the package registry")

    def test_down(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            port = unused.getsockname()[1]
            self.refused(f"http://127.0.0.1:{port}/simple", "error", "Connection refused")

    def test_slow(self):
        self.refused(self.index("slow"), "Failed to fetch", "timed out")

    def test_login_page(self):
        self.refused(self.index("login-page"), "demo")

    def test_html_for_json(self):
        self.refused(self.index("not-json"), "demo")

    def test_redirect_loop(self):
        self.refused(self.index("loop"), "demo")

    def test_broken(self):
        self.refused(self.index("broken"), "500 Internal Server Error")

    def test_password(self):
        self.refused(self.index("password"), "401 Unauthorized")
        self.refused(self.index("password", "user:wrong-secret@"), "401 Unauthorized")

        # With the right one uv resolves and the hooks' wheels are fetched; the lock has neither the index nor the password.
        code, said = self.lock(self.index("password", "user:secret@"), asking=True)
        self.assertEqual(0, code, said)
        self.assertIn("added    plugin 1.0", said)
        lock = (self.work / "lock.txt").read_text()
        self.assertIn("plugin==1.0", lock)
        for text in ("secret", "127.0.0.1", "://"):
            self.assertNotIn(text, lock)

    def test_unchanged_and_upgraded(self):
        self.assertEqual(0, self.lock(self.index("good"), asking=True)[0])
        first = (self.work / "lock.txt").read_bytes()
        Index.plugins = ["1.0", "2.0"]
        Index.requests = []
        self.assertEqual((0, "lock.txt is up to date\n"), self.lock(self.index("good"), asking=True))
        self.assertEqual(first, (self.work / "lock.txt").read_bytes())
        # uv asks again; what the hooks' environment was made of is not fetched again.
        self.assertTrue(Index.requests)
        self.assertEqual([], [path for who, path in Index.requests if not who.startswith("uv/")])

        code, said = self.lock(self.index("good"), "--upgrade-package=demo", asking=True)
        self.assertEqual((0, "lock.txt is up to date\n"), (code, said))
        code, said = self.lock(self.index("good"), "--upgrade-package=plugin", asking=True)
        self.assertEqual((0, ["changed  plugin 2.0, was 1.0"]), (code, [line for line in said.splitlines() if line.startswith("changed")]), said)
        self.assertTrue(said.endswith("lock.txt written: 2 distributions\n"), said)

        (self.work / "lock.txt").write_bytes(first)
        code, said = self.lock(self.index("good"), "--upgrade", asking=True)
        self.assertIn("changed  plugin 2.0, was 1.0", said)

    def test_overrides(self):
        """BE-6: what a locked distribution requires is overridden too, for the resolver and for the room that hooks are asked in."""
        self.requires("demo", "needy")
        Index.plugins = ["1.0", "2.0"]
        self.refused(self.index("good"), "absent was not found in the package registry")
        cure = {"label": "//project:override", "remove": ["absent"], "relax": ["loose"], "replace": ["plugin==2.0"]}
        code, said = self.lock(self.index("good"), "--override=" + json.dumps(cure), asking=True)
        self.assertEqual(0, code, said)
        self.assertIn("override replace plugin==2.0 (//project:override)\n", said)
        for line in ("added    loose 1.0", "added    needy 1.0", "added    plugin 2.0"):
            self.assertIn(line, said)

        # Not to replace, and to bound what is required anyway.
        del cure["replace"]
        cure["constraints"] = ["plugin<2"]
        code, said = self.lock(self.index("good"), "--override=" + json.dumps(cure), asking=True)
        self.assertEqual(0, code, said)
        self.assertIn("changed  plugin 1.0, was 2.0", said)
        cure["constraints"] = ["plugin>=2"]
        self.refused(self.index("good"), "with these overrides:", "constraint plugin>=2 (//project:override)", flags=["--override=" + json.dumps(cure)])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
