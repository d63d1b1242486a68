"""BE-7 and BE-4: what a build may not do fails, and the message names what was asked for and what to declare instead."""

import unittest

from rules.tests.session.attempts import Attempt

# What each trouble's message has, with both kinds of walls.
EXPECTED = {
    "address": ["raised OSError|raised ConnectionRefusedError", "(?s)no network.*declare what it wanted to download"],
    "cargo": ["'cargo'", "cargo is not on PATH: name it in `tools`"],
    "cmake": ["'cmake'", "cmake is not on PATH: add it to the build requirements .*bazel run //rules/tests/environment/setuptools:lock"],
    "git": ["git: .*not found", "git is not on PATH: the source of a build has no history"],
    "name": ["raised URLError", "(?s)no network.*declare what it wanted to download"],
    "pip": ["No module named .?pip", "no pip unless it asks for one; what it would install belongs into .*requires"],
    "pip_program": ["'pip'", "pip"],
    "unlocked": ["No module named 'numpy'", "numpy is not in the build environment: add the distribution .*bazel run //rules/tests/environment/setuptools:lock"],
}

# Required walls know more: what was asked of the network, and that nothing of the machine can be written to.
ONLY_REQUIRED = {
    "address": ["198.51.100.7:8443"],
    "name": ["files.example"],
    "writes": ["Read-only file system", "writes to /usr/include/of_the_host.h"],
}


class TroublesTest(unittest.TestCase):
    def check(self, name, patterns):
        attempt = Attempt(name)
        with self.subTest(name):
            self.assertEqual(attempt.code, 1, attempt)
            self.assertEqual(attempt.wheels, {})
            self.assertIn("//rules/tests/session:troubled: ", attempt.err)
            self.assertRegex(attempt.err, "get_requires_for_build_wheel of setuptools.build_meta ")
            # setuptools runs setup.py from a string, of which a traceback can show no line.
            self.assertNotRegex(attempt.err, r'File "<string>", line \d+, in <module>\n +[^F ]')
            for pattern in patterns:
                self.assertRegex(attempt.err, pattern)
            # The log has the same.
            self.assertIn(attempt.err.strip().split("\n")[-1], attempt.log)

    def test_paths(self):
        for trouble, patterns in EXPECTED.items():
            self.check(trouble + "_paths", patterns)

    def test_required(self):
        for trouble in EXPECTED.keys() | ONLY_REQUIRED.keys():
            self.check(trouble + "_required", EXPECTED.get(trouble, []) + ONLY_REQUIRED.get(trouble, []))

    def test_nothing(self):
        for walls in "paths", "required":
            attempt = Attempt("nothing_" + walls)
            self.assertEqual((attempt.code, attempt.err, list(attempt.wheels)), (0, "", ["troubled-1.0-py3-none-any.whl"]), attempt)


if __name__ == "__main__":
    unittest.main()
