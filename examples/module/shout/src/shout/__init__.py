"""Says things louder."""


def shout(text):
    return text.upper() + "!"
