# Compiles the files named on standard input, one path a line, relative to the directory argv[1], as if they lay in
# argv[2]. A file that does not compile is left alone: distributions bring templates and files for other Pythons.
import importlib.util
import marshal
import os
import sys
import types


def parts(value, held):
    """Appends all that a code object is made of, and the code objects in it, to a list."""
    if isinstance(value, types.CodeType):
        # Some attributes give a new tuple each time they are asked for: it does no harm in the list.
        value = tuple(getattr(value, name) for name in dir(value) if name.startswith("co_"))
    held.append(value)
    if isinstance(value, (tuple, frozenset)):
        for part in value:
            if isinstance(value, frozenset) and not isinstance(part, (str, bytes, int, float, complex, tuple)):
                raise ValueError("before 3.12 the hash of None, and so the order of this set, is an address")
            parts(part, held)


def compile_file(name):
    path = os.path.join(stage, name)
    with open(path, "rb") as file:
        source = file.read()
    code = compile(source, inside + "/" + name, "exec", dont_inherit=True)
    held = []
    if sys.version_info < (3, 11):
        # Until then marshal marked a name as one that may be referred to again only if something else happened to
        # hold it, anywhere in the process, and wrote sets in their own order (bpo-34093, bpo-37596). Rarely, and
        # mostly on a busy machine, that gave other bytes.
        parts(code, held)
    # PEP 552: bit 0 says that there is a hash in the place of a time, bit 1 would ask for comparing it.
    header = importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little") + importlib.util.source_hash(source)
    content = header + marshal.dumps(code)
    target = importlib.util.cache_from_source(path, optimization="")
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "wb") as file:
        file.write(content)


stage, inside = sys.argv[1:]
for name in sys.stdin.buffer.read().decode().split("\n"):
    try:
        if name:
            compile_file(name)
    except Exception:
        pass
