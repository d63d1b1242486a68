"""Dynamic metadata came from the module: flit read it while it built."""

import unittest
from importlib import metadata

import greet_flit


class VersionTest(unittest.TestCase):
    def test_version_is_the_modules(self):
        self.assertEqual(metadata.version("greet-flit"), greet_flit.__version__)
        self.assertEqual(metadata.metadata("greet-flit")["Summary"], greet_flit.__doc__.splitlines()[0])


if __name__ == "__main__":
    unittest.main()
