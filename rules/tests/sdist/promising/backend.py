"""A backend whose sdist promises a classifier that its wheel does not have."""

import base64
import hashlib
import io
import os
import tarfile
import zipfile

METADATA = "Metadata-Version: 2.2\nName: promising\nVersion: 1.0\n"


def build_sdist(sdist_directory, config_settings=None):
    name = "promising-1.0"
    files = {"PKG-INFO": (METADATA + "Classifier: Topic :: Software Development\n").encode()}
    for file in ("pyproject.toml", "backend.py"):
        with open(file, "rb") as source:
            files[file] = source.read()
    with tarfile.open(os.path.join(sdist_directory, name + ".tar.gz"), "w:gz") as archive:
        for file, data in files.items():
            member = tarfile.TarInfo(name + "/" + file)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return name + ".tar.gz"


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    name = "promising-1.0-py3-none-any.whl"
    info = "promising-1.0.dist-info/"
    files = {
        info + "METADATA": METADATA.encode(),
        info + "WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join("{},sha256={},{}\n".format(file, _digest(data), len(data)) for file, data in files.items())
    files[info + "RECORD"] = (record + info + "RECORD,,\n").encode()
    with zipfile.ZipFile(os.path.join(wheel_directory, name), "w") as wheel:
        for file, data in files.items():
            wheel.writestr(file, data)
    return name


def _digest(data):
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
