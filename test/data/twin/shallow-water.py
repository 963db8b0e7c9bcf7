"""Shallow-water model of its own in numpy, f64: the figures of test/twin/galewsky.test.ts come from it.

python3 shallow-water.py TRUNCATION STEP_SECONDS DAYS [BUMP_METRES]

Written apart from src/twin to judge it: dense Legendre functions and their derivatives (Bourke 1972; Hack & Jakob 1992) instead of
recurrences between coefficients, classical Runge-Kutta steps instead of exponential ones, the balanced depth by adaptive quadrature.
Equations and diffusion are the same: Galewsky, Scott & Polvani 2004, with nu (n (n + 1) - 2) / a^2 on all three fields.
"""
import sys

import numpy as np
from scipy.integrate import quad

truncation, seconds, days = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
bump = float(sys.argv[4]) if len(sys.argv) > 4 else 120.0
a, omega, g, nu = 6.37122e6, 7.292e-5, 9.80616, 1e5
rows = 2 * -(-(3 * truncation + 1) // 4)
columns = 2 * rows
mu, weight = np.polynomial.legendre.leggauss(rows)
mu, weight = mu[::-1], weight[::-1]
lat = np.arcsin(mu)
lon = 2 * np.pi * np.arange(columns) / columns
size = truncation + 1


def epsilon(n, m):
    return np.sqrt((n * n - m * m) / (4.0 * n * n - 1))


# P[m, n, row], half the integral of P^2 is 1; H = (1 - mu^2) dP/dmu.
P = np.zeros((size, size + 1, rows))
for m in range(size):
    P[m, m] = np.sqrt(np.prod([(2 * k + 1) / (2 * k) for k in range(1, m + 1)])) * (1 - mu**2) ** (m / 2)
    for n in range(m, size):
        P[m, n + 1] = (mu * P[m, n] - (epsilon(n, m) * P[m, n - 1] if n > m else 0)) / epsilon(n + 1, m)
H = np.zeros((size, size, rows))
for m in range(size):
    for n in range(m, size):
        H[m, n] = -n * epsilon(n + 1, m) * P[m, n + 1] + ((n + 1) * epsilon(n, m) * P[m, n - 1] if n > m else 0)
P = P[:, :size]
ms, ns = np.arange(size)[:, None], np.arange(size)[None, :]
eigen = ns * (ns + 1) / a**2
inverse = np.where(ns > 0, -1 / np.where(ns > 0, eigen, 1), 0)
damping = nu * np.maximum(ns * (ns + 1) - 2, 0) / a**2
f = 2 * omega * mu[:, None]
square = (1 - mu**2)[:, None]


def to_waves(values):
    return np.fft.rfft(values, axis=1)[:, :size].T / columns  # [m, row]


def to_points(waves):
    full = np.zeros((rows, columns // 2 + 1), complex)
    full[:, :size] = waves.T
    return np.fft.irfft(full * columns, columns, axis=1)


def analysed(values):
    return np.einsum('mj,mnj->mn', to_waves(values) * (weight / 2), P)


def synthesised(spectrum, table=P):
    return to_points(np.einsum('mn,mnj->mj', spectrum, table))


def flux(A, B):
    """Divergence of (A, B) / cos(lat), times cos: (A, B) are fluxes times cos(lat)."""
    scale = weight / 2 / (a * (1 - mu**2))
    return np.einsum('mj,mnj->mn', 1j * ms * to_waves(A) * scale, P) - np.einsum('mj,mnj->mn', to_waves(B) * scale, H)


def grid_fields(vo, d, phi):
    psi, chi = vo * inverse, d * inverse
    U = (synthesised(1j * ms * chi) - synthesised(psi, H)) / a
    V = (synthesised(1j * ms * psi) + synthesised(chi, H)) / a
    return U, V, synthesised(vo), synthesised(phi)


def tendency(state):
    vo, d, phi = state
    U, V, zeta, depth = grid_fields(vo, d, phi)
    A, B = (zeta + f) * U, (zeta + f) * V
    energy = analysed((U * U + V * V) / (2 * square) + depth)
    return np.array([-flux(A, B) - damping * vo, flux(B, -A) + eigen * energy - damping * d, -flux(depth * U, depth * V) - damping * phi])


south, north = np.pi / 7, np.pi / 2 - np.pi / 7


def jet(y):
    return 80 * np.exp(4 / (north - south) ** 2) * np.exp(1 / ((y - south) * (y - north))) if south < y < north else 0.0


def slope(y):
    return a * jet(y) * (2 * omega * np.sin(y) + np.tan(y) * jet(y) / a)


fall = np.array([quad(slope, south, min(max(y, south), north), epsabs=1e-6, epsrel=1e-13, limit=500)[0] for y in lat])
mean_fall = quad(lambda y: slope(y) * (1 - np.sin(y)) / 2, south, north, epsabs=1e-6, epsrel=1e-13, limit=500)[0]
east = (lon + np.pi) % (2 * np.pi) - np.pi
h = bump * np.cos(lat)[:, None] * np.exp(-((3 * east[None, :]) ** 2)) * np.exp(-((15 * (np.pi / 4 - lat[:, None])) ** 2))
phi = g * 1e4 + mean_fall - fall[:, None] + g * h
U = np.array([jet(y) for y in lat])[:, None] * np.cos(lat)[:, None] * np.ones(columns)
state = np.array([flux(np.zeros_like(U), -U), flux(U, np.zeros_like(U)), analysed(phi)])

steps = round(days * 86400 / seconds)
for step in range(steps + 1):
    if step % round(86400 / seconds) == 0:
        U, V, zeta, depth = grid_fields(*state)
        low, high = np.unravel_index(zeta.argmin(), zeta.shape), np.unravel_index(zeta.argmax(), zeta.shape)
        energy = ((depth * (U * U + V * V) / (2 * square) + depth**2 / 2).mean(axis=1) * weight / 2).sum()
        mean = (depth.mean(axis=1) * weight / 2).sum()
        degrees = [(np.degrees(lat[r]), np.degrees(lon[c])) for r, c in (low, high)]
        wind = np.sqrt(((U * U + V * V) / square).max())
        print(
            f'day {step * seconds / 86400:.0f} depth {mean / g:.9f} available energy {(energy - mean**2 / 2) / g:.8e} wind {wind:.5f}'
            f' vorticity {zeta.min():.6e} at {degrees[0][0]:.3f} {degrees[0][1]:.3f}, {zeta.max():.6e} at {degrees[1][0]:.3f} {degrees[1][1]:.3f}',
            flush=True,
        )
    k1 = tendency(state)
    k2 = tendency(state + seconds / 2 * k1)
    k3 = tendency(state + seconds / 2 * k2)
    k4 = tendency(state + seconds * k3)
    state = state + seconds / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
