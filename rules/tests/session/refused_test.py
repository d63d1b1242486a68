"""Bad input, namespaces refused: `walls = required` is an error that names the cure, and nothing is built in silence."""

import unittest

from rules.tests.session.attempts import Attempt


class RefusedTest(unittest.TestCase):
    def test_required(self):
        attempt = Attempt("refused_required")
        self.assertEqual((attempt.code, attempt.wheels), (1, {}), attempt)
        for part in (
            "//rules/tests/session:troubled: walls=required needs user namespaces, and this machine refuses them",
            "Cause: /proc/sys/user/max_user_namespaces is 0.",
            "sysctl user.max_user_namespaces=",
            "--@rules_pyproject//rules/settings:walls=paths",
            "@rules_pyproject//rules/constraints:namespaces_refused",
            "docs/walls.md",
        ):
            self.assertIn(part, attempt.err)

    def test_paths(self):
        attempt = Attempt("refused_paths")
        self.assertEqual((attempt.code, list(attempt.wheels)), (0, ["troubled-1.0-py3-none-any.whl"]), attempt)


if __name__ == "__main__":
    unittest.main()
