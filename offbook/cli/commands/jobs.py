"""The option `--jobs` of the commands that several processes may share."""

from __future__ import annotations

from typing import Annotated

import typer

Jobs = Annotated[
    int | None,
    typer.Option(
        min=1,
        metavar="N",
        help="By at most so many processes, on Linux; by default as many as are worth it. What"
        " comes of it is the same.",
        show_default=False,
    ),
]
