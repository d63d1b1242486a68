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
    "hatchling": [
        "packaging>=24.2",
        "pathspec>=0.10.1",
        "pluggy>=1.0.0",
        "tomlkit>=0.11.1",
        "trove-classifiers",
    ],
    "idna": [],
    "jupyterlab_pygments": ["hatch-jupyter-builder>=0.5"],
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
