"""`pyproject_script`: arguments, streams, exit codes, isolation from the machine, and a name that the wheel has not."""

import json
import os
import subprocess
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))


def run(name, *arguments, program=None, **keywords):
    keywords.setdefault("input", "")
    return subprocess.run([program or os.path.join(HERE, name), *arguments], capture_output=True, text=True, **keywords)


class ScriptTest(unittest.TestCase):
    def test_arguments_streams_and_exit_code(self):
        for name in "repeat", "renamed":
            done = run(name, "3", "a b", "", "--x=ü", "-I", input="in\n")
            self.assertEqual((done.returncode, json.loads(done.stdout)), (3, [["3", "a b", "", "--x=ü", "-I"], "in\n"]), done)

    def test_message(self):
        done = run("fail")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (1, "", "nothing works\n"))

    def test_gui_script(self):
        done = run("window")
        self.assertEqual((done.returncode, done.stdout), (0, "a window\n"), done)

    def test_absent(self):
        done = run("absent")
        self.assertEqual(done.returncode, 1)
        self.assertIn("//rules/tests/library:absent: the wheel has no script absent", done.stderr)
        self.assertIn("Possible fixes: name one of: fail, repeat, show, window", done.stderr)

    def test_isolated(self):
        """No package, variable or customisation of the machine."""
        with tempfile.TemporaryDirectory() as hostile:
            for name in "json.py", "sitecustomize.py", "programs.py":
                with open(os.path.join(hostile, name), "w") as file:
                    file.write("raise SystemExit('hostile')")
            done = run("show", env=dict(os.environ, PYTHONPATH=hostile, PYTHONHOME=hostile), cwd=hostile)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(json.loads(done.stdout), {"customize": [], "host": [], "name": "show"})

    def test_places(self):
        """Called by a relative path, by a link from elsewhere, and with the variable of some other program's runfiles."""
        with tempfile.TemporaryDirectory() as directory:
            link = os.path.join(directory, "link")
            os.symlink(os.path.join(HERE, "repeat"), link)
            os.symlink("link", os.path.join(directory, "second"))
            plain = {name: value for name, value in os.environ.items() if name != "RUNFILES_DIR"}
            for program, cwd in (link, None), ("./second", directory), ("./repeat", HERE):
                for env in plain, dict(plain, RUNFILES_DIR=directory):
                    with self.subTest(program=program, env="RUNFILES_DIR" in env):
                        done = run("", "0", program=program, cwd=cwd, env=env)
                        self.assertEqual((done.returncode, done.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main()
