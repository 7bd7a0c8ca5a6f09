"""Event logs in and out: CSV, Parquet, XES, OCEL 2.0, CloudEvents (reads and writes files)."""

from yinuo.logs.reading import ReadLog, read_log, read_plain
from yinuo.logs.tables import LogError
from yinuo.logs.writers import write_log

__all__ = ["LogError", "ReadLog", "read_log", "read_plain", "write_log"]
