"""Figures: definition, n, interval, trend, guard, and the cases behind every value."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from yinuo.city.figures import values as board
from yinuo.city.figures.measured import Slice, behind, window
from yinuo.city.pages.listing import BadQuery, day
from yinuo.city.pages.reading import Reader
from yinuo.city.pages.statements import rows
from yinuo.city.pages.words import Words, words_for
from yinuo.city.people.guard import needs
from yinuo.city.people.may import require, row_filter
from yinuo.city.people.units import UnknownUnit


@needs("figures.read")
def figures(request: HttpRequest) -> HttpResponse:
    """Every figure of the text in force."""
    words = words_for(request)
    lines = board.listed(words, actor=request.actor, today=timezone.localdate()) if words.is_there else []  # type: ignore[attr-defined]
    return render(request, "figures/figures.html.j2", {"lines": lines})


@needs("figures.read")
def figure(request: HttpRequest, institution: str, clause: str) -> HttpResponse:
    """One figure by unit or item, with its trend."""
    page = _page(request, institution, clause)
    if page is None:
        words = words_for(request)
        said = Reader(words).sentences(board.indicator_of(words, institution, clause))
        told = {"institution": institution, "clause": clause, "sentences": said}
        return render(request, "figures/unmeasured.html.j2", told)
    labels = {"value": page.line.title, "interval": _("置信区间"), "n": _("件数 n"), "target": _("目标")}
    facts = {"page": page, "chart": {**page.chart, "labels": labels}}
    return render(request, "figures/figure.html.j2", facts)


@needs("figures.read")
def cases(request: HttpRequest, institution: str, clause: str) -> HttpResponse:
    """The rows behind one value: as many as its n, each with whether it counts in the numerator."""
    words, page = words_for(request), _page(request, institution, clause)
    if page is None:
        raise Http404
    if request.GET.get("unit"):
        require(request.actor, "figures.read", scope=_above(words, request.GET["unit"]))  # type: ignore[attr-defined]
    chosen = _subject(request, page)
    if page.period is None or chosen is None or chosen.value.end is None or not page.has_rows:
        raise Http404
    zone, end = ZoneInfo(words.rules.zone), chosen.value.end
    since = datetime.combine(page.period, time(), zone)
    until = datetime.combine(end, time(), zone) + timedelta(days=1)
    found = window(words.pack, since=since, until=until, unit=chosen.unit, over=page.indicator)
    last = min(end, timezone.localdate()) if page.indicator.stock else end
    part = Slice(page.period, last, chosen.unit, chosen.item, chosen.by)
    counted = behind(page.indicator, found, words.rules, of=part).rows
    visible = _visible(request, counted["case_id"].unique().to_list()) if "case_id" in counted.columns else {}
    facts = {
        "page": page,
        "one": chosen,
        "value": chosen.value,
        "rows": [
            {**row, **visible.get(row.get("case_id"), {"receipt": None})}
            for row in counted.sort("counts").to_dicts()[:1000]
        ],
        "total": len(counted),
    }
    return render(request, "figures/figure_cases.html.j2", facts)


def _subject(request: HttpRequest, page: board.Page) -> board.Subject | None:
    """Whose value is asked for: one of those the page shows."""
    asked = tuple(request.GET.get(name) or None for name in ("unit", "item", "by"))
    return next((one for one in page.subjects if (one.unit, one.item, one.by) == asked), None)


def _above(words: Words, unit: str) -> Sequence[str]:
    """The units above one; a unit the text names and the tree does not know lies under the whole city alone."""
    try:
        return words.tree.ancestors(unit)
    except UnknownUnit:
        return words.tree.roots


def _visible(request: HttpRequest, case_ids: list[str]) -> dict[str, dict[str, Any]]:
    """Receipts and items of those cases this person may see; of the others only that they are counted is told."""
    condition, parameters = row_filter(request.actor, "case.read", "c.scope")  # type: ignore[attr-defined]
    found = rows(__file__, "receipts", {**parameters, "case_ids": case_ids}, case_rows=condition)
    return {row.pop("case_id"): row for row in found}


def _page(request: HttpRequest, institution: str, clause: str) -> board.Page | None:
    """The figure, None where this person sees no value of it. Raises Http404 for one the text does not have."""
    words = words_for(request)
    if not words.is_there:
        raise Http404
    try:
        wanted: date | None = day(request.GET["period"]) if request.GET.get("period") else None
        return board.one(words, institution, clause, actor=request.actor, today=timezone.localdate(), period=wanted)  # type: ignore[attr-defined]
    except (BadQuery, LookupError):
        raise Http404 from None
