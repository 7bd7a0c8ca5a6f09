"""Applying online: from the item's page to the receipt, without script, with drafts, and with every slip named."""

from __future__ import annotations

import re

from django.core.files.uploadedfile import SimpleUploadedFile

from yinuo.city.cases.models import Case

PDF = b"%PDF-1.7\n% a paper\n"
ID = "110101199001011237"
GOOD = {
    "name": "张小满", "identity": "11010519491231002X", "situation": "新办", "premises": "示例路8号", "area": "80", "online_sales": "否",
}  # fmt: skip


def begun(client, **more):
    answer = client.post("/apply/food-permit", {"situation": "新办", **more})
    assert answer.status_code == 302, answer.content.decode()
    return answer.headers["Location"]


def papers(page):
    return re.findall(r'name="(file_[0-9a-f]{8})"', page)


def sent(client, address, **more):
    page = client.get(address).content.decode()
    files = {name: SimpleUploadedFile(f"{name}.pdf", PDF + name.encode()) for name in papers(page)}
    return client.post(address, {**GOOD, **files, "do": "send", **more})


def test_somebody_applies_and_finds_the_case(come_in):
    client = come_in()
    address = begun(client)
    answer = sent(client, address)
    assert answer.status_code == 302, answer.content.decode()
    case = Case.objects.get(case_id=answer.headers["Location"].split("/")[3].split("?")[0])
    assert (case.kind, case.item, case.channel, case.unit) == ("application", "food-permit", "网上", "market")
    page = client.get(answer.headers["Location"]).content.decode()
    assert case.receipt in page
    assert "期限自 2026-03-23 起算" in page
    assert case.receipt in client.get("/my").content.decode()
