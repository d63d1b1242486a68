"""The wheel is right; its backend was given a cache directory, empty (CACHE-1, CACHE-5) and then not (CACHE-3, CACHE-6)."""

import pathlib
import sys
import unittest

import capitals


class CacheTest(unittest.TestCase):
    def test_the_tables_are_in_the_wheel(self):
        self.assertEqual(capitals.CAPITALS, {"France": "Paris", "Italy": "Rome", "Japan": "Tokyo", "Nepal": "Kathmandu"})

    def test_the_hook_was_given_an_empty_directory(self):
        self.assertIn("== build_wheel of tables, with cache_directory ==\nmade ['asia.csv', 'europe.csv'] and reused []\n", log("wheel"))

    def test_another_action_starts_with_what_it_left(self):
        self.assertIn("made [] and reused ['asia.csv', 'europe.csv']\n", log("again"))
        self.assertEqual(dist("again"), dist("wheel"))

    def test_metadata_sdist_and_wheel_hand_it_on(self):
        self.assertIn("made ['asia.csv', 'europe.csv'] and reused []\n", log("metadata"))
        self.assertIn("== build_sdist of tables, with cache_directory ==\n", log("handed_sdist"))
        self.assertIn("made [] and reused ['asia.csv', 'europe.csv']\n", log("handed_wheel"))
        for name in "handed_sdist", "handed_wheel":
            self.assertIn("\ncache          as the last build left it: ", log(name))
        self.assertIn("\ncache          empty at the start, gone at the end\n", log("sdist"))
        self.assertEqual(dist("handed_sdist"), dist("sdist"))
        self.assertEqual(dist("handed_wheel"), dist("wheel"))

    def test_those_of_an_sdist_hand_on_theirs(self):
        self.assertIn("made [] and reused ['asia.csv', 'europe.csv']\n", log("sdist_wheel"))
        self.assertEqual(dist("sdist_wheel"), dist("wheel"))


def log(name):
    return FILES[name + "_log"].read_text()


def dist(name):
    (file,) = FILES[name].iterdir()
    return file.name, file.read_bytes()


if __name__ == "__main__":
    FILES = {name: pathlib.Path(path) for name, _, path in (argument.partition("=") for argument in sys.argv[1:])}
    del sys.argv[1:]
    unittest.main()
