#!/usr/bin/env bash
# enter.sh ROOT CACHE CHECKOUT WORKSPACE BAZELRC COMMAND [ARGUMENT…]: in a mount namespace of its own, becomes COMMAND
# inside ROOT. Everything is exec'd, so that exit codes, signals and the terminal are the command's own. pivot_root and
# not chroot: the kernel refuses user namespaces in a chroot, and Bazel would take a weaker sandbox without a word.
set -euo pipefail
root=$1 cache=$2 checkout=$3 workspace=$4 bazelrc=$5
shift 5
here=$PWD

become() {
  # The machine's tool directories mean nothing in here, or hold programs that are linked against another libc.
  export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  export GOTOOLCHAIN=local GOFLAGS= RULES_PYPROJECT_INSIDE=$root
  unset GOROOT JAVA_HOME
  exec "$@"
}

# Called by something that runs in the root already: only the settings are of this checkout.
if [[ ${RULES_PYPROJECT_INSIDE-} == "$root" ]]; then
  if [[ -e $bazelrc ]]; then mount --bind "$bazelrc" /etc/bazel/bazelrc; fi
  become "$@"
fi

# The directories that are the root's and not the machine's. A server sees for ever the mounts of its first call, so
# all others are mounted, not just what this call needs.
is_own() {
  local top=${1#/}
  [[ ' bin boot etc lib lib32 lib64 libx32 lost+found run sbin usr var ' == *" ${top%%/*} "* ]]
}

# mounted PATH shows the machine's PATH at the same place inside.
mounted() {
  mkdir -p "$root$1"
  mount --rbind "$1" "$root$1"
}

mount --bind "$root" "$root" # pivot_root wants a mount point
# What holds the root goes first: later it would bring along all that is mounted in the root.
holder=$cache
is_own "$cache" || holder=/$(cut -d / -f 2 <<<"$cache")
mounted "$holder"
for top in /*; do
  if is_own "$top" || [[ $top == "$holder" ]]; then
    continue
  elif [[ -L $top ]]; then
    ln -sfn "$(readlink "$top")" "$root$top"
  elif [[ -d $top ]]; then
    mounted "$top"
  fi
done
# A home or workspace below one of the root's own directories, such as /var/lib/ci, is shown by itself; outer ones
# first. One that has files is the root's, or is mounted already; empty directories are what earlier calls left.
while IFS= read -r place; do
  if is_own "$place" && [[ -d $place && -z $(find "$root$place" ! -type d -print -quit 2>/dev/null) ]]; then
    mounted "$place"
  fi
done < <(printf '%s\n' "${HOME:-/}" "$checkout" "$workspace" | sort -u)
# The machine's name resolution, where its pip and uv look for packages, and Bazel's settings for this checkout.
for file in resolv.conf hosts pip.conf xdg/pip uv; do
  if [[ -e /etc/$file ]]; then mount --bind "/etc/$file" "$root/etc/$file"; fi
done
if [[ -e $bazelrc ]]; then mount --bind "$bazelrc" "$root/etc/bazel/bazelrc"; fi

cd "$root"
pivot_root . .
umount --lazy .
cd "$here"
become "$@"
