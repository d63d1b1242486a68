"""Writes down what the wheel was built with."""

import importlib.metadata
import pathlib
import sysconfig

import setuptools

# The environment alone: setuptools adds what it vendors to sys.path.
environment = [sysconfig.get_path("purelib")]
names = sorted(found.metadata["Name"] for found in importlib.metadata.distributions(path=environment))
pathlib.Path("src/several/requirements.txt").write_text("".join(name + "\n" for name in names))

setuptools.setup(package_data={"several": ["requirements.txt"]})
