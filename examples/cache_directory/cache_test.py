"""The wheel is right, and the backend was given an empty `cache_directory` (CACHE-1, CACHE-5)."""

import pathlib
import sys
import unittest

import capitals


class CacheTest(unittest.TestCase):
    def test_the_tables_are_in_the_wheel(self):
        self.assertEqual(capitals.CAPITALS, {"France": "Paris", "Italy": "Rome", "Japan": "Tokyo", "Nepal": "Kathmandu"})

    def test_the_hook_was_given_an_empty_directory(self):
        log = pathlib.Path(LOG).read_text()
        self.assertIn("== build_wheel of tables, with cache_directory ==\nmade ['asia.csv', 'europe.csv'] and reused []\n", log)


if __name__ == "__main__":
    LOG = sys.argv.pop()
    unittest.main()
