from pkg import _module
