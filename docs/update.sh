#!/bin/sh
# Copies each made page (NAME.made.md) to docs/reference/NAME.md of the workspace.
set -eu
for made in "$@"; do
    name=$(basename "$made" .made.md)
    cp "$made" "$BUILD_WORKSPACE_DIRECTORY/docs/reference/$name.md"
    chmod 644 "$BUILD_WORKSPACE_DIRECTORY/docs/reference/$name.md"
done
