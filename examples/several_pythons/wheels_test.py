"""One target gave a wheel for each Python; the pure one is the same from each (BYTES-1)."""

import pathlib
import sys
import unittest

DIRECTORIES = [pathlib.Path(directory) for directory in sys.argv[1:]]
VERSIONS = ["3.13", "3.14", "3.15"]


def wheel(version, package):
    (directory,) = [d for d in DIRECTORIES if d.parts[-2:] == (version, package)]
    (found,) = directory.iterdir()
    return found


class WheelsTest(unittest.TestCase):
    def test_tags(self):
        for version in VERSIONS:
            tag = "cp" + version.replace(".", "")
            self.assertRegex(wheel(version, "several_pythons").name, "^several-1.0-{0}-{0}-linux_".format(tag))

    def test_pure(self):
        names = {wheel(version, "hatchling").name for version in VERSIONS}
        self.assertEqual(len(names), 1, names)
        self.assertRegex(names.pop(), "-py3-none-any[.]whl$")
        self.assertEqual(len({wheel(version, "hatchling").read_bytes() for version in VERSIONS}), 1)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
