"""HOOK-3: metadata of real backends, without a wheel where they can tell them, and what a difference to the wheel is."""

import importlib.metadata
import os
import pathlib
import unittest

HERE = pathlib.Path(os.path.dirname(__file__))

# By target: name, version, requirements, entry points.
EXPECTED = {
    "extension": ("fastsum", "2.1", "", ""),
    "flit": ("greet-flit", "0.3", "", ""),
    "hatchling": (
        "Greeter.Of-People",
        "1.0",
        "idna>=3\ntomli; python_version < '3.11'\n",
        "[console_scripts]\ngreet = greeter:main\n",
    ),
    "legacy": ("wordcount", "0.9", "", ""),
    "untold": ("promising", "1.0", "", ""),
}


def read(name):
    return (HERE / name).read_text(encoding="utf-8")


class MetadataTest(unittest.TestCase):
    def test_outputs(self):
        for target, (name, version, requirements, entry_points) in EXPECTED.items():
            with self.subTest(target):
                found = importlib.metadata.PathDistribution(HERE / (target + ".dist-info"))
                self.assertEqual((found.metadata["Name"], found.version), (name, version))
                self.assertEqual(found.read_text("METADATA"), read(target + ".METADATA"))
                self.assertEqual(read(target + ".requirements.txt"), requirements)
                self.assertEqual(read(target + ".entry_points.txt"), entry_points)
                self.assertIsNone(found.read_text("RECORD"))

    def test_match(self):
        self.assertEqual(read("hatchling.differences"), "")
        self.assertIn("-Requires-Dist: idna", read("mismatched.differences"))


if __name__ == "__main__":
    unittest.main()
