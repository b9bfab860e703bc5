/* The C extension: the function of fanout.py, which has its contract, with the interpreter released.

   It must not know a transport, and must not trust its arguments: it reads memory by them. It uses
   the limited API of CPython 3.10, so that one build serves each later version. That API has no
   buffers, so the descriptors are copied as bytes, which is nothing beside as many sends. */

#define Py_LIMITED_API 0x030A0000
#include <Python.h>
#include <errno.h>
#include <sys/socket.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* a system without it: Python ignores SIGPIPE */
#endif

typedef struct {
    Py_ssize_t index;
    Py_ssize_t sent;
} Shortfall;

/* Return the bytes of an array of C ints, as a new reference; NULL with TypeError for all else. */
static PyObject *
bytes_of(PyObject *descriptors)
{
    PyObject *code = PyObject_GetAttrString(descriptors, "typecode");
    if (code == NULL)
        PyErr_Clear();
    int of_ints = code && PyUnicode_Check(code) && !PyUnicode_CompareWithASCIIString(code, "i");
    Py_XDECREF(code);
    if (of_ints) {
        PyObject *bytes = PyObject_CallMethod(descriptors, "tobytes", NULL);
        if (bytes == NULL)
            return NULL;
        if (PyBytes_Check(bytes) && PyBytes_Size(bytes) % (Py_ssize_t)sizeof(int) == 0)
            return bytes;
        Py_DECREF(bytes);
    }
    PyErr_SetString(PyExc_TypeError, "the descriptors must be an array of type 'i'");
    return NULL;
}

/* Return the number of bytes that a socket took; an error is 0. */
static Py_ssize_t
send_to(int descriptor, const char *data, Py_ssize_t size)
{
    ssize_t sent;
    do
        sent = send(descriptor, data, (size_t)size, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? 0 : (Py_ssize_t)sent;
}

/* Return a list of pairs of Python's. */
static PyObject *
pairs_of(const Shortfall *shortfalls, Py_ssize_t count)
{
    PyObject *pairs = PyList_New(count);
    for (Py_ssize_t i = 0; pairs != NULL && i < count; i++) {
        PyObject *pair = Py_BuildValue("(nn)", shortfalls[i].index, shortfalls[i].sent);
        if (pair == NULL || PyList_SetItem(pairs, i, pair) < 0)
            Py_CLEAR(pairs);
    }
    return pairs;
}

static PyObject *
send_to_all(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t given)
{
    char *data;
    Py_ssize_t size;
    if (given != 2)
        return PyErr_Format(PyExc_TypeError, "send_to_all takes 2 arguments, not %zd", given);
    if (PyBytes_AsStringAndSize(arguments[1], &data, &size) < 0)
        return NULL;
    PyObject *bytes = bytes_of(arguments[0]);
    if (bytes == NULL)
        return NULL;
    const int *descriptors = (const int *)PyBytes_AsString(bytes);
    Py_ssize_t count = PyBytes_Size(bytes) / (Py_ssize_t)sizeof(int);
    /* Room for all of them, before any is sent to: afterwards there must be no failure. */
    Shortfall *shortfalls = PyMem_New(Shortfall, (size_t)count);
    if (shortfalls == NULL) {
        Py_DECREF(bytes);
        return PyErr_NoMemory();
    }
    Py_ssize_t found = 0;
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t i = 0; i < count; i++) {
        Py_ssize_t sent = send_to(descriptors[i], data, size);
        if (sent != size)
            shortfalls[found++] = (Shortfall){i, sent};
    }
    Py_END_ALLOW_THREADS
    Py_DECREF(bytes);
    PyObject *pairs = pairs_of(shortfalls, found);
    PyMem_Free(shortfalls);
    return pairs;
}

static PyMethodDef functions[] = {
    {"send_to_all", (PyCFunction)(void (*)(void))send_to_all, METH_FASTCALL, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "chatd.util._fanout",
    .m_methods = functions,
};

PyMODINIT_FUNC
PyInit__fanout(void)
{
    return PyModuleDef_Init(&module);
}
