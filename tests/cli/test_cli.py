from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from detectors.rules.catalogue import DETECTORS
from offbook import __version__
from offbook.cli.demo.embedded import EmbeddedRedis
from offbook.cli.demo.server_process import free_port
from offbook.cli.explain import documentation
from tests.cli.commands import (
    BAD,
    REFERENCE,
    ROOT,
    STORY,
    alerts,
    environment,
    firing,
    offbook,
    standing,
    story_replayed,
)
from tests.conftest import RunningKafka

NOWHERE = "127.0.0.1:1"


def test_help_and_version_are_there() -> None:
    done = offbook("--help")
    assert done.returncode == 0
    commands = "demo worker topics produce validate replay simulate score tune explain detectors"
    for command in [*commands.split(), "robots"]:
        assert f"  {command} " in done.stdout
    assert offbook("--version").stdout == f"offbook {__version__}\n"


def test_help_imports_nothing_heavy() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "offbook", "--help"],
        capture_output=True,
        text=True,
        env=environment(),
        check=True,
    )
    for heavy in ("faust", "aiokafka", "kafka", "redis", "msgspec", "detectors"):
        assert f" {heavy}\n" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["replai"], "Did you mean 'replay'"),
        (["replay"], "Missing argument"),
        (["replay", STORY, "--until", "yesterday"], "--until: expected a time with an offset"),
        (["replay", STORY, "--until", "2026-03-22T20:00:00"], "2026-03-22T20:00:00 has no offset"),
        (["replay", STORY, "--until", "2026-02-30T20:00:00Z"], "--until: there is no 2026-02-30: "),
        (["replay", STORY, "--until", "2026-03-22"], "--until: 2026-03-22 is a day and no time: "),
        (["simulate", "--start", "2026-02-30"], "--start: there is no 2026-02-30: February 2026"),
        (["replay", STORY, "--detector", "bulk-delte"], "did you mean bulk-delete?"),
        (["replay", STORY, "-", "-"], "standard input can be named only once"),
        (["replay", "/nowhere"], "offbook: /nowhere: cannot be read: No such file or directory"),
        (["validate", "/nowhere"], "offbook: /nowhere: cannot be read: No such file or directory"),
        (["produce", STORY, "--dry-run", "--rebase", "then"], "--rebase: expected a time"),
        (["produce", STORY, "--dry-run", "--rate", "0"], "--rate: must be more than 0"),
        (["detectors", "chat-bursts"], "there is no detector chat-bursts; did you mean chat-burst"),
        (
            ["detectors", "bulk-delete-272e4432bfe33432"],
            "is an alert's id: `offbook explain bulk-delete-272e4432bfe33432` tells of it",
        ),
        (["worker", "--role", "rooter"], "there is no role rooter: router, monitor, delivery"),
        (["worker", "--config", "/nowhere.toml"], "/nowhere.toml: cannot be read"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line_and_status_two(
    arguments: list[str], says: str
) -> None:
    done = offbook(*arguments)
    assert done.returncode == 2
    assert says in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_an_unknown_setting_stops_every_command_with_the_nearest_known_name() -> None:
    for arguments in (["topics", "create"], ["worker"], ["replay", STORY], ["produce", STORY]):
        done = offbook(*arguments, OFFBOOK_KAFKA_BOOTSTAP="a:1")
        assert done.returncode == 2
        assert done.stderr == (
            "offbook: OFFBOOK_KAFKA_BOOTSTAP: unknown setting;"
            " did you mean OFFBOOK_KAFKA_BOOTSTRAP?\n"
        )


@pytest.mark.parametrize("arguments", [["topics", "create"], ["produce", STORY]])
def test_a_broker_that_is_not_there_is_one_line(arguments: list[str]) -> None:
    done = offbook(*arguments, OFFBOOK_KAFKA_BOOTSTRAP=NOWHERE, OFFBOOK_METRICS_PORT="0")
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert f"Kafka does not answer at {NOWHERE}" in last
    assert "Traceback" not in done.stderr


def test_validate_says_where_what_and_how_to_mend_it() -> None:
    done = offbook("validate", BAD)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert len(lines) == len(Path(BAD).read_text("utf-8").splitlines())
    assert lines[11].startswith(f"{BAD}:12: data.payee_account: `data.payee_account` is missing; ")
    assert done.stderr == f"0 good, {len(lines)} bad\n"


def test_validate_is_quiet_about_what_is_good_and_notes_repeats() -> None:
    done = offbook("validate", REFERENCE, "-", stdin=Path(STORY).read_bytes() * 2)
    assert (done.returncode, done.stdout) == (0, "")
    assert "0 bad" in done.stderr
    assert "repeat another" in done.stderr


def test_replay_prints_alerts_and_nothing_else() -> None:
    done = offbook("replay", REFERENCE, STORY)
    assert done.returncode == 0
    revisions = alerts(done.stdout)
    assert list(revisions[0]) == [
        "alert_id",
        "revision",
        "detector",
        "severity",
        "state",
        "score",
        "title",
        "summary",
        "employee",
        "customer",
        "order",
        "account",
        "first_event_at",
        "last_event_at",
        "detected_at",
        "evidence",
        "mode",
        "rule",
        "suppressed",
        "account_holder",
    ]
    assert {alert["mode"] for alert in revisions} == {"replay"}
    assert "0 bad lines" in done.stderr
    assert f"({len(revisions)} revisions)" in done.stderr


def test_replay_finds_the_frauds_the_story_tells() -> None:
    told = json.loads((ROOT / "examples" / "frauds.json").read_text("utf-8"))
    expected = {
        (alert["detector"], alert["employee"], alert["customer"], alert["order"], alert["state"])
        for tale in [*told["frauds"], *told.get("others", [])]
        for alert in tale["alerts"]
    }
    newest = {alert["alert_id"]: alert for alert in alerts(story_replayed())}
    found = {
        (alert["detector"], alert["employee"], alert["customer"], alert["order"], alert["state"])
        for alert in newest.values()
    }
    assert found >= expected


def test_replay_reads_standard_input_as_it_reads_files() -> None:
    both = Path(STORY).read_bytes() + Path(REFERENCE).read_bytes()
    assert offbook("replay", "-", stdin=both).stdout == story_replayed()


def test_replay_goes_on_past_bad_lines_and_counts_them() -> None:
    done = offbook("replay", BAD, REFERENCE, STORY)
    assert done.returncode == 0
    assert standing(done.stdout) == standing(story_replayed())
    assert "26 bad lines" in done.stderr
    assert f"{BAD}:1: " in done.stderr


def test_replay_runs_only_the_detectors_asked_for_with_the_parameters_set(tmp_path: Path) -> None:
    config = tmp_path / "offbook.toml"
    config.write_text("[detectors.bulk-delete]\nthreshold = 44\n", encoding="utf-8")
    one = offbook("replay", REFERENCE, STORY, "--detector", "bulk-delete")
    assert {alert["detector"] for alert in alerts(one.stdout)} == {"bulk-delete"}
    two = offbook(
        "replay", REFERENCE, STORY, "--detector", "bulk-delete", "--detector", "chat-burst",
        "--config", str(config),
    )  # fmt: skip
    assert {alert["detector"] for alert in alerts(two.stdout)} == {"chat-burst"}
    stopped = offbook("replay", STORY, "--detector", "chat-burst", OFFBOOK_CONFIG=str(config))
    assert stopped.returncode == 0


def test_replay_does_not_take_a_mistyped_year_for_the_end_of_time(tmp_path: Path) -> None:
    mistyped = json.loads(Path(STORY).read_bytes().splitlines()[0])
    file = tmp_path / "mistyped.ndjson"
    file.write_text(json.dumps({**mistyped, "id": "x", "time": "2099-03-02T10:00:00Z"}), "utf-8")
    done = offbook("replay", str(file), REFERENCE, STORY)
    assert done.returncode == 0
    assert standing(done.stdout) == standing(story_replayed())
    assert done.stderr.startswith(f"{file}:1: time: `time` is more than 5 minutes ahead of")
    assert "1 bad lines" in done.stderr


def test_replay_until_reports_what_is_missing_by_then() -> None:
    early = standing(story_replayed())
    later = standing(
        offbook("replay", REFERENCE, STORY, "--until", "2026-04-22T20:00:00+08:00").stdout
    )
    assert early.keys() < later.keys()


@pytest.mark.parametrize("arguments", [["replay", REFERENCE, STORY], ["detectors"]])
def test_a_reader_that_goes_away_is_no_error(arguments: list[str]) -> None:
    command = [sys.executable, "-m", "offbook", *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 128 + signal.SIGPIPE  # as a shell says of what SIGPIPE ended


def test_detectors_lists_all_with_their_numbers() -> None:
    done = offbook("detectors")
    for detector in DETECTORS:
        assert f"{detector.id}  {detector.severity}" in done.stdout
        assert detector.title.zh in done.stdout
    assert 'window = "1h"  # duration: from the first delete of the run' in done.stdout


def test_detectors_tells_all_of_one_and_what_the_settings_make_of_it(tmp_path: Path) -> None:
    config = tmp_path / "offbook.toml"
    config.write_text("[detectors.bulk-delete]\nthreshold = 50\n", encoding="utf-8")
    done = offbook("detectors", "bulk-delete", "--config", str(config))
    assert "Looks the same:" in done.stdout
    assert "threshold = 50" in done.stdout
    assert "docs/runbooks/bulk-delete.md" in done.stdout


def test_detectors_shows_who_is_on_trial_and_which_allowances_end(tmp_path: Path) -> None:
    today = datetime.now(tz=UTC).date()
    gone, soon, later = (today + timedelta(days=n) for n in (-3, 5, 20))
    config = tmp_path / "offbook.toml"
    config.write_text(
        "[detectors.bulk-delete]\nmode = 'shadow'\n"
        + "".join(
            f"[[detectors.bulk-delete.allow]]\nemployee = 'E-107'\nuntil = {until}\n"
            f"reason = 'archive, {reason}'\n"
            for until, reason in ((gone, "first"), (later, "second"), (soon, "third"))
        ),
        encoding="utf-8",
    )
    said = offbook("detectors", "bulk-delete", "--config", str(config)).stdout
    lines = [line.strip() for line in said.splitlines()]
    assert lines[0] == "bulk-delete  critical  (shadow: wakes nobody)"
    assert "3 allowances" in lines
    end = "T23:59:59+08:00"
    assert [line for line in lines if line.startswith("allowance ")] == [
        f"allowance 1 expired {gone}{end}: archive, first",
        f"allowance 3 expires {soon}{end}: archive, third",
    ]
    assert "E-107" not in said
    [row] = json.loads(
        offbook("detectors", "bulk-delete", "--json", "--config", str(config)).stdout
    )
    assert (row["mode"], row["allowances"]) == ("shadow", 3)
    assert [(one["name"], one["expired"]) for one in row["ending"]] == [("1", True), ("3", False)]


def test_detectors_speak_to_machines() -> None:
    rows = json.loads(offbook("detectors", "--json").stdout)
    assert [row["id"] for row in rows] == [detector.id for detector in DETECTORS]
    assert all(row["enabled"] and row["text"] for row in rows)
    assert next(row["params"] for row in rows if row["id"] == "bulk-delete")


def test_a_terminal_that_knows_no_chinese_is_no_reason_to_fail() -> None:
    command = [sys.executable, "-m", "offbook", "detectors"]
    ascii_only = environment(PYTHONIOENCODING="ascii")
    assert subprocess.run(command, capture_output=True, env=ascii_only, check=False).returncode == 0


def test_produce_prints_what_it_would_send_and_replay_finds_the_same_in_it() -> None:
    printed = offbook("produce", REFERENCE, STORY, "--rebase", "now", "--dry-run")
    assert printed.returncode == 0
    moved = offbook("replay", "-", stdin=printed.stdout.encode())
    assert "0 bad lines" in moved.stderr
    assert sorted(alert["detector"] for alert in alerts(moved.stdout)) == sorted(
        alert["detector"] for alert in alerts(story_replayed())
    )


def test_produce_with_bad_lines_ends_with_status_one() -> None:
    done = offbook("produce", BAD, STORY, "--dry-run")
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == len(Path(STORY).read_text("utf-8").splitlines())
    assert "26 bad lines not sent" in done.stderr


@pytest.mark.integration
def test_topics_are_created_by_command_and_wrong_ones_end_with_status_one(
    kafka: RunningKafka, topic_prefix: str
) -> None:
    ours = {"OFFBOOK_KAFKA_BOOTSTRAP": kafka.bootstrap, "OFFBOOK_TOPIC_PREFIX": topic_prefix}
    missing = offbook("produce", STORY, **ours)
    assert missing.returncode == 1
    assert "run `offbook topics create`" in missing.stderr
    first = offbook("topics", "create", **ours)
    assert first.returncode == 0
    assert all(line.startswith("created ") for line in first.stdout.splitlines())
    assert "already there" in offbook("topics", "create", **ours).stdout
    wrong = offbook("topics", "create", OFFBOOK_KEYED_PARTITIONS="3", **ours)
    assert wrong.returncode == 1
    assert "has 4 partitions, not 3" in wrong.stdout
    sent = offbook("produce", REFERENCE, STORY, "--rebase", "now", **ours)
    assert sent.returncode == 0
    assert sent.stderr.startswith("748 sent (chat.keyword-hits ")


@pytest.mark.integration
@pytest.mark.parametrize("wrong", ["missing topics", "partitions", "evicting Redis"])
def test_a_worker_that_cannot_work_says_so_in_one_line(
    kafka: RunningKafka, topic_prefix: str, fresh_redis: EmbeddedRedis, wrong: str
) -> None:
    import redis

    ours = {
        "OFFBOOK_KAFKA_BOOTSTRAP": kafka.bootstrap,
        "OFFBOOK_TOPIC_PREFIX": topic_prefix,
        "OFFBOOK_GROUP_PREFIX": topic_prefix,
        "OFFBOOK_REDIS_URL": fresh_redis.url,
        "OFFBOOK_METRICS_PORT": "0",
    }
    expected = "run `offbook topics create`"
    if wrong != "missing topics":
        offbook("topics", "create", **ours)
    if wrong == "partitions":
        ours["OFFBOOK_KEYED_PARTITIONS"] = "3"
        expected = "has 4 partitions, not 3"
    elif wrong == "evicting Redis":
        with redis.Redis.from_url(fresh_redis.url) as client:
            client.config_set("maxmemory", "100mb")
            client.config_set("maxmemory-policy", "allkeys-lru")
        expected = "noeviction"
    done = offbook("worker", **ours)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert expected in done.stderr.splitlines()[-1]


def wait_until(condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.1)


@pytest.mark.integration
def test_the_service_finds_in_what_was_produced_what_replay_finds(
    kafka: RunningKafka, topic_prefix: str, redis_url: str, tmp_path: Path
) -> None:
    import redis

    config = tmp_path / "offbook.toml"
    config.write_text(
        f'kafka_bootstrap = "{kafka.bootstrap}"\nredis_url = "{redis_url}"\n'
        f'topic_prefix = "{topic_prefix}"\ngroup_prefix = "{topic_prefix}"\n'
        f'metrics_port = {free_port()}\nidle_after = "2s"\nrebalance_timeout = "6s"\n',
        encoding="utf-8",
    )
    moved = tmp_path / "moved.ndjson"
    moved.write_text(
        offbook("produce", REFERENCE, STORY, "--rebase", "now", "--dry-run").stdout, "utf-8"
    )
    expected = firing(offbook("replay", str(moved)).stdout)
    assert offbook("topics", "create", "--config", str(config)).returncode == 0
    assert offbook("produce", str(moved), "--config", str(config)).returncode == 0
    log = tmp_path / "worker.log"
    with log.open("wb") as stream:
        worker = subprocess.Popen(
            [sys.executable, "-m", "offbook", "worker", "--config", str(config)],
            stdout=stream,
            stderr=stream,
            env=environment(),
        )
    try:
        with redis.Redis.from_url(redis_url, decode_responses=True) as client:

            def landed() -> str:
                entries: list[tuple[str, dict[str, str]]] = client.xrange("{ob}:alerts")  # type: ignore[assignment]
                return "\n".join(fields["data"] for _, fields in entries)

            wait_until(
                lambda: worker.poll() is not None or firing(landed()) == expected, seconds=90
            )
            assert worker.poll() is None, log.read_text("utf-8")
            seen = [(alert["alert_id"], alert["revision"]) for alert in alerts(landed())]
            assert len(seen) == len(set(seen)), "a revision stands in the stream twice"
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=40) == 0, log.read_text("utf-8")
    finally:
        if worker.poll() is None:
            worker.kill()
            worker.wait()
    logged = log.read_text("utf-8")
    assert not any(name in logged for name in ("E121", "CU-10", "0000770000000555"))


def test_rendered_documents_are_current() -> None:
    assert documentation.stale(ROOT) == []


def test_a_stale_document_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert documentation.main(["--check"], tmp_path) == 1
    assert "docs/settings.md is stale" in capsys.readouterr().err
    assert documentation.main([], tmp_path) == 0
    assert documentation.main(["--check"], tmp_path) == 0
    (tmp_path / "docs" / "detectors.md").unlink()
    assert documentation.stale(tmp_path) == ["docs/detectors.md"]
