"""Layers of a library of generated kernels as functions of PyTorch tensors, with gradients.

    layers = TorchLibrary("libtorch_layers.so", "torch_layers")
    y = layers.robust_norm(x=x, weight=w, bias=b, gate=g)  # backward() works, in f32 and bf16

The library has each layer's infer, train and backward functions and the table (TABLE). Where a gradient is asked for, the train
function saves the statistics that the backward function reads. Tensors are dense and on the CPU; their memory is used as it is.
"""
import functools
import pathlib
import sys

import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "from_python"))
from normfold_numpy import OUTPUT, STATISTIC, Library

SUFFIX = {torch.float32: "f32", torch.float64: "f64", torch.float16: "f16", torch.bfloat16: "bf16"}


def to_numpy(tensor):
    tensor = tensor.detach().contiguous()
    return tensor.view(torch.uint16).numpy() if tensor.dtype == torch.bfloat16 else tensor.numpy()


def to_torch(array):
    tensor = torch.from_numpy(array)
    return tensor.view(torch.bfloat16) if tensor.dtype == torch.uint16 else tensor


class Differentiated(torch.autograd.Function):
    """Forward is <layer>_train, backward is <layer>_backward: of the tensors of both, the names say which is which."""

    @staticmethod
    def forward(ctx, library, layer, names, numbers, *tensors):
        given = dict(zip(names, tensors))
        suffix = SUFFIX[given["x"].dtype]
        train, ctx.function = f"{layer}_train_{suffix}", f"{layer}_backward_{suffix}"
        written = library.call(train, **given, **numbers)
        known = given | {name: written[name] for name in library.arguments(train, STATISTIC)}
        ctx.library, ctx.names, ctx.numbers = library, names, numbers
        ctx.outputs = library.arguments(train, OUTPUT)
        ctx.saved = [name for name in library.arguments(ctx.function) if name in known]
        ctx.save_for_backward(*(known[name] for name in ctx.saved))
        return tuple(written[name] for name in ctx.outputs)

    @staticmethod
    def backward(ctx, *gradients):
        given = dict(zip(ctx.saved, ctx.saved_tensors))
        given |= {"d" + name: gradient for name, gradient in zip(ctx.outputs, gradients)}
        written = ctx.library.call(ctx.function, **given, **ctx.numbers)
        return (None, None, None, None, *(written.get("d" + name) for name in ctx.names))


class TorchLibrary:
    def __init__(self, path, name):
        self._library = Library(path, name)
        self.functions = self._library.functions

    def arguments(self, function, *kinds):
        f = self.functions[function]
        return [a.name.decode() for a in f.argument[: f.arguments] if not kinds or a.kind in kinds]

    def call(self, function, **given):
        """One function by its whole name: tensors by the names of its arguments, group counts by theirs."""
        given = {k: to_numpy(v) if isinstance(v, torch.Tensor) else v for k, v in given.items()}
        return {k: to_torch(v) for k, v in getattr(self._library, function)(**given).items()}

    def __getattr__(self, layer):
        known = {f.layer.decode() for f in self.functions.values()}
        if layer not in known:
            raise AttributeError(f"{layer} is not in the library; it has {', '.join(sorted(known))}")
        return functools.partial(self._layer, layer)

    def _layer(self, layer, **given):
        tensors = {k: v for k, v in given.items() if isinstance(v, torch.Tensor)}
        numbers = {k: v for k, v in given.items() if k not in tensors}
        if torch.is_grad_enabled() and any(t.requires_grad for t in tensors.values()):
            outputs = Differentiated.apply(self, layer, tuple(tensors), numbers, *tensors.values())
        else:
            outputs = tuple(self.call(f"{layer}_{SUFFIX[given['x'].dtype]}", **given).values())
        return outputs[0] if len(outputs) == 1 else outputs
