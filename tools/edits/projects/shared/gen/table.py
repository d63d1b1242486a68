import sys

number = open(sys.argv[1]).read().strip()
open(sys.argv[2], "w").write("int table(void) { return %s; }\n" % number)
