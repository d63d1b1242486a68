"""BYTES-1: a C extension with debug information has the same bytes with both kinds of walls, with each kind of interpreter."""

import os
import unittest

from rules.tests.session.attempts import members, wheels

HERE = os.path.dirname(__file__)


class SameBytesTest(unittest.TestCase):
    def test_extension(self):
        for interpreter in "in_build", "system":
            paths, required = (os.path.join(HERE, "extension_{}_{}.dist".format(interpreter, walls)) for walls in ("paths", "required"))
            with self.subTest(interpreter):
                differing = [name for name, data in members(paths).items() if members(required).get(name) != data]
                self.assertEqual(differing, [])
                self.assertTrue(wheels(paths) == wheels(required))
                for name, data in members(paths).items():
                    self.assertNotIn(b"/tmp/", data, name)


if __name__ == "__main__":
    unittest.main()
