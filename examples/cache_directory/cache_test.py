"""The wheel is right; its backend was given a cache directory, empty (CACHE-1, CACHE-5) and then not (CACHE-3, CACHE-6)."""

import pathlib
import sys
import unittest

import capitals


class CacheTest(unittest.TestCase):
    def test_the_tables_are_in_the_wheel(self):
        self.assertEqual(capitals.CAPITALS, {"France": "Paris", "Italy": "Rome", "Japan": "Tokyo", "Nepal": "Kathmandu"})

    def test_the_hook_was_given_an_empty_directory(self):
        self.assertIn("== build_wheel of tables, with cache_directory ==\nmade ['asia.csv', 'europe.csv'] and reused []\n", LOG.read_text())

    def test_another_action_starts_with_what_it_left(self):
        self.assertIn("made [] and reused ['asia.csv', 'europe.csv']\n", LOG_AGAIN.read_text())
        [wheel], [again] = WHEEL.iterdir(), AGAIN.iterdir()
        self.assertEqual((wheel.name, wheel.read_bytes()), (again.name, again.read_bytes()))


if __name__ == "__main__":
    LOG, LOG_AGAIN, WHEEL, AGAIN = map(pathlib.Path, sys.argv[1:5])
    del sys.argv[1:5]
    unittest.main()
