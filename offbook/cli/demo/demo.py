"""`offbook demo`: a company's three weeks, played through a real broker, worker and Redis.

Nothing is assumed to be installed: broker and Redis are the embedded ones. What arrives in Redis
is held against what `offbook replay` finds in the same documents, and the difference is told.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any, ClassVar, Final

import msgspec
import redis

import offbook
from contract.alert import Alert
from contract.kinds import REFERENCE_TOPICS, SOURCE_TOPICS, STREAM_TOPICS
from offbook.cli.demo.embedded import EmbeddedKafka, EmbeddedRedis
from offbook.cli.demo.server_process import LOOPBACK, ServerProcess, free_port
from offbook.cli.files.produce import Destination, kafka_destination, produce
from offbook.cli.files.replay import replay
from offbook.cli.terminal import AlertPrinter
from sinks.redis.keys import OPEN, STREAM
from streams.settings.loading import configured_detectors, load
from streams.settings.settings import Settings
from streams.wire.topics import create_topics

#: One partition a source: with four, a rare event would wait for the quietest of them.
#: `idle_after` is short so that the last deadlines pass soon after the last event.
_CONFIG: Final = """\
kafka_bootstrap = "{bootstrap}"
redis_url = "{redis}"
metrics_port = {port}
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


class DemoError(RuntimeError):
    """The demo cannot run. One line."""

    retryable: ClassVar[bool] = True


class _Worker(ServerProcess):
    """`offbook worker` as anybody would start it, in a process of its own."""

    name = "worker"

    def __init__(self, config: Path, port: int, directory: Path) -> None:
        super().__init__(port=port, directory=directory, deadline=45.0)
        self._config = config

    def command(self) -> list[str]:
        return [sys.executable, "-m", "offbook", "worker", "--config", str(self._config)]

    def environment(self) -> dict[str, str]:
        # It starts in another directory, and offbook may be importable from this one only.
        paths = [str(Path(offbook.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
        return {"PYTHONPATH": os.pathsep.join(filter(None, paths))}

    def answers(self) -> bool:
        with urllib.request.urlopen(f"http://{LOOPBACK}:{self.port}/readyz", timeout=2):
            return True

    @property
    def alive(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None


def story() -> list[Path]:
    """The files of the bundled story: reference documents, then events."""
    package = Path(offbook.__file__).parent
    for folder in (package / "examples", package.parent / "examples"):
        files = [folder / "reference.ndjson", folder / "story.ndjson"]
        if all(file.is_file() for file in files):
            return files
    raise DemoError("the bundled story is not there: examples/story.ndjson")


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
        port = free_port()
        config = self._directory / "demo.toml"
        config.write_text(
            _CONFIG.format(bootstrap=kafka.bootstrap, redis=server.url, port=port), "utf-8"
        )
        settings = load(config, {})
        self._printer = printer = AlertPrinter(settings.timezone)
        printer.line(f"Kafka (Tansu, embedded) on {kafka.bootstrap}, Redis on {server.url}")
        if server.note:
            printer.line(server.note)
        create_topics(settings)
        played, expected = self._rebased(settings)
        with kafka_destination(settings, SOURCE_TOPICS) as destination:
            produce([str(played[0])], settings, destination, _nothing)
        worker = _Worker(config, port, self._directory)
        self._stack.callback(worker.kill)
        # Played from now on: a service that starts has a backlog, and the demo need not wait.
        player = _Player(settings, played[1], self._rate)
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
        complete = self._watch(worker, client, player, expected)
        self._sum_up(expected, complete)
        self._try_next(config, kafka.bootstrap, server.url, port, played, keep=keep)
        if keep:
            self._stay()
        return 0 if complete else 1

    def _rebased(self, settings: Settings) -> tuple[list[Path], dict[str, Alert]]:
        """The story moved so that it ends now, and what replay finds in it."""
        files = [str(file) for file in story()]
        played = [self._directory / file.name for file in story()]
        with played[0].open("wb") as reference, played[1].open("wb") as events:
            destination = _Apart(reference, events)
            done = produce(files, settings, destination, _nothing, rebase="now")
        self._events = sum(done.sent[topic] for topic in STREAM_TOPICS)
        found: dict[str, Alert] = {}
        replay(
            [str(file) for file in played],
            settings,
            configured_detectors(settings),
            lambda alert: found.__setitem__(alert.alert_id, alert),
            _nothing,
        )
        return played, found

    def _watch(
        self, worker: _Worker, client: redis.Redis, player: _Player, expected: dict[str, Alert]
    ) -> bool:
        """Show what lands in Redis while the story plays; whether all that is expected did."""
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
                if _same(self._printer.known, expected) and time.monotonic() > quiet_since + _QUIET:
                    return True
                if time.monotonic() > ended + _PATIENCE:
                    return False

    def _show(self, client: redis.Redis, last: str, player: _Player) -> str:
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
            ours, theirs = _firing(printer.known), _firing(expected)
            missing = [id_ for id_, said in theirs.items() if ours.get(id_) != said]
            beyond = ours.keys() - theirs.keys()
            printer.line(
                f"NOT what {_REPLAY} finds firing in the same events: {len(missing)} missing or"
                f" different, {len(beyond)} beyond it, after {_PATIENCE:.0f} s"
            )
        printer.line()

    def _try_next(
        self, config: Path, bootstrap: str, url: str, port: int, played: list[Path], *, keep: bool
    ) -> None:
        line = self._printer.line
        examples = [str(_short(file)) for file in story()]
        line("What to try next:")
        if keep:
            line(f"  redis-cli -u {url} zrevrange '{OPEN}' 0 -1 withscores")
            line(f"  curl http://{LOOPBACK}:{port}/metrics")
            line(f"  offbook produce --config {config} my-events.ndjson")
            line(f"  offbook replay {' '.join(map(str, played))} | head -1")
            line(f"  (Kafka on {bootstrap}; Ctrl-C ends everything)")
            return
        line(f"  offbook replay {' '.join(examples)}    the same, without Kafka")
        line(f"  offbook validate {examples[1]}    what would be wrong with your own events")
        line("  offbook detectors                   what is caught, and the numbers to set")
        line("  offbook demo --keep                 stay up to look into Kafka, Redis and /metrics")

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


class _Apart:
    """A destination that writes reference documents to one file and events to another."""

    def __init__(self, reference: IO[bytes], events: IO[bytes]) -> None:
        self._reference = reference
        self._events = events

    def send(self, topic: str, key: bytes, value: bytes) -> None:
        stream = self._reference if topic in REFERENCE_TOPICS else self._events
        stream.write(value + b"\n")

    def flush(self) -> None:
        pass


class _StoppedError(Exception):
    """The demo is ending."""


class _Player(threading.Thread):
    """Produces the events in the background, and is the destination that notes when each was sent.

    `failed` is the error that ended it before its time.
    """

    def __init__(self, settings: Settings, events: Path, rate: float) -> None:
        super().__init__(name="player", daemon=True)
        self.failed: BaseException | None = None
        self._settings = settings
        self._events = events
        self._rate = rate
        self._destination: Destination | None = None
        self._sent_at: dict[tuple[str, str], float] = {}
        self._stopping = threading.Event()

    def run(self) -> None:
        try:
            with kafka_destination(self._settings, SOURCE_TOPICS) as self._destination:
                produce([str(self._events)], self._settings, self, _nothing, rate=self._rate)
        except _StoppedError:
            pass
        except BaseException as error:  # noqa: BLE001 - told by the thread that watches
            self.failed = error

    def stop(self) -> None:
        """End it, and return when it has."""
        self._stopping.set()
        self.join(timeout=5)

    def send(self, topic: str, key: bytes, value: bytes) -> None:
        if self._stopping.is_set():
            raise _StoppedError
        assert self._destination is not None
        document = msgspec.json.decode(value, type=_Identity)
        self._sent_at.setdefault((document.source, document.id), time.monotonic())
        self._destination.send(topic, key, value)

    def flush(self) -> None:
        if self._destination is not None:
            self._destination.flush()

    def seconds_since(self, alert: Alert) -> float | None:
        """From when the newest event of its evidence was sent until now; None if it was not."""
        sent = [self._sent_at.get((fact.source, fact.id)) for fact in alert.evidence]
        known = [moment for moment in sent if moment is not None]
        return time.monotonic() - max(known) if known else None


class _Identity(msgspec.Struct):
    source: str
    id: str


def _same(known: dict[str, Alert], expected: dict[str, Alert]) -> bool:
    return _firing(known) == _firing(expected)


def _firing(alerts: dict[str, Alert]) -> dict[str, tuple[Any, ...]]:
    """What fires, and what it says: severity, score and evidence.

    What is withdrawn is left out: what was settled before it was noticed was never raised, and
    that depends on which of two events was read first.
    """
    return {
        id_: (
            alert.severity,
            alert.score,
            sorted((fact.source, fact.id) for fact in alert.evidence),
        )
        for id_, alert in alerts.items()
        if alert.state == "firing"
    }


def _short(path: Path) -> Path:
    try:
        return path.relative_to(Path.cwd())
    except ValueError:
        return path


def _nothing(_: str) -> None:
    pass
