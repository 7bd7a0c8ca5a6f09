"""What stands around every page: the city's name, where one may go, who is here, the text in force."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yinuo.city.cases.projection import ways_of
from yinuo.city.pages.words import Words
from yinuo.city.people.accounts.landing import first_place
from yinuo.city.people.actor import Actor
from yinuo.city.people.may import may
from yinuo.city.registers.tasks import waiting_at


@dataclass(frozen=True, slots=True)
class Entry:
    """One place of the navigation: shown to those who may do `action` anywhere (None = everybody who signed in)."""

    view: str
    label: Any
    action: str | None
    counts: str = ""
    """Which number stands beside it: "inbox" = notices not read, "tasks" = cases that wait."""


NAVIGATION = (
    Entry("window", gettext_lazy("窗口受理"), "case.intake"),
    Entry("agency", gettext_lazy("代办"), "case.intake"),
    Entry("tasks", gettext_lazy("我的待办"), "case.act", counts="tasks"),
    Entry("queue", gettext_lazy("叫号"), "case.act"),
    Entry("lanes", gettext_lazy("加急"), "case.act"),
    Entry("deliveries", gettext_lazy("出件"), "case.act"),
    Entry("board", gettext_lazy("看板"), "board.read"),
    Entry("inbox", gettext_lazy("消息"), "inbox.read", counts="inbox"),
    Entry("findings", gettext_lazy("监察"), "board.read"),
    Entry("measures", gettext_lazy("处理建议"), "finding.read"),
    Entry("outages", gettext_lazy("停机登记"), "outage.read"),
    Entry("cases", gettext_lazy("办件"), "case.read"),
    Entry("registers", gettext_lazy("登记簿"), "case.read"),
    Entry("figures", gettext_lazy("指标"), "figures.read"),
    Entry("catalogue", gettext_lazy("事项目录"), "item.read"),
    Entry("institutions", gettext_lazy("制度"), "text.read"),
    Entry("units", gettext_lazy("单位和人员"), "units.read"),
)
PUBLIC = (
    Entry("matters", gettext_lazy("办事"), None),
    Entry("book", gettext_lazy("预约"), None),
    Entry("track", gettext_lazy("办件进度"), None),
    Entry("open", gettext_lazy("政务公开"), None),
    Entry("my", gettext_lazy("我的办件"), None),
)
"""Where somebody may go who has not signed in."""
RESIDENT = (
    Entry("my", gettext_lazy("我的办件"), None),
    Entry("my_profile", gettext_lazy("我的资料"), None),
    Entry("my_mandates", gettext_lazy("代办委托"), None),
)
ACCOUNT = (
    Entry("account_change_password", gettext_lazy("修改密码"), None),
    Entry("mfa_index", gettext_lazy("两步验证"), None),
)


@dataclass(frozen=True, slots=True)
class Link:
    """A place to go to."""

    address: str
    label: str
    is_here: bool = False
    count: int = 0


@dataclass(frozen=True, slots=True)
class Person:
    """Who is here."""

    name: str
    work: str


@dataclass(frozen=True, slots=True)
class TextInForce:
    """The pack whose text runs."""

    name: str
    digest: str
    since: Any
    address: str


class Frame:
    """Everything is looked up when a template asks for it, so that a page pays only for what it shows."""

    def __init__(self, request: HttpRequest, words: Words) -> None:
        self._request = request
        self._words = words
        self.here = request.get_full_path()
        self.actor: Actor | None = getattr(request, "actor", None)
        self.is_demo: bool = settings.DEMO

    @cached_property
    def city(self) -> str:
        """The city's name in the reader's language."""
        return self._words.city if self._words.is_there else _("政务服务")

    @cached_property
    def home(self) -> str:
        """Where the name of the city leads to: where this person's work begins; the matters for nobody."""
        if self.actor is not None:
            return first_place(self.actor)
        return self.navigation[0].address if self.navigation else "/"

    @cached_property
    def person(self) -> Person | None:
        """Who signed in; somebody without a post yet is shown by the name of the account."""
        if self.actor is not None:
            return Person(self.actor.name, self._words.unit(self.actor.unit) if self.actor.unit else "")
        resident = getattr(self._request, "resident", None)
        if resident:
            return Person(resident.name or resident.phone, _("居民和企业"))
        user = getattr(self._request, "user", None)
        return Person(user.get_username(), "") if user is not None and user.is_authenticated else None

    @cached_property
    def navigation(self) -> tuple[Link, ...]:
        """The places this person may go to; what is public for who has not signed in."""
        if self.actor is None:
            return tuple(self._links(PUBLIC))
        return tuple(
            self._links(entry for entry in NAVIGATION if entry.action is None or may(self.actor, entry.action))
        )

    def may(self, action: str) -> bool:
        """Whether this person may do this somewhere, so that no link leads to a page he may not see."""
        return may(self.actor, action)

    @cached_property
    def account(self) -> tuple[Link, ...]:
        """What one can do with one's own login."""
        return tuple(self._links(RESIDENT if self.is_resident else ACCOUNT))

    @cached_property
    def is_resident(self) -> bool:
        """Whether somebody of the residents is here."""
        return self.actor is None and bool(getattr(self._request, "resident", None))

    @cached_property
    def way_out(self) -> str:
        """Where leaving is asked for."""
        return reverse("my_sign_out" if self.is_resident else "account_logout")

    def _links(self, entries: Iterable[Entry]) -> Iterable[Link]:
        for entry in entries:
            try:
                address = reverse(entry.view)
            except NoReverseMatch:
                continue
            here = self._request.path
            inside = here == address or (address != "/" and here.startswith(address))
            yield Link(address, str(entry.label), inside, self._count(entry.counts))

    def _count(self, what: str) -> int:
        return {"inbox": lambda: self.inbox_count, "tasks": lambda: self.task_count}.get(what, lambda: 0)()

    @cached_property
    def task_count(self) -> int:
        """How many cases wait for this person, as of this minute."""
        if self.actor is None or not self._words.is_there:
            return 0
        ways = ways_of(self._words.pack.digest)
        return waiting_at(timezone.now(), actor=self.actor, tree=self._words.tree, ways=ways)

    @cached_property
    def inbox_count(self) -> int:
        """How many notices this person has not read."""
        return 0 if self.actor is None else self._words.unread

    @cached_property
    def messages(self) -> list[Message]:
        """What the last command has to say to the person, once."""
        return list(get_messages(self._request))

    @cached_property
    def text(self) -> TextInForce | None:
        """The text in force, for the foot of the page."""
        if not self._words.is_there:
            return None
        pack = self._words.pack
        return TextInForce(self._words.city, pack.digest, None, reverse("institutions"))
