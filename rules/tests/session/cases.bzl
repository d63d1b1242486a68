"""What is attempted, as the helper's arguments by the name of the target. The tests of the same names say what is expected."""

_WALLS = [
    "paths",
    "required",
]

# What a setup.py of `troubled` can do that no build may (BE-7).
TROUBLES = {
    "{}_{}".format(trouble, walls): ["--env=TROUBLE=" + trouble, "--walls=" + walls]
    for trouble in [
        "address",
        "cargo",
        "cmake",
        "git",
        "name",
        "nothing",
        "pip",
        "pip_program",
        "unlocked",
        "writes",
    ]
    for walls in _WALLS
}

# How the setup.py of `extension` treats one that doesn't compile, and what is asked for (HOOK-6, HOOK-7).
EXTENSIONS = {
    "{}_{}".format(how, native): ["--env=EXTENSION=" + how, "--native-extensions=" + native]
    for how in [
        "fallback",
        "good",
        "optional",
    ]
    for native in [
        "auto",
        "forbidden",
        "required",
    ]
}

# Wheels that are built again on a machine that is hostile (BE-4), and, with walls that are paths, below a long path (BE-3).
# The attempt's name says which; the value is the wheel, and its bytes have to be the same.
AGAIN = {
    "{}_{}_{}_{}".format(how, project, interpreter, walls): "//rules/tests/environment:{}_{}_{}".format(project, interpreter, walls)
    for how, kinds in [
        ("hostile", _WALLS),
        ("long_path", ["paths"]),
    ]
    for project in [
        "hatchling",
        "setuptools",
    ]
    for interpreter in [
        "in_build",
        "system",
    ]
    for walls in kinds
} | {
    "hostile_extension": ":extension",
    "long_path_extension": ":extension",
}

def wrapper(name):
    """The script that an attempt of AGAIN is made with."""
    return "hostile.sh" if name.startswith("hostile") else "long_path.sh"
