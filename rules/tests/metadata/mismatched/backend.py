"""A backend that prepares other metadata than it builds."""

import base64
import hashlib
import os
import zipfile

METADATA = "Metadata-Version: 2.2\nName: mismatched\nVersion: 1.0\n"
INFO = "mismatched-1.0.dist-info"


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    os.mkdir(os.path.join(metadata_directory, INFO))
    with open(os.path.join(metadata_directory, INFO, "METADATA"), "w") as file:
        file.write(METADATA + "Requires-Dist: idna\n")
    return INFO


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    name = "mismatched-1.0-py3-none-any.whl"
    files = {
        INFO + "/METADATA": METADATA.encode(),
        INFO + "/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join("{},sha256={},{}\n".format(file, _digest(data), len(data)) for file, data in files.items())
    files[INFO + "/RECORD"] = (record + INFO + "/RECORD,,\n").encode()
    with zipfile.ZipFile(os.path.join(wheel_directory, name), "w") as wheel:
        for file, data in files.items():
            wheel.writestr(file, data)
    return name


def _digest(data):
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
