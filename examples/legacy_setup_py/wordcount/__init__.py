"""Counts words."""

import sys


def count(text):
    return len(text.split())


def main():
    print(count(sys.stdin.read()))
