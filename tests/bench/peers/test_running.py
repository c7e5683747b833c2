"""Programs that are run to their end and what they need."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from bench.peers import fetching, nine, running
from bench.peers.running import FailedError, marks_in, one_core, ran
from detectors.rules.catalogue import BY_ID
from streams.settings.loading import configured_detectors, load
from tests.parts.apache_kafka import LIBS_VARIABLE


def test_marks_are_found_among_other_output() -> None:
    said = 'starting\n{"cpu_at_first": 8.250}\n["C-1", "chat-burst"]\n{"read": 300}\n'
    assert marks_in(said) == {"cpu_at_first": 8.25, "read": 300.0}


def test_what_a_program_used_is_counted_from_its_mark(tmp_path: Path) -> None:
    program = """
import json, time
while time.process_time() < 0.3: pass
print(json.dumps({"cpu_at_first": time.process_time()}))
print("x" * 5000)
print(json.dumps({"read": 7}))
"""
    used = ran([sys.executable, "-c", program], tmp_path / "out")
    assert used.read == 7
    assert 0 <= used.cpu < used.whole
    assert used.whole - used.cpu >= 0.3
    assert used.mib > 1


def test_one_that_ends_badly_says_why(tmp_path: Path) -> None:
    with pytest.raises(FailedError, match=r"ended with 3: no brokers"):
        ran(
            [sys.executable, "-c", "import sys; sys.stderr.write('no brokers'); sys.exit(3)"],
            tmp_path / "out",
        )


def test_one_that_does_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_PATIENCE", 0.5)
    program = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"
    with pytest.raises(FailedError, match="has not ended"):
        ran([sys.executable, "-c", program], tmp_path / "out")
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "out").read_text()), 0)


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="only Linux binds to cores")
def test_what_is_started_on_one_core_has_one(tmp_path: Path) -> None:
    before = os.sched_getaffinity(0)
    with one_core():
        ran(
            [sys.executable, "-c", "import os; print(len(os.sched_getaffinity(0)))"],
            tmp_path / "out",
        )
    assert (tmp_path / "out").read_text() == "1\n"
    assert os.sched_getaffinity(0) == before


def test_the_nine_are_detectors_and_all_others_are_off(tmp_path: Path) -> None:
    file = tmp_path / "nine.toml"
    file.write_text(nine.settings())
    assert set(nine.NINE) <= BY_ID.keys()
    on = configured_detectors(load(file, {}))
    assert sorted(it.id for it in on) == sorted(nine.NINE)


def test_what_is_made_is_made_anew_only_when_its_sources_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "ROOT", tmp_path)
    source, folder, made = tmp_path / "pom.xml", tmp_path / "jars", []

    def make(folder: Path) -> None:
        made.append([it.name for it in folder.iterdir()])
        (folder / "a.jar").touch()

    source.write_text("1")
    for text in ("1", "1", "2"):
        source.write_text(text)
        fetching.made(folder, [source], make)
    assert made == [[], []]


def test_what_fails_to_be_made_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "ROOT", tmp_path)
    tried = []

    def make(folder: Path) -> None:
        tried.append(folder)
        raise fetching.UnavailableError("no mvn on the PATH (Maven)")

    for _ in range(2):
        with pytest.raises(fetching.UnavailableError):
            fetching.made(tmp_path / "jars", [], make)
    assert len(tried) == 2


def test_a_program_that_is_absent_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "ROOT", tmp_path)
    monkeypatch.setattr(fetching, "BUILD", tmp_path / "build")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(fetching.UnavailableError, match=r"no mvn on the PATH \(Maven\)"):
        fetching.flink()


def test_a_broker_that_is_named_needs_no_jars(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP", "localhost:9092")
    monkeypatch.delenv(LIBS_VARIABLE, raising=False)
    fetching.kafka()
    assert LIBS_VARIABLE not in os.environ
