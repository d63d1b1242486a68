from setuptools import setup

setup(cffi_modules=["interface.py:ffi"])
