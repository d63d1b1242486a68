"""The library is the wheel: its code, its data and its metadata."""

import unittest
from importlib import metadata

import greeter


class GreeterTest(unittest.TestCase):
    def test_code_and_data(self):
        self.assertEqual(greeter.greeting("Ada"), "Good day, Ada!")

    def test_metadata(self):
        distribution = metadata.distribution("greeter")
        self.assertEqual(distribution.version, "1.0")
        scripts = {point.name: point.value for point in distribution.entry_points}
        self.assertEqual(scripts, {"greet": "greeter:main"})

    def test_it_is_the_wheel_that_was_imported(self):
        self.assertIn(".tree", greeter.__file__)


if __name__ == "__main__":
    unittest.main()
