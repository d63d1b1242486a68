# hostile.sh COMMAND…: runs COMMAND as a user would whose machine has everything that must not reach a build (BE-4).
set -eu
home=$PWD/hostile-home
shout='raise SystemExit("something of the host was imported")'
for version in 3.9 3.10 3.11 3.12 3.13 3.14 3.15; do
  site=$home/.local/lib/python$version/site-packages
  mkdir -p "$site"
  for name in sitecustomize usercustomize setuptools pip; do
    echo "$shout" >"$site/$name.py"
  done
  echo "import intruder" >"$site/intruder.pth"
done
mkdir -p "$home/python" "$home/bin" "$home/.config/pip" "$home/.cargo" "$home/tmp"
for name in sitecustomize usercustomize setuptools wheel json; do
  echo "$shout" >"$home/python/$name.py"
done
for name in python python3 cc gcc ninja cargo git sh ld; do
  printf '#!/bin/sh\necho "a program of the host was called: %s" >&2\nexit 99\n' $name >"$home/bin/$name"
  chmod +x "$home/bin/$name"
done
printf '[build_ext]\ndefine = HOSTILE\n[bdist_wheel]\nplat_name = hostile\n[install]\nprefix = /hostile\n' |
  tee "$home/.pydistutils.cfg" "$home/.config/setup.cfg" >/dev/null
printf '[global]\nno-index = true\n' >"$home/.config/pip/pip.conf"
printf '[build]\ntarget = "hostile"\n' >"$home/.cargo/config.toml"

export HOME=$home XDG_CONFIG_HOME=$home/.config XDG_CACHE_HOME=$home/.cache TMPDIR=$home/tmp PATH="$home/bin:$PATH"
export PYTHONPATH=$home/python PYTHONHOME=$home PYTHONSTARTUP=$home/python/sitecustomize.py PYTHONUSERBASE=$home/.local
export PYTHONOPTIMIZE=2 PYTHONHASHSEED=7 PYTHONWARNINGS=error PYTHONPLATLIBDIR=lib99 PYTHONSAFEPATH=1 PYTHONNOUSERSITE= PYTHONUTF8=0
export PIP_NO_INDEX=1 PIP_TARGET=$home PIP_REQUIRE_VIRTUALENV=1 PIP_CONFIG_FILE=$home/.config/pip/pip.conf VIRTUAL_ENV=$home
export SETUPTOOLS_USE_DISTUTILS=stdlib SETUPTOOLS_SCM_PRETEND_VERSION=99 SETUPTOOLS_EXT_SUFFIX=.hostile.so DISTUTILS_DEBUG=1
export HATCH_BUILD_CLEAN=true HATCH_BUILD_HOOK_ENABLE_CUSTOM=false HATCH_BUILD_NO_HOOKS=true HATCH_METADATA_CLASSIFIERS_NO_VERIFY=1
export SKBUILD_CMAKE_ARGS=-DHOSTILE=1 MATURIN_PEP517_ARGS=--hostile CARGO_HOME=$home/.cargo CARGO_TARGET_DIR=$home RUSTFLAGS=-hostile
export CC=/hostile/cc CXX=/hostile/c++ CFLAGS=-hostile CPPFLAGS=-hostile CXXFLAGS=-hostile LDFLAGS=-hostile LDSHARED=hostile AR=hostile
export ARCHFLAGS=-hostile CPATH=/hostile C_INCLUDE_PATH=/hostile LIBRARY_PATH=/hostile PKG_CONFIG_PATH=/hostile MAKEFLAGS=-n
export LANG=tr_TR.UTF-8 LC_ALL=C LC_CTYPE=POSIX LANGUAGE=de TZ=Pacific/Kiritimati SOURCE_DATE_EPOCH=2000000000 COLUMNS=20 NO_COLOR=1
export http_proxy=http://hostile.example:1 https_proxy=http://hostile.example:1 ALL_PROXY=socks5://hostile.example:1
export USER=hostile LOGNAME=hostile SHELL=/hostile BASH_ENV=$home/bin/sh ENV=$home/bin/sh
umask 077
exec "$@"
