"""The library that the sdist's own backend built works, with its C speed-ups."""

import unittest

import markupsafe
import markupsafe._speedups


class EscapeTest(unittest.TestCase):
    def test_escape(self):
        self.assertEqual(str(markupsafe.escape("<a & b>")), "&lt;a &amp; b&gt;")

    def test_speedups_are_used(self):
        self.assertIs(markupsafe._escape_inner, markupsafe._speedups._escape_inner)


if __name__ == "__main__":
    unittest.main()
