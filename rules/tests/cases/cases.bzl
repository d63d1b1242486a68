"""The published sdists that the rules are proved on, and how the wheel of each differs."""

# What occurs, as case_test.py lists it, by what brings it about. Our wheels are written anew, so that equal contents give
# equal bytes; backends keep their own order and modes, and compress with zlib.
_COMPRESSION = ["compression"]
_DIRECTORIES = ["entries for directories"]
_MODES = ["modes beside the executable bit"]
_ORDER = ["order of the entries", "*.dist-info/RECORD: RECORD"]
_TIMES = ["times"]

def _native(extension):
    """The differences of a native module: it was compiled in a directory with another name, which debug information holds."""
    return [
        extension + ": ELF build-id",
        extension + ": ELF debug information and symbol tables",
    ]

def _case(allowed):
    """A case.

    Args:
      allowed: in what our wheel differs from pypa/build's: what the verb `compare` allows, and nothing else.
    Returns:
      A struct.
    """
    return struct(allowed = allowed)

CASES = {
    "attrs": _case(allowed = _COMPRESSION),
    "beavers": _case(allowed = _COMPRESSION + _ORDER),
    "charset_normalizer": _case(allowed = _COMPRESSION + _MODES + _ORDER),
    "crcmod": _case(allowed = _COMPRESSION + _MODES + _ORDER + _native("crcmod/_crcfunext.so")),
    "django_stubs_ext": _case(allowed = _COMPRESSION + _DIRECTORIES + _ORDER),
    "docopt": _case(allowed = _COMPRESSION + _MODES + _ORDER),
    "enscons": _case(allowed = _COMPRESSION + _MODES + _ORDER + _TIMES),
    "flit_core": _case(allowed = _COMPRESSION + _ORDER),
    "hatchling": _case(allowed = _COMPRESSION + _ORDER),
    "idna": _case(allowed = _COMPRESSION + _ORDER),
    "jupyterlab_pygments": _case(allowed = _COMPRESSION + _ORDER),
    "markupsafe": _case(allowed = _COMPRESSION + _MODES + _ORDER + _native("markupsafe/_speedups.so")),
    "mccabe": _case(allowed = _COMPRESSION + _MODES + _ORDER),
    "os_service_types": _case(allowed = _COMPRESSION + _MODES + _ORDER),
    "pdm_backend": _case(allowed = _COMPRESSION + _MODES),
    "pluggy": _case(allowed = _COMPRESSION + _MODES + _ORDER),
    "poetry_core": _case(allowed = _COMPRESSION),
    "setuptools_scm": _case(allowed = _COMPRESSION + _MODES + _ORDER),
    "sgmllib3k": _case(allowed = _COMPRESSION + _MODES),
    "tomli": _case(allowed = _COMPRESSION + _ORDER),
    "tomlkit": _case(allowed = _COMPRESSION),
}
