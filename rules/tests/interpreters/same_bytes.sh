#!/usr/bin/env bash
# same_bytes.sh ARCHIVE MAKE VERSION PACKAGE…: the same packages give the same archive, BYTES-1: in another directory, with
# another umask and in another time zone.
set -euo pipefail
umask 077
export TZ=Pacific/Kiritimati
here=$PWD
archive=$here/$1 make=$here/$2 version=$3
mkdir "$TEST_TMPDIR/again"
cd "$TEST_TMPDIR/again"
shift 3
"$make" "$version" prefix python.tar "${@/#/$here/}"
cmp "$archive" python.tar
