"""Options and arguments that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

from ..executor.isolation import SANDBOX, UNSAFE, Isolation

Unsafe = Annotated[
    bool,
    typer.Option(
        "--unsafe-no-sandbox", help="Run student code without a sandbox. For code you trust only."
    ),
]
Database = Annotated[str, typer.Option(help="Gradebook, if not nbgrader's own setting.")]
Slug = Annotated[str, typer.Argument(help="Name of the assignment, as `dlcourse list` shows it.")]


def isolation_of(unsafe: bool) -> Isolation:
    return UNSAFE if unsafe else SANDBOX
