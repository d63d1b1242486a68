"""From source: nothing of an environment is prebuilt, and what was built is what was published.

Arguments: the helper, and the directory of the wheel that was built in the environment. BUILT and PUBLISHED have the files of
two environments, as `environment_files` gives them: that one, and one of the same distributions from the index.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import unittest

# What differs where an author built with another version of the same backend: its own version, and fields of METADATA that the
# older of the two did not know yet.
BACKENDS_OWN = re.compile(r"\.dist-info/(WHEEL|RECORD)$")
NEWER_FIELDS = ("Metadata-Version", "Import-Name")


def is_backends_own(difference):
    file = difference.get("file", "")
    changed = [line[1:] for line in difference.get("detail", "").split("\n") if line[:1] in ("-", "+")]
    newer = file.endswith(".dist-info/METADATA") and all(line.split(":")[0] in NEWER_FIELDS for line in changed)
    return difference["kind"] == "allowed" or newer or bool(BACKENDS_OWN.search(file))


def files(variable):
    paths = [pathlib.Path(path) for path in os.environ[variable].split()]
    return [file for path in paths for file in (path.iterdir() if path.is_dir() else [path])]


def described(variable):
    (info,) = [file for file in files(variable) if file.suffix == ".json"]
    return json.loads(info.read_text())["distributions"]


def wheels(variable):
    found = {file.name.split("-")[0].lower(): file for file in files(variable) if file.suffix == ".whl"}
    return {name: found[name] for name in found if name.replace("_", "-") in {d["name"].lower().replace("_", "-") for d in described(variable)}}


class SourceTest(unittest.TestCase):
    def test_nothing_is_prebuilt(self):
        distributions = described("BUILT")
        self.assertGreater(len(distributions), 8)
        for distribution in distributions:
            with self.subTest(distribution["name"]):
                self.assertIn("//__source__:", distribution["built"])

    def test_what_was_published_was_built(self):
        built, published = wheels("BUILT"), wheels("PUBLISHED")
        self.assertLessEqual({"flit_core", "hatchling", "packaging", "pluggy", "poetry_core", "setuptools", "trove_classifiers"}, set(published))
        for name, wheel in published.items():
            with self.subTest(name):
                self.assertEqual(built[name].name, wheel.name)
                ran = subprocess.run([HELPER, "compare", "--json", built[name], wheel], capture_output=True, text=True)
                differences = json.loads(ran.stdout)["differences"]
                self.assertEqual([d for d in differences if not is_backends_own(d)], [])

    def test_wheel(self):
        (wheel,) = pathlib.Path(WHEEL).iterdir()
        self.assertEqual(wheel.name, "bootstrapped-1.0-py3-none-any.whl")


if __name__ == "__main__":
    HELPER, WHEEL = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1])
