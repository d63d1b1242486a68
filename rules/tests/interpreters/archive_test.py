"""Checks an interpreter archive, run by its own interpreter in a root that has no other Python (bare_root.sh).

BE-1: `sys.prefix != sys.base_prefix`, sysconfig's scheme is `venv`. BE-4: nothing of the machine's Python is used.
"""

import glob
import importlib.util
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import unittest

PREFIX = pathlib.Path(sys.executable).parent.parent
STDLIB = PREFIX / "lib" / ("python%d.%d" % sys.version_info[:2])

# What a machine has to have: glibc, in its parts.
GLIBC = re.compile(r"(ld-linux.*|lib(anl|c|dl|m|mvec|nsl|pthread|resolv|rt|util))[-.].*")

EXTENSION = """
#include <Python.h>

static PyObject *answer(PyObject *self, PyObject *args) { return PyLong_FromLong(42); }
static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, NULL}, {NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "extension", NULL, 0, methods};
PyMODINIT_FUNC PyInit_extension(void) { return PyModule_Create(&module); }
"""


def extension_modules():
    return sorted(path.name.partition(".")[0] for path in (STDLIB / "lib-dynload").iterdir())


def run(*command, **options):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, **options).stdout.strip()


class Root(unittest.TestCase):
    def test_there_is_no_other_python(self):
        for path in glob.glob("/usr/bin/*python*") + glob.glob("/usr/local/bin/*python*"):
            with self.assertRaises((PermissionError, FileNotFoundError), msg=path):
                subprocess.run([path, "--version"])
        self.assertEqual([], glob.glob("/usr/include/**/Python.h", recursive=True))


class Interpreter(unittest.TestCase):
    def test_be_4_prefix_and_path_are_its_own(self):
        self.assertEqual(str(PREFIX), sys.base_prefix)
        self.assertEqual(str(PREFIX), sys.base_exec_prefix)
        for entry in sys.path:
            self.assertTrue(entry.startswith(str(PREFIX)), sys.path)

    def test_every_extension_module_imports(self):
        modules = extension_modules()
        for name in modules:
            with self.subTest(name):
                importlib.import_module(name)
        for name in ["_bz2", "_ctypes", "_curses", "_hashlib", "_lzma", "_sqlite3", "_ssl", "_uuid", "readline"]:
            self.assertIn(name, modules)

    def test_every_library_is_its_own_or_glibc(self):
        for name in extension_modules():
            importlib.import_module(name)
        import zlib  # noqa: F401 (inside of the interpreter)

        with open("/proc/self/maps") as maps:
            mapped = {line.split(maxsplit=5)[5].strip() for line in maps if ".so" in line}
        outside = [path for path in mapped if not path.startswith(str(PREFIX))]
        self.assertEqual([], [path for path in outside if not GLIBC.fullmatch(os.path.basename(path))])
        self.assertTrue(any(path.startswith(str(PREFIX / "lib/libcrypto.so")) for path in mapped), mapped)

    def test_modules_that_wrap_libraries_work(self):
        import bz2
        import ctypes
        import curses
        import hashlib
        import lzma
        import sqlite3
        import ssl
        import uuid
        import zlib

        for module in [bz2, lzma, zlib]:
            self.assertEqual(b"x" * 999, module.decompress(module.compress(b"x" * 999)))
        self.assertEqual(3, ctypes.CDLL(None).abs(-3))
        self.assertTrue(curses.version)
        self.assertEqual(64, len(hashlib.new("sha256", b"x").hexdigest()))
        self.assertEqual([(2,)], list(sqlite3.connect(":memory:").execute("select 1 + 1")))
        self.assertTrue(ssl.create_default_context())
        self.assertTrue(uuid.uuid1())

    def test_it_needs_no_newer_glibc_than_it_says(self):
        said = tuple(map(int, os.environ["GLIBC_FLOOR"].split(".")))
        needed = set()
        for path in [pathlib.Path(sys.executable), *PREFIX.rglob("*.so*")]:
            versions = run("readelf", "--version-info", "--wide", path)
            needed |= {tuple(map(int, v)) for v in re.findall(r"Name: GLIBC_(\d+)\.(\d+)", versions)}
        self.assertEqual(said, max(needed))


class Files(unittest.TestCase):
    def test_what_is_debian_s_alone_is_left_out(self):
        for name in ["EXTERNALLY-MANAGED", "sitecustomize.py", "_distutils_system_mod.py", "test", "ensurepip"]:
            self.assertFalse(os.path.lexists(STDLIB / name), name)
        self.assertEqual([], list(PREFIX.rglob("*.a")))

    def test_every_source_has_byte_code_that_is_never_checked(self):
        for source in STDLIB.rglob("*.py"):
            compiled = pathlib.Path(importlib.util.cache_from_source(str(source)))
            with compiled.open("rb") as file:
                self.assertEqual(b"\x01\x00\x00\x00", file.read(8)[4:], compiled)  # PEP 552


class Virtual(unittest.TestCase):
    """An environment as the helper makes one: pyvenv.cfg with an absolute home, and a link to the interpreter."""

    def setUp(self):
        self.top = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.top)
        (self.top / "bin").mkdir()
        self.python = self.top / "bin" / "python"
        self.python.symlink_to(sys.executable)
        (self.top / "pyvenv.cfg").write_text("home = %s\ninclude-system-site-packages = false\n" % (PREFIX / "bin"))

    def ask(self, expression):
        return run(self.python, "-I", "-c", "import sys, sysconfig; print(%s)" % expression)

    def test_be_1_prefixes_and_scheme(self):
        self.assertEqual("%s %s" % (self.top, PREFIX), self.ask("sys.prefix, sys.base_prefix, sep=' '"))
        self.assertEqual("venv", self.ask("sysconfig.get_default_scheme()"))

    def test_headers_are_its_own_and_whole(self):
        include = pathlib.Path(self.ask("sysconfig.get_paths()['include']"))
        self.assertTrue(include.is_relative_to(PREFIX), include)
        self.assertTrue((include / "Python.h").exists())
        self.assertIn("#define SIZEOF_LONG ", (include / "pyconfig.h").read_text())
        self.assertEqual(str(include), self.ask("sysconfig.get_config_var('INCLUDEPY')"))

    def test_sysconfig_names_no_place_outside(self):
        names = """BINDIR BINLIBDEST CONFINCLUDEDIR CONFINCLUDEPY DESTLIB DESTSHARED EXENAME INCLUDEDIR INCLUDEPY LIBDEST
            LIBDIR LIBPC LIBPL MACHDESTLIB MANDIR SCRIPTDIR datarootdir installed_base"""
        for name in names.split():
            with self.subTest(name):
                value = self.ask("sysconfig.get_config_var(%r)" % name)
                self.assertTrue(value.startswith(str(PREFIX)), value)
        for name in ["AR", "CC", "CXX", "LDSHARED", "LINKCC"]:
            with self.subTest(name):
                self.assertNotIn("linux-gnu", self.ask("sysconfig.get_config_var(%r)" % name))

    def test_pkg_config_file_finds_the_headers(self):
        file = pathlib.Path(self.ask("sysconfig.get_config_var('LIBPC')")) / ("python-%d.%d.pc" % sys.version_info[:2])
        variables = dict(re.findall(r"(?m)^(\w+)=(.*)$", file.read_text()))
        include = variables["includedir"].replace("${prefix}", variables["prefix"]).replace("${pcfiledir}", str(file.parent))
        self.assertTrue((pathlib.Path(include) / STDLIB.name / "Python.h").exists())

    def test_an_extension_compiles_and_imports(self):
        source, target = self.top / "extension.c", self.top / ("extension" + self.ask("sysconfig.get_config_var('EXT_SUFFIX')"))
        source.write_text(EXTENSION)
        command = self.ask("' '.join(map(sysconfig.get_config_var, ['LDSHARED', 'CFLAGS', 'CCSHARED']))")
        include = self.ask("sysconfig.get_paths()['include']")
        run(*shlex.split(command), "-I", include, "-o", target, source)
        found = run(self.python, "-c", "import extension; print(extension.answer())", cwd=self.top)
        self.assertEqual("42", found)


if __name__ == "__main__":
    unittest.main()
