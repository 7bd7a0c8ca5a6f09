"""Parquet in, only the columns that are needed, as they are stored; and Parquet out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl

from yinuo.logs.tables import LogError, Table, numbered


def read_parquet(path: Path, choose: Callable[[list[str]], list[str]], *, name: str) -> Table:
    """The chosen columns of a Parquet file; `lines` counts its rows from 1. Raises LogError for a damaged file."""
    try:
        scan = pl.scan_parquet(path, glob=False)
        columns = scan.collect_schema().names()
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise _damaged(name, error) from error
    chosen = choose(columns)
    try:
        return Table(scan.select(chosen).collect(), numbered(1))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise _damaged(name, error) from error


def write_parquet(table: pl.DataFrame, path: Path) -> None:
    """Write a table. The lightest compression makes files as small as the usual one here, and sooner."""
    table.write_parquet(path, compression="zstd", compression_level=1)


def _damaged(name: str, error: BaseException) -> LogError:
    said = str(error).splitlines()[0] if str(error) else type(error).__name__
    return LogError(f"{name}: this is no whole Parquet file ({said}). Fetch or write it again.")
