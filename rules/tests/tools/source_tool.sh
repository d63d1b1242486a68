#!/bin/sh
echo "a source file with $1"
