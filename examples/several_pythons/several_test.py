"""The extension is the one for the Python that runs, and its build requirements are that Python's (REQ-1)."""

import sys
import unittest

import several

RUNNING = "{}.{}".format(*sys.version_info)
ASKED = sys.argv.pop(1) if len(sys.argv) > 1 else RUNNING


class SeveralTest(unittest.TestCase):
    def test_version(self):
        self.assertEqual(RUNNING, ASKED)
        self.assertEqual(several.version(), RUNNING)

    def test_markers(self):
        expected = ["setuptools"]
        if sys.version_info >= (3, 14):
            expected.append("packaging")
        if sys.version_info < (3, 15):
            expected.append("tomli")
        self.assertEqual(several.requirements(), sorted(expected))


if __name__ == "__main__":
    unittest.main()
