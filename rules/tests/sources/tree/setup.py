import json
import os
import stat

from setuptools import setup

# What the copy of the source tree is, before anything is built in it.
seen = {}
for directory, directories, files in os.walk("."):
    for name in files:
        path = os.path.join(directory, name)
        status = os.lstat(path)
        with open(path, "rb") as file:
            text = file.read().decode()
        seen[os.path.relpath(path)] = [stat.filemode(status.st_mode), int(status.st_mtime), text if "data" in path else ""]
for path in "src/odd/generated.txt", "src/odd/data/run.sh":
    with open(path, "a") as file:  # fails where the copy is read-only, or is the user's own file
        file.write("")
if not os.path.exists("src/odd/seen.json"):
    with open("src/odd/seen.json", "w") as file:
        json.dump(seen, file)
setup()
