"""The published sdists that the rules are proved on, and what each of them needs besides its sdist."""

# Requirements that the case's backend asks for when it runs (REQ-5), which its lock has to name.
CASES = {
    "attrs": [],
    "beavers": [],
    "charset_normalizer": [],
    "crcmod": [],
    "django_stubs_ext": [],
    "docopt": [],
    "enscons": [],
    "flit_core": [],
    "hatchling": [],
    "idna": [],
    "jupyterlab_pygments": [],
    "markupsafe": [],
    "mccabe": ["pytest-runner"],
    "os_service_types": [],
    "pdm_backend": [],
    "pluggy": [],
    "poetry_core": [],
    "setuptools_scm": [],
    "sgmllib3k": [],
    "tomli": [],
    "tomlkit": [],
}
