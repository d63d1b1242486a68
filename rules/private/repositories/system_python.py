# Prints what system_python.bzl needs to know of an interpreter, as JSON. Runs on every Python from 2.7 up, so that one
# that is too old is told so. The helper asks an interpreter much more, later, in an action (tools/internal/interpreter).
import json
import os
import platform
import struct
import sys
import sysconfig


def libc():
    if not sys.platform.startswith("linux"):
        return "none"
    try:
        return "gnu" if os.confstr("CS_GNU_LIBC_VERSION") else "musl"
    except (AttributeError, OSError, ValueError):
        return "musl"  # it does not know that name; no third one is in use with CPython


implementation = getattr(sys, "implementation", None)
include = sysconfig.get_paths()["include"]
print(json.dumps({
    "implementation": implementation.name if implementation else "python2",
    "version_info": sys.version_info[:2],
    "version": platform.python_version(),
    "identity": " ".join(sys.version.split()),
    "free_threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
    "bits": 8 * struct.calcsize("P"),
    "machine": platform.machine(),
    "libc": libc(),
    "headers": include if os.path.exists(os.path.join(include, "Python.h")) else "",
}))
