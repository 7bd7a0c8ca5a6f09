"""The models of the payloads of `catalogue/<item>`, version 1 of each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from yinuo.city.catalogue.item import Item

PUBLISHED, DRAFTED, DROPPED, WITHDRAWN = "item_published", "item_drafted", "item_draft_dropped", "item_withdrawn"


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
    v: Literal[1] = 1


class ItemDrafted(_Said):
    """Somebody wrote a version down that is not in force: it may be incomplete."""

    item: Item


class ItemDraftDropped(_Said):
    """A draft is given up."""

    reason: str


class ItemPublished(_Said):
    """A version is in force from a day on, by somebody's authority (E033: every change with before, after, authority)."""

    since: date = Field(alias="from")
    authority: str
    item: Item


class ItemWithdrawn(_Said):
    """The item is in force no more from a day on; `into` names the one it was merged into (E034)."""

    until: date
    reason: str
    into: str | None = None


MODELS: Mapping[str, type[BaseModel]] = {
    PUBLISHED: ItemPublished,
    DRAFTED: ItemDrafted,
    DROPPED: ItemDraftDropped,
    WITHDRAWN: ItemWithdrawn,
}
