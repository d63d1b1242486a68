"""A backend that makes a module of a greeting: the whole project is its pyproject.toml."""

import base64
import hashlib
import pathlib
import re
import zipfile

from packaging.utils import canonicalize_name


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    text = pathlib.Path("pyproject.toml").read_text()
    name, greeting = (re.search(f'^{key} = "(.*)"$', text, re.MULTILINE)[1] for key in ("name", "greeting"))
    module = canonicalize_name(name).replace("-", "_")
    info = f"{module}-1.0.dist-info"
    files = {
        f"{module}.py": f"GREETING = {greeting!r}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: greeting_backend\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{info}/RECORD"] = "".join(_recorded(path, text) for path, text in files.items()) + f"{info}/RECORD,,\n"
    wheel = f"{module}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(pathlib.Path(wheel_directory, wheel), "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return wheel


def _recorded(path, text):
    digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
    return f"{path},sha256={digest},{len(text.encode())}\n"
