"""A generated norm in PyTorch's autograd, against the formula written in PyTorch: main.py <shared library>.

Exit status 1 where they differ, 77 (skipped) without PyTorch or NumPy.
"""
import statistics
import sys
import time

try:
    import numpy  # of normfold_torch
    import torch
except ImportError:
    print("skipped: this example needs PyTorch and NumPy")
    sys.exit(77)

from normfold_torch import TorchLibrary

layers = TorchLibrary(sys.argv[1], "torch_layers")
torch.manual_seed(1)
torch.set_num_threads(1)
failures = 0


def formula(x, weight, bias, gate):
    d = x - x.mean(-1, keepdim=True)
    d = d / (d.abs().mean(-1, keepdim=True) + 1e-5)
    return (d * weight + bias) * torch.nn.functional.silu(gate)


def tensors(rows, channels, dtype):
    drawn = {"x": torch.randn(rows, channels) * 2 + 3, "weight": torch.randn(channels), "bias": torch.randn(channels),
             "gate": torch.randn(rows, channels)}
    return {name: t.to(dtype).requires_grad_() for name, t in drawn.items()}


def compare(what, mine, reference, tolerance):
    global failures
    difference = ((mine.double() - reference).abs().max() / reference.abs().max()).item()
    failures += not difference < tolerance
    print(f"{what:<24} {difference:.1e}  {'ok' if difference < tolerance else 'WRONG'}")


def check(dtype, tolerance):
    mine = tensors(77, 300, dtype)
    wide = {name: t.detach().double().requires_grad_() for name, t in mine.items()}
    y, reference = layers.robust_norm(**mine), formula(**wide)
    dy = torch.randn(77, 300).to(dtype)
    y.backward(dy)
    reference.backward(dy.double())
    compare(f"{dtype}: y", y.detach(), reference.detach(), tolerance)
    for name in mine:
        compare(f"{dtype}: d{name}", mine[name].grad, wide[name].grad, tolerance)
    with torch.no_grad():
        compare(f"{dtype}: infer", layers.robust_norm(**mine), reference.detach(), tolerance)


def step(norm, given, dy):
    begin = time.perf_counter()
    norm(**given).backward(dy)
    return time.perf_counter() - begin


print(f"{'against float64':<24} difference, of the largest")
check(torch.float32, 2e-6)
check(torch.bfloat16, 1e-2)

given, dy = tensors(2048, 1024, torch.float32), torch.randn(2048, 1024)
ratios = []
for _ in range(15):  # by turns, so that both meet the same noise
    ours, eager = step(layers.robust_norm, given, dy), step(formula, given, dy)
    ratios.append(eager / ours)
print(f"\nforward and backward of 2048 x 1024 floats, one thread: the formula in PyTorch takes {statistics.median(ratios):.1f} "
      f"times as long ({min(ratios):.1f} to {max(ratios):.1f})")

# Learning with it, the parameters of the norm among the rest.
net = torch.nn.Linear(32, 64), torch.nn.Linear(64, 1)
weight, bias = torch.nn.Parameter(torch.ones(64)), torch.nn.Parameter(torch.zeros(64))
optimizer = torch.optim.Adam([*net[0].parameters(), *net[1].parameters(), weight, bias], lr=1e-2)
data = torch.randn(512, 32)
target = torch.sin(data[:, :1] * 2) + data[:, 1:2].abs()
losses = []
for _ in range(200):
    hidden = net[0](data)
    loss = torch.nn.functional.mse_loss(net[1](layers.robust_norm(x=hidden, weight=weight, bias=bias, gate=hidden)), target)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
print(f"a network with it learns: loss {losses[0]:.2f}, after 200 steps {losses[-1]:.4f}")
failures += not losses[-1] < 0.1 * losses[0]
sys.exit(failures > 0)
