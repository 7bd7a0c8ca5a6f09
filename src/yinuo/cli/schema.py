"""`yinuo schema [FILE]`: JSON Schema of the text."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from yinuo.cli.say import refuse
from yinuo.rulebook.schema import schema as whole
from yinuo.rulebook.schema import schemas


def schema(
    part: Annotated[str, typer.Argument(metavar="FILE", help="policy, stories, pack or calendar; else all.")] = "",
) -> None:
    """Print JSON Schema for editors that complete and check TOML."""
    parts = schemas()
    if part and part not in parts:
        refuse(f'there is no schema "{part}"; there are: {", ".join(parts)}')
    typer.echo(json.dumps(parts[part] if part else whole(), ensure_ascii=False, indent=2))
