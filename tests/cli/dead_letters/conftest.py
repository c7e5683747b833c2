"""Topics of each test's own on the broker of the run."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.settings.loading import load
from streams.wire.topics import create_topics
from tests.cli.dead_letters.installation import Installation
from tests.conftest import RunningKafka


@pytest.fixture
def installation(kafka: RunningKafka, topic_prefix: str, tmp_path: Path) -> Installation:
    variables = {
        "OFFBOOK_KAFKA_BOOTSTRAP": kafka.bootstrap,
        "OFFBOOK_TOPIC_PREFIX": topic_prefix,
        "OFFBOOK_SOURCE_PARTITIONS": "2",
    }
    create_topics(load(None, variables))
    config = tmp_path / "offbook.toml"
    lines = (f'{name[8:].lower()} = "{value}"' for name, value in variables.items())
    config.write_text("\n".join(lines).replace('"2"', "2"), "utf-8")
    return Installation(kafka.bootstrap, topic_prefix, config)
