#!/bin/sh
# A program that reads a file of its runfiles.
cat "$0.runfiles/_main/rules/tests/analysis/one.txt"
