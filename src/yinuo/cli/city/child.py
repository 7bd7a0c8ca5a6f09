"""A command run by `yinuo start`: as ever, but a parent that is killed takes it along."""

from __future__ import annotations

from yinuo.city.site.parentage import end_with_parent
from yinuo.cli.main import app

if __name__ == "__main__":
    end_with_parent()
    app()
