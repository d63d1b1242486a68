#!/usr/bin/env bash
# bare_root.sh ARCHIVE TEST GLIBC_FLOOR: runs TEST with the interpreter of ARCHIVE in a root that has no Python.
#
# Where the machine has python3.13-dev, an archive with wrong paths works unseen, because /usr has all that is missing in
# it. So everything of Python's is hidden: programs, standard libraries, headers, libpython. The compiler stays.
set -euo pipefail

if [[ ${1-} != inside ]]; then
  exec unshare --user --map-root-user --mount --propagation private -- "$BASH" "$0" inside "$PWD" "$TEST_TMPDIR/root" "$@"
fi
shift
here=$1 root=$2 archive=$3 check=$4 floor=$5

mkdir "$root"
mount -t tmpfs none "$root"
cd "$root"
mkdir dev etc proc test tmp usr pyproject pyproject/python elsewhere 'elsewhere/a place' var
for directory in bin lib lib32 lib64 sbin; do
  if [[ -L /$directory ]]; then
    cp -P "/$directory" .
  elif [[ -d /$directory ]]; then
    mkdir "$directory"
    mount --rbind "/$directory" "$directory"
  fi
done
for directory in dev proc usr; do mount --rbind "/$directory" "$directory"; done
if [[ -d /etc/alternatives ]]; then # /usr/bin/cc is a link into it
  mkdir etc/alternatives
  mount --bind /etc/alternatives etc/alternatives
fi

shopt -s nullglob
for found in usr/{,local/}{bin,lib,lib64,include}/*python* usr/{lib,include}/*-linux-gnu*/*python*; do
  if [[ -L $found ]]; then
    continue # what it leads to is hidden
  elif [[ -d $found ]]; then
    mount -t tmpfs none "$found"
  else
    mount --bind /dev/null "$found"
  fi
done

tar --extract --file="$here/$archive" --directory=pyproject/python
mount --bind pyproject/python 'elsewhere/a place'
cp -L "$here/$check" test/check.py

for prefix in /pyproject/python '/elsewhere/a place'; do
  PATH=$PATH:/usr/sbin:/sbin chroot "$root" /usr/bin/env -i LC_ALL=C PATH=/usr/bin:/bin TMPDIR=/tmp GLIBC_FLOOR="$floor" \
    "$prefix/bin/python3" -I -X utf8 /test/check.py -v
done
