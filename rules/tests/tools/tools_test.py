"""`tools`: a program of the target's own, a source file, an output, and one in the place of a basic program, in Bazel's sandbox."""

import os
import unittest

from rules.tests.session.attempts import members

EXPECTED = b"""\
compiled = 'compiled, with argument\\n'
generated = 'generated, with argument\\n'
source_file = 'a source file with argument\\n'
sort = 'our own, with argument\\n'
"""


class ToolsTest(unittest.TestCase):
    def test_tools(self):
        for walls in "paths", "required":
            with self.subTest(walls):
                directory = os.path.join(os.path.dirname(__file__), walls + ".dist")
                self.assertEqual(members(directory)["tooled/__init__.py"], EXPECTED)


if __name__ == "__main__":
    unittest.main()
