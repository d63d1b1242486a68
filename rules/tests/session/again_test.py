"""BE-3, BE-4 and BYTES-1: the same bytes on a machine whose every variable, path and file is hostile, and below a long path.

Arguments: NAME=DIRECTORY, an attempt and the wheel that it has to equal.
"""

import sys
import unittest

from rules.tests.session.attempts import Attempt, wheels

PAIRS = [argument.split("=") for argument in sys.argv[1:]]


class AgainTest(unittest.TestCase):
    def test_same_bytes(self):
        self.assertTrue(PAIRS)
        for name, directory in PAIRS:
            with self.subTest(name):
                attempt = Attempt(name)
                self.assertEqual((attempt.code, attempt.err), (0, ""), attempt)
                self.assertEqual(len(attempt.wheels), 1)
                self.assertEqual(attempt.wheels.keys(), wheels(directory).keys())
                # Not assertEqual: nobody reads a difference of bytes. `pyproject compare` shows it.
                self.assertTrue(attempt.wheels == wheels(directory), "{} is not what {} has".format(attempt.path, directory))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
