"""`offbook demo`: three weeks of a company, played through a real broker, worker and Redis.

Nothing has to be installed: broker and Redis are the embedded ones. What arrives in Redis is
compared with what `offbook replay` finds in the same documents, and any difference is reported.
"""

from __future__ import annotations

import os
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec
import redis

from contract.alert import Alert
from contract.kinds import SOURCE_TOPICS
from desk.readers import new_token
from desk.stored import grouped
from offbook.cli.demo.comparison import same, what_fires
from offbook.cli.demo.embedded import EmbeddedKafka, EmbeddedRedis
from offbook.cli.demo.player import Player
from offbook.cli.demo.server_process import LOOPBACK, free_port
from offbook.cli.demo.story import DemoError, Rebased, rebased, story
from offbook.cli.demo.visit import visited
from offbook.cli.demo.worker_process import DeskProcess, WorkerProcess
from offbook.cli.files.produce import kafka_destination, produce
from offbook.cli.terminal import AlertPrinter
from sinks.redis.keys import OPEN, STREAM
from streams.settings.loading import load
from streams.wire.topics import create_topics

#: One partition a source: with four, a rare event would wait for the quietest of them.
#: `idle_after` is short so that the last deadlines pass soon after the last event.
_CONFIG: Final = """\
kafka_bootstrap = "{bootstrap}"
redis_url = "{redis}"
metrics_port = {port}
readers_file = "{readers}"
desk_port = {desk}
source_partitions = 1
keyed_partitions = 2
idle_after = "3s"
rebalance_timeout = "6s"
"""
#: Seconds after the last event in which everything that replay finds must have arrived.
_PATIENCE: Final = 60.0
#: Seconds without a further revision after which all is said to have arrived.
_QUIET: Final = 2.0
_REPLAY: Final = "`offbook replay`"


def run(*, rate: float, keep: bool) -> int:
    """Play the story at `rate` events a second; 0 if Redis then has what replay finds, else 1."""
    for name in [name for name in os.environ if name.startswith("OFFBOOK_")]:
        # What is set for a real service is not meant for this one, nor for its worker.
        del os.environ[name]
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="offbook-demo-")))
        return _Demo(stack, directory, rate).run(keep=keep)


class _Demo:
    def __init__(self, stack: ExitStack, directory: Path, rate: float) -> None:
        self._stack = stack
        self._directory = directory
        self._rate = rate
        self._started = time.monotonic()
        self._first_alert: float | None = None
        self._revisions = 0
        self._newest_at = 0.0

    def run(self, *, keep: bool) -> int:
        """Everything, in order."""
        kafka = self._stack.enter_context(EmbeddedKafka())
        server = self._stack.enter_context(EmbeddedRedis())
        port, desk = free_port(), free_port()
        config, readers = self._directory / "demo.toml", self._directory / "readers.toml"
        token, digest = new_token()
        readers.write_text(f'[readers.demo]\nrole = "lead"\ntoken_sha256 = "{digest}"\n', "utf-8")
        config.write_text(
            _CONFIG.format(
                bootstrap=kafka.bootstrap, redis=server.url, port=port, desk=desk, readers=readers
            ),
            "utf-8",
        )
        settings = load(config, {})
        self._printer = printer = AlertPrinter(settings.timezone)
        printer.line(f"Kafka (Tansu, embedded) on {kafka.bootstrap}, Redis on {server.url}")
        if server.note:
            printer.line(server.note)
        create_topics(settings)
        played = rebased(settings, self._directory)
        self._events = played.total
        with kafka_destination(settings, SOURCE_TOPICS) as destination:
            produce([str(played.reference)], settings, destination, lambda _: None)
        worker = WorkerProcess(config, port, self._directory)
        self._stack.callback(worker.kill)
        # Played from now on: a service that starts has a backlog, and the demo need not wait.
        player = Player(settings, played.events, self._rate)
        self._stack.callback(player.stop)
        player.start()
        printer.line(f"playing {self._events} events of three weeks, {self._rate:g} a second")
        with self._status("starting the worker"):
            worker.start()
        self._stack.callback(worker.stop)
        printer.line(
            f"worker ready after {self._seconds():.0f} s, metrics on http://{LOOPBACK}:{port}/metrics"
        )
        printer.line()
        client = self._stack.enter_context(redis.Redis.from_url(server.url, decode_responses=True))
        complete = self._watch(worker, client, player, played.expected)
        self._sum_up(played.expected, complete)
        seen = self._worst_case(DeskProcess(config, desk, self._directory), token)
        self._try_next(config, kafka.bootstrap, server.url, port, played, keep=keep)
        if keep:
            self._stay()
        return 0 if complete and seen else 1

    def _worst_case(self, desk: DeskProcess, token: str) -> bool:
        """Start the desk and open the page of the worst case there; whether it is there."""
        self._stack.callback(desk.kill)
        with self._status("starting the desk"):
            desk.start()
        self._stack.callback(desk.stop)
        firing = [it for it in self._printer.known.values() if it.state == "firing"]
        worst = grouped(it for it in firing if it.audience == "live")[0].alerts[0]
        base, path = f"http://{LOOPBACK}:{desk.port}", f"/alerts/{worst.alert_id}"
        try:
            page = visited(base, token, path)
        except OSError as error:
            self._printer.line(f"NO page of the worst case: {error}")
            return False
        self._printer.line(f"The worst case: {base}{path}  ({len(page) // 1024} KB)")
        self._printer.line(f"  log in with the token {token}")
        self._printer.line()
        return worst.alert_id in page

    def _watch(
        self, worker: WorkerProcess, client: redis.Redis, player: Player, expected: dict[str, Alert]
    ) -> bool:
        """Show what arrives in Redis while the story plays. Returns whether everything expected
        arrived."""
        last, ended = "0-0", 0.0
        with self._status("playing"):
            while True:
                last = self._show(client, last, player)
                if player.failed is not None:
                    raise player.failed
                if not worker.alive:
                    tail = worker.log.read_text(errors="replace").strip().rpartition("\n")[2]
                    raise DemoError(f"the worker ended: {tail}")
                if player.is_alive():
                    continue
                ended = ended or time.monotonic()
                quiet_since = max(ended, self._newest_at)
                if same(self._printer.known, expected) and time.monotonic() > quiet_since + _QUIET:
                    return True
                if time.monotonic() > ended + _PATIENCE:
                    return False

    def _show(self, client: redis.Redis, last: str, player: Player) -> str:
        """Show what came to the stream after `last`; wait a moment if nothing did."""
        answer: Any = client.xread({STREAM: last}, count=50, block=200)
        for _, entries in answer or ():
            for entry, fields in entries:
                last = entry
                alert = msgspec.json.decode(fields["data"], type=Alert)
                if self._first_alert is None:
                    self._first_alert = self._seconds()
                self._revisions += 1
                self._newest_at = time.monotonic()
                self._printer.show(alert, player.seconds_since(alert))
        return last

    def _sum_up(self, expected: dict[str, Alert], complete: bool) -> None:
        printer = self._printer
        states = Counter((a.detector, a.state) for a in printer.known.values())
        firing = sum(count for (_, state), count in states.items() if state == "firing")
        printer.line(
            f"{self._events} events, {firing} alerts firing,"
            f" {len(printer.known) - firing} withdrawn, {self._revisions} revisions;"
            f" the first after {self._first_alert or 0:.0f} s, all after {self._seconds():.0f} s"
        )
        for detector in sorted({detector for detector, _ in states}):
            withdrawn = states[detector, "withdrawn"]
            printer.line(
                f"  {detector:28} {states[detector, 'firing']} firing"
                + (f", {withdrawn} withdrawn" if withdrawn else "")
            )
        if complete:
            printer.line(f"Redis has exactly what {_REPLAY} finds firing in the same events.")
        else:
            ours, theirs = what_fires(printer.known), what_fires(expected)
            missing = [id_ for id_, said in theirs.items() if ours.get(id_) != said]
            beyond = ours.keys() - theirs.keys()
            printer.line(
                f"NOT what {_REPLAY} finds firing in the same events: {len(missing)} missing or"
                f" different, {len(beyond)} beyond it, after {_PATIENCE:.0f} s"
            )
        printer.line()

    def _try_next(
        self, config: Path, bootstrap: str, url: str, port: int, played: Rebased, *, keep: bool
    ) -> None:
        line = self._printer.line
        examples = [str(_short(file)) for file in story()]
        line("What to try next:")
        if keep:
            line(f"  offbook alerts list --config {config}    (OFFBOOK_TOKEN is the token above)")
            line(f"  redis-cli -u {url} zrevrange '{OPEN}' 0 -1 withscores")
            line(f"  curl http://{LOOPBACK}:{port}/metrics")
            line(f"  offbook produce --config {config} my-events.ndjson")
            line(f"  offbook replay {played.reference} {played.events} | head -1")
            line(f"  (Kafka on {bootstrap}; Ctrl-C ends everything)")
            return
        line(f"  offbook replay {' '.join(examples)}    the same, without Kafka")
        line(f"  offbook validate {examples[1]}    what would be wrong with your own events")
        line("  offbook detectors                   what is caught, and the numbers to set")
        line("  offbook demo --keep                 stay up: the desk, Kafka, Redis, /metrics")

    def _stay(self) -> None:
        try:
            while True:
                signal.pause()
        except KeyboardInterrupt:
            pass

    @contextmanager
    def _status(self, text: str) -> Iterator[None]:
        if self._printer.console is None:
            yield
        else:
            with self._printer.console.status(text):
                yield

    def _seconds(self) -> float:
        return time.monotonic() - self._started


def _short(path: Path) -> Path:
    try:
        return path.relative_to(Path.cwd())
    except ValueError:
        return path
