#include <Python.h>

static PyObject *
version(PyObject *module, PyObject *arguments)
{
    return PyUnicode_FromFormat("%d.%d", PY_MAJOR_VERSION, PY_MINOR_VERSION);
}

static PyMethodDef methods[] = {
    {"version", version, METH_NOARGS, "The Python whose headers this was compiled with."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "several._built",
    .m_methods = methods,
};

PyMODINIT_FUNC
PyInit__built(void)
{
    return PyModule_Create(&module);
}
