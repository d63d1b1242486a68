from importlib.resources import files

TEXT = files(__name__).joinpath("data.txt").read_text()
