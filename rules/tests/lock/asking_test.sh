#!/bin/sh
# REQ-5: a lock target asks hooks with the tools, settings, variables and placed files that it names, once with each Python
# that is registered. The backends tell them in requirements that no Python wants, so that nothing has to be resolved and there
# is no need for an index.
set -eu
lock=$1 several=$2 without_14=$3 without_15=$4
mkdir -p "$TEST_TMPDIR/workspace/rules/tests/lock"
cp -RL rules/tests/lock/asking "$TEST_TMPDIR/workspace/rules/tests/lock"
export BUILD_WORKSPACE_DIRECTORY="$TEST_TMPDIR/workspace" HOME="$TEST_TMPDIR"
here=$BUILD_WORKSPACE_DIRECTORY/rules/tests/lock/asking

wants() { # file, line
  grep -E "^# asked: $2\$" "$1" || { cat "$1"; exit 1; }
}
unwanted='; python_version < "3"'

"$lock"
for minor in 13 14 15; do
  wants "$here/lock.txt" "get_requires_for_build_wheel of backend, CPython 3.$minor on [^ ]*: told-one$unwanted, told-placed$unwanted, told-python-3-$minor$unwanted, told-tool$unwanted, told-variable$unwanted"
done
"$lock" 2>&1 | grep 'is up to date'

# Several projects, and of the Pythons the first and the one that is named.
"$several"
wants "$here/pylock.several.toml" "get_requires_for_build_sdist of other for rules/tests/lock/asking/other, CPython 3.14 on [^ ]* and CPython 3.15 on [^ ]*: other-variable$unwanted"
for minor in 14 15; do
  wants "$here/pylock.several.toml" "get_requires_for_build_wheel of backend for rules/tests/lock/asking, CPython 3.$minor on [^ ]*: told-one$unwanted, told-python-3-$minor$unwanted, told-tool$unwanted, told-variable$unwanted"
done
if grep 'CPython 3.13' "$here/pylock.several.toml"; then exit 1; fi

# The configuration's own Python has to answer. Another is left out with a word, and has no line in the header.
if said=$("$without_14" 2>&1); then
  echo "a failing hook was not an error: $said"
  exit 1
fi
echo "$said" | grep '^pyproject: //rules/tests/lock/asking:partly_lock_3.14: get_requires_for_build_wheel of backend raised RuntimeError: not for this Python'
[ ! -e "$here/partly.txt" ]
said=$("$without_15" 2>&1)
echo "$said" | grep "^warning: hooks can't be asked with CPython 3.15 on .*: get_requires_for_build_wheel of backend raised RuntimeError: not for this Python"
wants "$here/partly.txt" "get_requires_for_build_wheel of backend, CPython 3.14 on [^ ]*: .*told-python-3-14.*"
if grep 'CPython 3.15' "$here/partly.txt"; then exit 1; fi
