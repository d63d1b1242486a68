"""Bad input, a source tree of odd files: names, links, modes, through Bazel, hooks, wheel and library (HOOK-5, BYTES-1).

What does not work is Bazel's: no label holds a backslash or a colon, and a source file's name is UTF-8.
"""

import json
import os
import sys
import unittest
import zipfile
from importlib.resources import files

import odd

# Every file below src/odd/data with its content, as it is in the repository.
DATA = {
    "$HOME `x` #hash.txt": "x",
    "--dash.txt": "dash",
    "100%s %% {}.txt": "percent",
    "@at.txt": "at",
    "a directory/a  file with spaces.txt": "spaces",
    "it's \"quoted\".txt": "quotes",
    "key=value=.txt": "equals",
    "link.sh": "#!/bin/sh\necho runs\n",
    "linked/a  file with spaces.txt": "spaces",
    "pyproject.toml": "[broken",  # the shallowest pyproject.toml is the project's
    "run.sh": "#!/bin/sh\necho runs\n",
    "ünïcode ☃ 字.txt": "unicode",
}
SEEN = json.loads(files(odd).joinpath("seen.json").read_text())


def wheel():
    (name,) = os.listdir(sys.argv[1])
    return zipfile.ZipFile(os.path.join(sys.argv[1], name))


class SourcesTest(unittest.TestCase):
    maxDiff = None

    def test_hook_sees_every_file(self):
        """Links are files, and each place has its own content."""
        data = {path[len("src/odd/data/") :]: text for path, (_, _, text) in SEEN.items() if path.startswith("src/odd/data/")}
        self.assertEqual(data, DATA)
        others = {path for path in SEEN if "/data/" not in path}
        self.assertEqual(others, {"pyproject.toml", "setup.py", "src/odd/__init__.py", "src/odd/generated.txt"})

    def test_modes_and_times(self):
        """The copy is the hook's own: it may be written to, though Bazel's outputs may not. Content decides what is executable
        (BYTES-3), so that an output of Bazel's, which is always executable on disk, is not. Times are fixed."""
        executable = {path for path, (mode, _, _) in SEEN.items() if mode == "-rwxr-xr-x"}
        self.assertEqual({"src/odd/data/run.sh", "src/odd/data/link.sh"}, executable)
        self.assertEqual({mode for path, (mode, _, _) in SEEN.items() if path not in executable}, {"-rw-r--r--"})
        self.assertEqual({time for _, time, _ in SEEN.values()}, {315532800})

    def test_wheel_has_every_file(self):
        with wheel() as archive:
            for name, text in DATA.items():
                self.assertEqual(archive.read("odd/data/" + name).decode(), text)
            mode = archive.getinfo("odd/data/run.sh").external_attr >> 16
            self.assertEqual(mode, 0o100755)
            self.assertEqual(archive.getinfo("odd/data/@at.txt").external_attr >> 16, 0o100644)

    def test_library_has_every_file(self):
        for name, text in DATA.items():
            self.assertEqual(files(odd).joinpath("data", name).read_text(), text)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
