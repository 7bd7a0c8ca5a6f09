"""Terms: due, used and paused against a plain walk from day to day, and the rules of counting by name (rules.md 1.2, 1.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kernel import daywalk
from tests.reference.comparison import CHINA
from yinuo.kernel.instants import NEVER, as_date, as_instant, day_number, microseconds
from yinuo.kernel.limits import Limit, Unit
from yinuo.kernel.terms import Convention, Pauses, Terms, add_months, later

ZONE = ZoneInfo("Asia/Shanghai")
BEGIN = date(2025, 12, 20)
WALLS = st.datetimes(datetime.fromisoformat("2026-02-09"), datetime.fromisoformat("2026-03-09"))
MANY = settings(max_examples=60, deadline=None, derandomize=True)


@dataclass(frozen=True)
class Told:
    """One term: its start, its number, its pauses as positions on the scale (null: without an end)."""

    start: datetime
    number: int
    pauses: tuple[tuple[int, int | None], ...] = ()


def terms_of(told: list[Told], convention: Convention) -> tuple[Terms, np.ndarray, Pauses]:
    terms = Terms.started(np.array([microseconds(one.start) for one in told], np.int64), convention, calendar=CHINA)
    need = terms.counted(np.array([one.number for one in told], np.int64))
    rows = [(n, begin, NEVER if end is None else end) for n, one in enumerate(told) for begin, end in one.pauses]
    columns = np.array(rows, np.int64).reshape(-1, 3).T
    return terms, need, Pauses.united(columns[0], columns[1], end=columns[2])


def due_of(told: list[Told], convention: Convention) -> list[datetime | None]:
    """The due instants, all in one call, in local time; null behind a pause without an end."""
    terms, need, pauses = terms_of(told, convention)
    due = terms.instant(terms.due(need, pauses))
    return [None if at == NEVER else as_instant(at).astimezone(ZONE) for at in due]


def on(text: str, clock: str = "10:00") -> datetime:
    return datetime.combine(date.fromisoformat(text), time.fromisoformat(clock), ZONE)


def due(
    start: str, length: str, *pauses: tuple[str, str | None], clock: str = "10:00", **convention: str
) -> str | None:
    """The due day of one term; pauses are dates."""
    limit = Limit.parse(length)
    stops = tuple((number(begin), None if end is None else number(end)) for begin, end in pauses)
    (found,) = due_of([Told(on(start, clock), limit.count, stops)], Convention(limit.unit, **convention))
    return None if found is None else str(found.date())


def number(text: str) -> int:
    return day_number(date.fromisoformat(text))


@st.composite
def told(draw: st.DrawFn, *, longest: int = 25, pauses: int = 3) -> Told:
    start = datetime.combine(BEGIN + timedelta(draw(st.integers(0, 120))), time(draw(st.integers(0, 23)), 30), ZONE)
    rows, at = [], day_number(start.date())
    for _ in range(draw(st.integers(0, pauses))):
        at += draw(st.integers(0, 8))
        length = draw(st.one_of(st.none(), st.integers(0, 12), st.integers(0, 12), st.integers(0, 12)))
        rows.append((at, None if length is None else at + length))
    return Told(start, draw(st.integers(0, longest)), tuple(rows))


@st.composite
def conventions(draw: st.DrawFn) -> Convention:
    unit = draw(st.sampled_from([Unit.WORKDAYS, Unit.WORKDAYS, Unit.DAYS, Unit.WEEKS]))
    return Convention(
        unit,
        first_day=draw(st.sampled_from(["excluded", "included"])),
        rest_day_start=draw(st.sampled_from(["next_is_day_1", "as_next_workday"])),
        roll=draw(st.sampled_from(["next", "none"])),
    )


def walk_of(one: Told, convention: Convention) -> tuple[daywalk.Rule, date, list[daywalk.Pause]]:
    rule = daywalk.Rule(
        convention.unit is Unit.WORKDAYS, convention.first_day, convention.rest_day_start, convention.roll
    )
    pauses = [(as_date(begin), None if end is None else as_date(end)) for begin, end in one.pauses if begin != end]
    begin = rule.start(one.start.date())
    return rule, begin, [(max(p, begin), q) for p, q in pauses if q is None or q > begin]


def held_back(one: Told, convention: Convention) -> Told:
    """The same with pauses that begin no earlier than the term, as whoever calls must hand them in."""
    _, begin, pauses = walk_of(one, convention)
    assert begin >= one.start.date()
    rows = tuple((day_number(p), None if q is None else day_number(q)) for p, q in pauses)
    return Told(one.start, one.number, rows)


@MANY
@given(one=told(), convention=conventions())
def test_due_is_the_day_a_walk_from_day_to_day_finds(one: Told, convention: Convention) -> None:
    rule, begin, pauses = walk_of(one, convention)
    need = one.number * (7 if convention.unit is Unit.WEEKS else 1)
    expected = rule.due(begin, need, pauses)
    (found,) = due_of([held_back(one, convention)], convention)
    assert (None if found is None else found.date()) == expected
    assert found is None or (found + timedelta(microseconds=1)).time() == time(0)


@MANY
@given(one=told(), convention=conventions(), days=st.integers(0, 60))
def test_used_is_what_a_walk_from_day_to_day_counts(one: Told, convention: Convention, days: int) -> None:
    rule, begin, pauses = walk_of(one, convention)
    terms, _, united = terms_of([held_back(one, convention)], convention)
    until = begin + timedelta(days)
    used, paused = terms.used(np.array([day_number(until)], np.int64), united)
    assert used.tolist() == [rule.used(begin, until, pauses)]
    assert (used + paused).tolist() == [rule.used(begin, until, [])]


@MANY
@given(many=st.lists(told(), min_size=2, max_size=8), convention=conventions(), days=st.integers(0, 40))
def test_many_at_once_say_what_each_says_alone(many: list[Told], convention: Convention, days: int) -> None:
    many = [held_back(one, convention) for one in many]
    assert due_of(many, convention) == [due_of([one], convention)[0] for one in many]
    terms, _, pauses = terms_of(many, convention)
    together = terms.used(terms.start + days, pauses)
    for index, one in enumerate(many):
        alone, _, own = terms_of([one], convention)
        assert [part.tolist() for part in alone.used(alone.start + days, own)] == [[part[index]] for part in together]


@MANY
@given(one=told(), convention=conventions())
def test_what_is_due_has_been_used_and_the_day_before_it_had_not(one: Told, convention: Convention) -> None:
    terms, need, pauses = terms_of([held_back(one, convention)], convention)
    position, _ = terms.reach(need, pauses)
    if position[0] in {NEVER, terms.floor[0]}:
        return
    assert terms.used(position, pauses)[0] >= need
    assert terms.used(position - 1, pauses)[0] < need


@MANY
@given(
    start=WALLS.map(lambda at: at.replace(minute=at.minute // 5 * 5)),
    steps=st.integers(1, 150), later_on=st.integers(0, 300), length=st.one_of(st.none(), st.integers(1, 500)),
)  # fmt: skip
def test_office_time_is_what_a_walk_of_five_minutes_finds(
    start: datetime, steps: int, later_on: int, length: int | None
) -> None:
    start = start.replace(second=0, microsecond=0)
    begin = start + later_on * daywalk.STEP
    end = None if length is None else begin + length * daywalk.STEP
    wall = [None if at is None else microseconds(at.replace(tzinfo=UTC)) for at in (begin, end)]
    one = Told(start.replace(tzinfo=ZONE), steps * 5, ((wall[0], wall[1]),))
    expected = daywalk.open_due(start, steps, [(begin, end)])
    (found,) = due_of([one], Convention(Unit.OFFICE_MINUTES))
    assert (None if found is None else found.replace(tzinfo=None)) == expected
    terms, _, pauses = terms_of([one], Convention(Unit.OFFICE_MINUTES))
    used, paused = terms.used(terms.start + 5 * 86_400_000_000, pauses)
    assert (used + paused) / 300_000_000 == daywalk.open_steps(start, start + timedelta(days=5))


@MANY
@given(start=WALLS, need=st.integers(1, 30))
def test_half_workdays_are_what_a_walk_from_half_to_half_finds(start: datetime, need: int) -> None:
    (found,) = due_of([Told(start.replace(tzinfo=ZONE), need)], Convention(Unit.HALF_WORKDAYS))
    assert found is not None
    assert found.replace(tzinfo=None) == daywalk.half_due(start, need)


@MANY
@given(day=st.dates(date(1950, 1, 1), date(2100, 12, 31)), months=st.integers(-30, 30))
def test_months_later_is_the_same_day_number_or_the_last_of_the_month(day: date, months: int) -> None:
    found = add_months(np.array([day_number(day)], np.int64), np.array([months], np.int64))
    assert as_date(found[0]) == daywalk.months_later(day, months)


@pytest.mark.parametrize(
    ("start", "length", "roll", "expected"),
    [
        ("2026-01-30", "1 month", "none", "2026-02-28"),
        ("2026-01-31", "1 month", "none", "2026-02-28"),
        ("2024-01-31", "1 month", "none", "2024-02-29"),
        ("2024-02-29", "1 year", "none", "2025-02-28"),
        ("2023-02-28", "1 year", "none", "2024-02-28"),
        ("2026-03-31", "6 months", "none", "2026-09-30"),
        ("2026-12-31", "2 months", "none", "2027-02-28"),
        ("2026-01-17", "1 month", "none", "2026-02-17"),
        ("2026-01-17", "1 month", "next", "2026-02-24"),
        ("2026-01-17", "1 month", "previous", "2026-02-14"),
        ("2026-03-01", "0 months", "none", "2026-03-01"),
    ],
)  # fmt: skip
def test_months_and_years_at_the_ends_of_months(start: str, length: str, roll: str, expected: str) -> None:
    assert due(start, length, roll=roll) == expected


def test_a_pause_prolongs_a_month_by_its_days() -> None:
    assert due("2026-01-31", "1 month", ("2026-02-05", "2026-02-10"), roll="none") == "2026-03-05"


@pytest.mark.parametrize(
    ("roll", "expected"), [("next", "2026-05-06"), ("none", "2026-05-02"), ("previous", "2026-04-30")]
)
def test_the_last_day_on_a_rest_day_rolls_as_the_text_says(roll: str, expected: str) -> None:
    assert due("2026-04-02", "30 days", roll=roll) == expected


@pytest.mark.parametrize("roll", ["next", "none", "previous"])
def test_working_days_end_on_a_working_day_whatever_the_roll(roll: str) -> None:
    assert due("2026-02-16", "0 workdays", roll=roll) == "2026-02-24"


@pytest.mark.parametrize(
    ("name", "start", "length", "expected"),
    [
        ("CNT-01", "2026-03-02", "1 day", "2026-03-03"),
        ("CNT-01", "2026-03-02", "0 days", "2026-03-02"),
        ("CNT-02", "2026-08-07", "60 days", "2026-10-08"),
        ("CNT-04", "2026-03-02", "5 workdays", "2026-03-09"),
        ("CNT-06", "2026-03-07", "1 workday", "2026-03-09"),
        ("CNT-09", "2026-03-06", "1 workday", "2026-03-09"),
    ],
)  # fmt: skip
def test_rules_of_counting_by_day(name: str, start: str, length: str, expected: str) -> None:
    assert due(start, length) == expected, name


def test_cnt_01_an_hour_period_counts_from_the_moment() -> None:
    (found,) = due_of([Told(on("2026-03-06", "16:20"), 48)], Convention(Unit.HOURS))
    assert found == on("2026-03-08", "16:20")


def test_cnt_03_the_last_day_ends_at_midnight_or_when_business_stops() -> None:
    one = Told(on("2026-03-02"), 1)
    ends = [due_of([one], Convention(Unit.WORKDAYS, due_time=how))[0] for how in ("end_of_day", "closing", "same_time")]
    assert ends == [on("2026-03-03", "23:59:59.999999"), on("2026-03-03", "17:30"), on("2026-03-03", "10:00")]


def test_cnt_06_reading_b_takes_a_rest_day_as_the_next_working_day() -> None:
    assert due("2026-03-07", "1 workday", rest_day_start="as_next_workday") == "2026-03-10"
    assert due("2026-03-09", "1 workday", rest_day_start="as_next_workday") == "2026-03-10"
    assert due("2026-02-16", "0 workdays", rest_day_start="as_next_workday") == "2026-02-24"


def test_cnt_07_office_minutes_skip_lunch_nights_and_rest_days() -> None:
    starts = [("2026-03-06", "11:50"), ("2026-03-06", "12:30"), ("2026-03-06", "17:20"), ("2026-03-07", "09:00")]
    found = due_of([Told(on(*start), 20) for start in starts], Convention(Unit.OFFICE_MINUTES))
    assert found == [
        on("2026-03-06", "14:10"),
        on("2026-03-06", "14:20"),
        on("2026-03-09", "08:40"),
        on("2026-03-09", "08:50"),
    ]


def test_cnt_07_open_time_that_ends_with_the_day_is_due_at_closing_and_not_at_the_next_opening() -> None:
    found = due_of([Told(on("2026-03-06", "14:00"), 210)], Convention(Unit.OFFICE_MINUTES))
    assert found == [on("2026-03-06", "17:30")]


@pytest.mark.parametrize(
    ("clock", "need", "expected"),
    [
        ("11:59", 1, "2026-03-06 11:59:59.999999"),
        ("12:00", 1, "2026-03-06 23:59:59.999999"),
        ("11:59", 2, "2026-03-06 23:59:59.999999"),
        ("12:00", 2, "2026-03-09 11:59:59.999999"),
        ("11:59", 3, "2026-03-09 11:59:59.999999"),
    ],
)  # fmt: skip
def test_cnt_08_the_half_day_of_the_start_is_the_first(clock: str, need: int, expected: str) -> None:
    (found,) = due_of([Told(on("2026-03-06", clock), need)], Convention(Unit.HALF_WORKDAYS))
    assert str(found)[:-6] == expected


def test_the_first_day_counts_where_the_text_says_so() -> None:
    assert due("2026-03-02", "1 workday", first_day="included") == "2026-03-02"
    assert due("2026-03-02", "6 workdays", first_day="included") == "2026-03-09"
    assert due("2026-03-07", "1 workday", first_day="included") == "2026-03-09"
    assert due("2026-03-01", "1 month", first_day="included", roll="none") == "2026-03-31"
    assert due("2026-03-02", "0 days", first_day="included") == "2026-03-02"


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        ("08:29:59", ("2026-03-09", "08:30")),
        ("08:30", ("2026-03-09", "08:30")),
        ("12:30", ("2026-03-09", "14:00")),
        ("17:29:59", ("2026-03-09", "17:29:59")),
        ("17:30:01", ("2026-03-10", "08:30")),
    ],
)  # fmt: skip
def test_same_time_carries_the_clock_of_the_start_which_waits_for_the_next_opening(
    clock: str, expected: tuple[str, str]
) -> None:
    (found,) = due_of([Told(on("2026-03-06", clock), 1)], Convention(Unit.WORKDAYS, due_time="same_time"))
    assert found == on(*expected)


def test_a_share_of_a_limit_is_a_whole_count_rounded_up_exactly() -> None:
    terms, _, _ = terms_of([Told(on("2026-03-02"), 1)], Convention(Unit.WORKDAYS))
    needs = np.array([1, 5, 10, 20, 21], np.int64)
    assert terms.share(needs, Fraction(4, 5)).tolist() == [1, 4, 8, 16, 17]
    assert terms.share(np.array([10], np.int64), Fraction(3, 10)).tolist() == [3]


@pytest.mark.parametrize(
    ("name", "pauses", "expected"),
    [
        ("SUS: the day of suspension counts, the day of resumption does not", [("2026-03-03", "2026-03-05")], "2026-03-11"),
        ("SUS: a same-day pause deducts nothing", [("2026-03-03", "2026-03-03")], "2026-03-09"),
        ("SUS: only rest days paused", [("2026-03-06", "2026-03-08")], "2026-03-09"),
        ("SUS-12: two that overlap", [("2026-03-03", "2026-03-05"), ("2026-03-04", "2026-03-06")], "2026-03-12"),
        ("SUS-12: one inside the other", [("2026-03-03", "2026-03-10"), ("2026-03-04", "2026-03-06")], "2026-03-16"),
        ("SUS-12: two that touch", [("2026-03-03", "2026-03-04"), ("2026-03-04", "2026-03-05")], "2026-03-11"),
        ("SUS-12: two apart", [("2026-03-03", "2026-03-04"), ("2026-03-05", "2026-03-06")], "2026-03-11"),
        ("2.3: begun on the due day, due on the day it ends", [("2026-03-09", "2026-03-12")], "2026-03-12"),
        ("2.3: ended on a rest day, due on the next working day", [("2026-03-09", "2026-03-14")], "2026-03-16"),
        ("2.3: without an end", [("2026-03-05", None)], None),
        ("2.3: without an end from the due day on", [("2026-03-09", None)], None),
        ("decision 1: begun after the due day", [("2026-03-10", None)], "2026-03-09"),
    ],
)  # fmt: skip
def test_pauses_by_name(name: str, pauses: list[tuple[str, str | None]], expected: str | None) -> None:
    assert due("2026-03-02", "5 workdays", *pauses) == expected, name
    assert due("2026-03-02", "5 workdays", *reversed(pauses)) == expected, name


@MANY
@given(rows=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 40), st.integers(0, 9)), max_size=20))
def test_sus_12_the_union_covers_each_position_once(rows: list[tuple[int, int, int]]) -> None:
    owner, begin, length = np.array(rows, np.int64).reshape(-1, 3).T
    united = Pauses.united(owner, begin, end=begin + length)
    parts = list(zip(united.owner.tolist(), united.begin.tolist(), united.end.tolist(), strict=True))
    covered = [(who, at) for who, first, last in parts for at in range(first + 1, last + 1)]
    assert len(covered) == len(set(covered))
    assert set(covered) == {(who, at) for who, first, many in rows for at in range(first + 1, first + many + 1)}
    assert parts == sorted(parts)


@pytest.mark.parametrize(
    ("start", "count", "unit", "expected"),
    [
        ("2026-03-06", 1, Unit.WORKDAYS, "2026-03-09"), ("2026-03-09", -1, Unit.WORKDAYS, "2026-03-06"),
        ("2026-03-07", 1, Unit.WORKDAYS, "2026-03-09"), ("2026-03-07", -1, Unit.WORKDAYS, "2026-03-06"),
        ("2026-03-07", 0, Unit.WORKDAYS, "2026-03-07"), ("2026-03-31", -1, Unit.MONTHS, "2026-02-28"),
        ("2024-02-29", -1, Unit.YEARS, "2023-02-28"), ("2026-03-06", 2, Unit.WEEKS, "2026-03-20"),
        ("2026-03-06", -3, Unit.DAYS, "2026-03-03"),
    ],
)  # fmt: skip
def test_later_and_earlier_by_a_length(start: str, count: int, unit: Unit, expected: str) -> None:
    found = later(CHINA, position_day=np.array([number(start)]), number=np.array([count]), unit=unit)
    assert str(as_date(found[0])) == expected
