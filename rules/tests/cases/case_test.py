"""One case: our three wheels of an sdist have the same bytes (BYTES-1), and hold what pypa/build's wheel holds.

Arguments: the helper; the directories of our wheels; the directory of the reference, last. The variable ALLOWED has the
differences to the reference that are listed for the case, as JSON.
"""

import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys


def the_wheel(directory):
    (file,) = pathlib.Path(directory).iterdir()
    return file


def same_bytes(wheels):
    found = {(w.name, hashlib.sha256(w.read_bytes()).hexdigest()) for w in wheels}
    return len(found) == 1


def listed(difference):
    """A difference as it is listed: without what belongs to the version of Python or of the project."""
    file = re.sub(r"\.(cpython|abi3)[^/]*\.so$", ".so", difference.get("file", ""))
    file = re.sub(r"^[^/]+\.dist-info/", "*.dist-info/", file)
    return f"{file}: {difference['what']}" if file else difference["what"]


def main():
    helper, *ours, reference = sys.argv[1:]
    wheels = [the_wheel(d) for d in ours]
    failures = []
    for other in wheels[1:]:
        if same_bytes([wheels[0], other]):
            continue
        shown = subprocess.run([helper, "compare", wheels[0], other], capture_output=True, text=True)
        failures.append(f"the same inputs gave other bytes (BYTES-1):\n{shown.stdout}{shown.stderr}")

    ran = subprocess.run([helper, "compare", "--json", wheels[0], the_wheel(reference)], capture_output=True, text=True)
    differences = json.loads(ran.stdout)["differences"] if ran.stdout else []
    for difference in differences:
        if difference["kind"] != "allowed":
            failures.append(f"- ours\n+ pypa/build's\n{listed(difference)}\n{difference.get('detail', '')}")
    if ran.returncode and not failures:
        failures.append(f"compare ended with {ran.returncode}: {ran.stderr}")
    found = {listed(d) for d in differences if d["kind"] == "allowed"}
    expected = set(json.loads(os.environ["ALLOWED"]))
    # What compilers leave in a file depends on the flags that the interpreter was built with: it need not occur everywhere.
    if not found <= expected or any(": ELF " not in d for d in expected - found):
        failures.append(f"listed in cases.bzl: {sorted(expected)}\nfound: {sorted(found)}")
    sys.exit("\n\n".join(failures) or 0)


main()
