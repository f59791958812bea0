"""Our norms and their gradients against PyTorch's own layers and its autograd, in float64 on its side.

    python torch_test.py libtorch_norms.so <folder of normfold_numpy.py>

Prints the largest error of each tensor in units of its bound. A norm is one function of `cases`.
"""
import sys

sys.path.insert(0, sys.argv[2])
import numpy as np
import torch
import torch.nn.functional as F
from normfold_numpy import Library

norms = Library(sys.argv[1], "torch_norms")
random = np.random.default_rng(5)
failures = 0


def draw(*shape, mean=0.0, deviation=1.0):
    return random.normal(mean, deviation, shape)


def call(name, **tensors):
    """One of our functions with those tensors that it takes."""
    f = norms.functions[name]
    names = {a.name.decode() for a in f.argument[: f.arguments]} | {"G"}
    return getattr(norms, name)(**{k: v for k, v in tensors.items() if k in names})


def compare(what, mine, theirs, roundings, size, unit):
    """`size` bounds the sum of the sizes of the terms that an element is made of, each rounded `roundings` times."""
    global failures
    theirs = theirs.detach().numpy().reshape(mine.shape)
    error = np.max(np.abs(mine.astype(np.float64) - theirs))
    bound = roundings * (unit + 2.0**-53) * size
    failures += not error <= bound
    print(f"  {what:<34} {error:.1e}  {error / max(np.max(np.abs(theirs)), 1e-300):.1e} of the largest"
          f"  {error / bound:5.1%} of the bound{'' if error <= bound else '  WRONG'}")


def check(layer, x, theirs, count, rows, type, kept=None, frozen=False, **groups):
    """theirs(x, weight, bias) is PyTorch's layer; statistics are of `count` elements, a parameter of `rows`."""
    dtype = np.float64 if type == "f64" else np.float32
    unit = 2.0**-53 if type == "f64" else 2.0**-24
    channels = x.shape[1]
    along = (1, channels) + (1,) * (x.ndim - 2)
    given = {"x": x, "dy": draw(*x.shape), "weight": draw(channels, mean=1, deviation=0.3), "bias": draw(channels)}
    given = {k: v.astype(dtype) for k, v in given.items()}
    wide = {k: torch.tensor(v.astype(np.float64), requires_grad=k != "dy") for k, v in given.items()}
    y = theirs(wide["x"], wide["weight"], wide["bias"])
    y.backward(wide["dy"])

    statistics = dict(kept or {})
    forward = call(f"{layer}_{type}" if frozen else f"{layer}_train_{type}", **given, **statistics, **groups)
    statistics.update(forward)
    direction = "backward_frozen" if frozen else "backward"
    gradients = call(f"{layer}_{direction}_{type}", **given, **{k: v for k, v in statistics.items() if k != "y"},
                     **(groups if frozen else {}))

    w, dy = np.abs(given["weight"]).reshape(along), np.abs(given["dy"])
    if frozen:
        rstd = 1 / np.sqrt(kept["running_var"] + 1e-5).reshape(along)
        xhat = (np.abs(given["x"]) + np.abs(kept["running_mean"]).reshape(along)) * rstd
    else:
        # mean(|g xhat|) <= max |g|, since mean(xhat^2) <= 1
        rstd = np.max(forward["rstd"])
        xhat = np.abs((y.detach().numpy() - (given["bias"].reshape(along) if "dbias" in gradients else 0)) / wide["weight"].detach().numpy().reshape(along))
    sums = count / 32 + 20  # lanes, their tree, and the ops around them
    offset = np.abs(given["bias"]).max()
    compare(f"{layer}_{type}{' (evaluation)' if frozen else ''} y", forward["y"], y, sums, np.max(xhat * w) + offset, unit)
    size = np.max(rstd * w * dy) * (1 if frozen else 2 + np.max(xhat))
    compare("dx", gradients["dx"], wide["x"].grad, sums, size, unit)
    axes = tuple(a for a in range(x.ndim) if a != 1)
    compare("dweight", gradients["dweight"], wide["weight"].grad, rows / 8 + sums, np.max(np.sum(dy * xhat, axes)) + np.max(np.sum(dy, axes)), unit)
    if "dbias" in gradients:
        compare("dbias", gradients["dbias"], wide["bias"].grad, rows / 8 + 20, np.max(np.sum(dy, axes)), unit)
    return forward


def cases(type):
    tokens, image = draw(37, 129, mean=0.5, deviation=2), draw(4, 12, 9, 7, mean=-1, deviation=3)
    check("layer_norm", tokens, lambda x, w, b: F.layer_norm(x, (129,), w, b, 1e-5), 129, 37, type)
    if hasattr(F, "rms_norm"):
        check("rms_norm", tokens, lambda x, w, b: F.rms_norm(x, (129,), w, 1e-6), 129, 37, type)
    else:
        print("  rms_norm: this PyTorch has none")
    check("group_norm", image, lambda x, w, b: F.group_norm(x, 4, w, b, 1e-5), 3 * 63, 4 * 63, type, G=4)
    check("instance_norm", image, lambda x, w, b: F.instance_norm(x, weight=w, bias=b, eps=1e-5), 63, 4 * 63, type)

    dtype = np.float64 if type == "f64" else np.float32
    unit = 2.0**-53 if type == "f64" else 2.0**-24
    for layer, momentum in (("torch_batch", 0.1), ("torch_average", None)):
        theirs = torch.nn.BatchNorm2d(12, momentum=momentum, dtype=torch.float64).train()
        kept = {"running_mean": np.zeros(12, dtype), "running_var": np.ones(12, dtype)}
        if momentum is None:
            kept["batches"] = np.zeros((), np.uint64)

        def functional(x, w, b):
            return torch.func.functional_call(theirs, {"weight": w, "bias": b}, (x,))

        for n in (4, 3, 7):  # batches of other sizes: n / (n - 1) differs
            check(layer, draw(n, 12, 9, 7, mean=-1, deviation=3), functional, n * 63, n * 63, type, kept)
        for name, size in (("running_mean", 3), ("running_var", 36)):
            compare(f"{layer} {name}", kept[name], getattr(theirs, name), 7 * 63 / 32 + 20, size, unit)
        if momentum is None:
            global failures
            failures += int(kept["batches"]) != theirs.num_batches_tracked.item()
        else:
            wide = {k: torch.tensor(v.astype(np.float64)) for k, v in kept.items()}
            evaluated = lambda x, w, b: F.batch_norm(x, wide["running_mean"], wide["running_var"], w, b, False, 0.1, 1e-5)
            check(layer, image, evaluated, 1, 4 * 63, type, kept, frozen=True)


print(f"PyTorch {torch.__version__}: largest error, and what part of the derived bound it is")
for each in ("f64", "f32"):
    cases(each)
sys.exit(failures > 0)
