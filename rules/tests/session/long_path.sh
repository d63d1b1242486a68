# long_path.sh COMMAND…: runs COMMAND with a TMPDIR that is longer than the first line of a script may be (BE-3). PLACE is the
# name of its directories.
set -eu
TMPDIR=$PWD/$(printf "$PLACE/%.0s" 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16)
export TMPDIR
mkdir -p "$TMPDIR"
exec "$@"
