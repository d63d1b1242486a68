"""A wheel that another module's rules made is used."""

import unittest

import shout


class ShoutTest(unittest.TestCase):
    def test_shout(self):
        self.assertEqual(shout.shout("hello"), "HELLO!")


if __name__ == "__main__":
    unittest.main()
