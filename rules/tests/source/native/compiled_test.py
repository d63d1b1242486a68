"""What meson-python, built from source, has built (from source, tools that stand for requirements)."""

import unittest

import compiled


class CompiledTest(unittest.TestCase):
    def test_answer(self):
        self.assertEqual(compiled.answer(), 42)


if __name__ == "__main__":
    unittest.main()
