"""`yinuo`: hold every case to the promises made. Exit 0 done, 1 done but something was rejected, 2 refused."""

from __future__ import annotations

from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from yinuo import __version__

COMMANDS = ("replay", "check", "stories", "diff", "due", "schema")
"""Each is a function of its name in a module of its name."""


class _Commands(TyperGroup):
    """Loads a command's module only when it is called: nobody waits for what he does not use."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        one = typer.Typer(pretty_exceptions_enable=False, add_completion=False)
        one.command(cmd_name)(getattr(import_module(f"yinuo.cli.{cmd_name}"), cmd_name))
        return typer.main.get_command(one)


app = typer.Typer(name="yinuo", cls=_Commands, no_args_is_help=True, pretty_exceptions_enable=False)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"yinuo {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """一诺 · Hold every case to the promises made to the public."""


if __name__ == "__main__":
    app()
