"""The nine questions in Bytewax: one stateful step, keyed by entity.

with_bytewax.py --events FILE --alerts FILE
with_bytewax.py --bootstrap HOST:PORT --prefix PREFIX
"""

from __future__ import annotations

import argparse
import json
from typing import Any

import bytewax.operators as op  # type: ignore[import-not-found]
from bytewax.connectors.files import FileSink, FileSource  # type: ignore[import-not-found]
from bytewax.connectors.kafka import (  # type: ignore[import-not-found]
    KafkaSink,
    KafkaSinkMessage,
    KafkaSource,
)
from bytewax.dataflow import Dataflow  # type: ignore[import-not-found]
from bytewax.run import cli_main  # type: ignore[import-not-found]

from bench.peers.python import questions


def judged(
    state: questions.State | None, fact: questions.Fact
) -> tuple[questions.State, list[questions.Alert]]:
    state = {} if state is None else state
    return state, questions.judge(state, fact)


def nine_questions(events: Any) -> Any:
    """From documents to alerts, both in JSON."""
    facts = op.flat_map("route", events, lambda document: questions.route(json.loads(document)))
    found = op.flat_map_value("each", op.stateful_map("judge", facts, judged), lambda them: them)
    return op.map("json", found, lambda it: (it[0], json.dumps([it[0], *it[1]])))


def from_files(flow: Any, events: str, alerts: str) -> None:
    found = nine_questions(op.input("in", flow, FileSource(events)))
    op.output("out", found, FileSink(alerts))


def from_kafka(flow: Any, bootstrap: str, prefix: str) -> None:
    topics = [prefix + topic for topic in questions.TOPICS]
    source = KafkaSource([bootstrap], topics, tail=False, batch_size=1000)
    documents = op.map("value", op.input("in", flow, source), lambda record: record.value)
    found = op.map(
        "record",
        nine_questions(documents),
        lambda it: KafkaSinkMessage(it[0].encode(), it[1].encode()),
    )
    op.output("out", found, KafkaSink([bootstrap], f"{prefix}bytewax.alerts"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--events", "--alerts", "--bootstrap", "--prefix"):
        parser.add_argument(name)
    chosen = parser.parse_args()
    flow = Dataflow("nine")
    if chosen.bootstrap:
        from_kafka(flow, chosen.bootstrap, chosen.prefix)
    else:
        from_files(flow, chosen.events, chosen.alerts)
    cli_main(flow)
    print(json.dumps(questions.progress), flush=True)


if __name__ == "__main__":
    main()
