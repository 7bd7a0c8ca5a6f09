"""Lists of books: filters, sorts, pages, what a reader may not see, one act on many, and how little is asked of the database."""

from __future__ import annotations

import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.city.registers.test_desk import AUTHORISATION, CATALOGUE, PROJECTS, entered, project, text
from tests.city.registers.test_forms import DECISION, LETTER, listed_in
from yinuo.city.cases.models import Case
from yinuo.city.pages import listing
from yinuo.city.pages.words import Words
from yinuo.city.people.actor import Actor, Grant
from yinuo.city.registers import lists, overview
from yinuo.city.registers.books import Field
from yinuo.engine.clauses.flow import FieldType


def shown_in(page):
    """What a list shows of the field 项目编号, row by row."""
    return re.findall(r'data-label="项目编号">(.*?)</td>', page)


@pytest.fixture
def three(sign_in):
    """Three projects, the second verified."""
    zhao, gao = sign_in("zhao"), sign_in("gao")
    made = [project(zhao, f"示重{n}", amount=amount) for n, amount in ((1, "900"), (2, "50.5"), (3, "1200"))]
    gao.post(f"/cases/{made[1].case_id}/do/verified", {"step": "verify"})
    return made


def test_a_list_is_filtered_by_step_field_unit_and_words(sign_in, three):
    zhao = sign_in("zhao")
    assert shown_in(text(zhao.get(f"{PROJECTS}?step=verify&sort=by_number"))) == ["示重1", "示重3"]
    assert shown_in(text(zhao.get(f"{PROJECTS}?unit=housing"))) == []
    assert len(shown_in(text(zhao.get(f"{PROJECTS}?unit=market&status=open")))) == 3
    assert zhao.get(f"{PROJECTS}?step=nonsense").status_code == 400
    listed_in(zhao)
    assert "财政预算" in text(zhao.get(f"{CATALOGUE}?is_class=政务"))
    assert "没有符合这些条件的" in text(zhao.get(f"{CATALOGUE}?is_class=村务"))


def test_numbers_are_sorted_as_numbers(sign_in, three):
    zhao = sign_in("zhao")
    assert shown_in(text(zhao.get(f"{PROJECTS}?sort=by_amount"))) == ["示重2", "示重1", "示重3"]
    assert shown_in(text(zhao.get(f"{PROJECTS}?sort=-by_amount"))) == ["示重3", "示重1", "示重2"]


def test_a_page_is_turned_where_it_was_left_off(sign_in, three, monkeypatch):
    monkeypatch.setattr(listing, "PAGE", 2)
    zhao = sign_in("zhao")
    first = text(zhao.get(f"{PROJECTS}?sort=by_number"))
    following = re.search(r'href="([^"]+)" rel="next"', first)[1].replace("&amp;", "&")
    assert shown_in(first) == ["示重1", "示重2"] and shown_in(text(zhao.get(following))) == ["示重3"]


def test_what_waits_for_me_is_told_apart(sign_in, three):
    assert shown_in(text(sign_in("gao").get(f"{PROJECTS}?mine=1&sort=by_number"))) == ["示重1", "示重3"]
    assert shown_in(text(sign_in("zhao").get(f"{PROJECTS}?mine=1"))) == []


@pytest.mark.holds("E228", shows="/cases/<id>")
def test_e228_a_decision_that_does_not_say_whom_it_touches_is_not_published(sign_in):
    """Two fields the text asks for before publication: who is affected, how they were heard."""
    he, gao = sign_in("he"), sign_in("gao")
    fields = {"number": "示政2", "title": "迁址", "heard_days": "30", "urgent": "false", "unit": "government-office"}
    one = entered(he, DECISION, **fields)
    gao.post(f"/cases/{one.case_id}/do/verified", {"step": "verify"})

    refused = gao.post(f"/cases/{one.case_id}/do/published", {"step": "publish", "medium": "门户网站"})
    assert refused.status_code == 422
    assert "不具备公布条件" in text(refused)
    told = {"affected": "北城三个村", "heard": "座谈会两场", "step": "change"}
    assert he.post(f"/cases/{one.case_id}/do/changed", told).status_code == 302
    published = gao.post(f"/cases/{one.case_id}/do/published", {"step": "publish", "medium": "门户网站"})
    assert published.status_code == 302
    assert "北城三个村" in text(gao.get(f"/cases/{one.case_id}"))


@pytest.mark.holds("peer 98", shows="/registers/<kind>")
def test_nobody_sees_entries_of_others_units(sign_in, three):
    assert shown_in(text(sign_in("zhao").get(f"{PROJECTS}?sort=by_number"))) == ["示重1", "示重2", "示重3"]
    assert shown_in(text(sign_in("wu").get(PROJECTS))) == []
    printed = text(sign_in("wu").get(f"{PROJECTS}/print"))
    assert "· 0 条" in printed and "示重" not in printed


def test_a_field_for_handlers_is_dropped_for_other_readers_and_said_so(sign_in, three, monkeypatch):
    """`private`: an export or a page leaves out what its reader may not see (grammar part 2, 2.7)."""
    one = three[0]
    row = {"said": json.dumps(one.fields), "scope": one.scope}
    fields = [
        Field("number", FieldType.model_validate({"is": "text"})),
        Field("amount", FieldType.model_validate({"is": "money"}), "handlers"),
        Field("secret", FieldType.model_validate({"is": "text"}), "sealed"),
    ]

    def read_by(actor):
        rows = [dict(row)]
        lists.Reading(None, Words("zh"), actor=actor).read(rows, fields)
        return rows[0]["cells"]["number"], rows[0]["cells"]["amount"], rows[0]["hidden"]

    handler, auditor, reader = (Actor(role, role, (Grant(role, "city"),)) for role in ("handler", "auditor", "system"))
    assert read_by(handler) == ("示重1", "900.00 元", ["secret"])
    assert read_by(auditor) == ("示重1", "900.00 元", ["secret"]), "who audits reads it"
    assert read_by(reader) == ("示重1", "", ["amount", "secret"]), "who reads the row and acts on none"
    kept = lists.Reading.may_see
    monkeypatch.setattr(
        lists.Reading, "may_see", lambda self, one, scope: kept(self, one, scope) and one.name != "amount"
    )
    page = text(sign_in("zhao").get(PROJECTS))
    assert "您无权查看的内容没有显示：总投资" in page and "900.00" not in page and "示重1" in page


def test_one_act_on_many_gives_each_its_own_result(sign_in, three):
    gao = sign_in("gao")
    chosen = {"activity": "verified", "chosen": [one.case_id for one in three]}
    form = text(gao.post(f"{PROJECTS}/do", chosen))
    assert "对下面 3 条一并办理" in form
    done = text(gao.post(f"{PROJECTS}/do", {**chosen, "confirmed": "1"}))
    assert "已办 2 条，没有办成 1 条" in done
    assert "或者它已经办过" in done, "the one verified before says why"
    again = text(sign_in("gao").post(f"{PROJECTS}/do", {**chosen, "confirmed": "1"}))
    assert "已办 0 条，没有办成 3 条" in again


def test_what_changed_since_the_choice_was_shown_is_refused(sign_in, three):
    """The form says which version of each entry stood there; who changes one meanwhile is not written over."""
    gao, zhao = sign_in("gao"), sign_in("zhao")
    chosen = {"activity": "verified", "chosen": [three[0].case_id, three[2].case_id]}
    form = text(gao.post(f"{PROJECTS}/do", chosen))
    seen = dict(re.findall(r'name="(seen\.[^"]+)" value="(\d+)"', form))
    assert seen == {f"seen.{one.case_id}": "1" for one in (three[0], three[2])}
    changed = {"step": "change", "number": "示重1", "title": "改了名"}
    assert zhao.post(f"/cases/{three[0].case_id}/do/changed", changed).status_code == 302
    done = text(gao.post(f"{PROJECTS}/do", {**chosen, **seen, "confirmed": "1"}))
    assert "已办 1 条，没有办成 1 条" in done and "已有变化" in done


def test_nobody_acts_on_many_of_others_or_writes_off_his_own(sign_in):
    zhou, li = sign_in("zhou"), sign_in("li")
    letter = entered(zhou, AUTHORISATION, **LETTER)
    chosen = {"activity": "verified", "chosen": letter.case_id, "confirmed": "1"}
    page = text(zhou.post(f"{AUTHORISATION}/do", chosen))
    assert "没有办成 1 条" in page and "您不在其中" in page
    assert "没有办成 0 条" in text(li.post(f"{AUTHORISATION}/do", chosen)), "another verifies"
    stranger = sign_in("wu").post(f"{AUTHORISATION}/do", chosen)
    assert (stranger.status_code, stranger.url) == (302, AUTHORISATION), "nothing that he may see was chosen"
    assert Case.objects.get(case_id=letter.case_id).version == 2


@pytest.mark.holds("invariant 28", shows="/registers/<kind>")
def test_an_entry_is_written_off_by_a_second_person_with_evidence(sign_in):
    """Second-person write-off: not by who entered it, not without what the text asks for."""
    he, gao = sign_in("he"), sign_in("gao")
    fields = {
        "number": "示政1",
        "title": "调整水价",
        "heard_days": "30",
        "urgent": "false",
        "unit": "government-office",
    }
    one = entered(he, DECISION, **fields)
    assert one.receipt in text(he.get(DECISION)) and "等“审核”" in text(he.get(DECISION))
    waits = [one.receipt in text(who.get(f"{DECISION}?mine=1")) for who in (he, gao)]
    assert waits == [False, True], "it waits for another than who entered it"
    assert gao.post(f"/cases/{one.case_id}/do/verified", {"step": "verify"}).status_code == 302
    own = he.post(f"/cases/{one.case_id}/do/closed", {"step": "close", "result": "已执行"})
    assert own.status_code == 422 and "不能再办" in text(own)
    empty = gao.post(f"/cases/{one.case_id}/do/closed", {"step": "close", "result": ""})
    assert empty.status_code == 422 and "“执行结果”必须填写" in text(empty)
    assert one.receipt not in text(gao.get(f"{DECISION}?status=ended"))
    assert gao.post(f"/cases/{one.case_id}/do/closed", {"step": "close", "result": "已执行"}).status_code == 302
    assert one.receipt in text(he.get(f"{DECISION}?status=ended"))


@pytest.mark.parametrize(
    "address",
    [
        "/registers",
        PROJECTS,
        f"{PROJECTS}/print",
        f"{AUTHORISATION}/new",
        "/registers/tables",
        "/registers/tables/items",
    ],
)
def test_a_page_asks_the_database_at_most_eight_times(sign_in, three, address):
    zhou = sign_in("zhou")
    entered(zhou, AUTHORISATION, **LETTER)
    zhou.get(address)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert zhou.get(address).status_code == 200
    own = [one["sql"] for one in asked.captured_queries if "SAVEPOINT" not in one["sql"]]
    assert len(own) <= 8, own


def test_the_page_of_an_entry_asks_the_database_at_most_eight_times(sign_in, three):
    zhao = sign_in("zhao")
    address = f"/cases/{listed_in(zhao).case_id}"
    zhao.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert zhao.get(address).status_code == 200
    own = [one["sql"] for one in asked.captured_queries if "SAVEPOINT" not in one["sql"]]
    assert len(own) <= 8, own


def test_a_text_without_books_has_an_empty_overview(sign_in, monkeypatch):
    monkeypatch.setattr(overview, "books", lambda _digest, _day: {})
    page = sign_in("zhao").get("/registers")
    assert page.status_code == 200 and PROJECTS not in text(page)


@pytest.mark.parametrize(
    "address", ["/registers", PROJECTS, f"{AUTHORISATION}/new", f"{PROJECTS}/import", "/registers/tables"]
)
def test_pages_say_it_in_english(sign_in, three, address):
    page = text(sign_in("zhou", "en").get(address))
    main = re.sub(r"<[^>]+>", " ", page[page.index("<main") : page.index("</main>")])
    assert "{" not in main and "%(" not in main
    names, choices = {"产业园", "示重", "周局", "赵倩", "孙伟", "陈刚", "林市长", "李强"}, {"受理", "审查", "签批"}
    assert set(re.findall("[\u4e00-\u9fff]+", main)) <= names | choices, "names, and the words a field is kept in"
