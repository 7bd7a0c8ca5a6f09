"""The pages of units and people, the gate before them, unmasking and the keys of systems."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import RequestFactory, override_settings
from django.urls import get_resolver, path
from python_calamine import CalamineWorkbook

from tests.city.people.staffing import NOW, employ, grant, hire, open_units
from yinuo.city.ledger import read
from yinuo.city.people import chain, commands, guard, tokens, units
from yinuo.city.people.accounts import opening
from yinuo.city.people.actor import OPERATOR, NotAllowed
from yinuo.city.people.decide import Impossible
from yinuo.city.people.guard import declared
from yinuo.city.people.masking import mask
from yinuo.city.people.models import Account, Person, Token, Unmasking
from yinuo.city.people.views.uploads import EXCEL

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def city():
    open_units()
    employ("wang", "water", "principal")
    employ("li", "health")
    employ("sun", "office")


@pytest.fixture
def at_desk(client):
    """Signs a person in, with roles."""

    def come(person, *roles):
        for role, within in roles:
            grant(role, within, holder=person)
        account = Account.objects.filter(username=person).first()
        if account is None:
            opening.open_account(person, person, password="Shuili-2026!x", actor=OPERATOR, now=NOW)
            account = Account.objects.get(username=person)
        client.force_login(account)
        return client

    return come


def text(answer):
    return answer.content.decode()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_opens(at_desk, language):
    client = at_desk("sun", ("administrator", "city"), ("auditor", "city"))
    client.cookies["django_language"] = language
    for address in ("/units", "/units?all", "/units?headless", "/units?search=water", "/units?search=nothing", "/units/water",
                    "/units/city", "/people/wang", "/systems", "/unmaskings", "/units/import", "/units/export"):  # fmt: skip
        assert client.get(address).status_code == 200, address
    assert client.get("/units/nowhere").status_code == 404
    assert client.get("/people/nobody").status_code == 404


def test_the_address_of_the_city_leads_who_sees_no_board_to_where_the_work_begins(at_desk):
    client = at_desk("sun", ("administrator", "city"))
    assert client.get("/").headers["Location"] == "/units"
    assert client.get("/?unit=water").status_code == 403


def test_the_tree_shows_who_heads_each_unit_and_who_lacks_a_head(at_desk):
    page = text(at_desk("sun", ("administrator", "city")).get("/units?all"))
    assert "wang某" in page
    assert "未任命" in page
    assert "8 个机构没有主要负责人" in page


@pytest.mark.holds("regression 21", "peer 98", shows="/units")
def test_regression_21_list_search_detail_and_export_show_only_ones_own_part(at_desk):
    client = at_desk("li", ("section_head", "health"))
    for address in ("/units?all", "/units?search=water", "/units?below=water", "/units?headless"):
        assert "/units/water" not in text(client.get(address)), address
    assert client.get("/units/water").status_code == 403
    assert client.get("/people/wang").status_code == 403
    assert client.get("/units/health").status_code == 200
    assert client.get("/units/export").status_code == 403
    assert client.post("/units/water/do/post", {"post": "x", "zh": "x", "tier": "member"}).status_code == 403


def test_a_stranger_is_sent_to_sign_in_and_a_program_is_told(client):
    assert client.get("/units").headers["Location"] == "/accounts/login/?next=%2Funits"
    answer = client.get("/units", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (401, "application/problem+json")
    assert client.get("/units", headers={"HX-Request": "true"}).headers["HX-Redirect"].startswith("/accounts/login/")


def test_an_administrator_changes_units_and_people_by_forms(at_desk):
    client = at_desk("sun", ("administrator", "city"))
    days = {"from": "2026-01-02"}
    act(client, "/units/water/do/open", unit="water-2", zh="二科", type="section", **days)
    act(client, "/units/water-2/do/post", post="water-2.head", zh="科长", tier="principal", **days)
    act(
        client,
        "/units/water-2/do/appoint",
        post="water-2.head",
        person="zhou",
        name="周某",
        phone="13900001111",
        **days,
    )
    act(client, "/units/water-2/do/grant", kind="post", holder="water-2.head", role="section_head", **days)
    act(client, "/people/wang/do/stand_in", by="zhou", **days)
    act(client, "/people/wang/do/away", **days)
    assert [duty.person for duty in chain.responsible("water", "principal", NOW.date())] == ["zhou"]
    page = text(client.get("/units/water"))
    assert "外出，由周某顶岗" in page
    assert "139****1111" in text(client.get("/people/zhou"))
    assert "13900001111" not in text(client.get("/people/zhou"))
    act(client, "/units/water-2/do/rename", zh="第二科", type="section", **{"from": "2026-03-01"})
    act(client, "/units/water-2/do/move", parent="office", **{"from": "2026-03-01"})
    assert units.path("water-2", NOW.date()) == "city（中） / office（中） / 第二科"
    said = text(act(client, "/people/zhou/do/account", username="zhou"))
    password = re.search(r"显示这一次：(\S+?)</p>", said).group(1)
    assert Account.objects.get(username="zhou").check_password(password)
    refused = text(act(client, "/units/office/do/close", until="2026-07-01"))
    assert "仍有下级机构" in refused


def act(client, address, **form):
    return client.post(address, form, follow=True)


def test_unmasking_is_written_down_before_it_is_shown_and_the_auditor_sees_it(at_desk, client):
    client = at_desk("li", ("agency_head", "water"))
    assert "13800138000" not in text(client.get("/people/wang"))
    assert "请填写" in text(act(client, "/people/wang/unmask", reason=" "))
    assert not Unmasking.objects.exists()
    assert "13800138000" in text(client.post("/people/wang/unmask", {"reason": "核实来电"}))
    event = read.stream("people/unmaskings")[0]
    assert (event.activity, event.actor) == ("person_unmasked", "li")
    assert "13800138000" not in event.payload
    assert client.get("/unmaskings").status_code == 403
    assert "核实来电" in text(at_desk("sun", ("auditor", "city")).get("/unmaskings"))
    assert "核实来电" not in text(at_desk("li", ("auditor", "health")).get("/unmaskings"))


def test_unmasking_needs_the_permission_in_that_place(at_desk):
    ref = Person.objects.get(person="wang").ref
    at_desk("li", ("agency_head", "health"))
    from yinuo.city.people.accounts.persons import actor_of

    li = actor_of(str(Account.objects.get(username="li").pk), now=NOW)
    with pytest.raises(NotAllowed):
        commands.unmask(ref, actor=li, reason="好奇", now=NOW, scope=("water", "city"))
    with pytest.raises(Impossible):
        commands.unmask("person/none/0", actor=li, reason="核实", now=NOW, scope=("health", "city"))
    assert read.stream("people/unmaskings") == ()


@pytest.mark.parametrize(
    ("kind", "clear", "masked"),
    [
        ("name", "王小明", "王**"), ("name", "王", "*"), ("phone", "13812345678", "138****5678"), ("phone", "87654321", "******21"),
        ("identity", "320583199001011234", "320*************34"), ("email", "wang@example.org", "w***@example.org"),
        ("address", "示例市水利路88号3幢", "示例市水利路*****"), ("unheard-of", "secret", "******"), ("phone", "", ""),
    ],
)  # fmt: skip
def test_personal_fields_are_masked(kind, clear, masked):
    assert mask(kind, clear) == masked


def test_keys_of_systems_are_shown_once_counted_and_revoked(at_desk, client):
    client = at_desk("sun", ("administrator", "city"))
    page = text(client.post("/systems/create", {"name": "水利业务系统", "unit": "water", "rate": "60"}))
    secret = re.search(r"<code>([\w-]{40,})</code>", page).group(1)
    row = Token.objects.get()
    assert secret not in f"{row.digest}{row.token}{read.stream('people/tokens')}"
    assert secret not in text(client.get("/systems"))
    actor = tokens.actor_for(secret, now=NOW)
    assert (actor.is_system, [(one.role, one.unit, one.covers_city) for one in actor.grants]) == (
        True,
        [("system", "water", False)],
    )
    client.logout()
    bearer = {"Authorization": f"Bearer {secret}"}
    assert client.get("/units", headers=bearer).status_code == 200
    assert client.get("/people/wang", headers=bearer).status_code == 403
    client = at_desk("sun")
    client.post(f"/systems/{row.token}/revoke")
    assert tokens.actor_for(secret, now=NOW) is None
    assert [event.activity for event in read.stream("people/tokens")] == ["token_created", "token_revoked"]
    client.logout()
    assert client.get("/units", headers=bearer).status_code == 401
    assert tokens.actor_for("guess", now=NOW) is None


def test_a_system_that_asks_too_often_is_told_to_wait(client):
    commands.create_token("s" * 43, name="忙", unit="water", rate=3, actor=OPERATOR, now=NOW)
    bearer = {"Authorization": "Bearer " + "s" * 43}
    answers = [client.get("/units", headers=bearer) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_an_administrator_of_a_part_makes_keys_for_that_part_only(at_desk):
    client = at_desk("li", ("administrator", "health"))
    client.post("/systems/create", {"name": "x", "unit": "water", "rate": "60"})
    assert not Token.objects.exists()
    client.post("/systems/create", {"name": "x", "unit": "health", "rate": "60"})
    assert Token.objects.get().unit == "health"


def test_a_workbook_is_uploaded_and_its_refused_rows_come_back(at_desk):
    client = at_desk("sun", ("administrator", "city"))
    from tests.city.people.test_exchange import book

    rows = [
        {"机构编号": "a", "机构名称": "甲科", "类型": "科室", "上级机构编号": "water"},
        {"机构编号": "b", "机构名称": "乙科", "类型": "星球", "上级机构编号": "water"},
    ]
    answer = client.post("/units/import", {"file": SimpleUploadedFile("x.xlsx", book(rows), EXCEL)})
    assert answer.status_code == 422
    assert "没有导入任何内容" in text(answer)
    assert "星球" in text(answer)
    answer = client.post("/units/import", {"file": SimpleUploadedFile("x.xlsx", book(rows), EXCEL), "only_good": "on"})
    assert "1 行有变化" in text(answer)
    assert "a" in units.tree(NOW.date()).units or units.tree(Person.objects.get(person="wang").valid_from)
    assert "不是可读取的" in text(client.post("/units/import", {"file": SimpleUploadedFile("x.xlsx", b"no", EXCEL)}))
    exported = client.get("/units/export")
    assert CalamineWorkbook.from_filelike(BytesIO(exported.content)).sheet_names == ["机构", "人员"]


def undeclared(_request):
    return HttpResponse("open by oversight")


urlpatterns = [*get_resolver("yinuo.city.site.urls").url_patterns, path("oversight", undeclared)]


def test_a_view_that_declares_nothing_is_refused(at_desk):
    client = at_desk("sun", ("administrator", "city"))
    with override_settings(ROOT_URLCONF=__name__):
        assert client.get("/oversight").status_code == 403


def test_every_view_of_people_declares_what_it_needs():
    from yinuo.city.people.urls import urlpatterns as own

    for pattern in own:
        assert declared(pattern.callback, "GET") not in {None, guard.PUBLIC}, pattern.name


def test_a_change_over_the_api_with_a_cookie_needs_the_forms_token():
    """An API operation is exempt from the framework's own check, so the gate makes it."""
    from types import SimpleNamespace

    from ninja.operation import PathView

    request = RequestFactory(enforce_csrf_checks=True).post("/api/x")
    request.actor = OPERATOR
    request.user = SimpleNamespace(is_authenticated=True)
    views = PathView()

    @guard.needs("units.write")
    def operation(request):
        return {}

    views.add_operation("/x", ["POST"], operation)
    answer = guard.Gate(lambda _request: HttpResponse()).process_view(request, views.get_view(), (), {})
    assert answer.status_code == 403
    request = RequestFactory(enforce_csrf_checks=True).post("/api/x", headers={"Authorization": "Bearer x"})
    request.actor = OPERATOR
    assert guard.Gate(lambda _request: HttpResponse()).process_view(request, views.get_view(), (), {}) is None


def test_hiring_by_hand_keeps_no_clear_field_in_the_ledger():
    hire("chen", name="陈某某", phone="13712345678")
    everything = "".join(event.payload for event in read.stream("people/persons"))
    assert "陈某某" not in everything
    assert "13712345678" not in everything


def test_every_sentence_of_people_has_its_english():
    """Whatever stands in _("…"), in the tables of words or in permissions.toml."""
    from pathlib import Path

    from babel.messages.extract import extract_from_dir
    from babel.messages.pofile import read_po

    from yinuo.city import people
    from yinuo.city.people.actor import ROLE_WORDS
    from yinuo.city.people.may import PERMISSIONS
    from yinuo.city.people.staff import TIER_WORDS
    from yinuo.city.people.units import TYPES

    folder = Path(people.__file__).parent
    with (folder / "locale/en/LC_MESSAGES/django.po").open("rb") as file:
        known = {one.id if isinstance(one.id, str) else one.id[0] for one in read_po(file) if one.string}
    methods = [("**.py", "python"), ("**.j2", "jinja2")]
    found = {
        one if isinstance(one, str) else one[0]
        for _file, _line, one, _comments, _context in extract_from_dir(
            str(folder), methods, {"**.j2": {"encoding": "utf-8"}}
        )
    }
    words = {one.zh for one in PERMISSIONS.values()} | {*ROLE_WORDS.values(), *TIER_WORDS.values(), *TYPES.values()}
    assert (found | words) - known == set()


def test_a_field_that_is_too_long_is_told_and_breaks_nothing(at_desk):
    client = at_desk("sun", ("administrator", "city"))
    form = {"post": "water.wang", "person": "long", "name": "长", "phone": "1" * 41, "from": "2026-01-02"}
    assert "不能超过 40 个字符" in text(act(client, "/units/water/do/appoint", **form))
    assert not Person.objects.filter(person="long").exists()
