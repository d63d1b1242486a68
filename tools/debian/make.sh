#!/bin/sh
# make.sh VERSION PREFIX ARCHIVE PACKAGE…: unpacks Debian's packages below the current directory and makes the prefix and
# its archive from them, with the interpreter that they hold: byte code is for it alone, and none other need be there.
set -eu
version=$1 prefix=$2 archive=$3
shift 3
here=$(cd "$(dirname "$0")" && pwd)
for package; do
  dpkg-deb --extract "$package" debian
done
for library in debian/usr/lib/*-linux-gnu*; do
  # Sets are stored in byte code in the order of their hashes.
  env -i LD_LIBRARY_PATH="$library" PYTHONHASHSEED=0 "debian/usr/bin/python$version" -BSs "$here/prefix.py" \
    --debian=debian --version="$version" --prefix="$prefix" --archive="$archive"
done
rm -r debian
