"""CACHE-8: each backend builds in the cache directory, by its own option; not where the user names a directory (CACHE-4)."""

import pathlib
import sys
import unittest

LOGS = [pathlib.Path(log) for log in sys.argv[1:]]
BACKENDS = ["meson-python", "py-build-cmake", "scikit-build-core"]


def log(backend, name):
    (found,) = [log for log in LOGS if log.parts[-2:] == (backend.replace("-", "_"), name + ".log")]
    return found.read_text()


class MappingTest(unittest.TestCase):
    def test_mapped(self):
        for backend in BACKENDS:
            with self.subTest(backend):
                text = log(backend, "wheel")
                self.assertIn("\ncache mapping  for %s\n" % backend, text)
                self.assertIn("cache/build", text.partition("== build_wheel")[2])

    def test_elsewhere(self):
        for backend in BACKENDS:
            with self.subTest(backend):
                text = log(backend, "wheel_elsewhere")
                self.assertRegex(text, "\ncache mapping  off for %s: the config setting .* names a build directory\n" % backend)
                self.assertNotIn("cache/build", text)
                self.assertIn("elsewhere", text.partition("== build_wheel")[2])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
