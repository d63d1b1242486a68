"""`pyproject_shell`: the room of a build for a person, docs/debugging.md, by the launcher that `bazel run` starts."""

import os
import subprocess
import tempfile
import unittest

SHELL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "shell")


def shell(*arguments, stdin="", cwd=None):
    return subprocess.run([SHELL, *arguments], input=stdin, capture_output=True, text=True, cwd=cwd)


class ShellTest(unittest.TestCase):
    def test_commands_on_standard_input(self):
        """The walls, environment, source copy and variables of the build; from whatever directory it is called."""
        with tempfile.TemporaryDirectory() as elsewhere:
            done = shell(stdin="pwd; which python cc; echo $HOME $SOURCE_DATE_EPOCH; ls; python -c 'import setuptools'\n", cwd=elsewhere)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done)
        self.assertEqual(
            done.stdout.split("\n"),
            [
                "/pyproject/source/extension",
                "/pyproject/environment/bin/python",
                "/pyproject/compilers/cc",
                "/pyproject/home 315532800",
                "pyproject.toml",
                "setup.py",
                "src",
                "",
            ],
        )

    def test_hook(self):
        done = shell(stdin="hook build_wheel && python -m zipfile -l /pyproject/output/build_wheel/*.whl\n")
        self.assertEqual(done.returncode, 0, done)
        self.assertRegex(done.stdout, r"quick/_speed\.cpython-\S*\.so")

    def test_command_and_exit_code(self):
        done = shell("python", "-c", "import sys; print(sys.argv[1:]); sys.exit(7)", "a b", "--walls=none")
        self.assertEqual((done.returncode, done.stdout), (7, "['a b', '--walls=none']\n"), done)

    def test_nothing_stays(self):
        """What is written there vanishes with the shell."""
        done = shell(stdin="echo changed >> setup.py; touch new; tail -n 1 setup.py; exit 3\n")
        self.assertEqual((done.returncode, done.stdout), (3, "changed\n"), done)
        done = shell(stdin="ls new; grep -c changed setup.py\n")
        self.assertEqual((done.returncode, done.stdout), (1, "0\n"), done)


if __name__ == "__main__":
    unittest.main()
