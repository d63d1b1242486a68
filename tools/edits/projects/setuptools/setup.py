import os
import subprocess
import sys

from setuptools import Extension, setup

LEVEL = 1
subprocess.check_call([sys.executable, "gen/made.py", "made.h"])
if os.stat("src/table.src").st_mtime > os.stat("src/table.c").st_mtime:
    subprocess.check_call([sys.executable, "gen/table.py", "src/table.src", "src/table.c"])
subprocess.check_call([sys.executable, "gen/renew.py", "gen/numbers.txt", "src/table.c"])
setup(
    libraries=[("parts", {"sources": ["src/part_a.c", "src/part_b.c"], "cflags": ["-fPIC"]})],
    ext_modules=[
        Extension(
            "pkg._module",
            ["src/module.c", "src/loose.c", "src/table.c"],
            include_dirs=["inc/first", "inc/second", "."],
            extra_link_args=["-Wl,--version-script=src/module.map"],
            define_macros=[("LEVEL", str(LEVEL)), ("FROM_ENV", os.environ.get("FROM_ENV", "0"))],
        )
    ],
)
