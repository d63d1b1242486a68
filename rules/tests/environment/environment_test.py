"""What a real backend saw, BE-1 to BE-4 and HOOK-1: reads the JSON that the probe projects' wheels hold.

Arguments: the project, then the directories of its wheels: in-build interpreter and system interpreter, each with walls
that are paths and with required ones.
"""

import glob
import json
import re
import sys
import unittest
import zipfile

PROJECT = sys.argv[1]
VARIANTS = dict(zip(["in_build paths", "in_build required", "system paths", "system required"], sys.argv[2:]))

# What each project's environment holds, and what its programs print.
EXPECTED = {
    "hatchling": {
        "distributions": ["editables", "hatch-fancy-pypi-readme", "hatchling", "packaging", "pathspec", "pluggy", "tomlkit", "trove-classifiers"],
        "entry points": ["console_scripts", "hatch"],
        "scripts": {"hatchling version": r"1\.0"},
        "nested": r"1\.0",
    },
    "setuptools": {
        "distributions": ["jmespath", "ninja", "packaging", "setuptools", "wheel"],
        "entry points": ["console_scripts", "distutils.commands"],
        "scripts": {"wheel version": r"wheel \d", "ninja --version": r"\d+\.", "jp.py --help": "usage: jp.py "},
        "nested": r"\{.*\}\n1\.0$",
    },
}[PROJECT]

ENVIRON = {
    "AR": "/pyproject/compilers/ar",
    "CC": "/pyproject/compilers/cc",
    "CXX": "/pyproject/compilers/c++",
    "HOME": "/pyproject/home",
    "LANG": "C.UTF-8",
    "LOGNAME": "builder",
    "PATH": "/pyproject/environment/bin:/pyproject/compilers:/pyproject/tools",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "SOURCE_DATE_EPOCH": "315532800",
    "TMPDIR": "/pyproject/tmp",
    "TZ": "UTC",
    "USER": "builder",
}


def members(variant):
    """The files of a variant's wheel, by name."""
    (path,) = glob.glob(VARIANTS[variant] + "/*.whl")
    with zipfile.ZipFile(path) as wheel:
        return {name: wheel.read(name) for name in wheel.namelist()}


WHEELS = {variant: members(variant) for variant in VARIANTS}
SEEN = {variant: json.loads(files["probe_{}/seen.json".format(PROJECT)]) for variant, files in WHEELS.items()}


class EnvironmentTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.each = SEEN.items()

    def check_interpreter(self, facts, interpreter):
        self.assertEqual(facts["prefix"], "/pyproject/environment")
        self.assertEqual(facts["executable"], "/pyproject/environment/bin/python")
        self.assertNotEqual(facts["base_prefix"], facts["prefix"])
        self.assertEqual(facts["scheme"], "venv")
        names = [name.lower().replace("_", "-") for name in facts["distributions"]]
        self.assertEqual(sorted(names), EXPECTED["distributions"])
        self.assertLessEqual(set(EXPECTED["entry points"]), set(facts["entry points"]))
        # Before anything else: no customisation of the host's, and setuptools itself only where it is asked for.
        self.assertEqual(facts["imported"], [])
        self.assertFalse(facts["user site"])
        self.assertEqual(facts["pip"], "ModuleNotFoundError: No module named 'pip'")
        self.assertEqual([d for d in facts["path"] if d.endswith("-packages")], [facts["purelib"]])
        if interpreter == "in_build":
            self.assertEqual(facts["base_prefix"], "/pyproject/python")
        if PROJECT == "setuptools":
            self.assertEqual(facts["distutils"], facts["purelib"] + "/setuptools/_distutils/__init__.py")
        else:
            self.assertIn("No module named 'distutils'", facts["distutils"])

    def test_subprocesses(self):
        """BE-1, BE-2: a fresh interpreter that a hook starts with sys.executable, with each of the flags that isolate."""
        for variant, seen in self.each:
            self.assertEqual(len(seen["children"]), 5)
            for flags, facts in seen["children"].items():
                with self.subTest(variant=variant, flags=flags):
                    self.check_interpreter(facts, variant.split()[0])

    def test_nested(self):
        """BE-2: `python setup.py --version`, before it has imported setuptools, and `python -m hatchling`."""
        for variant, seen in self.each:
            with self.subTest(variant=variant):
                self.assertRegex(seen["nested"], EXPECTED["nested"])
                if PROJECT == "setuptools":
                    self.check_interpreter(json.loads(seen["nested"].split("\n")[0]), variant.split()[0])

    def test_scripts(self):
        """BE-3: console scripts and data scripts of the requirements run by their names."""
        for variant, seen in self.each:
            for line, pattern in EXPECTED["scripts"].items():
                with self.subTest(variant=variant, line=line):
                    self.assertRegex(seen["scripts"][line], "^" + pattern)
                    self.assertNotIn("exit code", seen["scripts"][line])
                    self.assertIn(line.split()[0], seen["surroundings"]["path"]["/pyproject/environment/bin"])

    def test_surroundings(self):
        """BE-4: variables, PATH, umask, standard input, HOME and TMPDIR; the same in all variants."""
        for variant, seen in self.each:
            with self.subTest(variant=variant):
                around = seen["surroundings"]
                # distutils sets PLAT in its own process.
                self.assertEqual({name: value for name, value in around["environ"].items() if name != "PLAT"}, ENVIRON)
                self.assertEqual(around["cwd"], "/pyproject/source/" + PROJECT)
                self.assertEqual(around["home"], [])
                self.assertEqual(around["temporary"], [])
                self.assertEqual(around["standard input"], [False, ""])
                self.assertEqual(around["umask"], "022")
                self.assertEqual(sorted(around["path"]), sorted(ENVIRON["PATH"].split(":")))
                programs = {name for names in around["path"].values() for name in names}
                forbidden = [name for name in programs if re.match(r"(pip|cargo|gcc|git|perl|pkg-config|.*python.*-config)", name)]
                self.assertEqual(forbidden, [])
                # Named tools only: Python is the environment's, the compilers are the toolchain's.
                self.assertEqual([name for name in around["path"]["/pyproject/tools"] if re.match("python|cc$|c[+][+]$|ld$", name)], [])
                for name, directory in ("python", "environment/bin"), ("python3", "environment/bin"), ("cc", "compilers"):
                    self.assertEqual(around["programs"][name], "/pyproject/{}/{}".format(directory, name))

    def test_machine(self):
        """BE-4: required walls show nothing of the machine but its programs and libraries."""
        for variant, seen in self.each:
            if variant.endswith("required"):
                with self.subTest(variant=variant):
                    machine = seen["machine"]
                    self.assertEqual((machine["packages"], machine["customize"]), ({}, {}))
                    self.assertEqual((machine["ids"], machine["user"], machine["hostname"]), ([1000, 1000], "builder", "pyproject"))
                    self.assertEqual(machine["capabilities"], 0)
                    self.assertLessEqual(
                        set(machine["directories"]),
                        {"bin", "dev", "etc", "gnu", "lib", "lib32", "lib64", "libx32", "nix", "proc", "pyproject", "sbin", "tmp", "usr"},
                    )

    def test_source_tree_is_not_on_path(self):
        """HOOK-1: neither the source tree nor the hook caller's directory is on sys.path."""
        for variant, seen in self.each:
            with self.subTest(variant=variant):
                base = seen["children"][""]["base_prefix"]
                for entry in seen["hook"]["path"]:
                    self.assertTrue(entry.startswith((base + "/lib", "/pyproject/environment/lib")), entry)

    def test_backend(self):
        """HOOK-1: get_requires_for_build_wheel and build_wheel executed setup.py, each in an interpreter of its own.

        BE-1: hatchling found its plugin by an entry point.
        """
        for variant, files in WHEELS.items():
            with self.subTest(variant=variant):
                if PROJECT == "setuptools":
                    self.assertEqual(files["probe_setuptools/calls.txt"].split(), [b"first", b"first"])
                else:
                    self.assertTrue(files["probe_hatchling-1.0.dist-info/METADATA"].endswith(b"\n\nWritten by a plugin."))

    def but_for_the_machine(self, seen):
        # Walls that are paths show a system interpreter in a place of their own, without what belongs to its host.
        base = seen["children"][""]["base_prefix"]
        text = json.dumps({name: facts for name, facts in seen.items() if name != "machine"})
        return json.loads(re.sub(re.escape(base) + r'(?=/lib|\\?")', "BASE", text))

    def test_kinds_of_walls_agree(self):
        """BYTES-1: what a hook sees but for the machine, and all other bytes, are the same with both kinds of walls."""
        for interpreter in "in_build", "system":
            self.assertEqual(*(self.but_for_the_machine(SEEN[interpreter + kind]) for kind in (" paths", " required")))
        differing = re.compile(r".*/(seen\.json|RECORD)$")
        first, *others = ({name: data for name, data in files.items() if not differing.match(name)} for files in WHEELS.values())
        for other in others:
            self.assertEqual(first, other)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
