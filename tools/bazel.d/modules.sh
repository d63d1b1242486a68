# shellcheck shell=bash disable=SC2154
# Sourced by tools/bazel, and run inside the root to make the copies: the modules that a workspace can ask for
# without the network, offered through a registry on disk.

rules_go=v0.62.0
gazelle=v0.43.0 # newer ones want a module package_metadata, which Debian lacks
modules=$cache/modules-$(printf '%s\n' 1 "$recipe" "$rules_go" "$gazelle" | cksum | cut -d ' ' -f 1)
registry=$modules/registry
# A running server reads a module file of a registry only once, so a changed one needs another registry.
own_registry=$own/registry-$(cat "$checkout/MODULE.bazel" 2>/dev/null | cksum | cut -d ' ' -f 1 || true)

# asked FILE prints a line for each thing that a MODULE.bazel asks for: `dep NAME VERSION`, `include LABEL`,
# `overridden NAME DIRECTORY` (DIRECTORY only of a local override).
asked() {
  awk '
    function value(key) {
      if (!match(call, "[(, ]" key " *= *\"[^\"]*\"")) return ""
      split(substr(call, RSTART, RLENGTH), parts, "\"")
      return parts[2]
    }
    { sub(/^[ \t]*#.*/, "") }
    /^(bazel_dep|[a-z_]*_override|include)\(/ { call = ""; open = 1 }
    open { call = call " " $0 }
    open && /\)/ {
      open = 0
      if (call ~ /^ bazel_dep/) print "dep", value("name"), value("version")
      if (call ~ /^ single_version/) print "dep", value("module_name"), value("version")
      if (call ~ /^ (local_path|archive|git)_/) print "overridden", value("module_name"), value("path")
      if (call ~ /^ include/) { split(call, parts, "\""); print "include", parts[2] }
    }
  ' "$1"
}

# stub FILE VERSION prints the MODULE.bazel FILE as that of VERSION, with every dependency at version "0", so that no
# closure has to be chased.
stub() {
  awk -v version="$2" '
    /^module\(/ { module = 1 }
    /^bazel_dep\(/ { dep = 1 }
    module { sub(/version *= *"[^"]*" *,?/, "") }
    dep { sub(/version *= *"[^"]*"/, "version = \"0\"") }
    { sub(/^module\(/, "module(version = \"" version "\", "); print; sub(/#.*/, "") }
    /\)/ { module = dep = 0 }
  ' "$1"
}

# publish REGISTRY NAME VERSION FILE DIRECTORY offers DIRECTORY as a module, with FILE as its MODULE.bazel.
publish() {
  local target=$1/modules/$2/$3 new
  mkdir -p "$target"
  new=$(mktemp "$1/XXXXXX")
  printf '{"type": "local_path", "path": "%s"}\n' "$5" >"$new"
  mv "$new" "$target/source.json"
  new=$(mktemp "$1/XXXXXX")
  stub "$4" "$3" >"$new"
  mv "$new" "$target/MODULE.bazel" # last: it is what tells that the version is complete
  [[ -e $1/bazel_registry.json ]] || printf '{}\n' >"$1/bazel_registry.json"
}

ensure_modules() {
  [[ ! -d $modules ]] || return 0
  locked
  if [[ ! -d $modules ]]; then
    say "copying the modules that workspaces can ask for into $modules; once, half a minute"
    rm -rf --one-file-system "$cache"/modules-*.new
    (enter "$BASH" "$parts/copy_modules.sh" "$modules.new" "$rules_go" "$gazelle") >>"$log" 2>&1 </dev/null || {
      tail -n 20 "$log" >&2
      die "copying the modules failed; the lines above are the end of $log"
    }
    mv -T "$modules.new" "$modules"
  fi
  unlocked
}

# offer_modules gives the registry every version that the workspace of this call, or the module itself, asks for.
offer_modules() {
  local directory file kind name version
  # Module directories and files in them that are still to be read, and what was asked for so far.
  local -a directories=("$root/usr/share/bazel/embedded_tools" "$checkout" "$(workspace)")
  local -a files=(MODULE.bazel MODULE.bazel MODULE.bazel)
  # Bazel's own local_config_platform asks for platforms 0.0.7, in its code.
  local -A seen=() overridden=() wanted=(['rules_pyproject 0']=1 ['platforms 0.0.7']=1)
  for name in "$modules"/source/*; do wanted["${name##*/} 0"]=1; done
  while ((${#files[@]})); do
    directory=${directories[0]} file=${directories[0]}/${files[0]}
    directories=("${directories[@]:1}") files=("${files[@]:1}")
    [[ -z ${seen[$file]-} && -e $file ]] || continue
    seen[$file]=1
    while read -r kind name version; do
      case $kind in
        dep) wanted["$name ${version:-0}"]=1 ;;
        overridden)
          overridden[$name]=1
          [[ $version == /* ]] || version=$directory/$version
          directories+=("$(realpath -m "$version")") files+=(MODULE.bazel)
          ;;
        include)
          name=${name#//}
          directories+=("$directory") files+=("${name/://}")
          ;;
      esac
    done < <(asked "$file")
  done
  local pair
  for pair in "${!wanted[@]}"; do
    name=${pair% *} version=${pair#* }
    if [[ $name == rules_pyproject ]]; then
      [[ ! -e $checkout/MODULE.bazel || -e $own_registry/modules/$name/$version/MODULE.bazel ]] ||
        publish "$own_registry" "$name" "$version" "$checkout/MODULE.bazel" "$checkout"
    elif [[ ! -d $modules/source/$name ]]; then
      [[ -n ${overridden[$name]-} ]] ||
        say "the module $name is asked for, but Debian's Bazel is used without the network and there are only: $(cd "$modules/source" && echo *). Override it with a local path, or use another Bazel."
    elif [[ ! -e $registry/modules/$name/$version/MODULE.bazel ]]; then
      publish "$registry" "$name" "$version" "$modules/source/$name/MODULE.bazel" "$modules/source/$name"
    fi
  done
  write_bazelrc
}

# The root's system bazelrc. Debian's own overrides eight modules, which fails where a workspace does not ask for them.
write_bazelrc() {
  local rc=$own/bazelrc text
  text="# Written by tools/bazel.
startup --install_base=$root/usr/share/bazel
startup --trust_install_base
startup --output_user_root=$cache/output
common --registry=file://$registry
common --registry=file://$own_registry
# Else rules_cc is fetched from the network for WORKSPACE files.
common --noenable_workspace
# This Bazel writes an empty lockfile.
common --lockfile_mode=off"
  [[ -e $rc && $(<"$rc") == "$text" ]] && return
  mkdir -p "$registry" "$own_registry"
  printf '%s\n' "$text" >"$rc.$$"
  mv "$rc.$$" "$rc"
}
