import os


def get_requires_for_build_sdist(config_settings=None):
    return ["other-%s; python_version < '3'" % os.environ["TOLD"]]
