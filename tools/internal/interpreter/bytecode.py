# Compiles the files named on standard input, one path a line, relative to the directory argv[1], as if they lay in
# argv[2]. A file that does not compile is left alone: distributions bring templates and files for other Pythons.
import os
import py_compile
import sys

stage, inside = sys.argv[1:]
for name in sys.stdin.buffer.read().decode().split("\n"):
    if not name:
        continue
    try:
        py_compile.compile(
            os.path.join(stage, name),
            dfile=inside + "/" + name,
            doraise=True,
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )
    except Exception:
        pass
