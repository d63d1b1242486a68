# Prints what interpreter.Facts holds, as JSON. Runs on every Python from 2.7 up, so that an interpreter that is too
# old is told so; knows nothing that Go can find out by itself.
import json
import os
import platform
import struct
import sys
import sysconfig


def full_version(info):
    text = "%d.%d.%d" % info[:3]
    if info[3] != "final":
        text += info[3][0] + str(info[4])
    return text


def libc():
    # As packaging._manylinux does: glibc says its version itself; musl is recognised by the loader (in Go).
    try:
        name, version = os.confstr("CS_GNU_LIBC_VERSION").split()
        return {"name": name, "version": version}
    except (AttributeError, OSError, ValueError):
        return {}


name = getattr(sys, "implementation", None)
base = getattr(sys, "base_prefix", sys.prefix)
executable = os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable)
variable = sysconfig.get_config_var
short = "%d.%d" % sys.version_info[:2]
print(json.dumps({
    "implementation": name.name if name else "python2",
    "version_info": sys.version_info[:2],
    "version": full_version(sys.version_info),
    "executable": executable,
    "base_prefix": os.path.realpath(base),
    "platform": sysconfig.get_platform(),
    "macos": platform.mac_ver()[0],
    "bits": 8 * struct.calcsize("P"),
    "soabi": variable("SOABI") or "",
    "ext_suffix": variable("EXT_SUFFIX") or "",
    "cache_tag": getattr(name, "cache_tag", None) or "",
    "abiflags": getattr(sys, "abiflags", ""),
    "free_threaded": bool(variable("Py_GIL_DISABLED")),
    "debug": hasattr(sys, "gettotalrefcount"),
    "libc": libc(),
    "stdlib": os.path.dirname(os.path.realpath(os.__file__)),
    "include": sysconfig.get_path("include") or "",
    "platlib": getattr(sys, "platlibdir", "lib"),
    "markers": {
        "implementation_name": name.name if name else "",
        "implementation_version": full_version(name.version) if name else "",
        "os_name": os.name,
        "platform_machine": platform.machine(),
        "platform_python_implementation": platform.python_implementation(),
        "platform_release": platform.release(),
        "platform_system": platform.system(),
        "platform_version": platform.version(),
        "python_full_version": platform.python_version(),
        "python_version": short,
        "sys_platform": sys.platform,
    },
}))
