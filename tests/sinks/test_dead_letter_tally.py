"""One line a minute of dead letters, and nothing where none come."""

from __future__ import annotations

from structlog.testing import capture_logs

from sinks.dead_letter_tally import DeadLetterTally
from sinks.dead_letters import STAGE, TOPIC
from sinks.tally import EVERY


def test_the_first_is_told_at_once_and_what_follows_a_minute_later() -> None:
    tally = DeadLetterTally()
    with capture_logs() as logs:
        tally.tell(1000.0)
        for _ in range(3):
            # The last of a name is ours.
            tally.add(((TOPIC, b"lies"), (TOPIC, b"tips"), (STAGE, b"data")))
        tally.tell(1001.0)
        tally.add(((TOPIC, b"tips"), (STAGE, b"decode")))
        tally.add(((TOPIC, b"\xff"), (STAGE, None)))
        tally.tell(1000.0 + EVERY)
        assert len(logs) == 1
        tally.tell(1001.0 + EVERY)
        tally.tell(1001.0 + 2 * EVERY)
        tally.add(((TOPIC, b"tips"), (STAGE, b"decode")))
        tally.tell(1002.0 + EVERY, last=True)
    assert [(it["letters"], it["by"]) for it in logs] == [
        (3, {"tips data": 3}),
        (2, {"tips decode": 1, "\ufffd ": 1}),
        (1, {"tips decode": 1}),
    ]
    assert {it["log_level"] for it in logs} == {"warning"}
