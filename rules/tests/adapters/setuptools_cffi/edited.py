import cffi

ffi = cffi.FFI()
ffi.cdef("long multiplied(long number); static const int FACTOR;")
ffi.set_source(
    "counted._counted",
    '#include "counted.h"',
    sources=["src/multiplied.c"],
    include_dirs=["src"],
    extra_compile_args=open("options.txt").read().split(),
)
