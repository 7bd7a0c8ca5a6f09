"""Which lists there are: cards and cases, their filters, sorts and columns of export."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _

from yinuo.city.cases.projection import pairs
from yinuo.city.pages import caselisting
from yinuo.city.pages.listing import Filter, Listing, Sort, Spec, Walk, day, one_of
from yinuo.city.pages.spreadsheets import Column
from yinuo.city.pages.words import Words

FINDING_STATUS = ("open", "cleared", "cancelled", "withdrawn")
CASE_STATUS = ("open", "standing", "ended")
"""In hand; an entry of a register that stands; over."""
CLOCK_STATES = ("running", "paused", "overdue")
ANSWERS = ("unanswered", "explained", "appealed")
CARD_COLUMNS = """f.card, f.finding_id, f.case_id, f.kind, f.item, f.institution, f.clause, f.version, f.level, f.raised_at, f.cleared_at,
f.unit, f.why_code, f.why_args, f.status, f.explained_at, f.explanation, f.appeal, f.public_reason, f.answer_by, f.actor, p.name AS actor_name, c.receipt"""
CASE_COLUMNS = f"""c.case_id, c.receipt, c.title, c.kind, c.item, c.unit, c.region, c.channel,
CASE WHEN {caselisting.STANDING} THEN 'standing' ELSE c.status END AS status, c.opened_at, c.ended_at, c.holder_unit,
(SELECT min(k.due_at) FROM supervision_clock AS k WHERE k.case_id = c.case_id AND k.ended_at IS NULL) AS due_at,
ARRAY(SELECT DISTINCT f.level FROM supervision_finding AS f WHERE f.case_id = c.case_id AND f.status = 'open') AS levels"""

OFFER_CLOCK = """SELECT k.due_at, k.state FROM supervision_clock AS k WHERE k.case_id = h.case_id AND k.started_at = h.offered_at
AND EXISTS (SELECT 1 FROM jsonb_each_text(k.key::jsonb) AS one WHERE one.value = ANY(string_to_array(h.key, E'\\x1f')))
ORDER BY k.due_at LIMIT 1"""
"""The clock of a hand-over: begun by the offer, and of the same name."""


def within(words: Words) -> Callable[[str], list[str]]:
    """How a filter reads a unit: as itself and all below it."""
    return lambda unit: list(words.tree.subtree(unit))


def findings(words: Words) -> Spec:
    """The cards: one row for each raise of a finding."""
    return Spec(
        source="supervision_finding AS f LEFT JOIN cases_case AS c ON c.case_id = f.case_id LEFT JOIN people_person AS p ON p.person = f.actor",
        columns=CARD_COLUMNS,
        key="f.card",
        filters=(
            Filter("unit", "f.unit = ANY(%(unit)s)", within(words)),
            Filter("kind", "f.kind = %(kind)s"),
            Filter("item", "f.item = %(item)s"),
            Filter("level", "f.level = %(level)s"),
            Filter("institution", "f.institution = %(institution)s"),
            Filter("clause", "f.clause = %(clause)s"),
            Filter("status", "f.status = %(status)s", one_of(FINDING_STATUS)),
            Filter("answer", _answer(), one_of(ANSWERS)),
            Filter("since", "f.raised_at >= %(since)s::date::timestamptz", day),
            Filter("until", "f.raised_at < (%(until)s::date + 1)::timestamptz", day),
            Filter(
                "q",
                "f.case_id IN (SELECT s.case_id FROM cases_case AS s WHERE s.words @> %(q)s::text[])",
                pairs,
            ),
        ),
        sorts={
            "raised": Sort("f.raised_at", "timestamptz"),
            "answer_by": Sort("coalesce(f.answer_by, 'infinity'::timestamptz)", "timestamptz"),
        },
        default="-raised",
    )


def _answer() -> str:
    return (
        "CASE %(answer)s WHEN 'explained' THEN f.explained_at IS NOT NULL WHEN 'appealed' THEN f.appeal = 'appealed' "
        "ELSE f.status = 'open' AND f.explained_at IS NULL AND f.appeal <> 'appealed' END"
    )


def cases(words: Words) -> Spec:
    """The cases."""
    return Spec(
        source="cases_case AS c",
        columns=CASE_COLUMNS,
        key="c.case_id",
        filters=(
            Filter("unit", "c.unit = ANY(%(unit)s)", within(words)),
            Filter("kind", "c.kind = %(kind)s"),
            Filter("item", "c.item = %(item)s"),
            Filter("status", _status(), one_of(CASE_STATUS)),
            Filter("clock", _clock(), one_of(CLOCK_STATES)),
            Filter("level", _level()),
            *caselisting.FILTERS,
        ),
        sorts=caselisting.SORTS,
        default="-opened",
        walk=lambda found: _walk(found, words),
    )


CLOCK_CASES = """(
SELECT DISTINCT ON (k.opened_at, k.case_id) k.opened_at, k.case_id FROM supervision_clock AS k
WHERE k.ended_at IS NULL AND k.state = %(clock)s ORDER BY k.opened_at DESC, k.case_id DESC
) AS k CROSS JOIN LATERAL (SELECT c.* FROM cases_case AS c WHERE c.case_id = k.case_id OFFSET 0) AS c"""
"""Cases with an open clock in a state in the order of an index (OFFSET 0 keeps PostgreSQL walking)."""


def _walk(found: Listing, words: Words) -> Walk | None:
    """The latest cases by an index: of the clocks in a state; or of all one may see, which alone are asked for words."""
    if found.sort != "-opened":
        return None
    looked_for = "(SELECT TRUE FROM cases_case AS s WHERE s.case_id = c.case_id AND s.words @> %(q)s::text[])"
    if found.asked.get("clock"):
        return Walk(CLOCK_CASES, "k.opened_at", "k.case_id", {"clock": "c.status = 'open'", "q": looked_for})
    if found.asked.get("q") and not {*words.tree.roots} & {*found.parameters.get("may_units", ())}:
        return Walk("cases_case AS c", "c.opened_at", "c.case_id", {"q": looked_for}, counts=False)
    return None


def _status() -> str:
    return (
        "c.status = CASE %(status)s WHEN 'ended' THEN 'ended' ELSE 'open' END "
        f"AND (%(status)s = 'ended' OR ({caselisting.STANDING}) = (%(status)s = 'standing'))"
    )


def offers(words: Words, *, is_returned: bool) -> Spec:
    """Hand-overs nobody has signed for, of cases that are open: those still waiting, or those that came back.

    What silence returned came back too, although no person returned it (its clock is `deemed`).
    """
    offered = "h.state = 'returned' OR k.state = 'deemed'" if is_returned else "k.state IS DISTINCT FROM 'deemed'"
    states = "'offered', 'returned'" if is_returned else "'offered'"
    waiting = (
        f"SELECT h.*, k.due_at, k.state AS clock FROM cases_handover AS h LEFT JOIN LATERAL ({OFFER_CLOCK}) AS k ON TRUE "
        f"WHERE h.state IN ({states}) AND ({offered})"
    )
    return Spec(
        source=(
            f"({waiting}) AS h JOIN cases_case AS c ON c.case_id = h.case_id AND c.status = 'open' "
            "LEFT JOIN people_person AS p ON p.person = h.from_actor"
        ),
        columns=(
            "h.key, h.state AS offer, h.from_unit, h.from_actor, h.to_unit, h.offered_at, h.answered_at, h.due_at, h.clock, "
            "p.name AS from_name, c.case_id, c.receipt, c.title, c.kind, c.item, c.opened_at, c.scope, c.state"
        ),
        key="h.id::text",
        filters=(
            Filter("from", "h.from_unit = ANY(%(from)s)", within(words)),
            Filter("unit", "h.to_unit = ANY(%(unit)s)", within(words)),
            Filter("q", "c.words @> %(q)s::text[]", pairs),
        ),
        sorts={
            "offered": Sort("h.offered_at", "timestamptz"),
            "due": Sort("coalesce(h.due_at, 'infinity'::timestamptz)", "timestamptz"),
        },
        default="-offered" if is_returned else "offered",
    )


def pauses(words: Words) -> Spec:
    """Cases with a clock that stands still and no day on which it runs again by itself.

    `looks` of the parameters = the clauses (institution/clause) that ask for a look at it now and then.
    """
    paused = (
        "SELECT k.case_id, jsonb_agg(DISTINCT jsonb_build_array(k.institution, k.clause))::text AS clauses "
        "FROM supervision_clock AS k WHERE k.ended_at IS NULL AND k.state = 'paused' AND k.due_at IS NULL GROUP BY k.case_id"
    )
    looked = (
        "SELECT n.due_at, n.state, n.level FROM supervision_clock AS n WHERE n.case_id = k.case_id AND n.ended_at IS NULL "
        "AND n.institution || '/' || n.clause = ANY(%(looks)s) ORDER BY n.due_at LIMIT 1"
    )
    return Spec(
        source=(
            f"({paused}) AS k JOIN cases_case AS c ON c.case_id = k.case_id AND c.status = 'open' "
            f"LEFT JOIN LATERAL ({looked}) AS n ON TRUE"
        ),
        columns=(
            "k.clauses, n.due_at AS look_by, n.state AS look, n.level, c.case_id, c.receipt, c.title, c.kind, c.item, c.unit, "
            "c.opened_at, c.scope, c.state, c.holder_unit"
        ),
        key="c.case_id",
        filters=(
            Filter("unit", "c.unit = ANY(%(unit)s)", within(words)),
            Filter("look", "(n.state = 'overdue') = (%(look)s = 'overdue')", one_of(("overdue", "running"))),
            Filter("q", "c.words @> %(q)s::text[]", pairs),
        ),
        sorts={
            "look": Sort("coalesce(n.due_at, '-infinity'::timestamptz)", "timestamptz"),
            "opened": Sort("c.opened_at", "timestamptz"),
        },
        default="look",
    )


def _clock() -> str:
    """What the walk along the clocks gives as well, for lists in another order."""
    return (
        "c.status = 'open' AND c.case_id IN (SELECT k.case_id FROM supervision_clock AS k "
        "WHERE k.ended_at IS NULL AND k.state = %(clock)s)"
    )


def _level() -> str:
    return (
        "c.case_id IN (SELECT f.case_id FROM supervision_finding AS f WHERE f.status = 'open' AND f.level = %(level)s)"
    )


def finding_columns(words: Words) -> tuple[Column, ...]:
    """The columns of an export of cards."""
    return (
        Column(_("编号"), lambda row: row["finding_id"]),
        Column(_("收件号"), lambda row: row["receipt"] or row["case_id"]),
        Column(_("等级"), lambda row: getattr(words.level(row["level"]), "word", "")),
        Column(_("制度"), lambda row: words.institution(row["institution"])),
        Column(_("条款"), lambda row: words.clause(row["institution"], row["clause"])),
        Column(_("责任单位"), lambda row: words.unit(row["unit"])),
        Column(_("事项"), lambda row: words.item(row["item"])),
        Column(_("亮灯时间"), lambda row: row["raised_at"]),
        Column(_("消除时间"), lambda row: row["cleared_at"]),
        Column(_("状态"), lambda row: words.state(row["status"])),
        Column(_("原因"), words.why),
        Column(_("说明"), lambda row: row["explanation"]),
    )


def case_columns(words: Words) -> tuple[Column, ...]:
    """The columns of an export of cases."""
    return (
        Column(_("收件号"), lambda row: row["receipt"] or row["case_id"]),
        Column(_("类别"), lambda row: words.kind(row["kind"])),
        Column(_("事项"), lambda row: words.item(row["item"])),
        Column(_("主办单位"), lambda row: words.unit(row["unit"])),
        Column(_("现在谁手里"), lambda row: words.unit(row["holder_unit"])),
        Column(_("状态"), lambda row: words.state(row["status"])),
        Column(_("收件时间"), lambda row: row["opened_at"]),
        Column(_("办结时间"), lambda row: row["ended_at"]),
        Column(_("最近到期"), lambda row: row["due_at"]),
        Column(
            _("亮灯"), lambda row: _("、").join(getattr(words.level(one), "word", one) for one in row["levels"] or ())
        ),
    )
