"""case_test.py fails where wheels differ, and where the list of allowed differences is not what occurs."""

import json
import os
import subprocess
import sys
import unittest

SCRIPT, HELPER, IDNA, REFERENCE, TOMLI = sys.argv[1:]
ALLOWED = ["*.dist-info/RECORD: RECORD", "compression", "order of the entries"]


def compare(*wheels, allowed=ALLOWED):
    """Returns the exit code and what was said."""
    ran = subprocess.run([sys.executable, SCRIPT, HELPER, *wheels], env=dict(os.environ, ALLOWED=json.dumps(allowed)), capture_output=True, text=True)
    return ran.returncode, ran.stderr


class Comparison(unittest.TestCase):
    def test_equal(self):
        self.assertEqual((0, ""), compare(IDNA, IDNA, REFERENCE))

    def test_other_bytes_of_the_same_contents(self):
        # The reference holds what our wheel does, packed in another way: for BYTES-1 that is not enough.
        code, said = compare(IDNA, REFERENCE, REFERENCE)
        self.assertEqual(1, code)
        self.assertIn("gave other bytes (BYTES-1)", said)
        self.assertIn("0 different", said)

    def test_other_contents_than_the_reference(self):
        code, said = compare(IDNA, IDNA, TOMLI)
        self.assertEqual(1, code)
        self.assertIn("idna/core.py: only in the first wheel", said)

    def test_difference_that_is_not_listed(self):
        code, said = compare(IDNA, IDNA, REFERENCE, allowed=ALLOWED[1:])
        self.assertEqual(1, code)
        self.assertIn("listed in cases.bzl: ['compression', 'order of the entries']", said)

    def test_listed_difference_that_does_not_occur(self):
        code, said = compare(IDNA, IDNA, REFERENCE, allowed=[*ALLOWED, "times"])
        self.assertEqual(1, code)
        self.assertIn("'times'", said)

    def test_what_compilers_leave_need_not_occur(self):
        self.assertEqual((0, ""), compare(IDNA, IDNA, REFERENCE, allowed=[*ALLOWED, "a.so: ELF build-id"]))


unittest.main(argv=sys.argv[:1])
