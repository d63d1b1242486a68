"""CACHE-6 and CACHE-7 for generated C that lies beside its Cython in an sdist: warm and cold it counts as made, and only what was edited is
compiled."""

import pathlib
import sys
import unittest
import zipfile

import ccache

FILES = {path.name: path for path in map(pathlib.Path, sys.argv[1:])}


def wheel(name):
    (found,) = FILES[name + ".dist"].iterdir()
    return found.read_bytes()


def module(name):
    """The extension module; a wheel may hold its .pyx as well."""
    (found,) = FILES[name + ".dist"].iterdir()
    with zipfile.ZipFile(found) as archive:
        (member,) = [member for member in archive.namelist() if member.endswith(".so")]
        return archive.read(member)


class BesideTest(unittest.TestCase):
    def test_same_bytes(self):
        for edit in ["c", "pyx"]:
            with self.subTest(edit):
                self.assertEqual(wheel("beside_" + edit), wheel("beside_%s_cold" % edit))
                self.assertIn("\ncache          as the last build left it", FILES["beside_%s.log" % edit].read_text())

    def test_what_is_there_counts_as_made(self):
        self.assertEqual(module("beside_pyx"), module("beside"))
        self.assertNotIn("Cythonizing", FILES["beside_pyx.log"].read_text())
        self.assertNotEqual(module("beside_c"), module("beside"))

    def test_compiled(self):
        first = ccache.misses(FILES["beside.cache.tar"])
        self.assertEqual(first, 2)
        for edit, expected in {"c": 1, "pyx": 0}.items():
            with self.subTest(edit):
                self.assertEqual(ccache.misses(FILES["beside_%s.cache.tar" % edit]) - first, expected)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
