"""Writes down what it was built with, so that the test can see it."""

import pathlib
from importlib.metadata import version

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildPy(build_py):
    def run(self):
        super().run()
        for package in self.distribution.packages:
            target = pathlib.Path(self.build_lib, package, "built_with.py")
            target.write_text(f"PBR = {version('pbr')!r}\nSETUPTOOLS = {version('setuptools')!r}\n")


setup(cmdclass={"build_py": BuildPy})
