"""What a hook can see of the room that it runs in, as values for JSON.

It is placed beside the probe projects' own files. Run as a program it prints the facts of the interpreter that runs it.
"""

import json
import os
import sys


def interpreter():
    """What BE-1 asks of an interpreter of the environment; called before anything has imported setuptools."""
    imported = sorted({"setuptools", "sitecustomize", "usercustomize"} & set(sys.modules))
    import importlib.metadata
    import site
    import sysconfig

    facts = {
        "base_prefix": sys.base_prefix,
        "distributions": sorted(d.metadata["Name"] for d in importlib.metadata.distributions()),
        "entry points": sorted({p.group for d in importlib.metadata.distributions() for p in d.entry_points}),
        "executable": sys.executable,
        "imported": imported,
        "path": sys.path,
        "prefix": sys.prefix,
        "purelib": sysconfig.get_path("purelib"),
        "scheme": sysconfig.get_default_scheme(),
        "user site": bool(site.ENABLE_USER_SITE),
    }
    for module in "distutils", "pip":
        try:
            facts[module] = __import__(module).__file__
        except ImportError as error:
            facts[module] = "{}: {}".format(type(error).__name__, error)
    return facts


def run(*command, **variables):
    """What a program prints, and how it ended where that is badly."""
    import subprocess

    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, **variables}
        )
    except OSError as error:
        return "{}: {}".format(type(error).__name__, error.strerror)
    return done.stdout.strip() + ("" if done.returncode == 0 else " (exit code {})".format(done.returncode))


def writable(directory):
    """Whether a directory is empty, and takes a file."""
    before = os.listdir(directory)
    path = os.path.join(directory, "written")
    with open(path, "w") as file:
        file.write("x")
    os.remove(path)
    return before


def surroundings():
    """What BE-4 asks of a hook's surroundings, the same in each kind of walls."""
    import shutil

    mask = os.umask(0)
    os.umask(mask)
    return {
        "cwd": os.getcwd(),
        "environ": dict(os.environ),
        "home": writable(os.environ["HOME"]),
        "path": {entry: sorted(os.listdir(entry)) for entry in os.environ["PATH"].split(":")},
        "programs": {name: shutil.which(name) for name in ("cargo", "cc", "gcc", "git", "perl", "pip", "pkg-config", "python", "python3")},
        "standard input": [os.isatty(0), os.read(0, 1).decode()],
        "temporary": writable(os.environ["TMPDIR"]),
        "umask": "{:03o}".format(mask),
    }


def machine():
    """What only required walls hide."""
    import glob
    import pwd
    import socket

    with open("/proc/self/status") as file:
        capabilities = [line.split()[1] for line in file if line.startswith("CapEff:")][0]
    packages = glob.glob("/usr/lib/python3*/*-packages") + glob.glob("/usr/local/lib/python3*/*-packages")
    customize = [path for name in ("sitecustomize", "usercustomize") for path in glob.glob("/usr/lib/python3*/" + name + ".py")]
    return {
        "capabilities": int(capabilities, 16),
        "customize": {path: os.path.getsize(path) for path in customize if os.path.exists(path)},
        "directories": sorted(os.listdir("/")),
        "hostname": socket.gethostname(),
        "ids": [os.getuid(), os.getgid()],
        "packages": {path: os.listdir(path) for path in packages if os.listdir(path)},
        "user": pwd.getpwuid(os.getuid()).pw_name,
    }


def shown(facts):
    """JSON without the place of the room: walls that are paths have it below the action's temporary directory."""
    place = sys.prefix[: -len("/pyproject/environment")]
    return json.dumps(facts, indent=1, sort_keys=True).replace(place + "/pyproject", "/pyproject")


def record(scripts, nested):
    """Everything, for the wheel. scripts are command lines of the requirements' programs; nested is one of the project's own."""
    here = os.path.abspath(__file__)
    children = {}
    for flags in [], ["-I"], ["-s"], ["-E"], ["-I", "-s", "-E"]:
        output = run(sys.executable, *flags, here)
        children[" ".join(flags)] = json.loads(output) if output.startswith("{") else output
    return shown(
        {
            "children": children,
            "hook": {"path": list(sys.path)},
            "machine": machine(),
            "nested": run(sys.executable, *nested, LOOK_NESTED="1"),
            "scripts": {line: run(*line.split()) for line in scripts},
            "surroundings": surroundings(),
        }
    )


def nested():
    """In a program that a hook has started: its facts as one line."""
    if "LOOK_NESTED" in os.environ:
        print(json.dumps(interpreter()))


if __name__ == "__main__":
    print(json.dumps(interpreter()))
