"""`yinuo`: hold every case to the promises made. Exit 0 done, 1 done but something was rejected, 2 refused."""

from __future__ import annotations

import typer

from yinuo.cli import check, diff, due, replay, schema, stories

_HELP = "一诺 · Hold every case to the promises made."
app = typer.Typer(name="yinuo", help=_HELP, no_args_is_help=True, pretty_exceptions_enable=False)
app.command("check")(check.check)
app.command("replay")(replay.replay)
app.command("stories")(stories.stories)
app.command("diff")(diff.diff)
app.command("due")(due.due)
app.command("schema")(schema.schema)


@app.callback()
def _root() -> None:
    """Sub-commands stay sub-commands even while there is one."""


if __name__ == "__main__":
    app()
