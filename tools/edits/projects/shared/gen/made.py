import os
import sys

# Nobody declares that this is read.
number = open(os.path.join(os.path.dirname(__file__), "number.txt")).read().strip()
open(sys.argv[1], "w").write("#define MADE 1%s\n" % number)
