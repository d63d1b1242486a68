from setuptools import setup

setup(name="wordcount", version="0.9", packages=["wordcount"])
