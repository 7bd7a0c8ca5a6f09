"""The books everybody reads: what must be disclosed, what was let out, decisions, answers."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.city.board import small_city
from tests.city.openness import gazette
from tests.city.openness.gazette import read
from yinuo.city.cases import attachments, commands
from yinuo.city.cases.acts import Act, Done, Refused
from yinuo.city.cases.models import Case
from yinuo.city.openness import records
from yinuo.city.pages.words import Words


def receipt_of(case_id):
    return Case.objects.get(case_id=case_id).receipt


def checked_again(case_id, day, **given):
    """A later check, as another system reports it: the flow of the book itself asks for one."""
    at = gazette.at(*day)
    (done,) = commands.record([Act(case_id, "verified", at, given)], actor=small_city.SYSTEM, now=at)
    assert isinstance(done, Done), done


@pytest.mark.holds("invariant 56", "E220", shows="/open/disclosure")
def test_invariant_56_what_was_not_renewed_in_time_is_shown_and_said_to_be_stale(town):
    stale = gazette.subject("食品抽检结果", begun=(1, 5), out=[(1, 6)])
    kept = gazette.subject("权责清单", begun=(1, 5), out=[(1, 6)], interval="6 months")
    renewed = gazette.subject("值班电话", begun=(1, 5), out=[(1, 6), (2, 5), (3, 5)])
    small_city.supervised()
    status, page, said = read("/open/disclosure")
    assert status == 200
    assert "全部 3 项中 1 项已过期" in said
    row = page.partition("食品抽检结果")[2].partition("</tr>")[0]
    assert "已过期" in row
    assert "2026-02-06" in row
    assert "已过期" not in page.partition("权责清单")[2].partition("</tr>")[0]
    only = read("/open/disclosure", stale="1")[1]
    assert [name for name in ("食品抽检结果", "权责清单", "值班电话") if name in only] == ["食品抽检结果"]
    assert "到现在没有更新" in read(f"/open/disclosure/{receipt_of(stale)}")[2]
    assert "到现在没有更新" not in read(f"/open/disclosure/{receipt_of(kept)}")[2]
    assert "共公开 3 次" in read(f"/open/disclosure/{receipt_of(renewed)}")[2]
    gazette.act(stale, "published", "sun", small_city.NOW, medium="公开栏")
    small_city.supervised()
    assert "全部 3 项中 0 项已过期" in read("/open/disclosure")[2]
    assert "Stale" not in read("/open/disclosure", language="en")[2]


@pytest.mark.holds("E225", "E226", shows="/open/disclosure?class=村务")
def test_village_utility_and_party_affairs_stand_in_one_catalogue_by_class(town):
    gazette.subject("村财务收支", unit="town-linjiang-v01", class_="村务", out=[(1, 6)])
    gazette.subject("党费收缴", unit="party-office", class_="党务", approver_rank="县级", out=[(1, 6)])
    gazette.subject("抽检结果", out=[(1, 6)])
    for word, there in (("村务", "村财务收支"), ("党务", "党费收缴"), ("政务", "抽检结果")):
        page = read("/open/disclosure", **{"class": word})[1]
        assert [one for one in ("村财务收支", "党费收缴", "抽检结果") if one in page] == [there]
    page = read("/open/disclosure", language="en")[1]
    assert '<option value="村务">village</option>' in page and "党务</td>" not in page
    assert "县级" not in read("/open/disclosure")[2], "the rank of the approver is not public"
    assert "村财务收支" in read("/open/disclosure", unit="town-linjiang")[1], "a town has its villages with it"
    with pytest.raises(Refused):
        gazette.subject("党员发展", unit="party-office", class_="党务", approver_rank="乡科级")


@pytest.mark.holds("invariant 55", "E221", shows="/open/releases")
def test_invariant_55_only_what_a_check_saw_and_opened_is_ever_shown(town):
    entry = gazette.subject("食品抽检结果", out=[(1, 6)])
    shown = gazette.release("抽检公告", entry, body="合格一百家。\n<script>alert(1)</script>")
    gazette.release("投诉人名单", entry, secrecy="依申请")
    waiting = gazette.release("召回公告", entry, out=False)
    _status, page, said = read("/open/releases")
    assert "抽检公告" in page
    assert "投诉人名单" not in page
    assert "召回公告" not in page
    assert read(f"/open/releases/{receipt_of(waiting)}")[0] == 404
    path = f"/open/releases/{receipt_of(shown)}"
    status, page, said = read(path)
    assert status == 200
    assert "<script>alert" not in page
    assert "保密审查" in said
    assert "2026-02-02" in said
    gazette.act(shown, "changed", "zhao", gazette.at(2, 3), body="改过而没有再审的正文。")
    assert "改过而没有再审" not in read(path)[1]
    assert "合格一百家" in read(path)[1]
    assert "抽检公告" in read(f"/open/disclosure/{receipt_of(entry)}")[1], "a subject shows what was let out of it"
    assert small_city.actor("zhao").name not in said
    assert read("/open/releases/000")[0] == 404
    assert read("/open/secrets")[0] == 404


@pytest.mark.holds("E221", "regression 24", shows="/open/releases/<receipt>")
def test_files_of_a_release_are_given_to_be_saved_and_no_other_file_is(town, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    keeper = small_city.actor("zhao")
    given = attachments.store([b"unit,result\n"], "结果.csv", actor=keeper, now=small_city.NOW)
    other = attachments.store([b"secret"], "内部.txt", actor=keeper, now=small_city.NOW)
    entry = gazette.subject("抽检结果", out=[(1, 6)])
    path = f"/open/releases/{receipt_of(gazette.release('公告', entry, files=[given.digest]))}"
    assert "结果.csv" in read(path)[1]
    answer = Client().get(f"{path}/files/{given.digest}")
    assert b"".join(answer.streaming_content) == b"unit,result\n"
    assert answer["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert Client().get(f"{path}/files/{other.digest}").status_code == 404
    inner = gazette.release("内部", entry, secrecy="不予公开", withheld_basis="条例第十四条", files=[other.digest])
    assert Client().get(f"/open/releases/{receipt_of(inner)}/files/{other.digest}").status_code == 404


@pytest.mark.holds("E228", "E222", shows="/open/decisions")
def test_a_decision_shows_whom_it_touches_how_they_were_heard_and_its_course(town):
    path = f"/open/decisions/{receipt_of(gazette.decision('公交线网调整'))}"
    said = read(path)[2]
    for word in ("沿线居民两万人", "听证会一次", "提出方案并听取意见", "合法性审核", "公布"):
        assert word in said, word
    assert "沿线居民两万人" in read("/open/decisions")[2]
    with pytest.raises(Refused):
        gazette.decision("停车收费", heard=None)
    assert "停车收费" not in read("/open/decisions")[1]
    case_id = Case.objects.get(kind="public-decisions/decision", receipt=path.rpartition("/")[2]).case_id
    gazette.act(case_id, "closed", "gao", gazette.at(3, 10), result="新线网已运行")
    said = read(path)[2]
    assert "新线网已运行" in said
    assert "执行结果公开" in said
    assert "legal review" in read(path, language="en")[2]


@pytest.mark.holds("E271", shows="/open/answers")
def test_one_base_of_answers_is_searched_in_ones_own_words_and_says_what_waits_for_review(town):
    gazette.answer("开一家小饭馆要办哪些证？", "营业执照、食品经营许可、户外招牌。", interval="6 months")
    gazette.answer("路边小摊要不要办证？", "向乡镇备案。")
    gazette.answer("没有发布的问题", "还在起草。", out=())
    small_city.supervised()
    for asked, found in (
        ("小饭馆要办什么证", {"小饭馆"}), ("xfg", {"小饭馆"}), ("备案", {"小摊"}), ("", {"小饭馆", "小摊"}), ("火星移民", set()),
    ):  # fmt: skip
        page = read("/open/answers", q=asked)[1].partition('class="entries"')[2]
        assert {one for one in ("小饭馆", "小摊") if one in page} == found, asked
    assert "待复核" in read("/open/answers", stale="1")[2]
    assert "小饭馆" not in read("/open/answers", stale="1")[1]


def test_every_page_asks_the_database_a_few_times(town, django_assert_max_num_queries):
    entry = gazette.subject("抽检结果", out=[(1, 6)])
    release = gazette.release("公告", entry)
    gazette.decision("线网")
    gazette.answer("要办证吗？", "要。")
    small_city.supervised()
    paths = [
        "/open", "/open/disclosure", "/open/releases", "/open/decisions", "/open/answers", "/open/units/market", "/open/pledges",
        "/open/figures", "/open/figures/time-limit/on-time", "/open/ratings", "/open/results", "/open/missed", "/open/institutions",
        "/open/institutions/time-limit", "/open/calendar?item=food-permit", "/open/requests", "/open/requests/information",
        "/open/units", f"/open/releases/{receipt_of(release)}", f"/open/disclosure/{receipt_of(entry)}",
    ]  # fmt: skip
    for path in paths:
        with django_assert_max_num_queries(8):
            assert read(path)[0] == 200, path
        assert read(path, language="en")[0] == 200, path


@pytest.mark.holds("invariant 55", "E221", shows="/open/releases/<receipt>")
def test_what_a_later_check_does_not_clear_is_taken_back_until_it_is_let_out_again(town):
    entry = gazette.subject("食品抽检结果", out=[(1, 6)])
    case_id = gazette.release("抽检公告", entry, body="合格一百家。")
    path = f"/open/releases/{receipt_of(case_id)}"
    gazette.act(case_id, "changed", "zhao", gazette.at(2, 3), body="附投诉人名单。")
    checked_again(case_id, (2, 4), secrecy="公开")
    assert "合格一百家" in read(path)[1], "what was let out last, not what is cleared and waits"
    assert "投诉人名单" not in read(path)[1]
    checked_again(case_id, (2, 5), secrecy="不予公开", withheld_basis="条例第十五条")
    assert read(path)[0] == 404
    assert "抽检公告" not in read("/open/releases")[1] + read(f"/open/disclosure/{receipt_of(entry)}")[1]
    checked_again(case_id, (2, 6), secrecy="公开")
    assert read(path)[0] == 404, "cleared anew, and not let out anew"
    gazette.act(case_id, "published", "sun", gazette.at(2, 7), medium="门户网站", released_on="2026-02-07")
    assert "附投诉人名单" in read(path)[1]


@pytest.mark.holds("invariant 55", shows="/open/releases/<receipt>")
def test_files_of_who_checked_or_let_it_out_are_never_public(town, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    content, review, proof = (
        attachments.store([name.encode()], f"{name}.txt", actor=small_city.actor("sun"), now=small_city.NOW)
        for name in ("content", "review", "proof")
    )
    entry = gazette.subject("抽检结果", out=[(1, 6)])
    fields = {"number": "号一", "title": "公告", "body": "正文。", "entry": entry, "files": [content.digest]}
    case_id = gazette.act(None, "entered", "zhao", gazette.at(2, 2), kind=records.RELEASES, unit="market", **fields)
    gazette.act(case_id, "verified", "sun", gazette.at(2, 3), secrecy="公开", files=[review.digest])
    gazette.act(case_id, "published", "sun", gazette.at(2, 4), medium="门户网站", files=[proof.digest])
    path = f"/open/releases/{receipt_of(case_id)}"
    page = read(path)[1]
    assert "content.txt" in page
    assert b"".join(Client().get(f"{path}/files/{content.digest}").streaming_content) == b"content"
    for hidden in (review, proof):
        assert hidden.name not in page
        assert Client().get(f"{path}/files/{hidden.digest}").status_code == 404


def test_what_was_read_earlier_never_takes_the_place_of_what_was_read_later(town):
    case_id = gazette.release("公告", gazette.subject("抽检结果", out=[(1, 6)]))
    words = Words()
    before = records.books(words, records.RELEASES)
    key = (words.pack.digest, records.RELEASES, case_id)
    older = records._KEPT[key]
    checked_again(case_id, (2, 5), secrecy="不予公开", withheld_basis="条例第十五条")
    assert records.books(words, records.RELEASES)[records.RELEASES] == ()
    assert records._keep(key, older).record is None, "a slow reader that ends now"
    assert records.books(words, records.RELEASES)[records.RELEASES] == ()
    assert len(before[records.RELEASES]) == 1
