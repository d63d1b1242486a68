"""`NAME.dist` holds exactly one wheel, under its true name, and pip installs it (HOOK-6): pip itself, from a locked file."""

import glob
import os
import subprocess
import sys
import tarfile
import tempfile
import unittest

ENVIRONMENT, WHEEL_DIRECTORY = sys.argv[1:]


class PipTest(unittest.TestCase):
    def test_pip_installs_the_wheel(self):
        self.assertEqual(os.listdir(WHEEL_DIRECTORY), ["greeter-1.0-py3-none-any.whl"])
        with tempfile.TemporaryDirectory() as directory:
            with tarfile.open(ENVIRONMENT) as archive:
                archive.extractall(directory + "/environment", filter="data")
            (packages,) = glob.glob(directory + "/environment/lib/python*/site-packages")
            wheel = os.path.abspath(os.path.join(WHEEL_DIRECTORY, "greeter-1.0-py3-none-any.whl"))
            pip = [sys.executable, "-m", "pip", "--isolated", "install", "--no-index", "--target", directory + "/installed", wheel]
            subprocess.run(pip, check=True, env={"PYTHONPATH": packages, "HOME": directory})
            said = subprocess.run(
                [sys.executable, "-c", "import greeter; print(greeter.greeting('pip'))"],
                check=True,
                capture_output=True,
                env={"PYTHONPATH": directory + "/installed"},
                text=True,
            )
            self.assertEqual(said.stdout, "Good day, pip!\n")
            self.assertTrue(os.access(directory + "/installed/bin/greet", os.X_OK))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
