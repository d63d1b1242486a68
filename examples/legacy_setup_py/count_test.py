"""A project without pyproject.toml is built as PEP 517 says: by setuptools' legacy backend."""

import unittest
from importlib import metadata

import wordcount


class CountTest(unittest.TestCase):
    def test_count(self):
        self.assertEqual(wordcount.count("one two  three"), 3)

    def test_metadata(self):
        self.assertEqual(metadata.version("wordcount"), "0.9")


if __name__ == "__main__":
    unittest.main()
