#!/usr/bin/env bash
# real_interpreter.sh INTERPRETER VERSION IDENTITY HEADERS: the facts of system_python are those of a real interpreter, not of a link,
# a shim or a virtual environment, and its headers are there if it says so.
set -euo pipefail
interpreter=$1 version=$2 identity=$3 headers=${4-}
fail() {
  echo "$*" >&2
  exit 1
}
[[ $(readlink -f "$interpreter") == "$interpreter" ]] || fail "$interpreter is a link"
said=$("$interpreter" -I -c 'import platform, sys; print(platform.python_version(), sys.executable, sys.prefix == sys.base_prefix)')
[[ $said == "$version $interpreter True" ]] || fail "$interpreter says: $said; expected $version"
said=$("$interpreter" -I -c 'import sys; print(" ".join(sys.version.split()))')
[[ $said == "$identity" ]] || fail "$interpreter says: $said; expected $identity"
[[ -z $headers || -e $headers/Python.h ]] || fail "$headers has no Python.h"
