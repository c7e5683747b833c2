"""What a stranger does: start a worker, produce the examples, and hold Redis against a replay."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from contract.kinds import REFERENCE_TOPICS
from detectors.rules.catalogue import BY_ID
from tests.conftest import RunningKafka
from tests.parts.story_service import StoryService, story_service, until

pytestmark = pytest.mark.integration


def _samples(service: StoryService, name: str) -> dict[tuple[str, ...], float]:
    """Label values, in order of label names, to the value of a metric."""
    return {
        tuple(value for _, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(service.metrics())
        for sample in family.samples
        if sample.name == name
    }


def test_a_running_worker_finds_in_the_story_exactly_what_replay_finds(
    kafka: RunningKafka, topic_prefix: str, redis_url: str, tmp_path: Path
) -> None:
    with story_service(kafka.bootstrap, redis_url, topic_prefix, tmp_path) as service:
        firing = [said for said in service.expected.values() if said[0] == "firing"]
        open_alerts = Counter(severity for _, severity, *_ in firing)

        def told() -> dict[tuple[str, ...], float]:
            return _samples(service, "offbook_open_alerts")

        until(
            lambda: told() == {(s,): open_alerts[s] for s in ("critical", "warning", "info")},
            15,
            lambda: str(told()),
        )
        raised = _samples(service, "offbook_alerts_total")
        by_detector: Counter[str] = Counter()
        for (detector, _), count in raised.items():
            by_detector[detector] += int(count)
        expected = Counter(id_.rsplit("-", 1)[0] for id_, said in service.expected.items())
        withdrawn = Counter(
            id_.rsplit("-", 1)[0]
            for id_, said in service.expected.items()
            if said[0] == "withdrawn"
        )
        for detector, count in expected.items():
            # What was withdrawn may have been so from its first revision, and then never fired.
            assert count - withdrawn[detector] <= by_detector[detector]
            # What is summed up of alerts may have begun with another of them for a moment.
            assert by_detector[detector] <= count or BY_ID[detector].weighs_alerts
        outcomes = _samples(service, "offbook_events_total")
        assert sum(outcomes.values()) == service.events
        assert not any(n for (outcome, _), n in outcomes.items() if outcome == "dead_letter")
        entries = _samples(service, "offbook_reference_entries")
        accepted = sum(outcomes["accepted", topic] for topic in REFERENCE_TOPICS)
        assert sum(entries.values()) == accepted
        logged = service.log.read_text("utf-8")
        assert not any(name in logged for name in ("E121", "CU-10", "0000770000000555"))
