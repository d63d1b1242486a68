import json
import os
import sys


def repeat():
    """Prints its arguments and what it reads; the exit code is its first argument."""
    print(json.dumps([sys.argv[1:], sys.stdin.read()]))
    return int(sys.argv[1])


def fail():
    """Ends as programs do that return a message."""
    return "nothing works"


def show():
    """Prints what a program of the machine would show through."""
    print(
        json.dumps(
            {
                "customize": sorted({"sitecustomize", "usercustomize"} & set(sys.modules)),
                "host": [path for path in sys.path if path.endswith("-packages")],
                "name": os.path.basename(sys.argv[0]),
            }
        )
    )


class Window:
    @staticmethod
    def open():
        print("a window")
