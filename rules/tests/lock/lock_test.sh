#!/bin/sh
# REQ-4: an outdated lock fails the test that it has, which says what was wanted, found, by whom, and the repair.
if said=$("$1" 2>&1); then
  echo "the outdated lock passed"
  exit 1
fi
wanted='pyproject: the lock rules/tests/lock/build-requirements.txt does not satisfy what it is for:
  - wanted demo>=2; python_version >= "3.12" (by [build-system] requires of rules/tests/lock/pyproject.toml), found demo 1.0 (build-requirements.txt:5)
  - wanted missing (by [build-system] requires of rules/tests/lock/pyproject.toml), found nothing of that name
Possible fixes:
  - write the lock again: bazel run //rules/tests/lock:lock'
[ "$said" = "$wanted" ] || { printf 'said:\n%s\nwanted:\n%s\n' "$said" "$wanted"; exit 1; }
