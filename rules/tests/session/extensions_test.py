"""HOOK-6 and HOOK-7: an extension that does not compile, with real setuptools and a real compiler."""

import unittest

from rules.tests.session.attempts import Attempt

PURE = ["quick-1.0-py3-none-any.whl"]
COMPILER = r"_speed\.c:3:10: fatal error: nowhere_to_be_found\.h: No such file or directory"
FIX = r"Possible fixes:\n  - the header nowhere_to_be_found\.h is not among the C\+\+ toolchain's"


class ExtensionsTest(unittest.TestCase):
    def succeeds(self, name):
        attempt = Attempt(name)
        self.assertEqual(attempt.code, 0, attempt)
        self.assertEqual(len(attempt.wheels), 1)
        return attempt

    def fails(self, name, *patterns):
        attempt = Attempt(name)
        self.assertEqual((attempt.code, attempt.wheels), (1, {}), attempt)
        for pattern in patterns:
            self.assertRegex(attempt.err, pattern)
        return attempt

    def test_good(self):
        for native in "auto", "required":
            attempt = self.succeeds("good_" + native)
            self.assertRegex(list(attempt.wheels)[0], r"quick-1\.0-cp3\d+-cp3\d+-linux_")
            self.assertEqual(attempt.err, "")
        self.fails("good_forbidden", r"_speed\.\S*\.so", "forbidden")

    def test_fallback(self):
        """The project goes on without its extension, and says nothing; the wheel agrees with its tags."""
        attempt = self.succeeds("fallback_auto")
        self.assertEqual(list(attempt.wheels), PURE)
        self.assertRegex(attempt.err, "warning: a compiler failed .* and the wheel is pure Python; .*native_extensions = \"required\"")
        self.assertRegex(attempt.log, COMPILER)
        self.assertEqual(list(self.succeeds("fallback_forbidden").wheels), PURE)
        self.fails("fallback_required", COMPILER, 'native_extensions is "required", and no file in it is native', FIX)

    def test_optional(self):
        """setuptools leaves the extension out, and its tags promise one all the same: HOOK-6."""
        for native in "auto", "forbidden", "required":
            self.fails("optional_" + native, COMPILER)


if __name__ == "__main__":
    unittest.main()
