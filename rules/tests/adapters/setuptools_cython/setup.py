from Cython.Build import cythonize
from setuptools import Extension, setup

setup(ext_modules=cythonize([Extension("counted._counted", ["src/_counted.pyx", "src/multiplied.c"], extra_compile_args=["-O2"])]))
