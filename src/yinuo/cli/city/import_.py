"""`yinuo import`: a department's log as the events its system would have posted."""

from __future__ import annotations

import gc
import os
import sys
import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from yinuo.cli.city import setup
from yinuo.cli.say import REJECTED, err, out, refuse, tell_problems

if TYPE_CHECKING:
    from yinuo.city.api.importing import Aim, Imported, Rejected
    from yinuo.kernel.logtext import LogText
    from yinuo.logs import ReadLog
    from yinuo.rulebook.codes import CodeList
    from yinuo.rulebook.loader import Pack

HANDS = 2
"""Threads of a process with a connection each: one works while the other waits for the server, if there is a core for each."""
SHOWN = 5
"""Rejected rows that are printed when no folder lists them."""


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, Parquet, XES, OCEL 2.0 or CloudEvents lines.")],
    *,
    unit: Annotated[str, typer.Option(help="The unit whose log it is; nothing outside it is written.")],
    codes: Annotated[str, typer.Option(help="A code list that ships (blzt, hunan, …), or a file.")] = "",
    words: Annotated[
        Path | None, typer.Option(help="A TOML file with the tables log and vocabulary, instead of the pack's.")
    ] = None,
    kind: Annotated[str, typer.Option(help="The kind of the cases where the log does not say it.")] = "",
    source: Annotated[
        str, typer.Option(help="The source under which events are known; else each event's own, or import:UNIT.")
    ] = "",
    target: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Write rejected.csv there.")] = None,
    workers: Annotated[int, typer.Option(min=1, max=32, help="Processes, for CloudEvents lines.")] = 1,
) -> None:
    """Import a log: the same events, through the same checks, as the API takes. The same file again changes nothing.

    CloudEvents lines are taken word for word, as the API takes them, unless --words or --codes says what their words mean.
    Exit 0 done, 1 done but rows were rejected, 2 refused.
    """
    if not file.is_file():
        refuse(f"{file}: there is no such file.")
    with _beside(workers - 1) as beside:
        done, read = _taken(file, unit=unit, codes=codes, words=words, kind=kind, source=source, beside=beside)
    _tell(done, read, target)


def _taken(
    file: Path, *, unit: str, codes: str, words: Path | None, kind: str, source: str, beside: Sequence[Executor]
) -> tuple[Imported, ReadLog | None]:
    _wake()
    told = {"unit": unit, "source": source or None, "kind": kind or None}
    aim, pack = _aim(told), _pack()
    list_ = _codes(codes)
    from yinuo.city.api import importing  # noqa: PLC0415 - after setup

    read: ReadLog | None = None
    if importing.is_lines(file) and list_ is None and words is None:
        done = _shared(file, told, aim, beside=beside)
    else:
        read = _read(file, pack, _words(pack, words, list_))
        _tell_losses(list_, read)
        void = list_.void.value if list_ is not None and list_.void is not None else None
        events = importing.events_of(read, aim, meant=importing.meaning(list_, pack.rules), void=void)
        done = importing.take(events, aim, hands=HANDS)
    return done, read


def _wake() -> None:
    setup()
    sys.setswitchinterval(0.05)  # nobody waits for an answer: a thread that computes is not interrupted every 5 ms
    gc.set_threshold(2_000_000, 50, 1_000)  # what is read lives as long as its batch; looking for circles costs a third


@contextmanager
def _beside(processes: int) -> Iterator[Sequence[Executor]]:
    """Processes that work beside this one: they wake up while it does."""
    beside = [ProcessPoolExecutor(1, mp_context=get_context("spawn")) for _process in range(processes)]
    try:
        for one in beside:
            one.submit(_wake)
        yield beside
    finally:
        for one in beside:
            one.shutdown(cancel_futures=True)


def _shared(file: Path, told: dict[str, Any], aim: Aim, *, beside: Sequence[Executor]) -> Imported:
    """CloudEvents lines, every process taking its share of the cases."""
    from yinuo.city.api.importing import Imported  # noqa: PLC0415

    parts = 1 + len(beside)
    given = [one.submit(share_of, str(file), told, mine, parts) for mine, one in enumerate(beside, start=1)]
    done = [_lines(file, aim, (0, parts)), *(one.result() for one in given)]
    rejected: list[Rejected] = sorted((one for part in done for one in part.rejected), key=lambda one: one.line)
    stored, duplicate, refused, unread = (
        sum(getattr(part, name) for part in done) for name in ("stored", "duplicate", "refused", "unread")
    )
    return Imported(stored, duplicate, refused, unread, rejected)


def share_of(file: str, told: dict[str, Any], mine: int, parts: int) -> Imported:
    """One process's share of CloudEvents lines: every n-th part of the cases."""
    return _lines(Path(file), _aim(told), (mine, parts))


def _lines(file: Path, aim: Aim, share: tuple[int, int]) -> Imported:
    from yinuo.city.api import importing  # noqa: PLC0415

    cores = (os.cpu_count() or 1) // share[1]
    return importing.take(importing.lines_of(file, aim, share=share), aim, hands=max(1, min(HANDS, cores)))


def _aim(told: dict[str, Any]) -> Aim:
    """Who imports: the operator, for this unit and below. A unit that is not there ends the command with 2."""
    from django.utils import timezone  # noqa: PLC0415

    from yinuo.city.api.importing import Aim  # noqa: PLC0415
    from yinuo.city.people import units  # noqa: PLC0415
    from yinuo.city.people.actor import OPERATOR, Actor, Grant  # noqa: PLC0415

    now: datetime = timezone.now()
    unit = told["unit"]
    if unit not in units.tree(timezone.localdate(now)).units:
        refuse(f"There is no unit {unit}. Its id stands on the page of units, or in `yinuo people export`.")
    actor = Actor(OPERATOR.id, OPERATOR.name, (Grant("system", unit, covers_city=False),), unit, is_system=True)
    return Aim(actor, told["source"], f"import:{unit}", told["kind"], now)


def _pack() -> Pack:
    from yinuo.city.texts import in_force  # noqa: PLC0415

    try:
        return in_force.pack()
    except in_force.NoText as problem:
        refuse(str(problem))


def _codes(name: str) -> CodeList | None:
    from yinuo.rulebook.codes import load_codes  # noqa: PLC0415
    from yinuo.rulebook.refusals import PackRefused  # noqa: PLC0415

    if not name:
        return None
    try:
        return load_codes(name)
    except PackRefused as refused:
        tell_problems(refused.errors)
        raise typer.Exit(2) from None


def _words(pack: Pack, file: Path | None, codes: CodeList | None) -> LogText:
    """How the log is read: as the file says, else as the code list's own table, else as the pack's [log]."""
    from pydantic import ValidationError  # noqa: PLC0415

    from yinuo.city.api.importing import VOID  # noqa: PLC0415
    from yinuo.kernel.logtext import LogText, Vocabulary  # noqa: PLC0415

    text = pack.log_text
    if file is not None:
        try:
            said = tomllib.loads(file.read_text("utf-8"))
            vocabulary = Vocabulary.model_validate(said.get("vocabulary", {}))
            text = LogText.model_validate({**said.get("log", {}), "vocabulary": vocabulary})
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as error:
            refuse(f"{file}: {error}")
    elif codes is not None and codes.log.model_fields_set:
        text = LogText(**_said(codes.log), vocabulary=text.vocabulary)
    if codes is not None and codes.void is not None:
        fields = {**text.fields, VOID: codes.void.column}
        text = LogText(**{**_said(text), "fields": fields, "vocabulary": text.vocabulary})
    return text


def _said(text: LogText) -> dict[str, Any]:
    return {name: getattr(text, name) for name in text.model_fields_set}


def _read(file: Path, pack: Pack, text: LogText) -> ReadLog:
    from yinuo.logs import LogError, read_log  # noqa: PLC0415

    class Reading:
        """The pack in force with these words."""

        log_text = text
        rules = pack.rules

    try:
        return read_log(file, Reading())
    except LogError as error:
        refuse(str(error))


def _tell_losses(codes: CodeList | None, read: ReadLog) -> None:
    from yinuo.city.api.importing import lossy  # noqa: PLC0415

    for one, number in lossy(codes, read) if codes is not None else ():
        err.print(f"    {one.code} {one.zh} ({number:,}): {one.lossy}", markup=False)


def _tell(done: Imported, read: ReadLog | None, target: Path | None) -> None:
    from yinuo.city.api.importing import rejected_table  # noqa: PLC0415
    from yinuo.logs.tables import no_rejected  # noqa: PLC0415

    rejected = rejected_table(done.rejected, no_rejected() if read is None else read.rejected)
    lost = rejected.filter(~rejected["kept"]).height
    if target is not None:
        try:
            target.mkdir(parents=True, exist_ok=True)
            rejected.write_csv(target / "rejected.csv")
        except OSError as error:
            refuse(f"{target} cannot be written: {error.strerror}. Name another folder with --out.")
    out.print(f"{done.stored:,} events written, {done.duplicate:,} known before, {lost:,} rejected")
    if lost and target is not None:
        err.print(f"    each with its reason: {target / 'rejected.csv'}", markup=False)
    elif lost:
        for row in rejected.head(SHOWN).iter_rows(named=True):
            err.print(f"    line {row['line']}, case {row['case_id'] or '–'}: {row['reason']}", markup=False)
        if len(rejected) > SHOWN:
            err.print(f"    and {len(rejected) - SHOWN:,} more; --out DIR lists them all in rejected.csv")
    if lost:
        raise typer.Exit(REJECTED)
