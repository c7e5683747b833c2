"""`offbook connect`: from a company's own systems to events, by a page of TOML."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from contract.spelling.shown import shown
from offbook.cli.commands.options import (
    UNUSABLE,
    WRONG,
    Config,
    fail,
    settings_of,
    who_sees_letters,
)

Named = Annotated[
    str,
    typer.Argument(
        metavar="PAGE",
        help="A preset (`offbook connect list`), or a page of your own: a TOML file.",
        show_default=False,
    ),
]
Company = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        envvar="OFFBOOK_COMPANY",
        help="The company's own tables, which all pages share: people, customers, keywords.",
        show_default=False,
        show_envvar=True,
    ),
]


def presets() -> None:
    """The presets that come with Offbook."""
    from connectors.loading import load_page, preset_names

    for name in preset_names():
        page = load_page(name)
        print(f"{name:22} {page.title} · {page.title_zh}")


def attempt(
    page: Named,
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE", help="A sample; `-` is standard input.", show_default=False),
    ],
    company: Company = None,
    known: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            metavar="EVENTS",
            help="Events that are known already, as NDJSON: by them customers, orders and employees"
            " are met.",
            show_default=False,
        ),
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say of each record what became of it, and why.")
    ] = False,
) -> None:
    """Map a sample and send nothing: the events go to standard output, what became of the records
    to standard error. Exit status 1 if one of them is a dead letter, or no rule is for it."""
    from contextlib import ExitStack

    from connectors.loading import load_connector
    from connectors.mapping.connector import Told
    from connectors.outcome import Rejected
    from offbook.cli import terminal
    from offbook.cli.connect.report import explained, report
    from offbook.cli.connect.trial import try_files
    from offbook.cli.files.documents import Documents
    from offbook.cli.files.ndjson import sources

    connector = load_connector(page, company)

    def tell(place: str, told: Told) -> None:
        broken = isinstance(told.outcome, Rejected) and told.outcome.stage == "decode"
        if explain or broken:
            terminal.say(explained(place, told))

    def emit(line: bytes) -> None:
        sys.stdout.buffer.write(line + b"\n")

    with ExitStack() as stack:
        others = []
        if known:
            inputs = stack.enter_context(sources(known))
            documents = Documents(inputs, lambda *_: None)
            others = [it for it, *_ in documents.reference()]
            others += [it for it, *_ in documents.others()]
        opened = []
        for name in files:
            try:
                stream = (
                    sys.stdin.buffer if name == "-" else stack.enter_context(Path(name).open("rb"))
                )
            except OSError as error:
                fail(f"{name}: cannot be read: {error.strerror or error}", UNUSABLE)
            opened.append(("<stdin>" if name == "-" else name, stream))
        trial = try_files(connector, opened, others, emit, tell)
    sys.stdout.flush()
    for line in report(trial):
        terminal.say(line)
    if trial.bad() or trial.conflicts:
        raise typer.Exit(WRONG)


def cases(page: Named, company: Company = None) -> None:
    """Run the [[test]] cases of a page. Exit status 1 if one fails."""
    from connectors.loading import load_connector
    from offbook.cli import terminal
    from offbook.cli.connect.page_tests import failures

    connector = load_connector(page, company, tested=True)
    if not connector.page.tests:
        fail(f"{page}: has no case: write [[test]] with in and out", UNUSABLE)
    failed = 0
    for number, case in enumerate(connector.page.tests, 1):
        wrong = list(failures(connector, case))
        failed += bool(wrong)
        for line in wrong:
            terminal.say(f"{page}: test {number}: {line}")
    terminal.say(f"{len(connector.page.tests) - failed} passed, {failed} failed")
    if failed:
        raise typer.Exit(WRONG)


def init(
    sample: Annotated[
        Path,
        typer.Option("--from", metavar="SAMPLE", help="A file as your system writes it."),
    ],
    preset: Annotated[
        str | None, typer.Option(metavar="NAME", help="Rest on this preset.", show_default=False)
    ] = None,
    source: Annotated[
        str, typer.Option(metavar="URI", help="Which system it is, such as //crm.acme.example.")
    ] = "//system.example.com",
    company: Company = None,
) -> None:
    """Propose a page for a sample, on standard output: which columns are which fields, as far as
    their names tell, and the words that a table has to translate."""
    from offbook.cli.connect.sample import SampleError, page_for, page_over

    try:
        if preset is None:
            print(page_for(sample, source, company), end="")
        else:
            print(page_over(preset, sample, source, company), end="")
    except SampleError as error:
        fail(str(error), UNUSABLE)
    except OSError as error:
        fail(f"{sample}: cannot be read: {error.strerror or error}", UNUSABLE)


def company(config: Config = None) -> None:
    """Print the tables that all pages share, `company.toml`, as far as the reference topics tell
    them: people by number, name and phone, customers, accounts."""
    from offbook.cli.connect.company import company_page

    print(company_page(settings_of(config)))


def doctor(
    config: Config = None,
    most: Annotated[
        int,
        typer.Option(min=1, metavar="N", help="How many records of each partition, the newest."),
    ] = 100_000,
) -> None:
    """Look at what stands on the source topics: what is wrong with it, how often each field is
    filled, whether ids meet anybody, and which detectors have what they need. Exit status 1 if
    something is wrong."""
    from offbook.cli.connect.doctor import examine
    from offbook.cli.connect.report import report

    trial = examine(settings_of(config), most)
    for line in report(trial):
        print(shown(line))
    if trial.bad() or trial.conflicts:
        raise typer.Exit(WRONG)


def run(
    pages: Annotated[
        list[str],
        typer.Argument(
            metavar="PAGE",
            help="Pages that say `receive`: TOML files, or a folder with nothing but such.",
            show_default=False,
        ),
    ],
    config: Config = None,
    company: Company = None,
    host: Annotated[
        str,
        typer.Option(metavar="ADDRESS", help="Where webhooks are; for TLS put a proxy before it."),
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, metavar="PORT", help="Their port; 0 takes a free one.")
    ] = 9467,
    metrics_port: Annotated[
        int,
        typer.Option(
            min=0, max=65535, metavar="PORT", help="Where /metrics, /healthz and /readyz are."
        ),
    ] = 9468,
) -> None:
    """Take records as the pages say, and keep on Kafka what becomes of them, until SIGTERM."""
    import asyncio

    from msgspec.structs import replace

    from connectors.receiving.jobs import load_jobs
    from connectors.receiving.service import run_connectors
    from streams.service import logs

    settings = replace(settings_of(config), metrics_port=metrics_port)
    logs.configure(settings.log_format)
    asyncio.run(run_connectors(load_jobs(pages, company), settings, host=host, port=port))


def retry(page: Named, config: Config = None, company: Company = None) -> None:
    """Map the dead letters of a page again, as it is now, and send what is good. What is still bad
    is written anew behind the others. `offbook dlq list` shows what there is; what was retried or
    dropped is left out. Exit status 1 if something is still bad."""
    from connectors.receiving.retry import job_of
    from offbook.cli import terminal
    from offbook.cli.connect.report import fault
    from offbook.cli.dead_letters.reading import with_letters
    from offbook.cli.dead_letters.retrying import retry as run

    job = job_of(page, company)
    settings = settings_of(config)
    by = who_sees_letters(settings)
    done = with_letters(settings, lambda letters: run(letters, job, settings, by=by))
    its = done.results
    terminal.say(
        f"{its['mapped']} sent, {its['skipped'] + its['empty']} of no interest, {done.bad()} still"
        f" bad, {done.bare} without content"
    )
    if done.bare:
        terminal.say("  without content: have them sent again, or put their file in again")
    for those, count in done.faults.most_common(20):
        terminal.say(f"  {count} × {fault(*those)}")
    if done.bad():
        raise typer.Exit(WRONG)
