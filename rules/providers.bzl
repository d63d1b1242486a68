"""The providers that the rules hand to each other.

Everything a rule of this module says about its output is one of these; a rule of somebody else's can read them, and can
return them to stand in for one of ours.
"""

PyprojectPythonInfo = provider(
    doc = """A Python interpreter that build backends run with.

It comes in one of two forms. An *in-build* interpreter is one archive that the build itself holds; a *system* one is a
path on the execution machine, bound read-only, whose version is declared so that it is part of every action's key.""",
    fields = {
        "archive": "File: one uncompressed tar of the interpreter's prefix, or None for a system interpreter.",
        "executable": "string: the interpreter's path, relative to the archive's top, or absolute for a system interpreter.",
        "identity": "string: what tells a system interpreter from another at the same path, its full version above all, so that it is in the key of every action; empty for an archive, whose content is.",
        "libc": "string: the C library that the interpreter is linked with: \"gnu\", \"musl\", or \"none\" where there is no choice.",
        "version": "string: major and minor version, with a \"t\" for a free-threaded interpreter: \"3.13\", \"3.14t\".",
    },
)

BuildEnvironmentInfo = provider(
    doc = "A locked build environment, laid out as an installer does and stored as one file.",
    fields = {
        "archive": "File: one uncompressed tar with everything below `sys.prefix`, but for what names the interpreter.",
        "info": "File: JSON with the interpreter's facts and the distributions, against which requirements are checked.",
        "lock": "string: the label of the lock that the environment is made from, for messages.",
        "python": "PyprojectPythonInfo: the interpreter of the environment.",
        "repair": "string: the command that brings the lock up to date, for messages.",
        "wheels": "depset of File: the wheels that the environment was chosen from: locked files, and what targets have built, which may be directories with one wheel.",
    },
)

PyprojectWheelInfo = provider(
    doc = "A wheel that was built, checked and normalised.",
    fields = {
        "log": "File: what the backend printed, hook by hook.",
        "metadata": "File: a directory, the wheel's `.dist-info` as it is in the wheel.",
        "wheel": "File: a directory with exactly one file, the wheel under its true name; or that file itself where `file_name` was declared.",
    },
)

PyprojectMetadataInfo = provider(
    doc = "The metadata of a wheel that need not have been built.",
    fields = {
        "directory": "File: a directory with what the `.dist-info` holds, RECORD excepted: `METADATA` lies at its top.",
        "entry_points": "File: entry_points.txt; empty where there is none.",
        "log": "File: what the backend printed, hook by hook.",
        "metadata": "File: METADATA.",
        "requirements": "File: the run-time requirements (Requires-Dist), one a line.",
    },
)

PyprojectSdistInfo = provider(
    doc = "A source distribution that was built, checked and normalised.",
    fields = {
        "log": "File: what the backend printed, hook by hook.",
        "sdist": "File: a directory with exactly one file, the sdist under its true name; or that file itself where `file_name` was declared.",
    },
)

PyprojectCacheInfo = provider(
    doc = "The cache directory of a session, as the session left it.",
    fields = {
        "archive": "File: one uncompressed tar, with what the directory belongs to.",
        "project": "string: the identity of the project: the label of its directory, or of its sdist. Another project takes no such cache.",
    },
)

PyprojectSessionInfo = provider(
    doc = "How the hooks of a target are run, for tools that run them again: `pyproject_shell`, `pyproject_cold_equals_warm_test`.",
    fields = {
        "env": "dict: the environment of an action that runs them, which is part of its key and which no hook sees.",
        "flags": "list of string: flags that the target's own verb takes beside the parameters, `--native-extensions` among them.",
        "helper": "FilesToRunProvider: the helper that understands the parameters.",
        "inputs": "depset of File: everything that the parameters name.",
        "params": "File: the parameters of the session, one argument a line.",
    },
)

PyprojectToolInfo = provider(
    doc = "A program that stands for a build requirement: what has it among its `tools` needs no distribution of the name.",
    fields = {
        "requirement": "string: the distribution and its version, as `ninja==1.12.1`.",
    },
)

PyprojectLibraryInfo = provider(
    doc = "A wheel laid out so that Python can import it.",
    fields = {
        "tree": "File: a directory, one import path.",
    },
)

PyprojectOverrideInfo = provider(
    doc = "What is said of build requirements in the place of those who wrote them.",
    fields = {
        "runtime_lock": "File: the lock that the project runs with, or None.",
        "text": "string: the override as JSON, one of the helper's `--override` flags; empty where it says nothing.",
    },
)

PyprojectLockInfo = provider(
    doc = "What a lock is written from, for what holds the lock against it: `pyproject_lock_test`.",
    fields = {
        "helper": "File: the helper that understands the parameters.",
        "out": "string: the lock's path, relative to the main repository.",
        "overrides": "list of PyprojectOverrideInfo: what is said of the requirements.",
        "params": "File: the parameters of the helper's verb `lock`, one argument a line, without those that differ between a build and `bazel run`: the sdist, its patches, the overrides and the session.",
        "patch_strip": "int: how many directories are taken off the names in the patches.",
        "patches": "list of File: what changes the sdist.",
        "sdist": "File: the sdist, or None for a project.",
        "sources": "depset of File: the project's pyproject.toml or setup.py, or its sdist and the patches.",
    },
)
