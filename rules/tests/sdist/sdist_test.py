"""SDIST-2, HOOK-4, BYTES-1: what real backends make sdists of, and that a wheel from the sdist is the wheel from the tree."""

import io
import os
import tarfile
import unittest

from rules.tests.session.attempts import wheels

HERE = os.path.dirname(__file__)

# By project: the sdist's name, and some files in it beside PKG-INFO.
EXPECTED = {
    "extension": ("fastsum-2.1", ["pyproject.toml", "src/fastsum/_sum.c", "src/fastsum/_sum.h"]),
    "flit": ("greet_flit-0.3", ["pyproject.toml", "greet_flit/__init__.py"]),
    "hatchling": ("greeter_of_people-1.0", ["pyproject.toml", "README.md", "src/greeter/__init__.py"]),
    "legacy": ("wordcount-0.9", ["setup.py", "wordcount/__init__.py"]),
}


def made(name):
    """The one file of a target's directory: its name and its bytes."""
    ((file, data),) = wheels(os.path.join(HERE, name + ".dist")).items()
    return file, data


class SdistTest(unittest.TestCase):
    def test_contents_sdist_2(self):
        for project, (name, files) in EXPECTED.items():
            with self.subTest(project):
                file, data = made(project + "_sdist")
                self.assertEqual(file, name + ".tar.gz")
                with tarfile.open(fileobj=io.BytesIO(data)) as archive:
                    members = archive.getmembers()
                    found = [member.name for member in members]
                self.assertEqual(len(set(found)), len(found))
                self.assertEqual({member.split("/")[0] for member in found}, {name})
                for wanted in ["PKG-INFO"] + files:
                    self.assertIn(name + "/" + wanted, found)
                for member in members:
                    facts = (member.mtime, member.uid, member.gid, member.uname, member.gname, member.mode)
                    self.assertEqual(facts, (315532800, 0, 0, "", "", 0o755 if member.isdir() else 0o644), member.name)

    def test_same_in_walls_of_paths_bytes_1(self):
        for project in EXPECTED:
            with self.subTest(project):
                with open(os.path.join(HERE, project + "_paths.tar.gz"), "rb") as sdist:
                    self.assertEqual(made(project + "_sdist")[1], sdist.read())

    def test_wheel_of_the_sdist_hook_4(self):
        for project in EXPECTED:
            with self.subTest(project):
                self.assertEqual(made(project + "_tree"), made(project + "_sdist_wheel"))


if __name__ == "__main__":
    unittest.main()
