"""`pyproject_library`: parts of one namespace package, deps, data, resources and metadata."""

import importlib.metadata
import os
import unittest

import points.north
import points.south
from rules.tests.library import compass


class LibraryTest(unittest.TestCase):
    def test_namespace_package(self):
        """Two libraries hold parts of the package `points`; the test names only one of them, through a py_library."""
        self.assertEqual(compass.TEXT, "snow\nsand\n")
        self.assertEqual(len(points.__path__), 2)
        self.assertEqual(len({os.path.dirname(os.path.dirname(module.__file__)) for module in (points.north, points.south)}), 2)

    def test_metadata(self):
        self.assertEqual(importlib.metadata.version("points-north"), "1.0")
        self.assertEqual(importlib.metadata.version("points-south"), "2.0")
        self.assertEqual(importlib.metadata.requires("points-north"), ["points-south"])
        files = {str(file) for file in importlib.metadata.files("points-north")}
        self.assertLessEqual({"points/north/__init__.py", "points/north/data.txt"}, files)

    def test_data(self):
        """`data` of a library that is only a dep is there."""
        with open(os.path.join(os.path.dirname(__file__), "needed_at_run_time.txt")) as file:
            self.assertEqual(file.read(), "found\n")


if __name__ == "__main__":
    unittest.main()
