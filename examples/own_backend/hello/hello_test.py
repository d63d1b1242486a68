"""The module is what the repository's own backend makes (BE-8)."""

import unittest

import hello_world


class HelloTest(unittest.TestCase):
    def test_greeting(self):
        self.assertEqual(hello_world.GREETING, "Hello from our own backend")


if __name__ == "__main__":
    unittest.main()
