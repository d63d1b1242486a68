module github.com/rules-pyproject/rules_pyproject

go 1.25.0

require (
	github.com/aquasecurity/go-pep440-version v0.0.1
	github.com/bazelbuild/buildtools v0.0.0-20260904073137-eaa4d125b423
	github.com/bluekeyes/go-gitdiff v0.9.0
	github.com/fsnotify/fsnotify v1.9.0
	github.com/klauspost/compress v1.18.0
	github.com/pelletier/go-toml/v2 v2.4.3
	github.com/rogpeppe/go-internal v1.16.0
	golang.org/x/sys v0.40.0
	google.golang.org/protobuf v1.36.11
)

require (
	github.com/aquasecurity/go-version v0.0.1 // indirect
	golang.org/x/tools v0.26.0 // indirect
	golang.org/x/xerrors v0.0.0-20231012003039-104605ab7028 // indirect
)
