"""The published sdists that the rules are proved on, and how the wheel of each differs."""

# What occurs, as case_test.py lists it, by what brings it about. Our wheels are written anew, so that equal contents give
# equal bytes; backends keep their own order and modes, and compress with zlib.
_COMPRESSION = ["compression"]
_DIRECTORIES = ["entries for directories"]
_MODES = ["modes beside the executable bit"]
_ORDER = ["order of the entries", "*.dist-info/RECORD: RECORD"]
_TIMES = ["times"]

def _native(*extensions):
    """The differences of native modules: they were compiled in a directory with another name, which debug information holds."""
    return [
        extension + ".so: ELF " + what
        for extension in extensions
        for what in ["build-id", "debug information and symbol tables"]
    ]

def _case(allowed, env = {}, override = {}, isolated = True, python_version = "3.9", sdist_metadata = "error", slow = False):
    """A case.

    Args:
      allowed: in what our wheel differs from pypa/build's: what the verb `compare` allows, and nothing else.
      env: variables of both wheels, and of its lock.
      override: attributes of a `pyproject_override`: the cure of build requirements that have rotted.
      isolated: whether pypa/build may make its own environment, as it does by default; it knows no overrides but constraints.
      python_version: the oldest Python that its lock is for.
      sdist_metadata: what it is when a newer backend than the author's writes other metadata.
      slow: whether it compiles for minutes; it is built by name only then.
    Returns:
      A struct: `allowed`; `env`, `override`, `tags`; `lock`, `reference` and `wheel`, attributes of these.
    """
    return struct(
        allowed = allowed,
        env = env,
        lock = {"python_version": python_version},
        override = override,
        reference = {"isolated": isolated},
        tags = ["manual"] if slow else [],
        wheel = {"sdist_metadata": sdist_metadata},
    )

CASES = {
    "attrs": _case(allowed = _COMPRESSION),
    "beavers": _case(allowed = _COMPRESSION + _ORDER),
    "bluetooth_data_tools": _case(
        allowed = _COMPRESSION + _ORDER,
        # A newer poetry-core than its author's has a classifier for a newer Python.
        sdist_metadata = "warning",
    ),
    "bottleneck": _case(
        allowed = _COMPRESSION + _MODES + _ORDER + _native("bottleneck/move", "bottleneck/nonreduce", "bottleneck/nonreduce_axis", "bottleneck/reduce"),
        # numpy has some 60 files for each version, and another version for each older Python.
        python_version = "3.13",
    ),
    "bug_crowd_api_client": _case(
        allowed = _COMPRESSION + _MODES + _ORDER,
        isolated = False,
        # Its setup_requires, pbr==3.0.1, runs on no Python of today.
        override = {"replace": ["pbr==6.0.0", "setuptools==80.9.0"]},
    ),
    "charset_normalizer": _case(allowed = _COMPRESSION + _MODES + _ORDER),
    "crcmod": _case(allowed = _COMPRESSION + _MODES + _ORDER + _native("crcmod/_crcfunext")),
    "django_stubs_ext": _case(allowed = _COMPRESSION + _DIRECTORIES + _ORDER),
    "docopt": _case(allowed = _COMPRESSION + _MODES + _ORDER),
    "enscons": _case(allowed = _COMPRESSION + _MODES + _ORDER + _TIMES),
    "flit_core": _case(allowed = _COMPRESSION + _ORDER),
    "frozenlist": _case(
        allowed = _COMPRESSION + _MODES + _ORDER,
        # It compiles in a directory with another random name each time, which debug information would hold (BYTES-1).
        env = {"LDFLAGS": "-Wl,--strip-debug"},
    ),
    "hatchling": _case(allowed = _COMPRESSION + _ORDER),
    "idna": _case(allowed = _COMPRESSION + _ORDER),
    "junit_xml_output": _case(allowed = _COMPRESSION + _MODES + _ORDER, override = {"constraints": ["setuptools<81"]}),
    "jupyterlab_pygments": _case(allowed = _COMPRESSION + _ORDER),
    "lz4": _case(allowed = _COMPRESSION + _MODES + _ORDER + _native("lz4/_version", "lz4/block/_block", "lz4/frame/_frame")),
    "markupsafe": _case(allowed = _COMPRESSION + _MODES + _ORDER + _native("markupsafe/_speedups")),
    "mccabe": _case(allowed = _COMPRESSION + _MODES + _ORDER),
    "multidict": _case(allowed = _COMPRESSION + _MODES + _ORDER + _native("multidict/_multidict", "multidict/_testcapi")),
    "os_service_types": _case(allowed = _COMPRESSION + _MODES + _ORDER),
    "pdm_backend": _case(allowed = _COMPRESSION + _MODES),
    "pluggy": _case(allowed = _COMPRESSION + _MODES + _ORDER),
    "poetry_core": _case(allowed = _COMPRESSION),
    "python_xlib": _case(allowed = _COMPRESSION + _MODES + _ORDER, override = {"constraints": ["setuptools<81"]}),
    "pyyaml_5": _case(
        allowed = _COMPRESSION + _MODES + _ORDER,
        # Cython 0.29 writes what Python 3.13 and newer do not compile: without this the wheel is refused (HOOK-7).
        env = {"PYYAML_FORCE_LIBYAML": "0"},
        override = {"constraints": ["Cython<3"]},
    ),
    "regex": _case(allowed = _COMPRESSION + _MODES + _ORDER + _native("regex/_regex"), slow = True),
    "setuptools_scm": _case(allowed = _COMPRESSION + _MODES + _ORDER),
    "sgmllib3k": _case(allowed = _COMPRESSION + _MODES),
    "tomli": _case(allowed = _COMPRESSION + _ORDER),
    "tomlkit": _case(allowed = _COMPRESSION),
    "ujson": _case(allowed = _COMPRESSION + _MODES + _ORDER),
}
