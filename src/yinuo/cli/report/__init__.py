"""report.html: what a replay found, as one file that needs nothing else."""

from yinuo.cli.report.page import About, write_report
from yinuo.cli.report.words import Name

__all__ = ["About", "Name", "write_report"]
