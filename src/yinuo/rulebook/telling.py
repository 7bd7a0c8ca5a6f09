"""`tell`: a story as a log, through the one evaluator, held against what the story expects."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import polars as pl

from yinuo.engine.decisions import decide, shares
from yinuo.engine.evaluate import evaluate
from yinuo.engine.fieldtypes import column_type
from yinuo.engine.log import CASE_COLUMNS, EVENT_COLUMNS, Log, Said
from yinuo.engine.measure import measure
from yinuo.engine.rules import Rules
from yinuo.kernel.limits import Limit
from yinuo.rulebook.closure import Closures
from yinuo.rulebook.loader import Pack
from yinuo.rulebook.stories import CASE_KEYS, SHORT, Happening, Story, StoryText
from yinuo.rulebook.tables import DATED
from yinuo.rulebook.words import words_of

CASE = "case"
"""The case of events that name no other."""
_END = time(23, 59, 59, 999999)


Match: TypeAlias = tuple[Mapping[str, Any], Mapping[str, Any]]


@dataclass(frozen=True)
class Telling:
    """What came of a story: whether it holds, else every difference, and what the text said."""

    story: Story
    differences: tuple[str, ...]
    said: Said
    as_of: datetime
    clocks: tuple[Match, ...] = ()
    findings: tuple[Match, ...] = ()
    """What the story expects of clocks and findings, each with the row it matched."""

    @property
    def held(self) -> bool:
        """Whether everything the story says is so."""
        return not self.differences


class Teller:
    """Tells the stories of one pack; keeps what is the same for all of them."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.zone = ZoneInfo(pack.rules.zone)
        self.words = words_of(pack)
        kinds = {f"{home}/{id_}": kind for home, own in self.words.clauses.items() for id_, kind in own.items()}
        self.figures = frozenset(name for name, kind in kinds.items() if kind == "indicator")
        self.closures = Closures(pack)
        self._logs: dict[str, Log] = {}

    def tell(
        self,
        story: Story,
        rules: Rules | None = None,
        *,
        tables: Mapping[str, pl.DataFrame] | None = None,
        about: frozenset[str] | None = None,
    ) -> Telling:
        """Tell a story under the pack's text; or under a mutant's rules or tables, comparing only some clauses."""
        log = self.log(story)
        if tables is not None:
            log = Log(log.events, log.cases, {**tables, **self._own_tables(story.text)})
        text = story.text
        rules = rules or self.rules(story)
        as_of = self.as_of(text)
        known_at = None if text.known_at is None else self._instant(text.known_at, _END)
        said = evaluate(log, rules, as_of=as_of, known_at=known_at)
        compare = Comparison(self.zone, story, about, self.clause_of)
        compare.rows("clocks", said.clocks, text.expect.clocks)
        extra = compare.rows("findings", said.findings, text.expect.findings)
        if text.refused is not None and (about is None or self.clause_of(story, {"clause": text.refused}) in about):
            shorter = Log(log.events.head(len(log.events) - 1), log.cases, log.tables)
            extra = compare.refusal(extra, evaluate(shorter, rules, as_of=as_of, known_at=known_at), said, rules)
        if text.only:
            compare.nothing_else(extra)
        if text.expect.indicators and about is None:
            compare.rows("indicators", measure(log, said, rules, as_of=as_of), text.expect.indicators)
        for what, asked, tell in (("decisions", text.expect.decisions, decide), ("shares", text.expect.shares, shares)):
            if asked:
                compare.rows(what, tell(log, rules, as_of=as_of), asked)
        clocks, findings = (tuple(compare.matched[what]) for what in ("clocks", "findings"))
        return Telling(story, tuple(compare.differences), said, as_of, clocks, findings)

    def clause_of(self, story: Story, row: Mapping[str, Any]) -> str:
        """`institution/clause` of an expected row; one without institution is the story's own if it can be."""
        clause = str(row["clause"])
        homes = (str(row["institution"]),) if "institution" in row else story.homes()
        home = next((home for home in homes if clause in self.words.clauses.get(home, {})), homes[0])
        return f"{home}/{clause}"

    def rules(self, story: Story) -> Rules:
        """The rules that can matter to a story."""
        return self.closures.rules(story.homes(), story.kinds())

    def as_of(self, text: StoryText) -> datetime:
        """The end of the story's day: `today`, else the day of its last event."""
        if text.today is not None:
            return self._instant(text.today, _END)
        last = max(self._instant(event.at, time()) for event in text.events)
        return self._instant(last.astimezone(self.zone).date(), _END)

    def log(self, story: Story) -> Log:
        """The story's events and cases as the engine reads them."""
        if story.name not in self._logs:
            text = story.text
            tables = {**self.pack.tables, **self._own_tables(text)}
            types = {name: type_.is_ for name, type_ in self.words.fields_of(story.kinds()).items()}
            self._logs[story.name] = Log(self._events(text.events, types), self._cases(text, types), tables)
        return self._logs[story.name]

    def _own_tables(self, text: StoryText) -> dict[str, pl.DataFrame]:
        types = self.pack.rules.tables
        return {name: self._frame(rows, {**DATED, **types[name]}) for name, rows in text.tables.items()}

    def _events(self, events: Sequence[Happening], fields: Mapping[str, str]) -> pl.DataFrame:
        rows: list[dict[str, Any]] = []
        for index, event in enumerate(events):
            at = self._instant(event.at, time())
            known = at if event.recorded_at is None else self._instant(event.recorded_at, time())
            extra = event.model_extra or {}
            row: dict[str, Any] = {name: value for name, value in extra.items() if name not in CASE_KEYS}
            row |= {"case_id": event.case or CASE, "activity": event.do, "at": at, "recorded_at": known}
            row |= {"unit": event.unit, "actor": event.actor, "step": event.step}
            row |= {"event_id": f"e{index + 1}", "sequence": index}
            rows.append(row)
        names = dict.fromkeys(name for row in rows for name in row if name not in EVENT_COLUMNS)
        frame = self._frame(rows, {name: fields.get(name, "text") for name in names})
        own = pl.DataFrame({name: [row[name] for row in rows] for name in EVENT_COLUMNS}, schema=EVENT_COLUMNS)
        return own.hstack(frame) if names else own

    def _cases(self, text: StoryText, fields: Mapping[str, str]) -> pl.DataFrame:
        cases: dict[str, dict[str, Any]] = {}
        for event in text.events:
            named = {"unit": event.unit} if event.case is not None and event.unit is not None else {}
            case = cases.setdefault(event.case or CASE, {**text.case, **named, "case_id": event.case or CASE})
            case |= {name: value for name, value in (event.model_extra or {}).items() if name in CASE_KEYS}
        rows = list(cases.values())
        types = dict.fromkeys(CASE_COLUMNS, "text") | {
            name: fields.get(name, "text") for row in rows for name in row if name not in CASE_COLUMNS
        }
        return self._frame(rows, types)

    def _frame(self, rows: Sequence[Mapping[str, Any]], types: Mapping[str, str]) -> pl.DataFrame:
        schema = {name: column_type(word) for name, word in types.items()}
        data = {name: [self._value(row.get(name), word) for row in rows] for name, word in types.items()}
        return pl.DataFrame(data, schema=schema)

    def _value(self, raw: Any, word: str) -> Any:
        """A value of the text as a value of its column."""
        if raw is None:
            return None
        if word.startswith("list:"):
            return [str(one) for one in raw] if isinstance(raw, list) else [str(raw)]
        match word:
            case "moment":
                return self._instant(raw, time())
            case "date":
                return raw.date() if isinstance(raw, datetime) else raw
            case "number" | "money":
                return float(raw)
            case "int" | "year" | "bool":
                return raw
            case "limit":
                return str(Limit.parse(raw))
        return str(raw)

    def _instant(self, local: date, at: time) -> datetime:
        moment = local if isinstance(local, datetime) else datetime.combine(local, at)
        return moment.replace(tzinfo=moment.tzinfo or self.zone).astimezone(UTC)


class Comparison:
    """What a text said held against what a story expects."""

    def __init__(
        self,
        zone: ZoneInfo,
        story: Story,
        about: frozenset[str] | None,
        clause_of: Callable[[Story, Mapping[str, Any]], str],
    ) -> None:
        self.zone = zone
        self.story = story
        self.about = about
        self.clause_of = clause_of
        self.differences: list[str] = []
        self.matched: dict[str, list[Match]] = {
            what: [] for what in ("clocks", "findings", "indicators", "decisions", "shares")
        }

    def rows(self, what: str, frame: pl.DataFrame, expected: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Match each expected row with exactly one row of its institutions; the rows no one expected."""
        homes = {*self.story.homes(), *(str(row["institution"]) for row in expected if "institution" in row)}
        rows = [row for row in frame.iter_rows(named=True) if row["institution"] in homes and self._told(row)]
        taken: set[int] = set()
        for wanted in expected:
            full = self._named(wanted)
            if not self._told(full):
                continue
            found = [index for index, row in enumerate(rows) if self._matches(row, full)]
            if len(found) == 1:
                taken.add(found[0])
                self.matched[what].append((full, rows[found[0]]))
            else:
                self.differences.append(self._missing(what, wanted, full, rows, len(found)))
        return [row for index, row in enumerate(rows) if index not in taken]

    def _told(self, row: Mapping[str, Any]) -> bool:
        return self.about is None or f"{row['institution']}/{row['clause']}" in self.about

    def _named(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        full = {SHORT.get(name, name): value for name, value in wanted.items()}
        return {**full, "institution": self.clause_of(self.story, wanted).partition("/")[0]}

    def refusal(self, extra: list[dict[str, Any]], before: Said, after: Said, rules: Rules) -> list[dict[str, Any]]:
        """Whether the last event makes a new finding of the refusing clause; that finding needs no line of its own."""
        refused = self.story.text.refused
        known = set(before.findings["finding_id"])
        new = {
            row["finding_id"]
            for row in after.findings.iter_rows(named=True)
            if row["clause"] == refused and row["institution"] in self.story.homes() and row["finding_id"] not in known
        }
        if not new:
            self.differences.append(f'"{refused}" does not refuse the last event')
        elif not _blocks(rules, refused):
            self.differences.append(f'"{refused}" is broken by the last event but says no block = true')
        return [row for row in extra if row["finding_id"] not in new]

    def nothing_else(self, extra: Iterable[Mapping[str, Any]]) -> None:
        """Every finding that no line of the story expects is a difference."""
        for row in extra:
            self.differences.append(f"a finding nobody expects: {self._show(row, _FINDING)}")

    def _missing(
        self, what: str, wanted: Mapping[str, Any], full: Mapping[str, Any], rows: Iterable[dict[str, Any]], count: int
    ) -> str:
        shown = ", ".join(f"{name} = {_plain(value)}" for name, value in wanted.items())
        if count > 1:
            return f"{what}: {count} rows are {{ {shown} }}; name more columns"
        near = [row for row in rows if row["clause"] == full["clause"]]
        near.sort(key=lambda row: -sum(self._equal(row.get(name), value) for name, value in full.items()))
        names = tuple(full) if what != "findings" else tuple(dict.fromkeys((*_FINDING, *full)))
        told = "; ".join(self._show(row, names) for row in near[:3]) or "nothing of that clause"
        return f"{what}: no row is {{ {shown} }}; there is {told}"

    def _show(self, row: Mapping[str, Any], names: Iterable[str]) -> str:
        cells = (f"{_LONG.get(name, name)} = {self._local(row.get(name))}" for name in names if name != "institution")
        return f"{{ {', '.join(cells)} }}"

    def _local(self, value: Any) -> str:
        if isinstance(value, datetime):
            local = value.astimezone(self.zone).replace(tzinfo=None)
            return f"{local:%Y-%m-%d}" if local.time() in (time(), _END) else local.isoformat()
        return _plain(value)

    def _matches(self, row: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
        return all(self._equal(row.get(name), value) for name, value in wanted.items())

    def _equal(self, actual: Any, wanted: Any) -> bool:
        if isinstance(wanted, dict):
            return (actual is not None) == wanted["known"] if wanted.keys() == {"known"} else _within(actual, wanted)
        if actual is None:
            return False
        if isinstance(actual, datetime) and isinstance(wanted, date):
            local = actual.astimezone(self.zone).replace(tzinfo=None)
            return local == wanted if isinstance(wanted, datetime) else local.date() == wanted
        if isinstance(wanted, bool) or isinstance(actual, bool):
            return actual is wanted
        if isinstance(wanted, int | Decimal) and isinstance(actual, int | float):
            return abs(float(wanted) - actual) < 1e-9
        if isinstance(actual, str) and isinstance(wanted, str) and wanted[:1] in "{[":
            return bool(_canonical(actual) == _canonical(wanted))
        same: bool = actual == wanted
        return same


_LONG = {long: short for short, long in SHORT.items()}
_FINDING = ("institution", "clause", "level", "raised_at", "cleared_at", "unit")


def _plain(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dict) and value.keys() == {"known"}:
        return "known" if value["known"] else "null"
    return "null" if value is None else str(value)


def _canonical(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _within(actual: Any, wanted: Mapping[str, Any]) -> bool:
    """Whether a JSON object holds all of these."""
    found = _canonical(actual) if isinstance(actual, str) else None
    return isinstance(found, dict) and all(str(found.get(key)) == str(value) for key, value in wanted.items())


def _blocks(rules: Rules, clause: str | None) -> bool:
    return any(
        getattr(edition.clause, "block", False)
        for ruling in rules.rulings
        if ruling.id == clause
        for edition in ruling.editions
    )


def tell(pack: Pack, story: Story) -> Telling:
    """Tell one story under its pack."""
    return Teller(pack).tell(story)
