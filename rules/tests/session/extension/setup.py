"""An extension that EXTENSION says how to treat: `good`, `optional` (setuptools goes on without it) or `fallback`, as pyyaml
and markupsafe do it: the project catches the error and becomes a pure one."""

import os

from setuptools import Extension, setup

HOW = os.environ.get("EXTENSION", "good")
extension = Extension(
    "quick._speed",
    ["src/quick/_speed.c"],
    define_macros=[] if HOW == "good" else [("BROKEN", None)],
    optional=HOW == "optional",
)
try:
    setup(ext_modules=[extension])
except SystemExit:
    if HOW != "fallback":
        raise
    setup(ext_modules=[])
