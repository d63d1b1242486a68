# shellcheck shell=bash disable=SC2154
# Sourced by tools/bazel: makes and enters the root that holds Debian's Bazel.

suite=sid # the only suite with a Bazel of 7.4 or newer
# Beside Bazel and Debian's rules: a default Python and a newer one with headers and an older one without, the tools that
# build backends call, and Go for the helper. python3.13-dev is left out on purpose: with its headers in /usr, an in-build
# Python with wrong paths would work unseen.
packages=(
  ca-certificates iproute2
  bazel-bootstrap bazel-skylib bazel-features bazel-platforms bazel-rules-cc bazel-rules-java bazel-rules-license
  bazel-rules-pkg bazel-rules-proto bazel-rules-python bazel-rules-shell bazel-stardoc
  python3 python3-dev python3-pip python3-venv python3.13 python3.15 python3.15-dev
  gcc g++ make cmake ninja-build pkgconf ccache patchelf libffi-dev libyaml-dev
  golang-go git file unzip zip
)
# A changed recipe makes a new root beside the old one, which other checkouts may still use. Raise the number when
# make_root changes what a root holds.
recipe=$(printf '%s\n' 1 "$suite" "${packages[@]}" | cksum | cut -d ' ' -f 1)

[[ -n ${XDG_CACHE_HOME:-${HOME-}} ]] || die 'neither HOME nor XDG_CACHE_HOME is set, and the root that holds Bazel lies there. Set one.'
cache=$(realpath -m "${XDG_CACHE_HOME:-$HOME/.cache}")/rules_pyproject/bazel
root=$cache/root-$recipe
log=$cache/root.log
# What depends on this checkout and not on the root: its registry and bazelrc.
own=$cache/checkout-$(cksum <<<"$checkout" | cut -d ' ' -f 1)

# Only root may mount; everybody else may in a user namespace, where this user is root.
namespace=(unshare --mount --propagation private)
((EUID == 0)) || namespace=(unshare --map-root-user --mount)

locked() {
  mkdir -p "$cache"
  exec 9>"$cache/lock"
  if ! flock --nonblock 9; then
    say "another start is at work in $cache; waiting for it"
    flock 9
  fi
}
# Bazel's server would otherwise hold the lock for as long as it lives.
unlocked() { exec 9>&-; }

# enter COMMAND [ARGUMENT…] becomes COMMAND inside the root.
enter() {
  local go value
  local -a names=(GOPROXY GOSUMDB GOPRIVATE GONOPROXY GONOSUMDB GOINSECURE GOMODCACHE)
  if go=$(type -P go); then
    # The user's other `go env -w` settings, GOFLAGS above all, are for the machine's Go.
    while IFS= read -r value; do
      export "${names[0]}=$value"
      names=("${names[@]:1}")
    done < <(cd / && "$go" env "${names[@]}")
    export GOENV=off
  fi
  may_mount
  exec "${namespace[@]}" "$BASH" "$parts/enter.sh" "$root" "$cache" "$checkout" "$(workspace)" "$own/bazelrc" "$@"
}

may_mount() {
  "${namespace[@]}" true 2>/dev/null || die "\`${namespace[*]} true\` fails: this user may not make the mount namespace that a root for Debian's Bazel needs. In a container, start it with --privileged; as an ordinary user, allow user namespaces; or install Bazel $oldest or newer."
}

# workspace prints the directory of the workspace that this call is for, or the current one if there is none.
workspace() {
  local directory=$PWD
  while [[ -n $directory && ! -e $directory/MODULE.bazel ]]; do directory=${directory%/*}; done
  printf '%s\n' "${directory:-$PWD}"
}

# The first of the machine's own package sources that has the suite. apt knows every format of source lists, and its
# helper downloads as apt does, through its proxies.
debian_uri() {
  if [[ -n ${RULES_PYPROJECT_DEBIAN_MIRROR-} ]]; then
    printf '%s\n' "$RULES_PYPROJECT_DEBIAN_MIRROR"
    return
  fi
  local uri
  while IFS= read -r uri; do
    if /usr/lib/apt/apt-helper download-file "${uri%/}/dists/$suite/InRelease" "$cache/InRelease" >/dev/null 2>&1; then
      rm -f "$cache/InRelease"
      printf '%s\n' "${uri%/}"
      return
    fi
  done < <(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | sort -u)
  return 1
}

need_tools() {
  local missing=()
  type -P apt-get >/dev/null || die "no Bazel $oldest or newer on PATH, and this is no Debian or Ubuntu machine, so none can be made. Install Bazel or Bazelisk."
  type -P mmdebstrap >/dev/null || missing+=(mmdebstrap)
  type -P pivot_root >/dev/null || missing+=(util-linux-extra) # where newer Debians keep it
  ((EUID == 0)) || type -P newuidmap >/dev/null || missing+=(uidmap)
  [[ -e /usr/share/keyrings/debian-archive-keyring.gpg ]] || missing+=(debian-archive-keyring)
  ((${#missing[@]})) || return 0
  local install="apt-get install --no-install-recommends ${missing[*]}"
  ((EUID == 0)) || die "no Bazel $oldest or newer on PATH, and making a root with Debian's needs: sudo $install"
  say "installing on this machine, to make a root with Debian's Bazel: ${missing[*]} ($install)"
  { apt-get update && $install --yes; } >"$log" 2>&1 </dev/null || die "\`$install\` failed, see $log. Install ${missing[*]} or Bazel $oldest or newer."
}

make_root() {
  need_tools
  may_mount
  local uri
  uri=$(debian_uri) || die "none of this machine's package sources has Debian $suite, or it can't be reached. Set RULES_PYPROJECT_DEBIAN_MIRROR to the URI of a Debian mirror, or install Bazel $oldest or newer."
  say "making a root with Debian $suite's Bazel in $root, from $uri; once, 1 to 4 minutes, 2 GB; log in $log"
  rm -rf --one-file-system "$cache"/*.new
  local options=(
    --variant=minbase --include="$(IFS=, && printf '%s' "${packages[*]}")"
    --aptopt='Acquire::Check-Valid-Until "false"' --aptopt='Acquire::Check-Date "false"' # mirrors may be frozen
    --dpkgopt=force-unsafe-io
    # Targets of enter.sh's bind mounts.
    --customize-hook='cd "$1/etc" && rm -f resolv.conf hosts && touch resolv.conf hosts pip.conf && mkdir -p xdg/pip uv'
  )
  local option
  while IFS= read -r option; do
    options+=(--aptopt="$option")
  done < <(apt-config dump Acquire | grep -i '::proxy')
  # Whatever kills this script kills the making too (the new name stays, and the next start removes it): a child that
  # went on would still hold the lock.
  if ((EUID == 0)); then
    setpriv --pdeathsig KILL unshare --mount --pid --fork --mount-proc --kill-child \
      mmdebstrap --mode=root --format=directory "${options[@]}" "$suite" "$root.new" "$uri"
  else
    mkdir "$root.new"
    setpriv --pdeathsig KILL mmdebstrap --mode=unshare --format=tar "${options[@]}" "$suite" - "$uri" |
      tar --extract --no-same-owner --exclude='./dev/*' --directory="$root.new"
  fi >"$log" 2>&1 </dev/null || {
    tail -n 20 "$log" >&2
    die "making the root failed; the lines above are the end of $log"
  }
  mv -T "$root.new" "$root"
}

# Bazel's downloader (Java), pip and Go in the root trust what the machine trusts, also when that changes later.
trust_certificates() {
  local now
  now=$(cat /usr/local/share/ca-certificates/*.crt 2>/dev/null | cksum)
  [[ ! -e $root/etc/machine-certificates || $(<"$root/etc/machine-certificates") != "$now" ]] || return 0
  locked
  mkdir -p "$root/usr/local/share/ca-certificates"
  rm -f "$root"/usr/local/share/ca-certificates/*.crt
  cp /usr/local/share/ca-certificates/*.crt "$root/usr/local/share/ca-certificates/" 2>/dev/null || true
  (enter update-ca-certificates --fresh) >>"$log" 2>&1 || die "update-ca-certificates failed in $root, see $log"
  printf '%s\n' "$now" >"$root/etc/machine-certificates"
  unlocked
}

ensure_root() {
  if [[ ! -d $root ]]; then
    locked
    [[ -d $root ]] || make_root
    unlocked
  fi
  trust_certificates
}
