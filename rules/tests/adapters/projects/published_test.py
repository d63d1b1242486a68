"""CACHE-6 and CACHE-7 for a published project: warm and cold builds have the same bytes, and only what was edited is compiled."""

import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile
import unittest

PROJECT = sys.argv[1]
FILES = [pathlib.Path(path) for path in sys.argv[2:]]

# setuptools has no mapping: it calls the compiler for all files, and the compiler cache has most of the objects.
MAPPED = PROJECT != "cmarkgfm"


def named(name):
    (found,) = [path for path in FILES if path.name == name]
    return found


def wheel(name):
    (found,) = named(PROJECT + name + ".dist").iterdir()
    return found.read_bytes()


def log(name):
    return named(PROJECT + name + ".log").read_text()


def called(name):
    """How often the build system called a compiler: lines of a quiet one, or whole commands."""
    text = log(name).partition("== build_wheel")[2]
    return len(re.findall(r"(?m)(?:Compiling|Building) C(?:XX|\+\+)? object|^\[\d+/\d+\] /pyproject/compilers/.* -c \S+$", text))


def compiled(name):
    """How many objects ccache did not have, in this build and in the first one."""
    with tempfile.TemporaryDirectory() as directory:
        with tarfile.open(named(PROJECT + name + ".cache.tar")) as archive:
            archive.extractall(directory, filter="fully_trusted")
        (store,) = pathlib.Path(directory).glob("**/ccache")
        text = subprocess.run(["/usr/bin/ccache", "--dir", store, "--print-stats"], check=True, stdout=subprocess.PIPE, text=True).stdout
    return int(re.search(r"(?m)^cache_miss\t(\d+)$", text)[1])


class PublishedTest(unittest.TestCase):
    def test_same_bytes(self):
        self.assertEqual(wheel("_same"), wheel(""))
        for edit in ["_edited", "_header"]:
            self.assertEqual(wheel(edit), wheel(edit + "_cold"), edit)
            self.assertNotEqual(wheel(edit), wheel(""), edit)

    def test_the_directory_was_kept(self):
        for edit in ["_same", "_edited", "_header"]:
            self.assertIn("\ncache          as the last build left it", log(edit), edit)
            self.assertEqual("\ncache mapping  for " in log(edit), MAPPED, edit)

    def test_compiled(self):
        first = compiled("")
        self.assertGreater(first, 1)
        self.assertEqual(compiled("_same") - first, 0)
        self.assertEqual(compiled("_edited") - first, 1)
        self.assertGreaterEqual(compiled("_header") - first, 1)
        self.assertLessEqual(compiled("_header") - first, first)

    def test_called(self):
        if not MAPPED:
            return
        self.assertEqual(called("_same"), 0)
        self.assertGreaterEqual(called("_edited"), 1)
        self.assertLess(called("_edited"), called("_edited_cold"))
        self.assertGreaterEqual(called("_header"), 1)
        self.assertLessEqual(called("_header"), called("_header_cold"))
        self.assertGreater(called("_edited_cold"), 1)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
