"""A backend that makes its module once, and never again."""

import base64
import hashlib
import pathlib
import zipfile


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None, *, cache_directory=None):
    kept = pathlib.Path(cache_directory, "module.py")
    if not kept.exists():
        kept.write_text("TEXT = %r\n" % pathlib.Path("text.txt").read_text())
    info = "lying-1.0.dist-info/"
    files = {
        "lying.py": kept.read_bytes(),
        info + "METADATA": b"Metadata-Version: 2.1\nName: lying\nVersion: 1.0\n",
        info + "WHEEL": b"Wheel-Version: 1.0\nGenerator: lying\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    lines = ["%s,sha256=%s,%d\n" % (name, digest(data), len(data)) for name, data in files.items()]
    files[info + "RECORD"] = "".join(lines + [info + "RECORD,,\n"]).encode()
    with zipfile.ZipFile(pathlib.Path(wheel_directory, "lying-1.0-py3-none-any.whl"), "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return "lying-1.0-py3-none-any.whl"


def digest(data):
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
