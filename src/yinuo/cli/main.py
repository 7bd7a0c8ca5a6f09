"""`yinuo`: hold every case to the promises made. Exit 0 done, 1 done but something was rejected, 2 refused."""

from __future__ import annotations

import os
from importlib import import_module
from importlib.util import find_spec
from keyword import iskeyword
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from yinuo import __version__

COMMANDS = ("replay", "check", "stories", "diff", "due", "schema")
"""Each is a function of its name in a module of its name."""
CITY_COMMANDS = (
    "start", "serve", "work", "migrate", "pack", "people", "import", "demo", "live",
    "verify", "rebuild", "backup", "restore", "audit",
)  # fmt: skip
"""Those of the online system, in yinuo.cli.city: likewise, or a typer `app` of that module where there are several.

A name Python keeps for itself has an underscore behind it (`import_`)."""


def module_of(command: str) -> str | None:
    """The module of a command that is there, else None."""
    name = f"{command}_" if iskeyword(command) else command
    if command in COMMANDS:
        return f"yinuo.cli.{name}"
    if command in CITY_COMMANDS and find_spec(f"yinuo.cli.city.{name}"):
        return f"yinuo.cli.city.{name}"
    return None


class _Commands(TyperGroup):
    """Loads a command's module only when it is called: nobody waits for what he does not use."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [name for name in (*COMMANDS, *CITY_COMMANDS) if module_of(name)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        path = module_of(cmd_name)
        if path is None:
            return None
        if cmd_name in CITY_COMMANDS:
            os.environ["PGAPPNAME"] = f"yinuo {cmd_name}#{os.getpid()}"  # the database shows who asks
        module = import_module(path)
        several = getattr(module, "app", None)
        if isinstance(several, typer.Typer):
            several.info.name = cmd_name
            return typer.main.get_group(several)
        one = typer.Typer(pretty_exceptions_enable=False, add_completion=False)
        one.command(cmd_name)(getattr(module, path.rpartition(".")[2]))
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
