"""Two backends that make no sdist: the module has no such hook, and the object in it refuses."""


class UnsupportedOperation(Exception):
    pass


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    raise NotImplementedError


class Refusing:
    UnsupportedOperation = UnsupportedOperation

    def build_sdist(self, sdist_directory, config_settings=None):
        raise UnsupportedOperation("there is no version control here")


refusing = Refusing()
