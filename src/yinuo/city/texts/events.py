"""The model of the payload of `text/…`, version 1."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict


class TextInstalled(BaseModel):
    """The whole text: for the pack and each pack it uses every file by its relative path."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    v: Literal[1]
    name: str
    digest: str
    zh: str
    en: str
    packs: dict[str, dict[str, str]]
