"""Every process of the tests has a home, and so a database server, of its own: what one holds open no other waits for.

A place in the feed is settled when every transaction of the whole server that began before it has ended.
"""

from __future__ import annotations

import os
from pathlib import Path

if "PYTEST_XDIST_WORKER" in os.environ:
    home = Path(os.environ.get("YINUO_HOME") or "yinuo-home").absolute()
    os.environ["YINUO_HOME"] = str(home / os.environ["PYTEST_XDIST_WORKER"])
