"""The extension was compiled, and it is what runs."""

import unittest

import fastsum
import fastsum._sum


class SumTest(unittest.TestCase):
    def test_total(self):
        self.assertEqual(fastsum.total([1, 2.5, 3]), 6.5)

    def test_wrong_type(self):
        with self.assertRaises(TypeError):
            fastsum.total(["a"])

    def test_native(self):
        self.assertTrue(fastsum._sum.__file__.endswith(".so"))


if __name__ == "__main__":
    unittest.main()
