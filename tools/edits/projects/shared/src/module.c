#include <Python.h>
#include "shared.h"
#include "made.h"
#ifndef FLAG
#define FLAG 0
#endif
int part(void);
int table(void);
int loose(void);
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "pkg._module"};
PyMODINIT_FUNC PyInit__module(void)
{
    PyObject *m = PyModule_Create(&module);
    PyModule_AddIntConstant(m, "EDITED", 0);
    PyModule_AddIntConstant(m, "REPAIRED", 0);
    PyModule_AddIntConstant(m, "CLOCK", 0);
    PyModule_AddIntConstant(m, "SHARED", SHARED);
    PyModule_AddIntConstant(m, "MADE", MADE);
    PyModule_AddIntConstant(m, "LEVEL", LEVEL);
    PyModule_AddIntConstant(m, "FLAG", FLAG);
    PyModule_AddIntConstant(m, "FROM_ENV", FROM_ENV);
    PyModule_AddIntConstant(m, "STANDARD", __STDC_VERSION__);
    PyModule_AddIntConstant(m, "PART", part());
    PyModule_AddIntConstant(m, "TABLE", table());
    return m;
}
