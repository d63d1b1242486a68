#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "_sum.h"

static PyObject *total(PyObject *self, PyObject *numbers) {
    PyObject *iterator = PyObject_GetIter(numbers);
    PyObject *item;
    double sum = 0;
    if (iterator == NULL) return NULL;
    while ((item = PyIter_Next(iterator)) != NULL) {
        sum = fastsum_add(sum, PyFloat_AsDouble(item));
        Py_DECREF(item);
        if (PyErr_Occurred()) break;
    }
    Py_DECREF(iterator);
    return PyErr_Occurred() ? NULL : PyFloat_FromDouble(sum);
}

static PyMethodDef methods[] = {
    {"total", total, METH_O, "The sum of an iterable of numbers."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "fastsum._sum", NULL, -1, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__sum(void) { return PyModule_Create(&module); }
