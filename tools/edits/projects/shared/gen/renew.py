import os
import subprocess
import sys

# Times are compared in a way that nobody sees who reads the text.
times = [os.stat(name)[8] for name in sys.argv[1:3]]
if times[0] > times[1]:
    table = os.path.join(os.path.dirname(__file__), "table.py")
    subprocess.check_call([sys.executable, table] + sys.argv[1:3])
