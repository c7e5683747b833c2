"""Commands about what was set aside: `offbook dlq list`, `show`, `replay`, `drop`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from offbook.cli.commands.options import (
    UNUSABLE,
    WRONG,
    Config,
    Json,
    fail,
    settings_of,
    who_sees_letters,
)

if TYPE_CHECKING:
    from offbook.cli.dead_letters.reading import Wanted

Topic = Annotated[
    str | None,
    typer.Option(
        metavar="TOPIC",
        help="Of this topic, such as payments; of the connector bank: connect.bank.",
        show_default=False,
    ),
]
Stage = Annotated[
    str | None,
    typer.Option(
        "--reason",
        "--stage",
        metavar="STAGE",
        help="Set aside at this stage, such as data or map; `detector` for all detectors.",
        show_default=False,
    ),
]
#: Where --reason says why something is done.
OnlyStage = Annotated[
    str | None,
    typer.Option("--stage", metavar="STAGE", help="Set aside at this stage.", show_default=False),
]
Field = Annotated[
    str | None,
    typer.Option(
        metavar="FIELD", help="For this field, such as data.currency.", show_default=False
    ),
]
Since = Annotated[
    str | None,
    typer.Option(
        metavar="SPAN", help="Set aside no longer ago, such as 2d or 12h.", show_default=False
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done; do nothing.")]


def listed(
    topic: Topic = None,
    reason: Stage = None,
    field: Field = None,
    since: Since = None,
    json: Json = False,
    config: Config = None,
) -> None:
    """What was set aside and not dealt with, by topic, stage, field and message, the newest
    first: of the source topics, of alerts and of connectors."""
    from offbook.cli import terminal
    from offbook.cli.dead_letters.kinds import APART, Kinds, lines
    from offbook.cli.dead_letters.reading import Letters, with_letters

    settings = settings_of(config)
    wanted = _wanted(topic, reason, field, since)

    async def count(letters: Letters) -> tuple[Kinds, int]:
        kinds = Kinds()
        async for some in letters.those(wanted):
            for letter in some:
                kinds.add(letter)
        return kinds, letters.handled

    kinds, handled = with_letters(settings, count)
    if json:
        print(terminal.as_json(kinds.as_dict(handled)))
        return
    shown = kinds.newest_first()
    for line in lines(shown, settings.timezone):
        print(line)
    says = [f"{kinds.letters} dead letters of {len(kinds)} kinds"]
    if kinds.withheld:
        says.append(f"{kinds.withheld} of them without their value: only their source has it")
    if len(kinds) > len(shown):
        says.append(
            f"the newest {len(shown)} kinds are shown: --topic, --reason, --since narrow it"
        )
    if kinds.beyond:
        says.append(f"{kinds.beyond} letters are of more kinds than the {APART} told apart")
    if handled:
        says.append(f"{handled} more were dealt with")
    terminal.say("; ".join(says))
    for name in kinds.connectors:
        terminal.say(f"connector {name}: mend its page, then offbook connect retry {name}.toml")


def show(
    letter: Annotated[
        str,
        typer.Argument(
            metavar="TOPIC:PARTITION:OFFSET", help="As `list` prints it.", show_default=False
        ),
    ],
    json: Json = False,
    config: Config = None,
) -> None:
    """One letter: why it was set aside and what to mend, where its record was, and all of it as it
    came. It may name people."""
    from offbook.cli import terminal
    from offbook.cli.dead_letters import showing
    from offbook.cli.dead_letters.letter import Place
    from offbook.cli.dead_letters.reading import with_letters

    place = Place.of(letter)
    settings = settings_of(config)
    who_sees_letters(settings)
    found, done = with_letters(settings, lambda letters: letters.one(place))
    if json:
        print(terminal.as_json(showing.as_dict(found, done)))
        return
    for line in showing.page(found, done):
        print(line)


def replay(
    topic: Topic = None,
    reason: Stage = None,
    field: Field = None,
    since: Since = None,
    map_: Annotated[
        Path | None,
        typer.Option(
            "--map",
            metavar="FILE",
            help="TOML that says how fields are mended: rename, replace, set, drop.",
            show_default=False,
        ),
    ] = None,
    dry_run: DryRun = False,
    config: Config = None,
) -> None:
    """Send letters to their source topic again, each mended and held to the contract first. What
    is still no event stays, and is named with its reason; then the exit status is 1. What was sent
    is not sent again. Those of a connector are mended by its page: `offbook connect retry`."""
    from offbook.cli import terminal
    from offbook.cli.dead_letters import mending, replaying
    from offbook.cli.dead_letters.kinds import lines
    from offbook.cli.dead_letters.reading import with_letters

    wanted = _wanted(topic, reason, field, since)
    try:
        mend = None if map_ is None else mending.load(map_)
    except mending.MendError as error:
        fail(f"--map: {error}", UNUSABLE)
    settings = settings_of(config)
    by = who_sees_letters(settings)
    done = with_letters(
        settings,
        lambda letters: replaying.replay(
            letters, wanted, settings, by=by, mend=mend, dry_run=dry_run
        ),
    )
    shown = done.stay.newest_first()
    for line in lines(shown, settings.timezone):
        print(line)
    for line in replaying.summary(done, dry_run=dry_run):
        terminal.say(line)
    if len(done.stay) > len(shown):
        terminal.say(f"the newest {len(shown)} of {len(done.stay)} reasons are shown")
    if done.stay.letters:
        raise typer.Exit(WRONG)


def drop(
    letters: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="TOPIC:PARTITION:OFFSET", help="These; or choose below.", show_default=False
        ),
    ] = None,
    *,
    reason: Annotated[
        str, typer.Option("--reason", "-m", metavar="WHY", help="Why.", show_default=False)
    ],
    topic: Topic = None,
    stage: OnlyStage = None,
    field: Field = None,
    since: Since = None,
    all_: Annotated[bool, typer.Option("--all", help="All that there are.")] = False,
    dry_run: DryRun = False,
    config: Config = None,
) -> None:
    """Mark letters as dealt with: they are kept, and `list`, `replay` and `offbook connect retry`
    leave them out. Who did it, when and why is kept too."""
    from offbook.cli import terminal
    from offbook.cli.dead_letters.dropping import drop as run
    from offbook.cli.dead_letters.letter import Place
    from offbook.cli.dead_letters.reading import with_letters

    wanted = _wanted(topic, stage, field, since)
    wanted = wanted._replace(places=frozenset(map(Place.of, letters or ())))
    if wanted.is_all and not all_:
        fail("which? Name letters, or choose them by --topic, --stage, --field, --since", UNUSABLE)
    settings = settings_of(config)
    by = who_sees_letters(settings)
    count = with_letters(
        settings,
        lambda some: run(some, wanted, settings, by=by, reason=reason, dry_run=dry_run),
    )
    terminal.say(f"{count} would be dropped" if dry_run else f"{count} dropped")
    missing = len(wanted.places) - count
    if missing > 0:
        terminal.say(f"{missing} of those named are not there, or were dealt with before")
        raise typer.Exit(WRONG)


def _wanted(topic: str | None, stage: str | None, field: str | None, span: str | None) -> Wanted:
    from offbook.cli.dead_letters.letter import LetterError, letters_topic
    from offbook.cli.dead_letters.reading import Wanted, since

    try:
        return Wanted(
            None if topic is None else letters_topic(topic),
            stage,
            field,
            None if span is None else since(span),
        )
    except LetterError as error:
        fail(str(error), UNUSABLE)
