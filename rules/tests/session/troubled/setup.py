import os
import socket
import subprocess
import sys
import urllib.request

from setuptools import setup

TROUBLES = {
    "address": lambda: socket.create_connection(("198.51.100.7", 8443), timeout=60),
    "cargo": lambda: subprocess.check_call(["cargo", "build"]),
    "cmake": lambda: subprocess.check_call(["cmake", "--version"]),
    "git": lambda: subprocess.check_call(["sh", "-c", "git describe"]),
    "name": lambda: urllib.request.urlopen("https://files.example/troubled.tar.gz"),
    "nothing": lambda: None,
    "pip": lambda: subprocess.check_call([sys.executable, "-m", "pip", "install", "numpy"]),
    "pip_program": lambda: subprocess.check_call(["pip", "install", "numpy"]),
    "unlocked": lambda: __import__("numpy"),
    "writes": lambda: open("/usr/include/of_the_host.h", "w"),
}

TROUBLES[os.environ.get("TROUBLE", "nothing")]()
setup()
