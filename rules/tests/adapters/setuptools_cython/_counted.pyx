cdef extern from "counted.h":
    long multiplied(long number)


def twice(number):
    """A number, multiplied by FACTOR."""
    return multiplied(number)
