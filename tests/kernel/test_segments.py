"""Searching inside stretches, beside the plain way of doing it."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from yinuo.kernel.segments import equal_range, is_ordered, running_max, search

WHOLE = st.integers(-(2**40), 2**40)
SMALL = st.integers(-3, 40)


def array(values):
    return np.array(values, np.int64)


@given(st.lists(SMALL | WHOLE, max_size=60), st.lists(SMALL | WHOLE | st.just(2**63 - 1), max_size=60))
def test_where_equal_keys_begin_and_end(keys, wanted):
    keys, wanted = array(sorted(keys)), array(wanted)
    low, high = equal_range(keys, wanted)
    assert low.tolist() == np.searchsorted(keys, wanted).tolist()
    assert high.tolist() == np.searchsorted(keys, wanted, side="right").tolist()


@given(st.lists(st.tuples(st.integers(0, 5), SMALL), max_size=60))
def test_the_largest_value_so_far_within_each_owner(rows):
    rows = sorted(rows, key=lambda row: row[0])
    best, expected = {}, []
    for owner, value in rows:
        best[owner] = max(best.get(owner, value), value)
        expected.append(best[owner])
    owners, values = array([owner for owner, _ in rows]), array([value for _, value in rows])
    assert running_max(owners, values).tolist() == expected


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=6))
def test_whether_rows_come_in_order(rows):
    owners, values = array([owner for owner, _ in rows]), array([value for _, value in rows])
    assert is_ordered(owners, values) == (rows == sorted(rows))


@given(st.lists(st.lists(SMALL, max_size=6), min_size=1, max_size=8), SMALL, st.booleans())
def test_the_first_place_not_before_what_is_wanted(stretches, wanted, after):
    edges = np.cumsum([0, *(len(one) for one in stretches)])
    values = array([value for one in stretches for value in sorted(one)])
    found = search(values, edges[:-1], high=edges[1:], wanted=np.full(len(stretches), wanted), after=after)
    for place, low, one in zip(found, edges, stretches, strict=False):
        passed = [value for value in one if value < wanted or (after and value == wanted)]
        assert place == low + len(passed)
