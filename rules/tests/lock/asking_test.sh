#!/bin/sh
# REQ-5: a lock target asks hooks with the tools, settings, variables and placed files that it names. This backend tells them
# in requirements that no Python wants, so that nothing has to be resolved and there is no need for an index.
set -eu
mkdir -p "$TEST_TMPDIR/workspace/rules/tests/lock"
cp -RL rules/tests/lock/asking "$TEST_TMPDIR/workspace/rules/tests/lock"
export BUILD_WORKSPACE_DIRECTORY="$TEST_TMPDIR/workspace" HOME="$TEST_TMPDIR"
"$1"
lock=$BUILD_WORKSPACE_DIRECTORY/rules/tests/lock/asking/lock.txt
told='asked: get_requires_for_build_wheel of backend, .*: told-one; python_version < "3", told-placed; python_version < "3", told-tool; python_version < "3", told-variable; python_version < "3"$'
grep -E "$told" "$lock" || { cat "$lock"; exit 1; }
"$1" 2>&1 | grep 'is up to date'
