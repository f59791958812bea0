#!/usr/bin/env python3
# Prints the coefficients of math-inl.h: weighted minimax polynomials, by Remez' exchange. Needs mpmath, takes seconds.
# A function is added with one row in FITS.
import mpmath as mp

mp.mp.dps = 60


def remez(f, weight, interval, degree, rounds=12):
    """The c[0..degree] that minimise the largest |weight(x) (f(x) - sum c[i] x^i)|, and that largest error."""
    a, b = interval
    count = degree + 2

    def chebyshev(n):
        return [(a + b) / 2 - (b - a) / 2 * mp.cos(mp.pi * i / (n - 1)) for i in range(n)]

    nodes = chebyshev(count)
    grid = chebyshev(40 * count)
    for _ in range(rounds):
        rows = [[x**j for j in range(degree + 1)] + [(-1) ** i / weight(x)] for i, x in enumerate(nodes)]
        c = list(mp.lu_solve(mp.matrix(rows), mp.matrix([f(x) for x in nodes])))[:-1]
        errors = [(x, weight(x) * (f(x) - mp.polyval(c[::-1], x))) for x in grid]
        peaks = []
        for x, e in errors:
            if not peaks or (peaks[-1][1] > 0) != (e > 0):
                peaks.append((x, e))
            elif abs(e) > abs(peaks[-1][1]):
                peaks[-1] = (x, e)
        while len(peaks) > count:
            peaks.pop(0 if abs(peaks[0][1]) < abs(peaks[-1][1]) else -1)
        if len(peaks) < count:
            break
        nodes = [x for x, _ in peaks]
    return c, max(abs(e) for _, e in errors)


def exp_tail(r):  # exp(r) = 1 + r + r^2 tail(r)
    return (mp.expm1(r) - r) / r**2 if abs(r) > 1e-20 else mp.mpf(1) / 2


def log_tail(z):  # log((1 + s) / (1 - s)) = 2 s + s z tail(z), z = s^2
    s = mp.sqrt(z)
    return (mp.log((1 + s) / (1 - s)) / s - 2) / z if z > 1e-20 else mp.mpf(2) / 3


def erf_tail(z):  # erf(x) = x + x tail(z), z = x^2
    return mp.erf(mp.sqrt(z)) / mp.sqrt(z) - 1 if z > 1e-20 else 2 / mp.sqrt(mp.pi) - 1


def log_erfc(x):  # erf(x) = 1 - exp(-log_erfc(x))
    return -mp.log(mp.erfc(x))


HALF_LN2 = mp.log(2) / 2 * mp.mpf("1.001")
LARGEST_Z = ((mp.sqrt(2) - 1) / (mp.sqrt(2) + 1)) ** 2 * mp.mpf("1.001")
ZERO, ONE = mp.mpf(0), mp.mpf(1)

# Name, type, function, weight (how an error of the polynomial shows in the result), interval, degree.
FITS = [
    ("exp", "float", exp_tail, lambda r: r**2 + mp.mpf("1e-6"), (-HALF_LN2, HALF_LN2), 4),
    ("exp", "double", exp_tail, lambda r: r**2 + mp.mpf("1e-6"), (-HALF_LN2, HALF_LN2), 9),
    ("log", "float", log_tail, lambda z: z + mp.mpf("1e-6"), (ZERO, LARGEST_Z), 2),
    ("log", "double", log_tail, lambda z: z + mp.mpf("1e-6"), (ZERO, LARGEST_Z), 6),
    ("erf below 1", "float", erf_tail, lambda z: ONE, (ZERO, ONE), 6),
    ("erf below 1", "double", erf_tail, lambda z: ONE, (ZERO, ONE), 11),
    ("erf from 1", "float", log_erfc, mp.erfc, (ONE, mp.mpf(4)), 6),
    ("erf from 1", "double", log_erfc, mp.erfc, (ONE, mp.mpf(6)), 17),
]

for name, kind, function, weight, interval, degree in FITS:
    coefficients, error = remez(function, weight, interval, degree)
    print(f"{name}, {kind}: largest error 2^{mp.nstr(mp.log(error, 2), 4)}")
    print("   ", ", ".join(mp.nstr(c, 9 if kind == "float" else 17, min_fixed=0, max_fixed=0) for c in coefficients))
