"""The published sdists that the rules are proved on, what each of them needs besides its sdist, and how its wheel differs."""

def _case(allowed = [], requirements = []):
    """A case.

    Args:
      allowed: in what our wheel differs from pypa/build's: what the verb `compare` allows, and nothing else.
      requirements: what the backend asks for when it runs (REQ-5), which the lock has to name.
    Returns:
      A struct.
    """
    return struct(allowed = allowed, requirements = requirements)

CASES = {
    "attrs": _case(),
    "beavers": _case(),
    "charset_normalizer": _case(),
    "crcmod": _case(),
    "django_stubs_ext": _case(),
    "docopt": _case(),
    "enscons": _case(),
    "flit_core": _case(),
    "hatchling": _case(
        requirements = [
            "packaging>=24.2",
            "pathspec>=0.10.1",
            "pluggy>=1.0.0",
            "tomlkit>=0.11.1",
            "trove-classifiers",
        ],
    ),
    "idna": _case(),
    "jupyterlab_pygments": _case(requirements = ["hatch-jupyter-builder>=0.5"]),
    "markupsafe": _case(),
    "mccabe": _case(requirements = ["pytest-runner"]),
    "os_service_types": _case(),
    "pdm_backend": _case(),
    "pluggy": _case(),
    "poetry_core": _case(),
    "setuptools_scm": _case(),
    "sgmllib3k": _case(),
    "tomli": _case(),
    "tomlkit": _case(),
}
