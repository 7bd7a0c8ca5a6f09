"""Event logs in and out: CSV, Parquet, XES, OCEL 2.0, CloudEvents (reads and writes files)."""

from yinuo.kernel.logtext import LogText, Vocabulary
from yinuo.logs.reading import ReadLog, read_log
from yinuo.logs.tables import LogError

__all__ = ["LogError", "LogText", "ReadLog", "Vocabulary", "read_log"]
