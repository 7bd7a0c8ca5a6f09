"""Pages over a million cases: twenty requests a second in open loop, and two hundred boards left open."""

from __future__ import annotations

import http.cookiejar
import os
import re
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import defaultdict
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
import a_city
import a_large_city
from measured import Result

CASE = re.compile(r'href="(/cases/[^"?/]+)"')
POLLED = re.compile(r'hx-get="([^"]+)"')
QUERIES, FEWEST = 8, 12
"""Most queries a page may make; cases opened one after another."""
READERS = {"supervisor": ("/figures",), "handler": ()}
"""Who sees everything and who sees the rows of one department, with the pages only they may read."""
PATHS = (
    "/", "/cases", "/cases?status=open&unit=market", "/cases?kind=application&sort=ended", "/cases?q=经营许可", "/cases?clock=overdue",
    "/findings", "/findings?status=open&answer=unanswered&sort=answer_by", "/findings?unit=water", "/institutions",
    "/inbox", "/tasks", "/offers",
)  # fmt: skip


def run(*, smoke: bool) -> Result:
    """YINUO_BENCH_CASES and YINUO_BENCH_SECONDS make it smaller."""
    result = Result("city_pages", smoke)
    cases = int(os.environ.get("YINUO_BENCH_CASES") or (4_000 if smoke else 1_000_000))
    seconds = int(os.environ.get("YINUO_BENCH_SECONDS") or (10 if smoke else 300))
    home = a_city.make("pages")
    begin = time.perf_counter()
    a_large_city.fill(cases)
    result.tell("cases", a_city.counted("SELECT count(*) FROM cases_case"))
    result.tell("open clocks", a_city.counted("SELECT count(*) FROM supervision_clock WHERE ended_at IS NULL"))
    result.tell("cards", a_city.counted("SELECT count(*) FROM supervision_finding"))
    result.tell("seconds to fill the city", time.perf_counter() - begin)
    with a_city.served(workers=2) as address:
        asked: list[tuple[str, str, urllib.request.OpenerDirector]] = []
        for reader, pages in READERS.items():
            opener = signed_in(address, reader)
            found = list(dict.fromkeys(CASE.findall(read(opener, f"{address}/cases"))))
            paths = [*PATHS, *pages, *[one for one in found if one != "/cases/new"][:FEWEST]]
            counted(result, reader, paths)
            asked += [(reader, path, opener) for path in paths]
        measured(result, address, asked, seconds=seconds)
        boards(result, signed_in(address, "supervisor"), address, seconds=5 if smoke else 20)
    a_city.clear(home)
    return result


def signed_in(address: str, login: str) -> urllib.request.OpenerDirector:
    """A browser with somebody's session."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    page = read(opener, f"{address}/accounts/login/")
    mark = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert mark is not None
    form = {"login": login, "password": "bench-only", "csrfmiddlewaretoken": mark.group(1)}
    headers = {"Referer": f"{address}/accounts/login/"}
    body = urllib.parse.urlencode(form).encode()
    opener.open(urllib.request.Request(f"{address}/accounts/login/", data=body, headers=headers), timeout=30).read()
    return opener


def read(opener: urllib.request.OpenerDirector, address: str) -> str:
    """A page's text."""
    return opener.open(urllib.parse.quote(address, safe=":/?&=%"), timeout=60).read().decode()


def name_of(path: str) -> str:
    """What a page is called in the figures: all cases are one page."""
    return "/cases/<id>" if path.startswith("/cases/") else path


def counted(result: Result, reader: str, paths: list[str]) -> None:
    """How many statements each page makes, the session's and the reader's own among them; and the slowest of each."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client, most, refused = Client(raise_request_exception=False, headers={"Host": "127.0.0.1"}), 0, 0
    client.post("/accounts/login/", {"login": reader, "password": "bench-only"})
    for path in dict.fromkeys(name_of(one) for one in paths):
        where = next(one for one in paths if name_of(one) == path)
        client.get(where)
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(where)
        most = max(most, len(asked.captured_queries))
        slow = max(asked.captured_queries, key=lambda one: float(one["time"]), default={"time": "0", "sql": ""})
        first = " ".join(str(slow["sql"]).split())[:90]
        took = float(slow["time"]) * 1000
        print(f"    {reader} {path}: {len(asked.captured_queries)} queries, the slowest {took:.0f} ms: {first}")
        refused += answer.status_code != 200
    result.check(f"{reader}: pages refused", refused, len(paths))
    result.bar(f"{reader}: most queries of a page", most, QUERIES)


def measured(
    result: Result, address: str, asked: list[tuple[str, str, urllib.request.OpenerDirector]], *, seconds: int
) -> None:
    """The open loop, and what each page took."""
    times, wrong = open_loop(address, asked, seconds=seconds)
    together = np.asarray([one for many in times.values() for one in many]) * 1000
    result.check("answers other than 200", wrong, len(together))
    result.tell("requests", len(together))
    result.tell("median, ms", float(np.median(together)))
    for name, many in sorted(times.items(), key=lambda one: -np.quantile(one[1], 0.99)):
        result.tell(f"p99, ms: {name}", float(np.quantile(many, 0.99) * 1000))
    result.bar("p99 as the reader waits, ms", float(np.quantile(together, 0.99)), 200)


def open_loop(
    address: str, asked: list[tuple[str, str, urllib.request.OpenerDirector]], *, seconds: int, rate: int = 20
) -> tuple[dict[str, list[float]], int]:
    """Ask at fixed moments whatever the answers take; seconds from the planned moment to the answer, and how many failed."""
    times: dict[str, list[float]] = defaultdict(list)
    wrong: list[str] = []
    threads: list[threading.Thread] = []
    begin = time.perf_counter() + 1

    def ask(number: int) -> None:
        reader, path, opener = asked[number % len(asked)]
        planned = begin + number / rate
        time.sleep(max(0.0, planned - time.perf_counter()))
        try:
            read(opener, address + path)
        except OSError as error:
            wrong.append(f"{reader} {path}: {error}")
        times[f"{reader} {name_of(path)}"].append(time.perf_counter() - planned)

    for number in range(seconds * rate):
        thread = threading.Thread(target=ask, args=(number,))
        threads.append(thread)
        time.sleep(max(0.0, begin + number / rate - 0.5 - time.perf_counter()))
        thread.start()
    for thread in threads:
        thread.join()
    for one in sorted(set(wrong)):
        print(f"    {one}")
    return times, len(wrong)


def boards(result: Result, opener: urllib.request.OpenerDirector, address: str, *, seconds: int) -> None:
    """Two hundred boards ask every five seconds whether anything changed: the server's processor time."""
    page = read(opener, f"{address}/")
    polled = next(path for path in POLLED.findall(page) if path.startswith("/"))
    first = opener.open(address + polled, timeout=30)
    tag = first.headers["ETag"]
    before, unchanged = a_city.cpu_of("yinuo.cli.main serve"), 0
    begin = time.perf_counter()
    for number in range(40 * seconds):
        time.sleep(max(0.0, begin + number / 40 - time.perf_counter()))
        request = urllib.request.Request(address + polled, headers={"If-None-Match": tag})
        try:
            opener.open(request, timeout=30)
        except urllib.error.HTTPError as answer:
            unchanged += answer.code == 304
    used = a_city.cpu_of("yinuo.cli.main serve") - before
    result.check("boards told that nothing changed", 40 * seconds - unchanged, 40 * seconds)
    result.bar("200 open boards, share of a core", used / (time.perf_counter() - begin), 0.1)
