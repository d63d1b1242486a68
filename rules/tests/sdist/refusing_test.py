"""HOOK-2: a backend that makes no sdist, because it has no hook or because it says so, is a clear error."""

import os
import unittest

from rules.tests.session.attempts import Attempt

HERE = "../sdist/"


class RefusingTest(unittest.TestCase):
    def check(self, name, *texts):
        attempt = Attempt(os.path.join(HERE, name + "_attempt"))
        self.assertEqual(attempt.code, 1, attempt)
        self.assertEqual(attempt.wheels, {})
        for text in ("//rules/tests/sdist:" + name + ": ", "Possible fixes:") + texts:
            self.assertIn(text, attempt.err)

    def test_missing(self):
        self.check("missing", "backend has no build_sdist", "PEP 517")

    def test_unsupported(self):
        self.check(
            "unsupported",
            "build_sdist of backend:refusing is unsupported: ",
            "there is no version control here",
            "build from the source tree instead",
        )


if __name__ == "__main__":
    unittest.main()
