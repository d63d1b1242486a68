"""A backend that takes `cache_directory`: it makes a module of each table, and keeps what it made from hook to hook and build to build.

docs/cache-directory.md has the rules that it follows. What matters is in `Cache`: an entry is named by the content that it is
made of, written in one step, and never trusted for when it was written.
"""

import base64
import csv
import hashlib
import io
import os
import pathlib
import tarfile
import tempfile
import zipfile

NAME, VERSION = "capitals", "1.0"
METADATA = f"Metadata-Version: 2.1\nName: {NAME}\nVersion: {VERSION}\n".encode()

# In the name of every entry: another version of what makes the modules makes other entries.
GENERATOR = "tables 1"


class Cache:
    """What was made before, by what it was made of. Without a directory nothing is kept, and nothing else is different."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory, "tables") if directory else None
        self.made, self.reused = [], []

    def get(self, name, source, make):
        # The name says what is asked for, the content what it is made of. Neither a time nor a path is part of it.
        key = hashlib.sha256(b"\0".join([GENERATOR.encode(), name.encode(), source])).hexdigest()
        result = self._read(key)
        if result is None:
            result = make(name, source)
            self.made.append(name)
            self._write(key, result)
        else:
            self.reused.append(name)
        return result

    def _read(self, key):
        if self.directory is None:
            return None
        try:
            digest, _, result = (self.directory / key).read_bytes().partition(b"\n")
        except OSError:
            return None
        # A damaged entry is no entry.
        return result if digest == hashlib.sha256(result).hexdigest().encode() else None

    def _write(self, key, result):
        if self.directory is None:
            return
        self.directory.mkdir(exist_ok=True)
        descriptor, path = tempfile.mkstemp(dir=self.directory)
        with open(descriptor, "wb") as file:
            file.write(hashlib.sha256(result).hexdigest().encode() + b"\n" + result)
        # In one step: a build that is killed leaves whole entries.
        os.replace(path, self.directory / key)


def make_module(name, source):
    rows = csv.DictReader(source.decode().splitlines())
    table = {row["country"]: row["capital"] for row in rows}
    return f"# Made of {name}.\nTABLE = {table!r}\n".encode()


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None, *, cache_directory=None):
    cache = Cache(cache_directory)
    info = f"{NAME}-{VERSION}.dist-info"
    files = {f"{NAME}/__init__.py": pathlib.Path("src", NAME, "__init__.py").read_bytes()}
    # What is in the wheel is decided by the source tree, never by what the cache happens to hold.
    for path in sorted(pathlib.Path("src", NAME, "tables").glob("*.csv")):
        files[f"{NAME}/{path.stem}.py"] = cache.get(path.name, path.read_bytes(), make_module)
    print("made", cache.made, "and reused", cache.reused)
    files[f"{info}/METADATA"] = METADATA
    files[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: tables\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    record = "".join(f"{name},sha256={_digest(data)},{len(data)}\n" for name, data in files.items())
    files[f"{info}/RECORD"] = (record + f"{info}/RECORD,,\n").encode()
    wheel = f"{NAME}-{VERSION}-py3-none-any.whl"
    with zipfile.ZipFile(pathlib.Path(wheel_directory, wheel), "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return wheel


def build_sdist(sdist_directory, config_settings=None, *, cache_directory=None):
    # Nothing is made here: what the directory holds stays for the next hook.
    sdist = f"{NAME}-{VERSION}.tar.gz"
    top = sdist.removesuffix(".tar.gz")
    with tarfile.open(pathlib.Path(sdist_directory, sdist), "w:gz") as archive:
        for name in ["backend", "pyproject.toml", "src"]:
            archive.add(name, f"{top}/{name}", filter=lambda entry: None if "__pycache__" in entry.name else entry)
        info = tarfile.TarInfo(f"{top}/PKG-INFO")
        info.size = len(METADATA)
        archive.addfile(info, io.BytesIO(METADATA))
    return sdist


def _digest(data):
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
