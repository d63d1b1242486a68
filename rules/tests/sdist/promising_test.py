"""SDIST-3: a wheel that breaks a promise of PKG-INFO is an error, or where that is asked for a warning."""

import os
import unittest

from rules.tests.session.attempts import Attempt, wheels


class PromisingTest(unittest.TestCase):
    def test_error(self):
        attempt = Attempt("../sdist/promising_attempt")
        self.assertEqual(attempt.code, 1, attempt)
        self.assertRegex(attempt.err, r'(?s)Classifier is not that of the sdist.*PKG-INFO: "Topic :: Software Development"')

    def test_warning(self):
        made = wheels(os.path.join(os.path.dirname(__file__), "promising_wheel.dist"))
        self.assertEqual(list(made), ["promising-1.0-py3-none-any.whl"])


if __name__ == "__main__":
    unittest.main()
