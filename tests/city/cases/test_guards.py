"""`block`: a command is refused exactly when the whole text would say so (grammar 2.5); the small text asks no less."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.city.cases import town
from tests.city.cases.test_decide import ways
from yinuo.city.cases import consult
from yinuo.city.cases.deciding.states import Happened, State, fold, local_day
from yinuo.city.cases.logs import Line, log_of
from yinuo.engine.clauses.constraint import Constraint
from yinuo.engine.evaluate import evaluate
from yinuo.kernel.instants import microseconds

ASKED = [{"papers": "身份证", "cause": cause} for cause in ("材料缺失", "新事实")] + [{"cause": "材料缺失"}]
REASONS = [
    {"ground": "上级没有规定", "basis": "第三条", "alternative": "补齐再来"},
    {"ground": "材料", "basis": "第三条", "alternative": "补齐再来"},
    {"ground": "材料", "basis": "第三条"},
]
HANDED = [{"to_unit": "market"}, {"to_unit": "police"}]
SPECIAL = [
    {"special": "s", "procedure": "听证", "declared": "5 workdays", "notice_no": "1", "special_basis": "四十五条"},
    {},
]
MOVES = {
    "application": {
        "accepted": [{}], "supplement_requested": ASKED, "supplemented": [{}], "reviewed": [{}],
        "second_supplement_signed": [{"signer": "孙伟", "signed_reason": "换场地"}], "refused_acceptance": REASONS,
        "granted": [{}], "refused": REASONS, "transferred": HANDED, "special_started": SPECIAL,
        "jurisdiction_decided": [{"ruled_unit": "market"}], "withdrawn": [{}],
    },
    "inquiry": {
        "handover_offered": [{"to_unit": "police", "handover": "一"}, {"to_unit": "market", "handover": "二"}],
        "handover_acknowledged": [{"handover": "一"}, {"handover": "二"}], "declined": REASONS,
        "handover_returned": [{"handover": "一"}, {"handover": "二", "return_reason": "不归我们"}],
        "jurisdiction_decided": [{"ruled_unit": "market"}], "answered": [{}],
    },
}  # fmt: skip
OPENS = {"application": "received", "inquiry": "inquired"}
START = datetime(2026, 3, 2, 2, tzinfo=UTC)


@st.composite
def histories(draw):
    kind = draw(st.sampled_from(sorted(MOVES)))
    moves = [(activity, fields) for activity, choices in MOVES[kind].items() for fields in choices]
    at, lines = START, []
    first = {"kind": kind, "item": "birth-subsidy", "unit": "market", "fields": {}}
    steps = [
        (OPENS[kind], {}, 0),
        *draw(
            st.lists(st.tuples(st.sampled_from(moves), st.integers(0, 90)), min_size=1, max_size=9).map(
                lambda many: [(move[0], move[1], hours) for move, hours in many]
            )
        ),
    ]
    for number, (activity, fields, hours) in enumerate(steps, start=1):
        at += timedelta(hours=hours, minutes=1)
        payload = first if number == 1 else {"fields": fields}
        lines.append(Line("c", activity, at, at, "market", "李强", f"e{number}", number, payload))
    return kind, lines


def by_the_whole_text(lines, known, as_of):
    """What `block` clauses the whole text of the pack says are broken."""
    rules = known.pack.rules
    blocking = {
        (ruling.institution, ruling.id, edition.version)
        for ruling in rules.rulings
        for edition in ruling.editions
        if isinstance(edition.clause, Constraint) and edition.clause.block
    }
    found = evaluate(log_of(lines, known), rules, as_of=as_of).findings
    return {
        row["finding_id"]: f"{row['institution']}/{row['clause']}"
        for row in found.to_dicts()
        if (row["institution"], row["clause"], row["version"]) in blocking
    }


@given(histories())
@settings(max_examples=60, deadline=None)
def test_what_is_blocked_is_what_the_whole_text_blocks(history):
    kind, lines = history
    known = ways("demo-city")
    *past, proposed = lines
    before, after = (by_the_whole_text(many, known, proposed.at) for many in (past, lines))
    new = {clause for finding, clause in after.items() if finding not in before}
    way = known.way(kind, town.START)
    rulings = known.guards.of_act(kind, proposed.activity, ends=proposed.activity in way.ends)
    found = (
        consult.broken(past, [proposed], rulings, kind=kind, ways=known, now=proposed.at, lang="zh")
        if rulings
        else None
    )
    assert (found is not None) == bool(new)
    if found is not None:
        assert found.clause in new
        assert found.sentence


@given(histories())
@settings(max_examples=60, deadline=None)
def test_silence_is_never_overlooked(history):
    """Where the text deems something to have happened, the quick look at the state alone says that it may have."""
    kind, lines = history
    known = ways("demo-city")
    way, state = known.way(kind, town.START), State("c")
    for line in lines:
        event = Happened(line.activity, microseconds(line.at), line.version, line.actor, line.unit, line.payload)
        fold(state, event, way=way, day=local_day(event.at, known.zone))
    at = lines[-1].at + timedelta(hours=30)
    clocks = evaluate(log_of(lines, known), known.pack.rules, as_of=at).clocks
    deemed = {f"{row['institution']}/{row['clause']}" for row in clocks.to_dicts() if row["state"] == "deemed"}
    silences = known.guards.of_silence(kind)
    looked_at = consult.may_have_lapsed(state, silences, microseconds(at))
    assert deemed <= {silence.ruling.name for silence in looked_at}
    found = consult.standing(state, lines, looked_at, way=way, ways=known, at=at)
    assert bool(found.said) == bool(deemed)
