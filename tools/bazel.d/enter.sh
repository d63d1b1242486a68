#!/usr/bin/env bash
# enter.sh ROOT CACHE CHECKOUT COMMAND [ARGUMENT…]: in a mount namespace of its own, becomes COMMAND inside ROOT.
# Everything is exec'd, so that exit codes, signals and the terminal are the command's own. pivot_root and not chroot:
# the kernel refuses user namespaces in a chroot, and Bazel would fall back from linux-sandbox to a weaker one.
set -euo pipefail
root=$1 cache=$2 checkout=$3
shift 3
here=$PWD

# mounted PATH shows the machine's PATH at the same place inside.
mounted() {
  mkdir -p "$root$1"
  mount --rbind "$1" "$root$1"
}

# What comes from the root and not from the machine. A server sees for ever the mounts of its first call, so all the
# rest is mounted, not just what this call needs.
own=' bin boot etc lib lib32 lib64 libx32 lost+found run sbin usr var '

mount --bind "$root" "$root" # pivot_root wants a mount point
# The directory that holds the root goes first: later it would bring along all that is mounted in the root.
holder=/${root#/}
holder=/$(cut -d / -f 2 <<<"$holder")
mounted "$holder"
for top in /*; do
  [[ -d $top && ! -L $top && $top != "$holder" && $own != *" ${top#/} "* ]] && mounted "$top"
done
# A home or workspace below one of the root's own directories, such as /var/lib/ci, is shown by itself.
for place in "${HOME-/}" "$cache" "$checkout" "$here"; do
  top=${place#/}
  [[ $own == *" ${top%%/*} "* && -d $place && $place != /*/../* ]] && mounted "$place"
done
# The machine's name resolution, and where its pip and uv look for packages.
for file in resolv.conf hosts pip.conf xdg/pip uv; do
  [[ -e /etc/$file ]] && mount --bind "/etc/$file" "$root/etc/$file"
done
rc=$cache/bazelrc-$(cksum <<<"$checkout" | cut -d ' ' -f 1)
[[ -e $rc ]] && mount --bind "$rc" "$root/etc/bazel/bazelrc"

cd "$root"
pivot_root . .
umount --lazy .
cd "$here"

# The machine's own tool directories mean nothing here, or worse, programs linked against another libc.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export GOTOOLCHAIN=local GOFLAGS=
unset GOROOT JAVA_HOME
exec "$@"
