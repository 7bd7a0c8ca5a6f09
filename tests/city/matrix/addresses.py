"""Every address of the city, filled in for a department, with the request that is made there and the action it needs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import URLPattern, URLResolver, get_resolver

from tests.city.matrix.world import NOW, OTHERS, Department
from yinuo.city.catalogue.sheet import SHEET
from yinuo.city.people.exchange.outgoing import template
from yinuo.city.people.exchange.workbook import write
from yinuo.city.people.guard import PUBLIC, declared

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
Fill = Callable[[Department], Any]


@dataclass(frozen=True)
class Form:
    """What is sent by POST: to which values of `what`, the body, and the action behind the door when it is another."""

    body: Fill = lambda _of: {}
    inner: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    kind: str | None = None


def _none(_of: Department) -> dict[str, str]:
    return {}


def _event(of: Department) -> str:
    return json.dumps({
        "specversion": "1.0", "id": "matrix", "source": "matrix", "type": "received", "subject": "matrix-case",
        "time": NOW.isoformat(), "data": {"kind": "application", "item": "food-permit", "unit": of.unit, "applicant": "甲"},
    })  # fmt: skip


def _hook(of: Department) -> str:
    return json.dumps({"name": "x", "unit": of.unit, "url": "https://93.184.216.34/x", "activities": []})


def _day(**more: Any) -> Fill:
    return lambda of: {
        "from": "2026-03-20",
        "until": "2026-03-25",
        **{name: value(of) if callable(value) else value for name, value in more.items()},
    }


def _book(_of: Department) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("x.xlsx", template())}


def _items(_of: Department) -> dict[str, Any]:
    titles = [one.zh for one in SHEET.columns]
    return {"file": SimpleUploadedFile("x.xlsx", write([(SHEET.zh, titles, [])]))}


def _text(_of: Department) -> dict[str, str]:
    return {"text": "说明", "reason": "核实"}


def _post_of(of: Department) -> str:
    return f"desk-{of.unit}"


JSON = "application/json"
FORMS: Mapping[str, tuple[Form, ...]] = {
    "unit_act": (
        Form(_day(zh="新名", type="department"), "units.write", {"what": "rename"}),
        Form(_day(parent=lambda of: of.unit), "units.write", {"what": "move", "unit": lambda of: f"section-{of.unit}"}),
        Form(_day(unit="fresh", zh="新科", type="section"), "units.write", {"what": "open"}),
        Form(_day(), "units.write", {"what": "close"}),
        Form(_day(post="fresh", zh="新岗", tier="member"), "people.write", {"what": "post"}),
        Form(
            _day(person="somebody", name="某人", phone="13800138000", post=_post_of),
            "people.write",
            {"what": "appoint"},
        ),
        Form(_day(id=lambda of: f"at-{of.unit}"), "people.write", {"what": "end_appointment"}),
        Form(_day(kind="post", holder=_post_of, role="handler"), "role.grant", {"what": "grant"}),
    ),
    "person_act": (
        Form(_day(), "people.stand_in", {"what": "away"}),
        Form(
            _day(by=lambda of: "part-handler" if of.unit != OTHERS else "li"), "people.stand_in", {"what": "stand_in"}
        ),
        Form(_day(within=lambda of: of.unit, role="handler"), "role.grant", {"what": "grant"}),
        Form(_day(id=lambda of: f"at-{of.unit}"), "people.write", {"what": "end_appointment"}),
        Form(_day(username="fresh"), "people.write", {"what": "account"}),
        Form(_day(), "people.write", {"what": "password"}),
        Form(_day(), "people.write", {"what": "dismiss"}),
    ),
    "person_unmask": (Form(_text),),
    "case_unmask": (Form(_text),),
    "case_act": (Form(_none, None, {"activity": "reviewed"}), Form(_none, None, {"activity": "granted"})),
    "offer_answer": (
        Form(lambda _of: {"handover": "单"}, None, {"activity": "handover_acknowledged"}),
        Form(lambda _of: {"handover": "单", "return_reason": "不属"}, None, {"activity": "handover_returned"}),
    ),
    "pause_look": (Form(lambda _of: {"outlook": "未作出"}, None, {"activity": "suspension_reviewed"}),),
    "card_answer": (
        Form(_text, "finding.explain", {"what": "explain"}),
        Form(_text, "finding.appeal", {"what": "appeal"}),
        Form(_text, "finding.decide", {"what": "cancel"}),
        Form(_text, "finding.decide", {"what": "reject"}),
        Form(_text, "finding.publish", {"what": "publish"}),
    ),
    "measure_propose": (Form(lambda of: {"what": "约谈", "grounds": "逾期", "against": "unit"}),),
    "measure_act": (
        Form(_text, "measure.state", {"what": "state"}),
        Form(_text, "measure.decide", {"what": "adopt"}),
        Form(_text, "measure.decide", {"what": "dismiss"}),
        Form(_text, "measure.state", {"what": "appeal"}),
        Form(_text, "measure.decide", {"what": "revoke"}),
        Form(_text, "measure.decide", {"what": "uphold"}),
    ),
    "outages": (
        Form(lambda of: {"unit": of.unit, "begins_at": "2026-03-19T09:00", "reason": "断电"}, "outage.declare"),
    ),
    "outage_verify": (Form(lambda _of: {"ends_at": "2026-03-19T18:00"}),),
    "case_open": (Form(lambda of: {"unit": of.unit, "need": "办证", "channel": "窗口"}, None, {"kind": "inquiry"}),),
    "window": (
        Form(lambda of: {"form": f"matrix-{of.unit}", "outcome": "ask", "typed": "办证"}),
        Form(lambda of: {"form": f"matrix-{of.unit}", "outcome": "accept", "typed": "食品", "name": "甲"}),
    ),
    "lane_answer": (
        Form(lambda _of: {"answer": "grant", "reason": "住院"}, "case.act"),
        Form(lambda _of: {"answer": "refuse", "reason": "不急"}, "case.act"),
    ),
    "queue_draw": (Form(lambda of: {"form": f"matrix-draw-{of.unit}", "service": of.unit}, "case.intake"),),
    "package": (Form(lambda of: {"form": f"matrix-package-{of.unit}", "name": "甲"}),),
    "reception": (Form(lambda _of: {"item": "none", "typed": "办证"}),),
    "delivery_begin": (Form(lambda _of: {"way": "窗口领取"}),),
    "delivery_act": (Form(lambda _of: {"taken_by": "本人"}, None, {"what": "deliver"}),),
    "queue_sign": (Form(lambda _of: {"reason": "赶火车"}),),
    "counter_act": (
        Form(_none, "case.intake", {"what": "next"}),
        Form(lambda of: {"ticket": of.case}, None, {"what": "served"}),
    ),
    "appointment_act": (Form(_none, None, {"what": "arrive"}),),
    "book": (Form(lambda _of: {"service": "general", "name": "甲"}),),
    "book_cancel": (Form(lambda _of: {"receipt": "1", "tail": "0000"}),),
    "register_import": (Form(_book),),
    "register_bulk": (Form(lambda of: {"activity": "guided", "chosen": of.case}),),
    "agency_begin": (Form(),),
    "agency_check": (Form(),),
    "people_import": (Form(_book),),
    "catalogue_import": (Form(_items),),
    "catalogue_new": (Form(lambda of: {"key": "fresh", "zh": "新事项", "unit": of.unit, "type": "01"}, "item.draft"),),
    "catalogue_edit": (Form(lambda of: {"zh": f"事项之{of.unit}", "unit": of.unit, "type": "01"}, "item.draft"),),
    "catalogue_running": (Form(lambda of: {"case": of.case, "reason": "同等办理"}, "item.publish"),),
    "catalogue_act": (
        Form(lambda _of: {"since": "2026-04-01", "authority": "文"}, "item.publish", {"what": "publish"}),
        Form(lambda _of: {"reason": "理由"}, "item.draft", {"what": "drop"}),
    ),
    "system_create": (Form(lambda of: {"name": "新系统", "unit": of.unit, "rate": "60"}),),
    "system_revoke": (Form(),),
    "webhook_open": (Form(lambda of: {"name": "x", "unit": of.unit, "url": "https://93.184.216.34/x"}),),
    "webhook_close": (Form(),),
    "inbox_address": (
        Form(lambda _of: {"address": "me@example.org"}, None, {"channel": "mail"}),
        Form(lambda _of: {"do": "remove"}, None, {"channel": "sms"}),
    ),
    "inbox_read": (Form(lambda of: {"newest": str(of.notice)}),),
    "notice_read": (Form(),),
    "outbox_retry": (Form(),),
    "trial_upload": (Form(),),
    "trial_install": (Form(),),
    "report_events": (Form(_event, kind=JSON),),
    "open_webhook": (Form(_hook, kind=JSON),),
}
"""What is sent where a form is, by the name of the address. An address that takes only POST and is not here fails the test."""

ALSO_READ = {
    "register_import",
    "people_import",
    "catalogue_import",
    "catalogue_new",
    "catalogue_running",
    "catalogue_edit",
    "trial_upload",
    "case_open",
    "outages",
    "window",
    "book",
    "book_cancel",
    "reception",
    "package",
}
"""Forms that are also shown."""

QUERIES: Mapping[str, Callable[[Department], str]] = {
    "figure_cases": lambda of: f"?unit={of.unit}&period=2026-03-01",
    "units": lambda of: f"?all&search={of.unit}",
    "measures": lambda of: f"?unit={of.unit}",
    "outages": lambda of: f"?unit={of.unit}",
    "pauses": lambda of: f"?unit={of.unit}",
    "offers": lambda of: f"?unit={of.unit}",
    "register": lambda of: f"?unit={of.unit}",
    "register_print": lambda of: f"?unit={of.unit}",
    "export_register": lambda of: f"?unit={of.unit}",
    "cases": lambda of: f"?unit={of.unit}&q=party-{of.unit}-0",
    "findings": lambda of: f"?unit={of.unit}&q={of.case}",
    "export_cases": lambda of: f"?unit={of.unit}",
    "export_findings": lambda of: f"?unit={of.unit}",
    "board": lambda of: f"?unit={of.unit}",
    "lights": lambda of: f"?unit={of.unit}",
    "wall": lambda of: f"?unit={of.unit}",
    "wall_lights": lambda of: f"?unit={of.unit}",
    "figures": lambda of: f"?unit={of.unit}",
    "list_cases": lambda of: f"?unit={of.unit}",
    "read_case": lambda _of: "?expand=clocks,findings,tasks",
    "list_clocks": lambda of: f"?case_id={of.case}",
    "list_findings": lambda of: f"?case_id={of.case}",
    "list_indicators": lambda of: f"?unit={of.unit}",
    "export_clocks": lambda of: f"?case_id={of.case}",
    "catalogue": lambda of: f"?unit={of.unit}&state=draft",
    "export_catalogue": lambda of: f"?unit={of.unit}",
    "ask_due": lambda _of: "?item=food-permit",
}
"""Asked for by name, so that a filter is no way around."""

VALUES: Mapping[str, Callable[[Department], Any]] = {
    "unit": lambda of: of.unit, "person": lambda of: of.person, "token": lambda of: of.token, "case_id": lambda of: of.case,
    "card": lambda of: of.card, "notice": lambda of: of.notice, "webhook_id": lambda of: of.webhook, "digest": lambda of: of.file,
    "measure": lambda of: of.measure, "draft": lambda _of: "none", "payment": lambda _of: "none", "mandate": lambda _of: "none", "outage": lambda of: of.outage, "outbox_id": lambda _of: "0" * 16, "institution": lambda _of: "time-limit", "clause": lambda _of: "on-time",
    "book": lambda _of: "disclosure", "receipt": lambda _of: "0", "sent": lambda _of: "x",
    "point": lambda _of: "none", "name": lambda _of: "time-limit", "table": lambda _of: "items", "form": lambda _of: "csv", "provider_id": lambda _of: "none",
    "item": lambda of: f"draft-{of.unit}", "channel": lambda _of: "mail", "kind": lambda _of: "inquiry", "what": lambda _of: "rename", "counter": lambda of: {"market": "9"}.get(of.unit, "8"), "hall": lambda of: of.unit, "package": lambda _of: "open-restaurant", "paper": lambda _of: "receipt", "activity": lambda _of: "reviewed",
}  # fmt: skip
"""What fills a place in an address. A place that is not here fails the test: say what fills it."""
_PLACE = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)")


@dataclass(frozen=True)
class Address:
    """One request that can be made: route, name, method, form; what it needs at the door and behind."""

    route: str
    name: str
    method: str
    needs: str | None
    form: Form | None

    @property
    def places(self) -> tuple[str, ...]:
        """The places to be filled."""
        return tuple(one or other for one, other in _PLACE.findall(self.route))

    def path(self, of: Department) -> str:
        """The address for a department."""
        given = self.form.values if self.form else {}

        def fill(found: re.Match[str]) -> str:
            name = found[1] or found[2]
            value = given.get(name, VALUES[name])
            return str(value(of) if callable(value) else value)

        filled = _PLACE.sub(fill, self.route).replace("\\.", ".").replace("^", "").replace("$", "")
        if self.name == "case_inclusion":
            filled = filled.replace(".csv", ".json")
        return f"/{filled}{QUERIES[self.name](of) if self.name in QUERIES else ''}"

    def ask(self, client: Any, of: Department, *, accept: str = "text/html") -> Any:
        """The answer."""
        extra: dict[str, Any] = {"HTTP_ACCEPT": accept}
        if self.method == "GET":
            return client.get(self.path(of), **extra)
        body = self.form.body(of) if self.form else {}
        if self.form and self.form.kind:
            extra["content_type"] = self.form.kind
        return getattr(client, self.method.lower())(self.path(of), body, **extra)

    def __str__(self) -> str:
        named = ",".join(value for value in self.form.values.values() if isinstance(value, str)) if self.form else ""
        return f"{self.method} {self.route or '/'}{named and ' ' + named}"


def patterns(resolver: URLResolver | None = None, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address of the city with its view."""
    for one in (resolver or get_resolver()).url_patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from patterns(one, route)
        else:
            yield route, one


def addresses() -> Iterator[Address]:
    """Every request of every address."""
    seen = set()
    for route, one in patterns():
        name = one.name or ""
        is_api = route.startswith("api/")
        forms = FORMS.get(name, ())
        for method in METHODS if is_api else ("GET", "POST"):
            needs = declared(one.callback, method)
            if (route, method) in seen or (is_api and needs == PUBLIC and name not in {"openapi-json", "openapi-view"}):
                continue
            if not is_api and method == ("GET" if forms and name not in ALSO_READ else "POST" if not forms else ""):
                continue
            if is_api and name in {"openapi-json", "openapi-view"} and method != "GET":
                continue
            if is_api:
                seen.add((route, method))
                forms = next((FORMS[key] for key in (_operation(one, method), name) if key in FORMS), ())
            for form in forms if method not in {"GET", "DELETE"} and forms else (None,):
                yield Address(route, _operation(one, method) or name, method, needs, form)


def _operation(pattern: URLPattern, method: str) -> str | None:
    """The name of the API operation behind a view for a method."""
    from yinuo.city.people.guard import _operations

    found = _operations(pattern.callback)
    for one in found.operations if found else ():
        if method in one.methods:
            return one.view_func.__name__
    return None
