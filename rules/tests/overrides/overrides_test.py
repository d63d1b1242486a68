"""BE-6: what is overridden for one project, for all of them, and what is patched, in one build with what is not."""

import os
import unittest

from rules.tests.session.attempts import Attempt, members

HERE = os.path.dirname(__file__)


def generator(name):
    """Which setuptools made a wheel."""
    found = members(os.path.join(HERE, name + ".dist"))
    (wheel,) = [text.decode() for member, text in found.items() if member.endswith(".dist-info/WHEEL")]
    (line,) = [line for line in wheel.splitlines() if line.startswith("Generator: ")]
    return line


def log(name):
    with open(os.path.join(HERE, name + ".log"), encoding="utf-8") as file:
        return file.read()


class OverridesTest(unittest.TestCase):
    def test_replaced(self):
        """One source, with the version that is declared and with another."""
        self.assertEqual(generator("replaced"), "Generator: setuptools (80.9.0)")
        self.assertIn("override       replace setuptools==80.9.0 (//rules/tests/overrides:older)\n", log("replaced"))
        self.assertNotIn("(80.9.0)", generator("as_declared"))
        self.assertNotIn("\noverride ", log("as_declared"))
        self.assertIn("\nvariables      OF_THE_TARGET=1\n", log("as_declared"))

    def test_matched(self):
        self.assertEqual(generator("matched"), "Generator: setuptools (80.9.0)")
        self.assertIn("match_runtime setuptools==80.9.0, as in runtime_lock.txt (//rules/tests/overrides:as_at_run_time)\n", log("matched"))

    def test_stronger(self):
        """What a project's own override speaks of is not constrained for all."""
        self.assertNotIn("constraint", log("stronger"))

    def test_patched(self):
        self.assertIn("Xlib/display.py", members(os.path.join(HERE, "patched.dist")))
        self.assertIn("patch          rules/tests/overrides/no_pkg_resources.patch changed setup.py\n", log("patched"))
        self.assertIn("override       remove setuptools-scm (//rules/tests/overrides:without_scm)\n", log("patched"))
        self.assertIn("this override has met nothing: remove never-asked-for (//rules/tests/overrides:without_scm)\n", log("patched"))

    def test_failures(self):
        for name, parts in {
            "contradicted": ["override //rules/tests/overrides:older: ", "//rules/tests/overrides:newer also speaks of setuptools: replace setuptools>=82", "Possible fixes:"],
            "host_packages": ["nothing is kept from one build to the next, so that none is a warm one: the cache directory was empty at the start, gone at the end"],
            "misfit": ["crcmod-1.7.tar.gz: patch rules/tests/overrides/no_pkg_resources.patch: setup.py: hunk 1 of 1 does not fit: on line 2 the patch expects", "make the patch again, for this very version"],
            "not_replaced": ["wanted setuptools>=81, found setuptools 80.9.0", "bazel run //rules/tests/overrides:lock"],
            "out_of_bounds": ["wanted setuptools<81 (by constraint of //rules/tests/overrides:constraint), found setuptools 8", "lock again: "],
            "unmatched": ["wanted setuptools==80.9.0 (by match_runtime of //rules/tests/overrides:as_at_run_time), found setuptools 8"],
        }.items():
            with self.subTest(name):
                attempt = Attempt("../overrides/" + name + "_attempt")
                self.assertEqual((attempt.code, attempt.wheels), (1, {}), attempt)
                self.assertIn("//rules/tests/overrides:" + name + ": ", attempt.err)
                for part in parts:
                    self.assertIn(part, attempt.err)


if __name__ == "__main__":
    unittest.main()
