from importlib.resources import files

import points.south

TEXT = files(__name__).joinpath("data.txt").read_text() + points.south.TEXT
