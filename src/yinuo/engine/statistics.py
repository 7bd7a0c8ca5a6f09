"""Intervals for shares: pure arithmetic on whole columns."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Z_95 = 1.959963984540054
"""The two-sided 95 % point of the normal distribution."""


def wilson(k: ArrayLike, n: ArrayLike, *, z: float = Z_95) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Wilson's interval (low, high) for k of n, row by row; nan where n is 0. `n` may be a real (effective) size.

    0 of n has low exactly 0, n of n has high exactly 1.
    """
    hits, size = np.broadcast_arrays(np.asarray(k, np.float64), np.asarray(n, np.float64))
    known = size > 0
    n_ = np.where(known, size, 1.0)
    share = hits / n_
    denominator = 1 + z * z / n_
    centre = (share + z * z / (2 * n_)) / denominator
    half = z / denominator * np.sqrt(share * (1 - share) / n_ + z * z / (4 * n_ * n_))
    low = np.where(hits <= 0, 0.0, np.maximum(centre - half, 0.0))
    high = np.where(hits >= n_, 1.0, np.minimum(centre + half, 1.0))
    return np.where(known, low, np.nan), np.where(known, high, np.nan)
