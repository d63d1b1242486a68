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
