"""Their values as ours: the vocabulary, then the type the flow gives the field. Null for what is surely neither."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import polars as pl

from yinuo.engine.fieldtypes import column_type
from yinuo.engine.log import INSTANT
from yinuo.kernel.limits import Limit
from yinuo.kernel.logtext import Constant, Vocabulary
from yinuo.logs.instants import Clockwork, read_dates, read_instants, why_no_instant
from yinuo.logs.mapping import Column
from yinuo.logs.tables import LogError

_YES_NO = {"true": True, "false": False, "1": True, "0": False}
_WHOLE = 2**53


@dataclass(frozen=True)
class Words:
    """Everything needed to turn one of their columns into one of ours."""

    clock: Clockwork
    vocabulary: Vocabulary
    types: Mapping[str, str] = field(default_factory=dict)

    def read(self, ours: str, theirs: Column, *, rows: pl.DataFrame) -> pl.Series:
        """Our column; null where the cell is empty or cannot be read."""
        if isinstance(theirs, Constant):
            return pl.repeat(theirs.value, len(rows), eager=True).alias(ours)
        word = self.type_of(ours)
        raw = (
            blank_is_null(rows[theirs]) if not word or word.startswith("list:") else single(blank_is_null(rows[theirs]))
        )
        if ours in ("at", "recorded_at"):
            return read_instants(raw, self.clock).alias(ours)
        translated = self._translated(ours, raw, word=word)
        return _typed(translated, word, clock=self.clock).alias(ours)

    def type_of(self, ours: str) -> str:
        """The type word of one of our columns; "" for a field nobody declared, which keeps its type."""
        if ours == "sequence":
            return "int"
        if ours in ("at", "recorded_at"):
            return "moment"
        if ours in ("case_id", "activity", "event_id", "unit", "actor", "step", "item", "region", "kind"):
            return "text"
        return self.types.get(ours, "")

    def why(self, ours: str, raw: pl.Series) -> pl.Series:
        """For cells that `read` gave up, the reason."""
        word = self.type_of(ours)
        if word == "moment":
            return why_no_instant(single(raw), self.clock)
        reason = _REASONS.get(word.partition(":")[0], f"not of the type {word}")
        return pl.repeat(reason, len(raw), eager=True)

    def _translated(self, ours: str, raw: pl.Series, *, word: str) -> pl.Series:
        named = {
            "activity": self.vocabulary.activities,
            "unit": self.vocabulary.units,
        }.get(ours, self.vocabulary.values.get(ours, self.vocabulary.units if word in ("unit", "list:unit") else {}))
        if not named or word.startswith("list:"):
            return raw
        return as_text(raw).replace(named)


_REASONS = {
    "text": "a list where one value is needed",
    "number": "not a number",
    "money": "not a number",
    "int": "not a whole number",
    "year": "not a whole number",
    "bool": "neither true nor false (translate it in [vocabulary] values)",
    "date": "not a date between 1900 and 2199",
    "limit": 'not a length such as "5 workdays"',
    "list": "not a list (write a JSON list of texts)",
}


def blank_is_null(raw: pl.Series) -> pl.Series:
    """An empty text is an empty cell."""
    if raw.dtype != pl.String:
        return raw
    blank = raw == ""
    return raw.set(blank, None) if blank.any() else raw


def single(raw: pl.Series) -> pl.Series:
    """The one value of lists of one; null for longer ones. Other columns as they are."""
    if not isinstance(raw.dtype, pl.List):
        return raw
    return pl.select(pl.when(raw.list.len() == 1).then(raw.list.first())).to_series().alias(raw.name)


def as_text(raw: pl.Series) -> pl.Series:
    """A column of codes or names as text; raises LogError for one that would be rounded or cannot be text."""
    if raw.dtype == pl.String:
        return raw
    if raw.dtype.is_float() or isinstance(raw.dtype, (pl.List, pl.Struct, pl.Array)) or raw.dtype == pl.Binary:
        raise LogError(f'Column "{raw.name}" holds {raw.dtype} where names are needed. Store it as text.')
    return raw.cast(pl.String)


def _typed(raw: pl.Series, word: str, *, clock: Clockwork) -> pl.Series:
    if not word:
        return raw
    target = column_type(word)
    if target == pl.List(pl.String):
        return _listed(raw)
    if target == INSTANT:
        return read_instants(raw, clock, bounded=False)
    if target == pl.Date:
        return read_dates(raw, clock)
    return _READERS[target](raw) if target != pl.String else _text(raw, word)


def _text(raw: pl.Series, word: str) -> pl.Series:
    raw = raw.cast(pl.String) if raw.dtype.is_float() and word not in ("text", "limit") else raw
    if word == "text" and raw.dtype.is_float():
        raise LogError(f'Column "{raw.name}" holds {raw.dtype} where text is needed. Store it as text.')
    found = as_text(raw)
    if word != "limit":
        return found
    wrong = [one for one in found.unique().drop_nulls() if not _is_limit(one)]
    return found.set(found.is_in(wrong), None) if wrong else found


def _is_limit(text: str) -> bool:
    try:
        Limit.parse(text)
    except ValueError:
        return False
    return True


def _numbers(raw: pl.Series) -> pl.Series:
    found = raw.cast(pl.Float64, strict=False)
    odd = ~found.is_finite()
    return found.set(odd, None) if odd.any() else found


def _whole(raw: pl.Series) -> pl.Series:
    if not raw.dtype.is_float():
        return raw.cast(pl.Int64, strict=False)
    exact = (raw == raw.round()) & (raw.abs() <= _WHOLE)
    return raw.set(~exact, None).cast(pl.Int64)


def _yes_no(raw: pl.Series) -> pl.Series:
    if raw.dtype == pl.Boolean:
        return raw
    lower = raw.cast(pl.String).str.to_lowercase()
    return lower.replace_strict(_YES_NO, default=None, return_dtype=pl.Boolean)


def _listed(raw: pl.Series) -> pl.Series:
    wanted = pl.List(pl.String())
    if isinstance(raw.dtype, pl.List):
        return raw.cast(wanted)
    if raw.dtype == pl.Null:
        return raw.cast(wanted)
    text = as_text(raw)
    alone = ~text.str.starts_with("[")
    single = pl.select(pl.when(alone).then(pl.concat_list(text))).to_series()
    decoded = text.set(alone, None)
    try:
        several = decoded.str.json_decode(wanted)
    except pl.exceptions.ComputeError:
        several = decoded.map_elements(_json_list, return_dtype=wanted)
    return pl.select(pl.coalesce(single, several)).to_series()


def _json_list(text: str) -> list[str] | None:
    try:
        found = pl.Series([text]).str.json_decode(pl.List(pl.String())).to_list()[0]
    except pl.exceptions.ComputeError:
        return None
    return found  # type: ignore[no-any-return]


_READERS: dict[pl.DataType, Callable[[pl.Series], pl.Series]] = {
    pl.Float64(): _numbers,
    pl.Int64(): _whole,
    pl.Boolean(): _yes_no,
}
