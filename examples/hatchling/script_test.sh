#!/bin/sh
# The console script of the wheel runs, and gets its arguments as they are.
set -eu
output=$("$1" "Ada  Lovelace")
[ "$output" = "Good day, Ada  Lovelace!" ] || {
    echo "greet printed: $output" >&2
    exit 1
}
