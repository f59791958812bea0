"""Peers that are found as Python packages, run by python.cpp inside the benchmark's process: ONNX Runtime, and PyTorch where
its C++ library was not found. A peer is a function of the work and the number of threads that gives (name, class).
"""

import ctypes
import importlib.util
import sys

import numpy as np

told = set()  # peers of which a missing package was told


def make(work, threads, has_torch):
    """All peers that have this layer: a list of objects with a name, prepare(addresses), run(addresses[0]) and finish()."""
    found = []
    for packages, peer in ((("onnxruntime", "onnx"), OnnxRuntime), (("torch",), Torch)):
        if peer is Torch and has_torch:
            continue
        missing = [package for package in packages if importlib.util.find_spec(package) is None]
        if missing:
            if len(missing) < len(packages) and peer not in told:
                told.add(peer)
                print(f"{packages[0]} is left out: it needs the Python package {missing[0]} too", file=sys.stderr)
            continue
        made = peer(work, threads)
        if made.can():
            found.append(made)
    return found


def array(address, shape, bf16):
    """The memory at an address; 16 bits as integers."""
    size = int(np.prod(shape))
    kind = ctypes.c_uint16 if bf16 else ctypes.c_float
    return np.ctypeslib.as_array((kind * size).from_address(address)).reshape(shape)


def wide(values):
    """bf16 numbers, given as integers, in f32."""
    return (values.astype(np.uint32) << 16).view(np.float32) if values.dtype == np.uint16 else values


class Peer:
    """What both share: the shape in memory order, and the parameters."""

    def __init__(self, work, threads):
        self.work, self.threads = work, threads
        n, c, h, w = work["shape"]
        self.bf16 = work["type"] == "bf16"
        self.nhwc = work["order"] == "NHWC"
        self.rows = work["scope"] == "row"
        self.shape = [n, c] if self.rows else [n, h, w, c] if self.nhwc else [n, c, h, w]
        self.layer = work["layer"]
        self.addresses = {}

    def parameter(self, name, count):
        return array(self.work[name], [count], self.bf16)

    def finish(self):
        """Outputs are where they belong."""


class OnnxRuntime(Peer):
    """Its operators, each a model of one node; f32 alone, since few of them take 16 bits on a CPU."""

    def __init__(self, work, threads):
        import onnxruntime

        super().__init__(work, threads)
        self.runtime = onnxruntime
        self.name = "ONNX Runtime " + ".".join(onnxruntime.__version__.split(".")[:2]) + " (Python)"
        self.bindings, self.session = {}, None

    def can(self):
        layers = ("layer_norm", "rms_norm", "add_layer_norm", "add_rms_norm", "batch_norm", "instance_norm", "group_norm")
        forward = self.work["direction"] == "infer" and self.layer in layers
        return forward and not self.bf16 and not (self.nhwc and self.layer != "group_norm") and self.start()

    def node(self):
        """The operator, its domain, its attributes and its inputs besides x and the residual."""
        c, eps = self.work["shape"][1], self.work["eps"]
        weight, bias = ("weight", [c]), ("bias", [c])
        if self.layer == "layer_norm":
            return "LayerNormalization", "", {"axis": -1, "epsilon": eps}, [weight, bias]
        if self.layer == "rms_norm":
            return "SimplifiedLayerNormalization", "", {"axis": -1, "epsilon": eps}, [weight]
        if self.layer == "add_layer_norm":
            return "SkipLayerNormalization", "com.microsoft", {"epsilon": eps}, [weight, bias]
        if self.layer == "add_rms_norm":
            return "SkipSimplifiedLayerNormalization", "com.microsoft", {"epsilon": eps}, [weight]
        if self.layer == "instance_norm":
            return "InstanceNormalization", "", {"epsilon": eps}, [weight, bias]
        if self.layer == "group_norm" and self.nhwc:
            attributes = {"epsilon": eps, "groups": self.work["groups"], "activation": 0, "channels_last": 1}
            return "GroupNorm", "com.microsoft", attributes, [weight, bias]
        if self.layer == "group_norm":
            return "GroupNormalization", "", {"epsilon": eps, "num_groups": self.work["groups"]}, [weight, bias]
        return "BatchNormalization", "", {"epsilon": eps}, [weight, bias, ("running_mean", [c]), ("running_var", [c])]

    def start(self):
        """Makes the session; false where this build of the runtime lacks the operator."""
        import onnx
        from onnx import TensorProto, helper

        kind, domain, attributes, others = self.node()
        fused = self.layer.startswith("add_")
        inputs = ["x"] + (["residual"] if fused else []) + [name for name, _ in others]
        # The fused operators have the sum as their fourth output.
        outputs = ["y", "", "", "sum"] if fused else ["y"]
        info = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        shape = [1] + self.shape if fused else self.shape
        graph = helper.make_graph(
            [helper.make_node(kind, inputs, outputs, domain=domain, **attributes)],
            "one",
            [info(name, shape) for name in inputs if name in ("x", "residual")] + [info(*other) for other in others],
            [info(name, shape) for name in outputs if name],
        )
        opsets = [helper.make_opsetid("", 21), helper.make_opsetid("com.microsoft", 1)]
        options = self.runtime.SessionOptions()
        options.intra_op_num_threads = self.threads
        options.log_severity_level = 4
        try:
            model = helper.make_model(graph, opset_imports=opsets, ir_version=10)
            self.session = self.runtime.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"])
        except Exception as mistake:  # the runtime's own classes, one for each reason
            if "NOT_IMPLEMENTED" in str(mistake) or "not a registered" in str(mistake):
                return False
            raise
        self.inputs, self.outputs, self.others, self.full = inputs, [o for o in outputs if o], others, shape
        return True

    def prepare(self, t):
        """A binding for the tensors of one slot, by the address of x."""
        binding = self.session.io_binding()
        fixed = {name: size for name, size in self.others}
        for name in self.inputs:
            address = t[name] if name in t else self.work[name]
            binding.bind_input(name, "cpu", 0, np.float32, fixed.get(name, self.full), address)
        for name in self.outputs:
            binding.bind_output(name, "cpu", 0, np.float32, self.full, t[name])
        self.bindings[t["x"]] = binding
        return t["x"]

    def run(self, x):
        self.session.run_with_iobinding(self.bindings[x])


class Torch(Peer):
    """Its functional interface. Outputs are its own: the memory of the call before, which it gets back warm."""

    def __init__(self, work, threads):
        import torch

        super().__init__(work, threads)
        self.torch = torch
        self.name = "PyTorch " + ".".join(torch.__version__.split(".")[:2]) + " (Python)"
        self.slots, self.result, self.last = {}, (), None

    def can(self):
        return self.work["direction"] != "backward"

    def tensor(self, address, shape):
        values = self.torch.from_numpy(array(address, shape, self.bf16))
        values = values.view(self.torch.bfloat16) if self.bf16 else values
        return values.permute(0, 3, 1, 2) if len(shape) == 4 and self.nhwc else values

    def line(self, name, f32=False):
        c = self.work["shape"][1]
        f32 = f32 or not self.bf16
        values = self.torch.from_numpy(array(self.work[name], [c], not f32))
        return values if f32 else values.view(self.torch.bfloat16)

    def prepare(self, t):
        self.torch.set_num_threads(self.threads)
        names = [name for name in ("x", "residual", "y", "sum") if name in t]
        self.slots[t["x"]] = {name: self.tensor(t[name], self.shape) for name in names}
        self.weight, self.bias = self.line("weight"), self.line("bias")
        if self.layer == "batch_norm":
            self.weight, self.bias = self.weight.float(), self.bias.float()
            self.mean, self.var = self.line("running_mean", True).clone(), self.line("running_var", True).clone()
        return t["x"]

    def run(self, x):
        functional, slot, eps = self.torch.nn.functional, self.slots[x], self.work["eps"]
        with self.torch.inference_mode():
            x, c = slot["x"], self.work["shape"][1]
            if "residual" in slot:
                x = self.torch.add(x, slot["residual"], out=slot["sum"])
            if self.layer.endswith("layer_norm"):
                self.result = functional.layer_norm(x, (c,), self.weight, self.bias, eps)
            elif self.layer == "p_rms_norm":
                part = x[:, : self.work["counted"]]
                self.result = x * self.torch.rsqrt(part.square().mean(1, True) + eps) * self.weight
            elif self.layer.endswith("rms_norm"):
                self.result = functional.rms_norm(x, (c,), self.weight, eps)
            elif self.layer == "batch_norm":
                train = self.work["direction"] == "train"
                self.result = functional.batch_norm(x, self.mean, self.var, self.weight, self.bias, train, 0.1, eps)
            elif self.layer == "instance_norm":
                self.result = functional.instance_norm(x, weight=self.weight, bias=self.bias, eps=eps)
            else:
                self.result = functional.group_norm(x, self.work["groups"], self.weight, self.bias, eps)
        self.last = slot

    def finish(self):
        self.last["y"].copy_(self.result)
