"""A log text written beside the test, read in words given by the test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from yinuo.kernel.logtext import LogText, Vocabulary
from yinuo.logs import ReadLog
from yinuo.logs.fields import Words
from yinuo.logs.reading import clock_of, read_with
from yinuo.logs.shaping import Turn
from yinuo.logs.tables import Progress, silent
from yinuo.logs.unpack import Allowance


@pytest.fixture
def read() -> Callable[..., ReadLog]:
    """`read(path, zone=…, types=…, turns=…, vocabulary=…, encoding=…, allowance=…, <keys of [log]>)`."""

    def reading(
        path: Path,
        *,
        pack_zone: str = "Asia/Shanghai",
        types: Mapping[str, str] | None = None,
        turns: Mapping[str, tuple[str, str]] | None = None,
        vocabulary: Mapping[str, Any] | None = None,
        override: str | None = None,
        progress: Progress = silent,
        allowance: Allowance | None = None,
        **log_text: Any,
    ) -> ReadLog:
        text = LogText.model_validate(log_text)
        words = Words(clock_of(text, pack_zone), Vocabulary.model_validate(vocabulary or {}), types or {})
        kinds = {kind: Turn(frozenset([opens]), frozenset([ends])) for kind, (opens, ends) in (turns or {}).items()}
        return read_with(
            path, text, words=words, turns=kinds,
            encoding=override, progress=progress, allowance=allowance or Allowance(),
        )  # fmt: skip

    return reading


@pytest.fixture
def csv(tmp_path: Path) -> Callable[..., Path]:
    """Write text or bytes as a CSV file and give its path."""

    def written(content: str | bytes, name: str = "log.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return written
