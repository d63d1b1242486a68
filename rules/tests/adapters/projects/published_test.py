"""CACHE-6 and CACHE-7 for a published project: warm and cold builds have the same bytes, and only what was edited is compiled."""

import pathlib
import re
import sys
import unittest

PROJECT = sys.argv[1]
FILES = [pathlib.Path(path) for path in sys.argv[2:]]


def named(name):
    (found,) = [path for path in FILES if path.name == name]
    return found


def wheel(name):
    (found,) = named(PROJECT + name + ".dist").iterdir()
    return found.read_bytes()


def log(name):
    return named(PROJECT + name + ".log").read_text()


def called(name):
    """How often the build system called a compiler."""
    return len(re.findall(r"(?:Compiling|Building) C(?:XX|\+\+)? object", log(name).partition("== build_wheel")[2]))


class PublishedTest(unittest.TestCase):
    def test_same_bytes(self):
        self.assertEqual(wheel("_same"), wheel(""))
        for edit in ["_edited", "_header"]:
            self.assertEqual(wheel(edit), wheel(edit + "_cold"), edit)
            self.assertNotEqual(wheel(edit), wheel(""), edit)

    def test_the_directory_was_kept(self):
        for edit in ["_same", "_edited", "_header"]:
            self.assertIn("\ncache          as the last build left it", log(edit), edit)
            self.assertIn("\ncache mapping  for ", log(edit), edit)

    def test_called(self):
        self.assertEqual(called("_same"), 0)
        self.assertEqual(called("_edited"), 1)
        self.assertGreaterEqual(called("_header"), 1)
        self.assertLessEqual(called("_header"), called("_header_cold"))
        self.assertGreater(called("_edited_cold"), 1)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
