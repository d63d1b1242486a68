import importlib.util
import os
import sys

NESTED = "LOOK_NESTED" in os.environ
spec = importlib.util.spec_from_file_location("look", "look.py")
look = importlib.util.module_from_spec(spec)
spec.loader.exec_module(look)

# A nested `python setup.py --version` has imported nothing yet, so that it says what an interpreter finds by itself.
look.nested()

from setuptools import setup
from setuptools.command.build_py import build_py

SCRIPTS = ["wheel version", "ninja --version", "jp.py --help"]


class RecordingBuildPy(build_py):
    def run(self):
        super().run()
        with open(os.path.join(self.build_lib, "probe_setuptools", "seen.json"), "w") as file:
            file.write(look.record(SCRIPTS, [os.path.abspath("setup.py"), "--version"]))
        self.copy_file("calls.txt", os.path.join(self.build_lib, "probe_setuptools", "calls.txt"))


# Each hook runs in a fresh interpreter (HOOK-1): a mark that one leaves in its process is not there in the next.
with open("calls.txt", "a") as file:
    if not NESTED:
        file.write("again\n" if hasattr(sys, "probe_was_here") else "first\n")
sys.probe_was_here = True

setup(cmdclass={"build_py": RecordingBuildPy})
