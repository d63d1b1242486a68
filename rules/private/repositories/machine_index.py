"""Prints which index this Python's pip uses, as JSON: the URL, pip's configuration files, or the reason for neither.

pip itself is asked, so that this repository names no index. Its inner modules are the only place that says what pip
does without any configuration; where they have moved, `pip config get` still answers for a configured machine.
"""

import json
import subprocess
import sys


def configured():
    """The configured index, by pip's public command."""
    command = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    result = subprocess.run(command, capture_output=True, text=True)
    return result.stdout.strip() if result.returncode == 0 else ""


def main():
    url, files, reason = "", [], ""
    try:
        from pip._internal.configuration import Configuration, get_configuration_files

        files = [name for names in get_configuration_files().values() for name in names]
        configuration = Configuration(isolated=False)
        configuration.load()
        values = dict(configuration.items())
        for key in ("download.index-url", "global.index-url", "install.index-url", ":env:.index-url"):
            value = values.get(key)
            if not value:
                # Newer pip nests the values of each file.
                value = next((v[key] for v in values.values() if isinstance(v, dict) and v.get(key)), "")
            if value:
                url = value
                break
        if not url:
            from pip._internal.models.index import PyPI

            url = PyPI.simple_url
    except ImportError as error:
        url = configured()
        reason = "the pip of %s could not be asked: %s" % (sys.executable, error)
    print(json.dumps({"url": url, "files": files, "reason": reason}))


main()
