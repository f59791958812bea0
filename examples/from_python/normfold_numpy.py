"""Every function of a library of generated kernels as a NumPy function, by ctypes.

    norms = Library("libnumpy_norms.so", "numpy_norms")
    y = norms.layer_norm_f32(x=x, weight=w, bias=b)["y"]

The library's table (TABLE in CMake, normfold/runtime/table.h) says which tensors a function takes, along which axes,
and this module allocates what it writes. Dense tensors; extents come from the shapes.
"""
import ctypes
import functools

import numpy as np

OUTPUT, STATISTIC, KEPT, COUNT, INPUT, GIVEN, PARAMETER = range(7)
# NumPy has no bf16: its bits as uint16
TYPES = {"f32": np.float32, "f64": np.float64, "f16": np.float16, "bf16": np.uint16, "u64": np.uint64}


class Argument(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("kind", ctypes.c_int), ("axes", ctypes.c_char_p), ("type", ctypes.c_char_p)]


Call = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(ctypes.c_size_t), ctypes.c_void_p)
Workspace = ctypes.CFUNCTYPE(ctypes.c_size_t, ctypes.POINTER(ctypes.c_size_t))


class Function(ctypes.Structure):
    _fields_ = [(name, ctypes.c_char_p) for name in ("name", "layer", "direction", "type", "order", "backend")] + [
        ("arguments", ctypes.c_int),
        ("argument", ctypes.POINTER(Argument)),
        ("extents", ctypes.c_int),
        ("extent_names", ctypes.POINTER(ctypes.c_char_p)),
        ("call", Call),
        ("workspace", Workspace),
    ]


class Context(ctypes.Structure):
    _fields_ = [
        ("struct_size", ctypes.c_size_t),
        ("parallel_for", ctypes.c_void_p),
        ("parallel_state", ctypes.c_void_p),
        ("workspace", ctypes.c_void_p),
        ("workspace_bytes", ctypes.c_size_t),
        ("stores", ctypes.c_int),
    ]


class NormfoldError(RuntimeError):
    """A status other than NORMFOLD_OK, with its sentence. Nothing was written."""


class Library:
    def __init__(self, path, name):
        self._library = ctypes.CDLL(path)
        count = ctypes.c_size_t.in_dll(self._library, f"normfold_{name}_function_count").value
        table = (Function * count).in_dll(self._library, f"normfold_{name}_functions")
        self._status_text = self._library.status_text
        self._status_text.restype = ctypes.c_char_p
        self.functions = {f.name.decode(): f for f in table}

    def __getattr__(self, name):
        if name not in self.functions:
            raise AttributeError(f"{name} is not in the library; it has {', '.join(self.functions)}")
        return functools.partial(self._call, self.functions[name])

    def describe(self, name):
        """One line for each argument of a function: what it is, its type and axes; and the group counts it needs."""
        f = self.functions[name]
        kinds = ("out", "out", "in-out", "in-out", "in", "in", "in")
        lines, axes = [], set()
        for a in f.argument[: f.arguments]:
            axes.update(a.axes.decode().split("."))
            lines.append(f"  {a.name.decode():<14} {kinds[a.kind]:<7} {a.type.decode()} [{a.axes.decode()}]")
        counts = [each.decode() for each in f.extent_names[: f.extents] if each.decode() not in axes]
        return "\n".join(lines + [f"  {each:<14} in      a number" for each in counts])

    def _call(self, function, **given):
        status, out = call(function, **given)
        if status != 0:
            raise NormfoldError(f"{function.name.decode()}: {self._status_text(status).decode()}")
        return out


def call(function, **given):
    """Calls one function. `given` holds arrays by the names of its arguments, and group counts by theirs. Returns the
    status and what was written, by name; what it updates in place (running statistics) is the array that was passed."""
    name = function.name.decode()
    arguments = function.argument[: function.arguments]
    extents, tensors, written = {}, [], {}
    for a in arguments:
        if a.kind in (OUTPUT, STATISTIC):
            continue
        if a.name.decode() not in given:
            raise TypeError(f"{name} needs {a.name.decode()}")
        tensor = given.pop(a.name.decode())
        axes = a.axes.decode().split(".") if a.axes else []
        if tensor.dtype != TYPES[a.type.decode()] or tensor.ndim != len(axes) or not tensor.flags.c_contiguous:
            raise TypeError(f"{name}: {a.name.decode()} is to be a dense {a.type.decode()} array of axes {axes}")
        for axis, extent in zip(axes, tensor.shape):
            if extents.setdefault(axis, extent) != extent:
                raise ValueError(f"{name}: axis {axis} of {a.name.decode()} is {extent}, elsewhere {extents[axis]}")
        written[a.name] = tensor
    order = [each.decode() for each in function.extent_names[: function.extents]]
    for each in order:
        number = given.pop(each, extents.get(each))
        if number is None:
            raise TypeError(f"{name} needs {each}, a number")
        if extents.setdefault(each, number) != number:
            raise ValueError(f"{name}: {each} is {number}, but the tensors' shapes say {extents[each]}")
    if given:
        raise TypeError(f"{name} has no {', '.join(given)}")
    for a in arguments:
        if a.kind in (OUTPUT, STATISTIC):
            axes = a.axes.decode().split(".") if a.axes else []
            written[a.name] = np.empty([extents[axis] for axis in axes], TYPES[a.type.decode()])
        tensors.append(written[a.name])

    buffers = (ctypes.c_void_p * len(tensors))(*(t.ctypes.data for t in tensors))
    sizes = (ctypes.c_size_t * len(order))(*(extents[each] for each in order))
    context = Context(struct_size=ctypes.sizeof(Context))
    if function.workspace:
        context.workspace_bytes = function.workspace(sizes)
        scratch = np.empty(context.workspace_bytes + 64, np.uint8)  # a workspace starts at a multiple of 64
        context.workspace = scratch.ctypes.data + -scratch.ctypes.data % 64
    status = function.call(buffers, sizes, ctypes.byref(context))
    return status, {a.name.decode(): written[a.name] for a in arguments if a.kind in (OUTPUT, STATISTIC, KEPT)}
