import os
import subprocess
import sys


def get_requires_for_build_wheel(config_settings=None):
    if os.environ.get("FAILS_ON") == "%d.%d" % sys.version_info[:2]:
        raise RuntimeError("not for this Python")
    told = [subprocess.check_output(["teller"], text=True).strip()]
    told.append(os.environ["TOLD"])
    told.append(config_settings["told"])
    told.append("python-%d-%d" % sys.version_info[:2])
    if os.path.exists("placed/told.txt"):
        with open("placed/told.txt") as file:
            told.append(file.read().strip())
    return ["told-%s; python_version < '3'" % one for one in told]
