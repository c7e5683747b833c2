"""`offbook explain`: what it says of real alerts, from a replay's output and a real Redis."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
import redis
from msgspec import structs

from contract.alert import Alert, Bilingual, Rule
from contract.duration import Duration
from contract.times import rfc3339
from desk.explain.explanation import explain
from desk.explain.runbooks import in_ten_seconds
from detectors.engine.engine import configured
from detectors.rules.catalogue import BY_ID
from detectors.rules.data.bulk_delete import DETECTOR
from offbook.cli.explain.explanation_text import show
from sinks.redis.keys import alert_key
from sinks.redis.sink import RedisSink
from tests.cli.commands import STORY, offbook, story_replayed
from tests.detectors.timeline import after, deletes, hr, only, payment, play
from tests.sinks.some_alerts import revisions as on_their_topic

GOLDEN = Path(__file__).parent / "golden"
BULK_DELETE = "bulk-delete-272e4432bfe33432"
LEAK = "leak-then-lost-80197eb141f8469d"
NINE = "2026-03-02 09:00"


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a replay of the bundled story writes."""
    file = tmp_path_factory.mktemp("replay") / "alerts.ndjson"
    file.write_text(story_replayed(), encoding="utf-8")
    return file


def revisions(file: Path, alert_id: str) -> list[Alert]:
    alerts = (
        msgspec.json.decode(line, type=Alert) for line in file.read_bytes().splitlines() if line
    )
    return [alert for alert in alerts if alert.alert_id == alert_id]


def put(url: str, alerts: Sequence[Alert]) -> None:
    async def write() -> None:
        sink = RedisSink(url)
        try:
            await sink.write(on_their_topic(alerts))
        finally:
            await sink.close()

    asyncio.run(write())


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("alert_id", [BULK_DELETE, LEAK])
def test_what_it_says_of_the_story(alert_id: str, language: str, replayed: Path) -> None:
    done = offbook("explain", alert_id, "--from", str(replayed), "--lang", language)
    golden = GOLDEN / f"explain-{alert_id.rpartition('-')[0]}.{language}.txt"
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == golden.read_text("utf-8")


def test_the_highest_revision_is_explained_on_whatever_line_it_stands(
    replayed: Path, tmp_path: Path
) -> None:
    turned = tmp_path / "turned.ndjson"
    turned.write_bytes(b"\n".join(reversed(replayed.read_bytes().splitlines())))
    expected = offbook("explain", BULK_DELETE, "--from", str(replayed))
    done = offbook("explain", BULK_DELETE, "--from", str(turned))
    assert "revision 3" in done.stdout
    assert (done.stdout, done.stderr) == (expected.stdout, "")


@pytest.mark.parametrize("turn", [1, -1])
def test_of_two_that_claim_one_revision_the_same_is_explained_and_both_lines_are_named(
    replayed: Path, tmp_path: Path, turn: int
) -> None:
    *_, newest = revisions(replayed, BULK_DELETE)
    other = msgspec.structs.replace(newest, score=61)
    file = tmp_path / "alerts.ndjson"
    file.write_bytes(b"\n".join([msgspec.json.encode(it) for it in (newest, other)][::turn]))
    done = offbook("explain", BULK_DELETE, "--from", str(file), "--json")
    assert json.loads(done.stdout)["alert"]["score"] == min(newest, other, key=Alert.content).score
    assert done.returncode == 0
    assert done.stderr == (
        f"{file}:2: revision: revision 3 of {BULK_DELETE} stands in line 1 with other content; give"
        " the alerts of one run\n"
    )


def test_every_alert_of_the_story_can_be_explained_in_both_languages(
    replayed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for line in replayed.read_bytes().splitlines():
        alert = msgspec.json.decode(line, type=Alert)
        told = explain(alert, BY_ID[alert.detector], enabled=True, timezone="Asia/Shanghai")
        notes = [piece.note for piece in told.timeline]
        assert [note.en for note in notes] == [piece.note for piece in alert.evidence]
        assert all(re.search("[\u4e00-\u9fff]", note.zh) for note in notes)
        assert any(margin.reached for margin in told.measured) or not told.measured
        show(told, "en")
        assert alert.summary.en in capsys.readouterr().out
        show(told, "zh")
        assert alert.summary.zh in capsys.readouterr().out


def test_the_last_revision_of_a_packed_file_or_standard_input_is_told(replayed: Path) -> None:
    packed = replayed.with_suffix(".gz")
    packed.write_bytes(gzip.compress(replayed.read_bytes()))
    plain = offbook("explain", BULK_DELETE, "--from", str(replayed))
    assert "revision 3" in plain.stdout
    assert offbook("explain", BULK_DELETE, "--from", str(packed)).stdout == plain.stdout
    piped = offbook("explain", BULK_DELETE, "--from", "-", stdin=packed.read_bytes())
    assert piped.stdout == plain.stdout


def test_from_redis_it_tells_the_newest_revision_and_where_to_read_its_records(
    redis_url: str, replayed: Path
) -> None:
    live = [
        msgspec.structs.replace(
            alert,
            mode="live",
            evidence=tuple(
                msgspec.structs.replace(piece, partition=3, offset=700 + number)
                for number, piece in enumerate(alert.evidence)
            ),
        )
        for alert in revisions(replayed, BULK_DELETE)
    ]
    put(redis_url, live)
    done = offbook("explain", BULK_DELETE, OFFBOOK_REDIS_URL=redis_url, OFFBOOK_TOPIC_PREFIX="eu.")
    assert (done.returncode, done.stderr) == (0, "")
    assert "revision 3" in done.stdout
    assert "(live)" in done.stdout
    assert "eu.endpoint.files partition 3 offset 700 · //edr" in done.stdout
    assert "eu.crm.edits partition 3 offset 703 · //crm" in done.stdout
    zh = offbook("explain", BULK_DELETE, "--lang", "zh", OFFBOOK_REDIS_URL=redis_url).stdout
    assert "endpoint.files 分区 3 offset 700 · //edr" in zh
    assert "（线上）" in zh


def test_an_id_that_redis_does_not_know_is_said_with_what_to_check(redis_url: str) -> None:
    done = offbook("explain", "bulk-delte-272e4432bfe33432", OFFBOOK_REDIS_URL=redis_url)
    assert (done.returncode, done.stdout) == (1, "")
    assert "has no alert bulk-delte-272e4432bfe33432; did you mean bulk-delete?" in done.stderr
    for check in ("{ob}:open", "OFFBOOK_REDIS_URL", "--from FILE"):
        assert check in done.stderr
    assert all(line.startswith("offbook: ") for line in done.stderr.splitlines())


@pytest.mark.parametrize("more", [[], ["--from", "/nowhere"]])
def test_a_detectors_name_is_no_alerts_id(more: list[str]) -> None:
    done = offbook("explain", "bulk-delete", *more, OFFBOOK_REDIS_URL="redis://127.0.0.1:1/0")
    assert done.returncode == 1
    assert done.stderr == (
        "offbook: bulk-delete is a detector, and explain wants an alert's id: bulk-delete- and 16"
        " hexadecimal digits\n"
        "offbook: `offbook detectors bulk-delete` tells of the detector\n"
    )


def test_an_id_that_a_file_does_not_have_is_said_with_the_nearest(replayed: Path) -> None:
    done = offbook("explain", BULK_DELETE[:-1] + "3", "--from", str(replayed))
    assert (done.returncode, done.stdout) == (1, "")
    assert f"did you mean {BULK_DELETE}?" in done.stderr


def test_a_redis_that_is_away_is_one_line() -> None:
    done = offbook("explain", BULK_DELETE, OFFBOOK_REDIS_URL="redis://127.0.0.1:1/0")
    assert (done.returncode, done.stdout) == (1, "")
    [line] = done.stderr.splitlines()
    assert line.startswith("offbook: Redis at 127.0.0.1:1 is not available: ")


def test_what_stands_in_redis_and_is_no_alert_is_one_line(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        client.set(alert_key("x"), "{}")
    done = offbook("explain", "x", OFFBOOK_REDIS_URL=redis_url)
    assert (done.returncode, done.stdout) == (1, "")
    [line] = done.stderr.splitlines()
    assert "{ob}:alert:x is no alert that this version can read" in line


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--from", "/nowhere"], "offbook: /nowhere: cannot be read: No such file or directory"),
        (["--from", STORY], "story.ndjson:1: is no alert as `offbook replay` writes them"),
        (["--lang", "fr"], "'fr' is not one of 'en', 'zh'"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_status_two(arguments: list[str], says: str) -> None:
    done = offbook("explain", BULK_DELETE, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr


def test_a_parameter_that_is_set_otherwise_today_is_marked(replayed: Path, tmp_path: Path) -> None:
    config = tmp_path / "offbook.toml"
    config.write_text('[detectors.bulk-delete]\nwindow = "2h"\n', encoding="utf-8")
    for language, mark in (("en", "(now 2h)"), ("zh", "（现为 2h）")):
        done = offbook(
            *("explain", BULK_DELETE, "--from", str(replayed), "--lang", language),
            *("--config", str(config)),
        )
        marked = [line for line in done.stdout.splitlines() if mark in line]
        assert len(marked) == 1
        assert marked[0].split()[:2] == ["window", "1h"]


def test_a_detector_that_is_stopped_today_is_said_to_be(replayed: Path, tmp_path: Path) -> None:
    config = tmp_path / "offbook.toml"
    config.write_text("[detectors.bulk-delete]\nenabled = false\n", encoding="utf-8")
    arguments = ("explain", BULK_DELETE, "--from", str(replayed), "--config", str(config))
    assert "stopped by the settings" in offbook(*arguments).stdout
    assert "已停用" in offbook(*arguments, "--lang", "zh").stdout


def test_times_are_the_companys(replayed: Path) -> None:
    arguments = ("explain", BULK_DELETE, "--from", str(replayed))
    told = offbook(*arguments, OFFBOOK_TIMEZONE="Europe/Berlin").stdout
    assert "Timeline (Europe/Berlin)" in told
    assert "2026-03-18 13:10:12" in told


def test_machines_are_told_the_same(replayed: Path) -> None:
    done = offbook("explain", BULK_DELETE, "--from", str(replayed), "--json")
    told = json.loads(done.stdout)
    assert told["alert"]["revision"] == 3
    assert told["timeline"][0]["at"] == "2026-03-18T20:10:12+08:00"
    assert told["timeline"][1]["elapsed"] == {"en": "11 minutes 28 seconds", "zh": "11 分钟 28 秒"}
    [measured] = told["measured"]
    assert (measured["name"], measured["found"], measured["needed"]) == ("threshold", "43", "20")
    assert measured["reached"] is True
    assert told["standing"] == "enabled"
    assert told["runbook"] == "docs/runbooks/bulk-delete.md"


# The pure part, where no story has the case.

ALERT = only(play([deletes(NINE, "E-1", 12), deletes(after(NINE, "1m"), "E-1", 9)], DETECTOR))


@pytest.mark.parametrize(
    ("language", "says"),
    [
        (
            "en",
            (
                "payment: payment to an account that is not the company's (sent as payee_account"
                ' "6222-0000 99", customer "Ｃ-1\\u200b")',
                "payment: told again under its number; the alert was withdrawn by it, sent by"
                " //test.example",
            ),
        ),
        (
            "zh",
            (
                "付款：付款到非公司账户（原文：payee_account"
                ' "6222-0000 99", customer "Ｃ-1\\u200b"）',
                "付款：以同一单号重新上报；告警因此撤回，由 //test.example 发送",
            ),
        ),
    ],
)
def test_what_was_sent_and_who_withdrew_it_is_told_in_both_languages(
    language: str, says: Sequence[str], tmp_path: Path
) -> None:
    wrong = payment(NINE, "P-1", "6222-0000 99", customer="Ｃ-1\u200b")
    right = payment(after(NINE, "1h"), "P-1", customer="C-1")
    alerts = play([wrong, right], BY_ID["offbook-payment"], until=after(NINE, "30d"))
    file = tmp_path / "alerts.ndjson"
    file.write_bytes(b"\n".join(map(msgspec.json.encode, alerts)))
    done = offbook("explain", only(alerts).alert_id, "--from", str(file), "--lang", language)
    assert (done.returncode, done.stderr) == (0, "")
    told = " ".join(done.stdout.split())
    for text in says:
        assert text in told


def test_a_detector_that_this_version_lacks_leaves_what_the_alert_says() -> None:
    told = explain(ALERT, None, enabled=False, timezone="UTC")
    assert (told.standing, told.catches, told.runbook) == ("unknown", None, None)
    assert [piece.note.zh for piece in told.timeline] == [
        "deleted (12 records)",
        "deleted (9 records)",
    ]
    assert [(it.name, it.then, it.now) for it in told.params] == [
        ("threshold", "20", None),
        ("window", "1h", None),
    ]
    assert told.measured == ()


def test_an_alert_that_does_not_say_its_rule_is_shown_with_todays() -> None:
    old = msgspec.structs.replace(ALERT, rule=None)
    told = explain(old, DETECTOR, enabled=True, timezone="UTC")
    assert [(it.name, it.then, it.now, it.changed) for it in told.params] == [
        ("threshold", None, "20", False),
        ("window", None, "1h", False),
    ]
    assert told.measured == ()


def test_what_was_measured_is_held_against_the_threshold_of_then() -> None:
    today = configured(DETECTOR, threshold=100, window=Duration("2h"))
    told = explain(ALERT, today, enabled=True, timezone="UTC")
    assert [(it.name, it.then, it.now, it.changed) for it in told.params] == [
        ("threshold", "20", "100", True),
        ("window", "1h", "2h", True),
    ]
    assert told.measured[0].verdict.en == "21 found, at least 20 needed: 1 more than needed"


def test_a_parameter_that_is_gone_is_still_told() -> None:
    rule = Rule({"threshold": "20", "weight": "3"}, {"threshold": "21", "weight": "4"})
    told = explain(
        msgspec.structs.replace(ALERT, rule=rule), DETECTOR, enabled=True, timezone="UTC"
    )
    gone = {it.name: it for it in told.params}["weight"]
    assert (gone.then, gone.now, gone.changed, gone.meaning.en) == ("3", None, True, "")
    assert [it.name for it in told.measured] == ["threshold"]


def test_an_event_type_that_this_version_lacks_keeps_its_name() -> None:
    piece = msgspec.structs.replace(ALERT.evidence[0], type="offbook.parking.v1")
    strange = msgspec.structs.replace(ALERT, evidence=(piece,))
    [told] = explain(strange, DETECTOR, enabled=True, timezone="UTC").timeline
    assert (told.what.en, told.what.zh) == ("offbook.parking.v1", "offbook.parking.v1")


@pytest.mark.parametrize("detector_id", BY_ID)
def test_every_runbook_says_in_both_languages_what_an_alert_means(detector_id: str) -> None:
    meaning = in_ten_seconds(BY_ID[detector_id])
    assert meaning is not None
    assert (meaning.en[-1], meaning.zh[-1]) in {(".", "。"), (":", "。"), (")", "。")}
    assert "\n" not in meaning.en + meaning.zh


def test_what_an_alert_means_in_chinese_comes_from_its_runbook() -> None:
    found = in_ten_seconds(BY_ID["account-ring"])
    assert found is not None
    meaning = found.zh
    assert meaning.startswith("好几家客户把钱付到了同一个非公司账户。")
    assert "另有一条 `offbook-payment` 告警" in meaning
    assert in_ten_seconds(None) is None
    told = explain(ALERT, DETECTOR, enabled=True, timezone="UTC", meaning=None)
    assert told.catches is not None
    assert told.catches.zh == DETECTOR.title.zh


@pytest.mark.parametrize(("days", "is_told"), [(6, True), (0, False)])
def test_what_took_an_alert_back_long_after_the_time_it_claims_is_pointed_out(
    days: int, is_told: bool
) -> None:
    #   left ─ works ◄ critical │ "hired" before that, found out `days` later ◄ withdrawn
    story = [
        hr("2026-03-01 09:00", "E-1", "left"),
        deletes("2026-03-05 09:00", "E-1"),
        hr("2026-03-03 09:00", "E-1", "hired"),
    ]
    alert = only(play(story, BY_ID["active-after-leaving"]))
    found = after("2026-03-03 09:00", f"{days}d", 1_000_000)
    alert = structs.replace(alert, detected_at=rfc3339(found))
    told = explain(alert, BY_ID[alert.detector], enabled=True, timezone="Asia/Shanghai")
    back = {piece.id: piece.dated_back for piece in told.timeline if piece.dated_back}
    assert back == ({story[2].id: Bilingual("6 days 1 second", "6 天 1 秒")} if is_told else {})
