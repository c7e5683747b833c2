"""Events on the topics of one Apache Kafka, the same for all programs of a round."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from bench.end_to_end import PARTITIONS, EndToEnd
from bench.mix import Mix
from bench.mix_company import reference
from bench.peers import nine
from bench.peers.contest import Contest
from bench.peers.running import Used, ran
from contract.times import DAY

_MIB = 1024 * 1024


class Round(EndToEnd):
    """One round: Offbook goes first, for it has the reference documents read before it is sent the
    events. The others find both on the topics and read them to their ends."""

    def offbook(self, events: int) -> Used:
        """A router and a monitor with nine detectors. They raise alerts on Kafka, as the others do;
        what brings them on to Redis is not part of it."""
        return asyncio.run(self._offbook(events))

    async def _offbook(self, events: int) -> Used:
        config = self._folder / "nine.toml"
        config.write_text(nine.settings())
        self._environment |= {"OFFBOOK_CONFIG": str(config), "OFFBOOK_IDLE_AFTER": "1d"}
        await self._create_topics()
        start = self._now - 23 * DAY
        documents, _ = await self._produce(reference(start=start))
        with self._monitors(1) as [monitor]:
            await self._ready([monitor], documents)
            mix = Mix(events, start=start, run="1-")
            done = await self._pass([monitor], "Offbook", mix, start + 10 * DAY)
            whole = done.router.whole + monitor.processor_seconds()
            peak = (done.router.peak + monitor.peak()) / _MIB
        return Used(done.used * events, whole, peak, None)

    def flink(self, command: list[str]) -> Used:
        """With a task for each of two cores."""
        options = {
            "checkpoints": self._folder / "checkpoints",
            "parallelism": 2,
            "bootstrap": self._bootstrap,
            "prefix": self._prefix,
        }
        options_ = [f"--{name}={value}" for name, value in options.items()]
        return self._ran("flink", [*command, *options_])

    def bytewax(self, command: list[str]) -> Used:
        """One worker."""
        return self._ran("bytewax", [*command, *self._where()])

    def quix(self, command: list[str]) -> Used:
        """One process."""
        states = self._folder / "quix-states"
        shutil.rmtree(states, ignore_errors=True)
        return self._ran("quix", [*command, *self._where(), "--states", str(states)])

    def _where(self) -> list[str]:
        return ["--bootstrap", self._bootstrap, "--prefix", self._prefix]

    def _ran(self, name: str, command: list[str]) -> Used:
        asyncio.run(self._create(f"{name}.alerts"))
        return ran(command, self._folder / f"{name}.log")

    async def _create(self, topic: str) -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=self._bootstrap)
        await admin.start()
        try:
            await admin.create_topics([NewTopic(self._prefix + topic, PARTITIONS, 1)])
        finally:
            await admin.close()


def on_kafka(
    bootstrap: str,
    redis_url: str,
    folder: Path,
    commands: dict[str, list[str]],
    events: int,
    rounds: int,
) -> Contest:
    """The mix, so many rounds. `commands` are those of the peers that can run here, by name."""
    contest = Contest("the mix, on Kafka", events, "Flink")
    for number in range(rounds):
        round_ = Round(bootstrap, redis_url, folder)
        contest.round(number, {"Offbook": partial(round_.offbook, events)})
        methods = {"Flink": round_.flink, "Bytewax": round_.bytewax, "Quix Streams": round_.quix}
        others: dict[str, Callable[[], Used]] = {
            name: partial(method, commands[name])
            for name, method in methods.items()
            if name in commands
        }
        if others:
            contest.round(number, others)
    return contest
