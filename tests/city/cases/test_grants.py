"""What a table grants: numbered in order and once, held to its cap at the moment of the command, in force for a time."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from tests.city.cases import town
from yinuo.city.cases import commands, queries
from yinuo.city.cases.acts import Act, Refused
from yinuo.city.cases.models import Case
from yinuo.city.people.actor import OPERATOR
from yinuo.city.texts import in_force
from yinuo.city.texts.commands import put_in_force
from yinuo.engine.evaluate import evaluate
from yinuo.engine.explain import explain
from yinuo.rulebook.loader import load_pack

HEAD = town.person("冯局", "agency_head", "police")
WHY = {"why": "承接办法第三条", "approver": "冯局"}


def asked(**fields):
    given = {"item": "residence-permit", "to_unit": "market", "power": "决定", "officers": 2, "trained": True, **fields}
    return town.do(None, "delegation_asked", town.POLICE, kind="delegation", unit="police", fields=given).case_id


def hand_down(case_id, *, at=None, **fields):
    return town.do(case_id, "power_delegated", HEAD, at=at, fields={**WHY, **fields})


def number_of(case_id):
    return Case.objects.get(case_id=case_id).fields["letter_no"]


def refused(act, *rest, **more):
    with pytest.raises(Refused) as found:
        act(*rest, **more)
    return found.value


@pytest.mark.holds("E044", shows="/cases/<id>")
def test_e044_letters_are_numbered_in_order_and_anew_each_year():
    cases = [asked() for _ in range(3)]
    for case_id in cases:
        hand_down(case_id)
    assert [number_of(case_id) for case_id in cases] == ["XF-2026-0001", "XF-2026-0002", "XF-2026-0003"]
    later = asked()
    hand_down(later, at=town.later(days=400))
    assert number_of(later) == "XF-2027-0001"
    by_hand = asked()
    found = refused(hand_down, by_hand, letter_no="XF-2026-0002")
    assert (found.clause, found.code) == ("delegated-powers/tier.numbered", "blocked")
    hand_down(by_hand)
    assert number_of(by_hand) == "XF-2026-0004"


@pytest.mark.parametrize("written", ["XF-2026-abc", "XF-2026-99", "XF-2026-0001-1", "XF-2026-" + "9" * 30, "20260001"])
def test_a_number_written_otherwise_is_refused_at_entry_and_counts_for_none(written):
    """An old letter reported with a wrong number stands as it was reported; the next numbers go on from the right ones."""
    hand_down(asked())
    found = refused(hand_down, asked(), letter_no=written)
    assert (found.code, found.field) == ("bad_number", "letter_no")
    assert "XF-2026-0001" in found.sentence
    fields = {**WHY, "letter_no": written}
    act = Act(asked(), "power_delegated", town.NOW, fields, unit="police", source="system:hall", event_id="old")
    (done,) = commands.record([act], actor=town.SYSTEM, now=town.NOW)
    assert not isinstance(done, Refused)
    following = asked()
    hand_down(following)
    assert number_of(following) == "XF-2026-0002"


def test_a_table_grants_as_it_is_in_force_on_the_day_and_not_as_it_will_be(tmp_path):
    """A text whose next version numbers nothing any more: until its day comes letters are numbered."""
    root = tmp_path / "demo-city"
    shutil.copytree(town.demo_city().root, root)
    shutil.copytree(town.demo_city().root.parent / "cn-national", tmp_path / "cn-national")
    policy = root / "institutions" / "delegated-powers" / "policy.toml"
    text = policy.read_text(encoding="utf-8")
    clause = text[text.index("[version.table.tier]") : text.index("[version.indicator.decided-below]")]
    later = '\n[[version]]\nfrom = 2027-01-01\nsource = "新办法（虚构）"\namends = true\n\n'
    numbers = 'number = { field = "letter_no", as = "XF-{year}-{seq:4}" }, '
    assert numbers in clause
    policy.write_text(text + later + clause.replace(numbers, ""), "utf-8")
    put_in_force(load_pack(root), actor=OPERATOR, now=town.NOW - timedelta(days=1))
    now, then = asked(), asked()
    hand_down(now)
    hand_down(then, at=town.later(days=400))
    assert number_of(now) == "XF-2026-0001"
    assert "letter_no" not in Case.objects.get(case_id=then).fields


@pytest.mark.holds("E044", shows="/cases/<id>")
def test_e044_what_the_file_does_not_entitle_to_is_refused_with_the_condition_that_fails():
    found = refused(hand_down, asked(officers=1))
    assert found.clause == "delegated-powers/tier.given"
    assert "经办人数”应不少于2，现为1" in found.sentence
    found = refused(hand_down, asked(item="shop-sign", power="审查", officers=3, trained=False))
    assert "户外招牌只下放受理和审查" in found.sentence
    assert "已培训”应为true，现为false" in found.sentence


@pytest.mark.holds("invariant 18", "E044", shows="/cases/<id>")
def test_invariant_18_powers_handed_down_are_used_only_while_their_letter_is_in_force():
    case_id = asked()
    hand_down(case_id)
    use = {"done_below": "签注一件"}
    town.do(case_id, "decided_below", town.HANDLER, at=town.later(days=700), fields=use)
    found = refused(town.do, case_id, "decided_below", town.HANDLER, at=town.later(days=735), fields=use)
    assert found.clause == "delegated-powers/tier.used-in-force"
    town.do(case_id, "delegation_renewed", HEAD, at=town.later(days=736), fields=WHY)
    town.do(case_id, "decided_below", town.HANDLER, at=town.later(days=737), fields=use)


def with_cap(tmp_path, over, share="0.5"):
    """Demo City with a lane whose cap refuses."""
    root = tmp_path / "demo-city"
    shutil.copytree(town.demo_city().root, root)
    shutil.copytree(town.demo_city().root.parent / "cn-national", tmp_path / "cn-national")
    policy = root / "institutions" / "priority-lanes" / "policy.toml"
    text = policy.read_text(encoding="utf-8")
    assert "share = 0.10" in text
    policy.write_text(
        text.replace("share = 0.10", f"share = {share}").replace('over = "flag"', f'over = "{over}"'), "utf-8"
    )
    put_in_force(load_pack(root), actor=OPERATOR, now=town.NOW - timedelta(days=1))


def lane(at=None):
    fields = {"about": town.receive(at=at), "asked_lane": "急事", "ground": "救治病人"}
    return town.do(None, "lane_asked", town.CLERK, kind="lane-request", unit="market", at=at, fields=fields).case_id


def grant(case_id, at=None):
    fields = {"lane": "urgent", "lane_reason": "急诊", "lane_approver": "周局"}
    return town.do(case_id, "lane_granted", town.CHIEF, at=at, fields=fields)


@pytest.mark.holds("E039", "decision D21", "decision D11", shows="/cases/<id>")
@pytest.mark.parametrize("over", ["refuse", "queue"])
def test_d21_one_more_than_the_cap_allows_is_refused_at_the_moment_of_the_command(tmp_path, over):
    with_cap(tmp_path, over)
    requests = [lane() for _ in range(3)]
    grant(requests[0])
    found = refused(grant, requests[1])
    assert (found.code, found.clause) == ("cap_reached", "priority-lanes/lane")
    assert "本期已准予 1 件，至多 1 件" in found.sentence
    assert ("排队" in found.sentence) == (over == "queue")
    assert Case.objects.get(case_id=requests[1]).status == "open"
    town.receive()
    grant(requests[1])
    next_month = town.later(days=31)
    later = [lane(at=next_month) for _ in range(2)]
    grant(later[0], at=next_month)
    assert refused(grant, later[1], at=next_month).code == "cap_reached"


def test_a_refusal_live_has_the_sentence_of_the_finding():
    """The very sentence: what is refused now is what replay would say of it (but for who did it)."""
    case_id = asked(officers=1)
    found = refused(hand_down, case_id)
    fields = {**WHY, "letter_no": "XF-2026-0009"}
    act = Act(case_id, "power_delegated", town.NOW, fields, unit="police", source="system:hall", event_id="forced")
    (done,) = commands.record([act], actor=town.SYSTEM, now=town.NOW)
    assert not isinstance(done, Refused)
    said = evaluate(queries.log([case_id]), in_force.rules(), as_of=town.NOW)
    (row,) = said.findings.iter_rows(named=True)
    assert explain(row, in_force.rules()).replace("system:hall", HEAD.id) == found.sentence


@pytest.mark.holds("E044", shows="/cases/<id>")
@pytest.mark.django_db(transaction=True)
def test_eight_letters_at_one_moment_bear_eight_numbers():
    """Whoever numbers next waits: no number is given twice and none is left out."""
    cases = [asked() for _ in range(8)]

    def one(case_id):
        try:
            hand_down(case_id)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, cases))
    assert sorted(map(number_of, cases)) == [f"XF-2026-{number:04}" for number in range(1, 9)]
