"""The nine questions in Quix Streams: facts go to a topic keyed by entity, states to RocksDB.

with_quix.py --bootstrap HOST:PORT --prefix PREFIX --states FOLDER
"""

from __future__ import annotations

import argparse
import json
from typing import Any

from quixstreams import Application  # type: ignore[import-not-found]

from bench.peers.python import questions

#: It stops when nothing has come for so many seconds.
QUIET = 15.0


def judged(keyed: list[Any], states: Any) -> list[list[Any]]:
    key, fact = keyed
    state: questions.State = states.get("state") or {}
    found = questions.judge(state, tuple(fact))
    states.set("state", state)
    return [[key, *alert] for alert in found]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--bootstrap", "--prefix", "--states"):
        parser.add_argument(name)
    chosen = parser.parse_args()
    app = Application(
        broker_address=chosen.bootstrap,
        consumer_group=f"{chosen.prefix}quix",
        auto_offset_reset="earliest",
        state_dir=chosen.states,
        loglevel="WARNING",
    )
    facts = app.topic(f"{chosen.prefix}quix.facts", value_serializer="json", key_serializer="str")
    alerts = app.topic(f"{chosen.prefix}quix.alerts", value_serializer="json")
    for name in questions.TOPICS:
        topic = app.topic(chosen.prefix + name, value_deserializer="json")
        routed = app.dataframe(topic).apply(questions.route, expand=True)
        routed.to_topic(facts, key=lambda keyed: keyed[0])
    app.dataframe(facts).apply(judged, stateful=True, expand=True).to_topic(alerts)
    app.run(timeout=QUIET, collect=False)
    print(json.dumps(questions.progress), flush=True)


if __name__ == "__main__":
    main()
