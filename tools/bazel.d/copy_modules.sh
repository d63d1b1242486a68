#!/usr/bin/env bash
# copy_modules.sh DIRECTORY RULES_GO GAZELLE, run inside the root: copies of the modules that can be had without
# Bazel's Central Registry, patched where they would ask for it, and a registry of the versions that Bazel itself asks for.
set -euo pipefail
new=$1 rules_go=$2 gazelle=$3
share=/usr/share/bazel
source=$new/source
rm -rf --one-file-system "$new"
mkdir -p "$source"

# Debian's rules; their symlinks lead out of the directory and would dangle in Bazel's external/.
for module in cc java license pkg proto python shell; do cp -rL "$share/rules/$module" "$source/rules_$module"; done
cp -rL "$share/tools/features" "$source/bazel_features"
cp -rL "$share/tools/skylib" "$source/bazel_skylib"
cp -rL "$share/tools/platforms" "$source/platforms"
cp -rL "$share/tools/stardoc" "$source/stardoc"

# go_module PATH VERSION NAME copies a Go module; archives of modules keep no executable bits.
go_module() {
  cp -r "$(go mod download -json "$1@$2" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')" "$source/$3"
  chmod -R u+w "$source/$3"
  find "$source/$3" -name '*.sh' -exec chmod +x {} +
}
cd /
go_module github.com/bazelbuild/rules_go "$rules_go" rules_go
go_module github.com/bazelbuild/bazel-gazelle "$gazelle" gazelle
# Gazelle's bootstrap builds from vendor/, which archives of modules leave out.
(cd "$source/gazelle" && GOWORK=off go mod vendor -e)

# rules_go's default SDK asks for Go's download site; the root has a Go.
sed -i '/^go_sdk.from_file($/,/^)$/c go_sdk.host(name = "go_default_sdk")' "$source/rules_go/MODULE.bazel"
sed -i '/in enumerate(module.tags.host)/,/fail(/s/if not module.is_root:/if not module.is_root and module.name != "rules_go":/' \
  "$source/rules_go/go/private/extensions.bzl"
grep -q '^go_sdk.host(name = "go_default_sdk")' "$source/rules_go/MODULE.bazel"
grep -q 'if not module.is_root and module.name != "rules_go":' "$source/rules_go/go/private/extensions.bzl"

# Asked for by name but never loaded from in what is built here.
for module in protobuf zlib apple_support buildozer; do
  mkdir "$source/$module"
  printf 'module(name = "%s")\n' "$module" >"$source/$module/MODULE.bazel"
  : >"$source/$module/BUILD.bazel"
done
cat >"$source/buildozer/buildozer_binary.bzl" <<'STUB'
def _repository_impl(rctx):
    rctx.file("BUILD.bazel")

_repository = repository_rule(_repository_impl)

def _buildozer_binary_impl(_mctx):
    _repository(name = "buildozer_binary")

buildozer_binary = module_extension(_buildozer_binary_impl)
STUB
