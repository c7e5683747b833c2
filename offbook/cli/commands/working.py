"""Commands with which alerts are worked: `offbook alerts ack`, `assign`, `close`, …"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from offbook.cli.commands.options import AlertId, Config, Lang, settings_of

if TYPE_CHECKING:
    from contract.action import Step, Verdict
    from streams.settings.settings import Settings

Note = Annotated[
    str | None, typer.Option("--note", "-m", metavar="TEXT", help="Why.", show_default=False)
]
Seen = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        help="How many actions you had seen on it: if there is another since, nothing is done.",
        show_default=False,
    ),
]
AsWhat = Annotated[
    Literal["confirmed", "false_positive", "benign", "duplicate"],
    typer.Option(help="What it turned out to be.", show_default=False),
]


def ack(
    alert_id: AlertId,
    note: Note = None,
    seen: Seen = None,
    lang: Lang = "en",
    config: Config = None,
) -> None:
    """Say that you have it."""
    _act(settings_of(config), lang, alert_id, "acknowledge", note=note, seen=seen)


def assign(
    alert_id: AlertId,
    assignee: Annotated[
        str, typer.Argument(metavar="NAME", help="Who has it.", show_default=False)
    ],
    note: Note = None,
    seen: Seen = None,
    lang: Lang = "en",
    config: Config = None,
) -> None:
    """Give it to somebody."""
    _act(settings_of(config), lang, alert_id, "assign", assignee=assignee, note=note, seen=seen)


def note(
    alert_id: AlertId,
    text: Annotated[str, typer.Argument(metavar="TEXT", show_default=False)],
    lang: Lang = "en",
    config: Config = None,
) -> None:
    """Write down what you know of it."""
    _act(settings_of(config), lang, alert_id, "note", note=text)


def propose(
    alert_id: AlertId,
    verdict: AsWhat,
    note: Note = None,
    seen: Seen = None,
    lang: Lang = "en",
    config: Config = None,
) -> None:
    """Propose to close it, where a second person has to agree."""
    _act(settings_of(config), lang, alert_id, "propose", verdict=verdict, note=note, seen=seen)


def close(
    alert_id: AlertId,
    verdict: AsWhat,
    note: Note = None,
    seen: Seen = None,
    lang: Lang = "en",
    config: Config = None,
) -> None:
    """Close it, and say what it turned out to be. A revision that is worse opens it again."""
    _act(settings_of(config), lang, alert_id, "close", verdict=verdict, note=note, seen=seen)


def reopen(
    alert_id: AlertId,
    note: Note = None,
    seen: Seen = None,
    lang: Lang = "en",
    config: Config = None,
) -> None:
    """Open it again."""
    _act(settings_of(config), lang, alert_id, "reopen", note=note, seen=seen)


def token(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Whose.", show_default=False)],
    role: Annotated[
        Literal["viewer", "oncall", "lead", "auditor"],
        typer.Option(help="What they may do.", show_default=False),
    ],
    employee: Annotated[
        str | None,
        typer.Option(
            metavar="ID",
            help="Their own id, if they are watched too: theirs to close are"
            " no alerts on themselves.",
        ),
    ] = None,
) -> None:
    """Make a token: it is printed once, on standard output; what belongs into `readers_file`, on
    standard error, holds its hash alone."""
    from desk.readers import new_token
    from offbook.cli.terminal import say

    secret, digest = new_token()
    say(f"[readers.{name}]")
    say(f'role = "{role}"')
    say(f'token_sha256 = "{digest}"')
    if employee is not None:
        say(f'employee = "{employee}"')
    print(secret)


def _act(
    settings: Settings,
    lang: Literal["en", "zh"],
    alert_id: str,
    step: Step,
    *,
    verdict: Verdict | None = None,
    assignee: str | None = None,
    note: str | None = None,
    seen: int | None = None,
) -> None:
    from offbook.cli.alerts.pages import Pages
    from offbook.cli.alerts.session import run

    told = {"verdict": verdict, "assignee": assignee, "note": note, "seen": seen}
    after = run(
        settings,
        lambda session: session.acting.act(session.reader, alert_id, step, **told),  # type: ignore[arg-type]
    )
    Pages(lang, settings.timezone).changed(after)
