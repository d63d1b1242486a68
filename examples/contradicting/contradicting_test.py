"""BE-5: each project was built with its own requirements, in one build."""

import unittest

import newer.built_with
import older.built_with


class ContradictingTest(unittest.TestCase):
    def test_each_has_its_own(self):
        self.assertEqual((older.built_with.PBR, older.built_with.SETUPTOOLS), ("5.11.1", "80.9.0"))
        self.assertEqual((newer.built_with.PBR, newer.built_with.SETUPTOOLS), ("6.0.0", "70.0.0"))


if __name__ == "__main__":
    unittest.main()
