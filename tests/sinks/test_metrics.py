"""The figures, as Prometheus reads them, against the contract."""

from __future__ import annotations

import math
from typing import Any

import pytest
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as parse_openmetrics,
)
from prometheus_client.parser import text_string_to_metric_families as parse

from contract.kinds import SOURCE_TOPICS
from sinks.metrics.feeds import FeedFigure
from sinks.metrics.metrics import Metrics

DETECTORS = {"offbook-payment": ("critical",), "callback-mismatch": ("warning", "critical")}

#: contract.md, section 2: name of the family, type, labels in order of name.
CONTRACT = {
    ("offbook_events", "counter", ("outcome", "topic")),
    ("offbook_alerts", "counter", ("detector", "severity")),
    ("offbook_open_alerts", "gauge", ("severity",)),
    ("offbook_detection_latency_seconds", "histogram", ()),
    ("offbook_stream_time_seconds", "gauge", ("partition",)),
    ("offbook_reference_entries", "gauge", ("kind",)),
}
OURS = {
    ("offbook_detector_failures", "counter", ("detector",)),
    ("offbook_state_evictions", "counter", ("detector",)),
    ("offbook_silent_detectors", "gauge", ("detector",)),
    ("offbook_refused_detectors", "gauge", ("detector",)),
    ("offbook_detectors_set_aside", "counter", ("detector",)),
    ("offbook_events_without_reference", "counter", ("detector",)),
    ("offbook_events_kept_out", "counter", ("topic",)),
    ("offbook_backdated_withdrawals", "counter", ()),
    ("offbook_undelivered_alerts", "gauge", ()),
    ("offbook_redis_up", "gauge", ()),
    ("offbook_redis_missing_revisions", "gauge", ()),
    ("offbook_kafka_up", "gauge", ()),
    ("offbook_consumer_lag_records", "gauge", ("topic",)),
    ("offbook_canary_sent_timestamp_seconds", "gauge", ()),
    ("offbook_canary_seen_timestamp_seconds", "gauge", ()),
    ("offbook_costliest_entity_seconds", "gauge", ("kind",)),
    ("offbook_build_info", "gauge", ("version",)),
    ("offbook_shadow_alerts", "counter", ("detector", "severity")),
    ("offbook_open_shadow_alerts", "gauge", ("severity",)),
    ("offbook_suppressed_alerts", "counter", ("detector",)),
    ("offbook_keyed_applied_timestamp_seconds", "gauge", ("partition",)),
    ("offbook_entities_set_aside", "gauge", ("partition",)),
    ("offbook_recovery_offsets_left", "gauge", ("partition",)),
    ("offbook_recovery_progress_timestamp_seconds", "gauge", ()),
    ("offbook_set_aside_inputs", "counter", ()),
    ("offbook_feed_last_event_timestamp_seconds", "gauge", ("partition", "topic")),
    ("offbook_feed_last_heartbeat_timestamp_seconds", "gauge", ("partition", "topic")),
    ("offbook_feed_complete_timestamp_seconds", "gauge", ("partition", "topic")),
    ("offbook_feed_end_reached_timestamp_seconds", "gauge", ("partition", "topic")),
    ("offbook_feed_silent", "gauge", ("partition", "topic")),
    ("offbook_alertmanager_up", "gauge", ()),
    ("offbook_alertmanager_pushed", "counter", ("outcome",)),
    ("offbook_alertmanager_last_full_push_timestamp_seconds", "gauge", ()),
    ("offbook_config_last_reload_successful", "gauge", ()),
    ("offbook_config_last_reload_success_timestamp_seconds", "gauge", ()),
}


def full() -> Metrics:
    """Metrics whose every figure is known."""
    metrics = Metrics(detectors=DETECTORS)
    metrics.events.count("payments", "accepted", 3)
    metrics.alerts.new("offbook-payment", "critical")
    metrics.alerts.open({"critical": 2})
    metrics.alerts.latency(0.2)
    metrics.partitions.stream_time(3, 1_772_442_900_500_000)
    metrics.partitions.applied(3, 1_772_442_901.5)
    metrics.canary.sent(1_772_442_960_000_000)
    metrics.canary.seen(1_772_442_900_500_000)
    metrics.entities.looked({"employee": 0.2})
    metrics.partitions.set_aside(3, 1)
    metrics.partitions.dropped_for_set_aside(2)
    metrics.recovery.left({3: 5_000})
    metrics.recovery.progress(1_772_442_900.5)
    metrics.feeds.show({("tips", 0): FeedFigure(1.0, 2.0, 3.0, 4.0, 0)})
    metrics.detectors.reference_entries("accounts", 4)
    metrics.detectors.failed("offbook-payment")
    metrics.detectors.evicted("offbook-payment", 5)
    metrics.detectors.silent("offbook-payment", True)
    metrics.detectors.own([], ["own-night-discount"])
    metrics.alerts.undelivered(6)
    metrics.alerts.redis_up(True)
    metrics.alerts.missing(53)
    metrics.kafka.up(False)
    metrics.kafka.lag({"payments": 8})
    metrics.alerts.open_shadow({"warning": 7})
    metrics.alertmanager.up(True)
    metrics.alertmanager.full(1_772_442_900.5)
    metrics.settings_file.taken(1_772_442_900.5)
    return metrics


def families(metrics: Metrics) -> dict[str, Metric]:
    return {f.name: f for f in parse(metrics.exposition()[0].decode())}


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    for family in families(metrics).values():
        for sample in family.samples:
            if sample.name == name and sample.labels == labels:
                return sample.value
    return None


def test_names_types_and_labels_are_those_of_the_contract_and_no_others() -> None:
    found = {
        (name, family.type, tuple(sorted(family.samples[0].labels.keys() - {"le"})))
        for name, family in families(full()).items()
        if name.startswith("offbook_")
    }
    assert found == CONTRACT | OURS


def test_every_figure_arrives_as_it_was_given() -> None:
    metrics = full()
    assert value(metrics, "offbook_events_total", topic="payments", outcome="accepted") == 3
    assert (
        value(metrics, "offbook_alerts_total", detector="offbook-payment", severity="critical") == 1
    )
    assert value(metrics, "offbook_open_alerts", severity="critical") == 2
    assert value(metrics, "offbook_open_alerts", severity="info") == 0
    assert value(metrics, "offbook_detection_latency_seconds_bucket", le="0.25") == 1
    assert value(metrics, "offbook_detection_latency_seconds_bucket", le="0.15") == 0
    assert value(metrics, "offbook_stream_time_seconds", partition="3") == 1_772_442_900.5
    assert value(metrics, "offbook_reference_entries", kind="accounts") == 4
    assert value(metrics, "offbook_state_evictions_total", detector="offbook-payment") == 5
    assert value(metrics, "offbook_undelivered_alerts") == 6
    assert value(metrics, "offbook_redis_up") == 1
    assert value(metrics, "offbook_redis_missing_revisions") == 53
    assert value(metrics, "offbook_canary_sent_timestamp_seconds") == 1_772_442_960
    assert value(metrics, "offbook_canary_seen_timestamp_seconds") == 1_772_442_900.5
    assert value(metrics, "offbook_costliest_entity_seconds", kind="employee") == 0.2
    assert value(metrics, "offbook_kafka_up") == 0
    assert value(metrics, "offbook_consumer_lag_records", topic="payments") == 8
    assert value(metrics, "offbook_open_shadow_alerts", severity="warning") == 7
    assert value(metrics, "offbook_config_last_reload_successful") == 1


def test_every_counter_that_can_count_starts_at_zero() -> None:
    metrics = Metrics(detectors=DETECTORS)
    for topic in SOURCE_TOPICS:
        for outcome in ("accepted", "late", "duplicate", "dead_letter"):
            assert value(metrics, "offbook_events_total", topic=topic, outcome=outcome) == 0
    for detector, severities in DETECTORS.items():
        for severity in severities:
            labels = {"detector": detector, "severity": severity}
            assert value(metrics, "offbook_alerts_total", **labels) == 0
    assert (
        value(metrics, "offbook_events_total", topic="offbook.alerts", outcome="dead_letter") == 0
    )


@pytest.mark.parametrize(
    ("audience", "counted"),
    [
        ("live", "offbook_alerts_total"),
        ("shadow", "offbook_shadow_alerts_total"),
        ("suppressed", "offbook_suppressed_alerts_total"),
    ],
)
def test_an_alert_is_counted_for_its_audience_and_for_no_other(audience: Any, counted: str) -> None:
    metrics = Metrics(detectors=DETECTORS)
    metrics.alerts.new("offbook-payment", "critical", audience)
    page = metrics.exposition()[0].decode()
    ones = [line for line in page.splitlines() if line.endswith(" 1.0") and "_alerts_" in line]
    assert [line.partition("{")[0] for line in ones] == [counted]
    assert all('detector="offbook-payment"' in line for line in ones)


def test_a_refused_file_leaves_when_the_last_good_one_was_taken() -> None:
    metrics = Metrics()
    metrics.settings_file.taken(5.0)
    metrics.settings_file.refused()
    assert value(metrics, "offbook_config_last_reload_successful") == 0
    assert value(metrics, "offbook_config_last_reload_success_timestamp_seconds") == 5.0


def test_what_is_not_known_yet_is_not_said_to_be_zero() -> None:
    metrics = Metrics(detectors=DETECTORS)
    for name in (
        "offbook_redis_up",
        "offbook_redis_missing_revisions",
        "offbook_kafka_up",
        "offbook_canary_sent_timestamp_seconds",
        "offbook_canary_seen_timestamp_seconds",
        "offbook_costliest_entity_seconds",
        "offbook_consumer_lag_records",
        "offbook_undelivered_alerts",
        "offbook_open_alerts",
        "offbook_config_last_reload_successful",
    ):
        assert not [
            sample
            for f in families(metrics).values()
            for sample in f.samples
            if sample.name == name
        ]


def test_no_word_from_outside_becomes_a_label() -> None:
    metrics = Metrics(detectors=DETECTORS)
    metrics.events.count("王伟", "dead_letter")
    metrics.alerts.new("e-7", "info")
    metrics.detectors.failed("c-9")
    page = metrics.exposition()[0].decode()
    assert not any(word in page for word in ("王伟", "e-7", "c-9"))
    assert value(metrics, "offbook_events_total", topic="other", outcome="dead_letter") == 1
    assert value(metrics, "offbook_alerts_total", detector="other", severity="info") == 1


def test_a_partition_that_has_moved_leaves_no_standing_stream_time() -> None:
    metrics = full()
    metrics.partitions.forget(3)
    metrics.partitions.forget(8)
    assert value(metrics, "offbook_stream_time_seconds", partition="3") is None
    assert value(metrics, "offbook_keyed_applied_timestamp_seconds", partition="3") is None


def test_a_feed_that_another_router_reads_now_leaves_nothing_standing() -> None:
    metrics = Metrics()
    tips, crm = ("tips", 0), ("crm.edits", 1)
    known = FeedFigure(1.0, 2.0, 3.0, 4.0, 1)
    metrics.feeds.show({tips: known, crm: known})
    metrics.feeds.show({crm: known._replace(complete_to=None, last_event=9.0, silent=0)})
    for name in ("last_event_timestamp_seconds", "silent"):
        assert value(metrics, f"offbook_feed_{name}", topic="tips", partition="0") is None
    crm_is = {
        name: value(metrics, f"offbook_feed_{name}", topic="crm.edits", partition="1")
        for name in ("last_event_timestamp_seconds", "complete_timestamp_seconds", "silent")
    }
    assert crm_is == {
        "last_event_timestamp_seconds": 9.0,
        "complete_timestamp_seconds": None,
        "silent": 0.0,
    }


def test_a_clock_that_is_behind_does_not_make_latency_negative() -> None:
    metrics = Metrics()
    metrics.alerts.latency(-3.0)
    assert value(metrics, "offbook_detection_latency_seconds_sum") == 0


def test_two_sets_of_metrics_live_in_one_process() -> None:
    one, other = full(), Metrics(detectors=DETECTORS)
    one.events.count("tips", "late")
    assert value(other, "offbook_events_total", topic="tips", outcome="late") == 0


@pytest.mark.parametrize("accept", ["application/openmetrics-text; version=1.0.0", "*/*"])
def test_it_can_be_read_in_both_formats(accept: str) -> None:
    page, content_type = full().exposition(accept)
    reader = parse_openmetrics if "openmetrics" in content_type else parse
    samples = [sample for family in reader(page.decode()) for sample in family.samples]
    assert all(math.isfinite(sample.value) for sample in samples)
    assert not [sample for sample in samples if sample.name.endswith("_created")]
