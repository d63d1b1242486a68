"""Reads what a target of the rule `attempt` made."""

import os
import zipfile


class Attempt:
    """code, err and out of the helper; log, what the backend printed; wheels, their bytes by their names."""

    def __init__(self, name):
        self.path = os.path.join(os.path.dirname(__file__), name)
        self.code = int(self.read(".exit"))
        self.err, self.out, self.log = (self.read(suffix) for suffix in (".err", ".out", ".log"))
        self.wheels = wheels(self.path + ".dist")

    def read(self, suffix):
        with open(self.path + suffix, encoding="utf-8") as file:
            return file.read()

    def __str__(self):
        return "exit code {}\n{}{}".format(self.code, self.out, self.err)


def wheels(directory):
    """The files of a directory; Bazel leaves an empty one out of runfiles."""
    found = {}
    for name in os.listdir(directory) if os.path.isdir(directory) else []:
        with open(os.path.join(directory, name), "rb") as file:
            found[name] = file.read()
    return found


def members(directory):
    """The files of the only wheel of a directory, by their names."""
    (name,) = os.listdir(directory)
    with zipfile.ZipFile(os.path.join(directory, name)) as wheel:
        return {member: wheel.read(member) for member in wheel.namelist()}
