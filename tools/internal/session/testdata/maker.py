# Makes wheels and sdists, right ones and wrong ones, for the backends of the tests.
import base64
import hashlib
import io
import os
import tarfile
import zipfile


def record_line(name, data):
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return "%s,sha256=%s,%d\n" % (name, digest, len(data))


def wheel(directory, name="demo-1.0-py3-none-any.whl", files=None, extra=(), record=None, tag=None, link=None):
    """files: name to text. extra: (name, text) pairs that RECORD knows too. record: replaces RECORD. link: a symlink's target."""
    tag = tag or "-".join(name[:-4].split("-")[2:])
    info = "demo-1.0.dist-info/"
    entries = [(n, t.encode()) for n, t in (files or {"demo.py": ""}).items()] + [(n, t.encode()) for n, t in extra]
    entries.append((info + "METADATA", b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n"))
    entries.append((info + "WHEEL", ("Wheel-Version: 1.0\nGenerator: maker\nRoot-Is-Purelib: true\nTag: %s\n" % tag).encode()))
    if record is None:
        record = "".join(record_line(n, d) for n, d in entries) + info + "RECORD,,\n"
    entries.append((info + "RECORD", record.encode()))
    with zipfile.ZipFile(os.path.join(directory, name), "w") as archive:
        for n, data in entries:
            entry = zipfile.ZipInfo(n, (2000, 1, 1, 0, 0, 0))
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, data)
        if link:
            entry = zipfile.ZipInfo("demo_link")
            entry.external_attr = 0o120777 << 16
            archive.writestr(entry, link)
    return name


def sdist(directory, name="demo-1.0.tar.gz", top=None, files=None, links=(), mtime=0):
    """files: name in the top directory to text. links: (name, target) pairs; names are the archive's."""
    top = top or name[: -len(".tar.gz")]
    if files is None:
        files = {"PKG-INFO": "Metadata-Version: 2.2\nName: demo\nVersion: 1.0\n"}
        for found in sorted(os.listdir(".")):
            if os.path.isfile(found):
                with open(found) as file:
                    files[found] = file.read()
    with tarfile.open(os.path.join(directory, name), "w:gz") as archive:
        for n, text in files.items():
            data = text.encode()
            entry = tarfile.TarInfo(top + "/" + n)
            entry.size, entry.mtime, entry.uname, entry.mode = len(data), mtime, "somebody", 0o600
            archive.addfile(entry, io.BytesIO(data))
        for n, target in links:
            entry = tarfile.TarInfo(n)
            entry.type, entry.linkname = tarfile.SYMTYPE, target
            archive.addfile(entry)
    return name
