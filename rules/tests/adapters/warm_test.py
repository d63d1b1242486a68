"""CACHE-6 and CACHE-7 for one backend: a build that starts with a kept cache directory gives the bytes of a clean one, and compiles
what the change needs."""

import pathlib
import re
import sys
import unittest

import ccache

BACKEND = sys.argv[1]
FILES = [pathlib.Path(path) for path in sys.argv[2:]]

# Those whose build directory is kept.
MAPPED = ["meson_python", "py_build_cmake", "scikit_build_core"]

# How often a real compiler runs after each edit. A new path starts the build directory empty, and the compiler cache has all objects.
# Of the two C files that read the header the preprocessed text of one alone changes. The module is what Cython or cffi generates C of.
COMPILED = {"added": 0, "edited": 1, "header": 1, "module": 1, "options": 2, "same": 0}
COMPILED = {edit: count for edit, count in COMPILED.items() if "wheel_%s.dist" % edit in [path.name for path in FILES]}

# How often the build system calls the compiler.
CALLED = {"added": 2, "edited": 1, "header": 2, "options": 2, "same": 0}


def named(name):
    (found,) = [path for path in FILES if path.name == name]
    return found


def wheel(name):
    (found,) = named(name + ".dist").iterdir()
    return found.read_bytes()


def log(edit):
    return named("wheel_%s.log" % edit).read_text()


def compiled(name):
    """How many objects ccache did not have, in this build and in the first one."""
    return ccache.misses(named(name + ".cache.tar"))


class WarmTest(unittest.TestCase):
    def test_same_bytes(self):
        for edit in COMPILED:
            with self.subTest(edit):
                cold = "wheel" if edit == "same" else "wheel_%s_cold" % edit
                self.assertEqual(wheel("wheel_" + edit), wheel(cold))
        different = [edit for edit in COMPILED if edit != "added"]
        self.assertEqual(len({wheel("wheel_" + edit) for edit in different}), len(different))

    def test_the_directory_was_kept(self):
        for edit in COMPILED:
            with self.subTest(edit):
                self.assertIn("\ncache          as the last build left it", log(edit))
                self.assertIn("\nccache         /usr/bin/ccache\n", log(edit))

    def test_compiled(self):
        first = compiled("wheel")
        self.assertGreaterEqual(first, 2)
        for edit, expected in COMPILED.items():
            with self.subTest(edit):
                self.assertEqual(compiled("wheel_" + edit) - first, expected)

    def test_new_path(self):
        if BACKEND not in MAPPED:
            self.assertNotIn("cache mapping", log("added"))
        else:
            self.assertRegex(log("added"), r"\ncache mapping  deleted build: src/(counted/)?another\.h is new in the source tree\n")
            self.assertNotIn("deleted build:", log("edited"))

    def test_kept_objects(self):
        if BACKEND not in MAPPED:
            return
        for edit, expected in CALLED.items():
            with self.subTest(edit):
                called = re.findall(r"(?:Compiling|Building) C object", log(edit).partition("== build_wheel")[2])
                self.assertEqual(len(called), expected)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
