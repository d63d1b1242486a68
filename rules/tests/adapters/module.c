#include <Python.h>

#include "counted.h"

static PyObject *
twice(PyObject *module, PyObject *argument)
{
    long number = PyLong_AsLong(argument);
    if (number == -1 && PyErr_Occurred()) {
        return NULL;
    }
    return PyLong_FromLong(multiplied(number));
}

static PyMethodDef methods[] = {
    {"twice", twice, METH_O, "A number, multiplied by FACTOR."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "counted._counted",
    .m_methods = methods,
};

PyMODINIT_FUNC
PyInit__counted(void)
{
    return PyModule_Create(&module);
}
