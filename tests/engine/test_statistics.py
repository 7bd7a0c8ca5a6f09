"""Wilson's interval against published values and its own promises."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yinuo.engine.statistics import wilson


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [
        (84, 84, 0.95626, 1.0),
        (0, 10, 0.0, 0.27753),
        (377, 1329, 0.260053, 0.308504),
        (1, 2, 0.09453, 0.90547),
    ],
)
def test_known_values(k, n, low, high):
    assert wilson(k, n)[0] == pytest.approx(low, abs=6e-5)
    assert wilson(k, n)[1] == pytest.approx(high, abs=6e-5)


def test_nothing_counted_has_no_interval():
    low, high = wilson([0, 1], [0, 2])
    assert np.isnan(low[0])
    assert np.isnan(high[0])
    assert not np.isnan(low[1])


@given(st.integers(1, 10**9).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_share_lies_inside(pair):
    k, n = pair
    low, high = wilson(k, n)
    assert 0 <= low <= k / n <= high <= 1
