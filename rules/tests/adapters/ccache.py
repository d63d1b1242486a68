"""What ccache did, by the archive of a cache directory."""

import pathlib
import re
import subprocess
import tarfile
import tempfile


def misses(archive):
    """How many objects it did not have, in all builds that this directory has seen: so often a real compiler ran."""
    with tempfile.TemporaryDirectory() as directory:
        with tarfile.open(archive) as opened:
            opened.extractall(directory, filter="fully_trusted")
        (store,) = pathlib.Path(directory).glob("**/ccache")
        text = subprocess.run(["/usr/bin/ccache", "--dir", store, "--print-stats"], check=True, stdout=subprocess.PIPE, text=True).stdout
    return int(re.search(r"(?m)^cache_miss\t(\d+)$", text)[1])
