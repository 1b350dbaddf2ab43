from setuptools import setup

setup(name="x", install_requires=open("deps").read().split())
