import os
import subprocess

from setuptools import setup

os.makedirs("tooled", exist_ok=True)
with open("tooled/__init__.py", "w") as file:
    for tool in os.environ["TOOLS"].split():
        output = subprocess.run([tool, "argument"], check=True, capture_output=True, text=True).stdout
        file.write("{} = {!r}\n".format(tool, output))
setup()
