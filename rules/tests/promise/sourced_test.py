"""Package data of an sdist that only its SOURCES.txt names: it is in the wheel as long as that file names it."""

import pathlib
import sys
import unittest
import zipfile


def names(directory):
    (wheel,) = pathlib.Path(directory).iterdir()
    return zipfile.ZipFile(wheel).namelist()


class SourcedTest(unittest.TestCase):
    def test_data(self):
        named, dropped = sys.argv[1:]
        self.assertIn("sourced/data.txt", names(named))
        self.assertNotIn("sourced/data.txt", names(dropped))
        self.assertIn("sourced/__init__.py", names(dropped))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
