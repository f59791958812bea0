"""Calls generated kernels from NumPy and compares them with NumPy's own formulas: main.py <shared library>.

Exit status 1 where they differ, 77 (skipped) without NumPy.
"""
import sys

try:
    import numpy as np
except ImportError:
    print("skipped: this example needs numpy")
    sys.exit(77)

from normfold_numpy import Library, NormfoldError

failures = 0


def compare(what, mine, reference, tolerance=1e-6):
    """Prints the largest difference relative to max(1, |reference|)."""
    global failures
    difference = np.max(np.abs(mine - reference) / np.maximum(1, np.abs(reference)))
    failures += not difference < tolerance
    print(f"{what:<44} {difference:.1e}  {'ok' if difference < tolerance else 'WRONG'}")


def normalized(x, axes, eps=1e-5):
    x = x.astype(np.float64)
    return (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + eps)


norms = Library(sys.argv[1], "numpy_norms")
print(f"{len(norms.functions)} functions, among them group_norm_f32:\n{norms.describe('group_norm_f32')}\n")
print(f"{'compared with NumPy in float64':<44} difference")

random = np.random.default_rng(1)
image = random.normal(3, 2, (8, 32, 7, 5)).astype(np.float32)
weight, bias = random.normal(size=(2, 32)).astype(np.float32)
per_channel = (32, 1, 1)

tokens = random.normal(-1, 4, (4, 9, 32)).astype(np.float32)
y = norms.layer_norm_f32(x=tokens, weight=weight, bias=bias)["y"]
compare("layer_norm_f32", y, normalized(tokens, 2) * weight + bias)

y = norms.group_norm_f32(x=image, weight=weight, bias=bias, G=4)["y"]
grouped = normalized(image.reshape(8, 4, -1), 2).reshape(image.shape)
expected = grouped * weight.reshape(per_channel) + bias.reshape(per_channel)
compare("group_norm_f32", y, expected)

nhwc = np.ascontiguousarray(image.transpose(0, 2, 3, 1))
y = norms.group_norm_f32_NHWC(x=nhwc, weight=weight, bias=bias, G=4)["y"]
compare("group_norm_f32_NHWC", y, expected.transpose(0, 2, 3, 1))

# Training: statistics come out, the running ones follow in place.
running = {"running_mean": np.zeros(32, np.float32), "running_var": np.ones(32, np.float32)}
out = norms.batch_norm_train_f32(x=image, weight=weight, bias=bias, **running)
expected = normalized(image, (0, 2, 3)) * weight.reshape(per_channel) + bias.reshape(per_channel)
compare("batch_norm_train_f32: y", out["y"], expected)
compare("batch_norm_train_f32: mean", out["mean"], image.mean((0, 2, 3), np.float64))
var = image.var((0, 2, 3), np.float64, ddof=1)
compare("batch_norm_train_f32: running_var", running["running_var"], 0.9 + 0.1 * var)

y = norms.batch_norm_f32(x=image, weight=weight, bias=bias, **running)["y"]
scale = weight / np.sqrt(running["running_var"].astype(np.float64) + 1e-5)
shift = bias - running["running_mean"] * scale
compare("batch_norm_f32: y", y, image * scale.reshape(per_channel) + shift.reshape(per_channel))

logits = random.normal(0, 10, (16, 1000)).astype(np.float32)
e = np.exp(logits.astype(np.float64) - logits.max(1, keepdims=True))
compare("softmax_f32", norms.softmax_f32(x=logits)["y"], e / e.sum(1, keepdims=True))

try:
    norms.group_norm_f32(x=image, weight=weight, bias=bias, G=5)
    failures += 1
except NormfoldError as error:
    print(f"\n32 channels in 5 groups: {error}")

sys.exit(failures > 0)
