"""Makes an interpreter archive from Debian's unpacked packages; debian_python.bzl runs it with their own interpreter.

Debian's Python is made for /usr. In the archive it works wherever it is unpacked, on a machine that has no Python: it
brings its libraries (all but glibc's), its headers are whole, and sysconfig names places below its own prefix.
"""

import argparse
import json
import os
import platform
import py_compile
import re
import shutil
import subprocess
import sysconfig
import tarfile

# Where a build unpacks it (tools/internal/walls). Byte code holds file names; Python corrects them on load elsewhere.
HOME = "/pyproject/python"

# tools/internal/archive.Epoch, 1980-01-01.
EPOCH = 315532800

# What every root has that can run such an interpreter at all.
GLIBC = re.compile(r"(ld-linux.*|lib(anl|c|dl|m|mvec|nsl|pthread|resolv|rt|util))\.so\.[0-9]+")

# Below lib/pythonX.Y. The archive is unpacked for every action, so what no build backend uses is left out.
LEFT_OUT = re.compile(
    "|".join(
        [
            # Python's own tests, and modules that serve them.
            r"(.*/)?tests?",
            r"lib-dynload/_(ctypes_test|test\w*|xxtestfuzz)\..*",
            r"lib-dynload/xx\w+\..*",
            # They need Tk, which Debian has elsewhere and a build machine lacks.
            r"idlelib|tkinter|turtledemo|turtle\.py|lib-dynload/_tkinter\..*",
            # Pip comes from a lock, and Debian's ensurepip has no wheels.
            r"ensurepip",
            # Berkeley DB and GNU dbm, 2 MB of libraries for file formats of the nineties; dbm.dumb and dbm.sqlite3 remain.
            r"lib-dynload/_g?dbm\..*",
            # The texts of help(), 1.2 MB with their byte code.
            r"pydoc_data",
            # To embed Python: 26 MB of static libraries, and a Makefile full of /usr.
            r"config-.*",
            # Debian's policy for /usr: pip must not write there, distutils installs into dist-packages, a hook for Apport.
            r"EXTERNALLY-MANAGED|_distutils_system_mod\.py|sitecustomize\.py",
            # Tell the paths of /usr to tools that do not run the interpreter.
            r"build-details\.json|_sysconfig_vars_.*\.json",
            # A second name of the same file, from the time when sys.platform had a version.
            r"_sysconfigdata__(?!linux).*",
            r"(.*/)?__pycache__",
        ]
    )
)

# Variables of sysconfig that are places, and where those are below the prefix. A list and not a pattern: most others
# that contain /usr are not ours (TZPATH is the machine's, CONFIG_ARGS a record of what was).
PLACES = {
    "BINDIR": "bin",
    "BINLIBDEST": "lib/python{version}",
    "CONFINCLUDEDIR": "include",
    "CONFINCLUDEPY": "include/python{version}",
    "DESTLIB": "lib/python{version}",
    "DESTSHARED": "lib/python{version}/lib-dynload",
    "EXENAME": "bin/python{version}",
    "INCLUDEDIR": "include",
    "INCLUDEPY": "include/python{version}",
    "LIBDEST": "lib/python{version}",
    "LIBDIR": "lib",
    "LIBPC": "lib/pkgconfig",
    "LIBPL": "lib/python{version}/config-{version}-{multiarch}",
    "MACHDESTLIB": "lib/python{version}",
    "MANDIR": "share/man",
    "SCRIPTDIR": "lib",
    "datarootdir": "share",
    "exec_prefix": "",
    "prefix": "",
}

# Commands of the C toolchain. The archive must not ask for Debian's names on another machine.
COMMANDS = ["AR", "BLDSHARED", "CC", "CXX", "LDCXXSHARED", "LDSHARED", "LINKCC"]
PLAIN_COMMANDS = [("{multiarch}-gcc-ar", "ar"), ("{multiarch}-gcc", "cc"), ("{multiarch}-g++", "c++")]

PKG_CONFIG = """\
prefix=${{pcfiledir}}/../..
includedir=${{prefix}}/include

Name: Python
Description: Build a C extension for Python
Version: {version}
Libs:
Cflags: -I${{includedir}}/python{version}
"""


def copy_tree(source, target, left_out):
    """Copies directories and files but for those whose path below source matches; links become what they lead to."""

    def ignore(directory, names):
        below = os.path.relpath(directory, source)
        return {name for name in names if left_out.fullmatch(os.path.normpath(os.path.join(below, name)))}

    shutil.copytree(source, target, ignore=ignore, copy_function=shutil.copyfile)


class Prefix:
    def __init__(self, debian, version, top):
        self.debian = os.path.join(debian, "usr")
        self.version = version
        self.multiarch = sysconfig.get_config_var("MULTIARCH")
        self.top = top
        self.libraries = os.path.join(self.debian, "lib", self.multiarch)
        self.stdlib = os.path.join(top, "lib", "python" + version)
        self.elf = []

    def fill(self):
        name = "python" + self.version
        os.makedirs(os.path.join(self.top, "bin"))
        executable = os.path.join(self.top, "bin", name)
        shutil.copyfile(os.path.join(self.debian, "bin", name), executable)
        os.chmod(executable, 0o755)
        os.symlink(name, os.path.join(self.top, "bin/python3"))
        copy_tree(os.path.join(self.debian, "lib", name), self.stdlib, LEFT_OUT)
        headers = os.path.join(self.top, "include", name)
        shutil.copytree(os.path.join(self.debian, "include", name), headers, copy_function=shutil.copyfile)
        # Debian's includes <x86_64-linux-gnu/python3.13/pyconfig.h>, which is not there, or is another's.
        shutil.copyfile(
            os.path.join(self.debian, "include", self.multiarch, name, "pyconfig.h"),
            os.path.join(headers, "pyconfig.h"),
        )
        package_config = os.path.join(self.top, "lib/pkgconfig")
        os.makedirs(package_config)
        with open(os.path.join(package_config, "python-%s.pc" % self.version), "w") as file:
            file.write(PKG_CONFIG.format(version=self.version))
        self.relocate_sysconfig()
        self.bring_libraries(executable)

    def relocate_sysconfig(self):
        data = os.path.join(self.stdlib, sysconfig._get_sysconfigdata_name() + ".py")
        variables = sysconfig.get_config_vars()
        names = {"version": self.version, "multiarch": self.multiarch}
        with open(data, "a") as file:
            file.write("\n# Added by rules_pyproject: the interpreter lies where it was unpacked.\nimport sys\n\n")
            file.write("build_time_vars.update({\n")
            for key, place in sorted(PLACES.items()):
                if key in variables:
                    place = "/" + place.format(**names) if place else ""
                    file.write("    %r: sys.base_prefix + %r,\n" % (key, place))
            for key in COMMANDS:
                value = variables.get(key, "")
                for command, plain in PLAIN_COMMANDS:
                    value = value.replace(command.format(**names), plain)
                if value:
                    file.write("    %r: %r,\n" % (key, value))
            # There is no libpython: Debian's interpreter has it inside. distutils would say -L for it.
            file.write("    'Py_ENABLE_SHARED': 0,\n    'RUNSHARED': '',\n})\n")

    def patchelf(self, *arguments):
        command = [os.path.join(self.debian, "bin/patchelf"), *arguments]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env={}).stdout.split()

    def bring_libraries(self, executable):
        """Copies what extension modules need, and what that needs, and makes each find its own.

        It is the RPATH of each file rather than LD_LIBRARY_PATH, which compilers would inherit.
        """
        modules = os.path.join(self.stdlib, "lib-dynload")
        todo = [executable] + [os.path.join(modules, name) for name in sorted(os.listdir(modules))]
        library_directory = os.path.join(self.top, "lib")
        while todo:
            file = todo.pop(0)
            self.elf.append(file)
            needed = [name for name in self.patchelf("--print-needed", file) if not GLIBC.fullmatch(name)]
            for name in needed:
                target = os.path.join(library_directory, name)
                if not os.path.exists(target):
                    source = os.path.join(self.libraries, name)
                    if not os.path.exists(source):
                        raise SystemExit("%s needs %s, and none of the packages has it" % (file, name))
                    shutil.copyfile(source, target)
                    todo.append(target)
            if needed:
                way = os.path.relpath(library_directory, os.path.dirname(file))
                self.patchelf("--set-rpath", "$ORIGIN/" + way, file)

    def compile(self):
        """Writes byte code that is never checked against its source: the archive is one whole, and its times are not kept."""
        for directory, directories, files in os.walk(self.stdlib):
            directories.sort()
            for name in sorted(files):
                if name.endswith(".py"):
                    file = os.path.join(directory, name)
                    py_compile.compile(
                        file,
                        dfile=os.path.join(HOME, os.path.relpath(file, self.top)),
                        doraise=True,
                        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
                    )

    def glibc_floor(self):
        floor = (2, 0)
        for name in self.elf:
            with open(name, "rb") as file:
                for version in re.findall(rb"\0GLIBC_(\d+)\.(\d+)", file.read()):
                    floor = max(floor, (int(version[0]), int(version[1])))
        return "%d.%d" % floor

    def pack(self, archive):
        executables = {os.path.join(self.top, "bin", "python" + self.version)}

        def plain(member):
            member.mtime = EPOCH
            member.uid = member.gid = 0
            member.uname = member.gname = ""
            if member.isdir() or os.path.join(self.top, member.name) in executables:
                member.mode = 0o755
            elif member.isfile():
                member.mode = 0o644
            return member

        with tarfile.open(archive, "w", format=tarfile.PAX_FORMAT) as tar:
            for name in sorted(os.listdir(self.top)):
                tar.add(os.path.join(self.top, name), name, filter=plain)  # tarfile sorts what is below


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ["debian", "version", "prefix", "archive"]:
        parser.add_argument("--" + name, required=True)
    options = parser.parse_args()
    prefix = Prefix(options.debian, options.version, options.prefix)
    prefix.fill()
    prefix.compile()
    prefix.pack(options.archive)
    print(json.dumps({"full_version": platform.python_version(), "glibc_floor": prefix.glibc_floor()}))


main()
