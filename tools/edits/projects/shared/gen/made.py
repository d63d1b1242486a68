import sys

open(sys.argv[1], "w").write("#define MADE 1\n")
