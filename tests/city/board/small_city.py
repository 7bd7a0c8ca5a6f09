"""A small Demo City for the pages: its text, some units and people with logins, weeks of cases, and what supervision said of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import cycle

from yinuo.city.cases import commands
from yinuo.city.cases.acts import Act, Refused
from yinuo.city.figures.commands import measure_figures
from yinuo.city.people import commands as people
from yinuo.city.people.actor import OPERATOR, Actor, Grant
from yinuo.city.people.models import Account
from yinuo.city.people.staff import Appointment, Post, RoleGrant
from yinuo.city.people.units import Span
from yinuo.city.supervision.sweep import sweep
from yinuo.city.texts.commands import put_in_force
from yinuo.rulebook.loader import load_pack

START = date(2025, 1, 1)
NOW = datetime(2026, 3, 20, 2, tzinfo=UTC)
"""Friday 20 March 2026, 10:00 in the city."""
UNITS = (
    "city",
    "service-centre",
    "supervising-office",
    "market",
    "housing",
    "medical-insurance",
    "human-resources",
    "transport",
)
STAFF = (
    ("chen", "陈刚", "supervising-office", "supervising_office", "city"),
    ("lin", "林市长", "city", "leader", "city"),
    ("li", "李强", "service-centre", "window_clerk", "service-centre"),
    ("zhao", "赵倩", "market", "handler", "market"),
    ("sun", "孙伟", "market", "section_head", "market"),
    ("zhou", "周局", "market", "agency_head", "market"),
    ("wu", "吴敏", "human-resources", "agency_head", "human-resources"),
    ("qian", "钱审", "supervising-office", "auditor", "city"),
    ("guan", "管理员", "service-centre", "administrator", "city"),
)
SYSTEM = Actor("system:hall", "大厅系统", (Grant("system", "city"),), "city", is_system=True)
PASSWORD = "promise-kept-2026"
ITEMS = (
    ("food-permit", "market"),
    ("road-dig", "housing"),
    ("birth-subsidy", "medical-insurance"),
    ("injury-finding", "human-resources"),
    ("transport-permit", "transport"),
)


@cache
def demo_city():
    return load_pack("demo-city")


def found():
    """Units, people, the text in force."""
    tables = {row["id"]: row for row in demo_city().tables["units"].to_dicts()}
    for unit in UNITS:
        row = tables[unit]
        one = Span(unit, START, None, row["parent"], row["zh"], row["en"] or row["zh"], row["type"])
        people.open_unit(one, actor=OPERATOR, now=NOW)
    put_in_force(demo_city(), actor=OPERATOR, now=datetime(2025, 1, 1, tzinfo=UTC))
    for key, name, unit, role, over in STAFF:
        employ(key, name, unit, role, over)


def employ(key, name, unit, role, over):
    account = Account.objects.create_user(username=key, password=PASSWORD)
    people.hire(key, fields={"name": name, "phone": "13800138000"}, since=START, actor=OPERATOR, now=NOW)
    people.open_post(Post(f"post-{key}", unit, "岗位", "post", "member", (), START), actor=OPERATOR, now=NOW)
    people.appoint(Appointment(f"on-{key}", key, f"post-{key}", START), actor=OPERATOR, now=NOW)
    people.grant(RoleGrant(f"role-{key}", "person", key, role, over, START), actor=OPERATOR, now=NOW)
    people.link_account(key, str(account.pk), actor=OPERATOR, now=NOW)


def month_of_cases(count=60):
    """Cases as systems reported them: most in time, some late, paused, passed to and fro, refused papers twice."""
    made = []
    for number, (item, unit) in zip(range(count), cycle(ITEMS), strict=False):
        at = NOW - timedelta(days=45 - number * 44 // count, hours=number % 5)
        made.append(one_case(f"D{number:03d}", item, unit, at=at, turn=number % 12))
    facts = [act for acts in made for act in acts if act.at <= NOW]
    results = commands.record(sorted(facts, key=lambda act: act.at), actor=SYSTEM, now=NOW)
    refused = [one.sentence for one in results if isinstance(one, Refused)]
    assert not refused, refused[:3]
    return [acts[0].case_id for acts in made]


def fact_of(case_id, unit, at):
    """How facts of one case are written down: an activity so many days after its receipt."""

    def fact(activity, after, **fields):
        name = f"{case_id}-{activity}-{after}"
        return Act(case_id, activity, at + timedelta(days=after), fields, source="hall", event_id=name, unit=unit)

    return fact


def special(fact, activity, procedure, *, after, declared, notice, basis):
    """A special procedure begins."""
    words = {"special": procedure, "procedure": procedure, "declared": declared}
    return fact(activity, after, **words, notice_no=notice, special_basis=basis)


def detours(fact, turn):
    """What comes between the acceptance and the decision."""
    if turn in (2, 7):
        told = fact("supplement_requested", 0.05, papers="身份证复印件", cause="材料缺失")
        return [told, fact("supplemented", 0.08)]
    if turn == 3:
        begun = special(
            fact, "special_started", "检验", after=1, declared="10 workdays", notice="示告〔2026〕3号",
            basis="食品安全法第三十五条",
        )  # fmt: skip
        return [begun, fact("special_ended", 9)]
    if turn == 4:
        return [fact("transferred", day, to_unit=to) for day, to in ((1, "housing"), (2, "market"), (3, "transport"))]
    if turn == 6:
        basis = "工伤保险条例第二十条"
        return [
            special(
                fact, "special_started", "鉴定", after=1, declared="30 workdays", notice="示告〔2026〕9号", basis=basis
            )
        ]
    return []


def one_case(case_id, item, unit, *, at, turn):
    """The acts of one case; `turn` picks its fate."""
    fact = fact_of(case_id, unit, at)
    person = {"name": "王小敏", "phone": "13912345678", "identity": "110101199001011237"}
    applied = {"applicant": f"party-{case_id}", "channel": "窗口"}
    opening = {"kind": "application", "item": item, "unit": unit, "person": person}
    first = Act(case_id, "received", at, applied, source="hall", event_id=f"{case_id}-0", **opening)
    acts = [first, fact("accepted", 0.1), *detours(fact, turn)]
    if turn in (5, 6, 10):
        return acts
    if turn == 8:
        return [*acts, fact("withdrawn", 2)]
    days = {0: 0.2, 1: 4, 9: 24, 11: 30}.get(turn, 6)
    return [*acts, fact("reviewed", days * 0.7), fact("granted", days)]


def supervised(now=None):
    """Everything is judged as of the moment."""
    now = now or NOW
    for _turn in range(50):
        if sweep(now, limit=500).is_idle:
            return
    raise AssertionError("the sweep does not come to rest")


def built():
    """All of it."""
    found()
    cases = month_of_cases()
    supervised()
    measure_figures(NOW)
    return cases


def actor(key):
    """Somebody of the city as pages know him."""
    from yinuo.city.people.accounts.persons import actor_of

    return actor_of(str(Account.objects.get(username=key).pk), now=NOW)
