"""Whoever reaches the port for machines can hold neither it nor the worker up: on real sockets."""

from __future__ import annotations

import asyncio
import gzip
import socket
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from threading import Thread

import pytest

from sinks.health import Health
from sinks.metrics.metrics import Metrics
from streams.service.http import HttpServer
from streams.service.http_guard import MOST, PATIENCE, Guard

SCRAPE = b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"


class Served:
    """The port, served in a thread of its own."""

    def __init__(self, patience: float, most: int = MOST) -> None:
        self.loop = asyncio.new_event_loop()
        self.server = HttpServer(Metrics(), Health(), port=0, patience=patience, most=most)
        self.port = self.loop.run_until_complete(self.server.start())
        self._thread = Thread(target=self.loop.run_forever)
        self._thread.start()

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)

    def scrape(self) -> bytes:
        """As Prometheus asks: the whole answer."""
        with self.connect() as client:
            client.sendall(SCRAPE.replace(b"Host: a", b"Host: a\r\nConnection: close"))
            return b"".join(iter(lambda: client.recv(65536), b""))

    def open_connections(self) -> int:
        guard = self.server._port.guard
        assert guard is not None
        return len(guard)

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self.server.stop(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()


@pytest.fixture
def serve() -> Iterator[Callable[..., Served]]:
    with ExitStack() as stack:

        def started(patience: float = 60.0, most: int = MOST) -> Served:
            served = Served(patience, most)
            stack.callback(served.close)
            return served

        yield started


def is_closed(client: socket.socket) -> bool:
    """Whether the other side has ended it; waits for that."""
    try:
        return client.recv(1) == b""
    except ConnectionError:
        return True


def send_for_ever(client: socket.socket, data: bytes, every: float = 0.0) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        client.sendall(data)
        time.sleep(every)


async def is_reset(reader: asyncio.StreamReader) -> bool:
    """Whether the other side has ended it; waits for that."""
    try:
        return await reader.read(1) == b""
    except ConnectionError:
        return True


def wait_until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.02)


def test_in_production_patience_and_room_are_bounded() -> None:
    assert (PATIENCE, MOST) == (10.0, 64)


def test_who_sends_nothing_is_cut_off(serve: Callable[..., Served]) -> None:
    served = serve(patience=0.3)
    with served.connect() as client:
        assert is_closed(client)
    wait_until(lambda: served.open_connections() == 0)


def test_who_sends_a_byte_now_and_then_is_cut_off_all_the_same(
    serve: Callable[..., Served],
) -> None:
    served = serve(patience=0.5)
    with served.connect() as slow:
        # A slowloris: headers without end.
        slow.sendall(b"GET /metrics HTTP/1.1\r\n")
        with pytest.raises(ConnectionError):
            send_for_ever(slow, b"X-a: b\r\n", every=0.05)
    wait_until(lambda: served.open_connections() == 0)


def test_who_has_been_answered_may_ask_again_for_a_while_and_is_then_cut_off(
    serve: Callable[..., Served],
) -> None:
    served = serve(patience=0.5)
    with served.connect() as client:
        for _ in range(3):
            client.sendall(SCRAPE)
            assert client.recv(65536).startswith(b"HTTP/1.1 200 OK")
            time.sleep(0.3)
        wait_until(lambda: served.open_connections() == 0)


def test_who_does_not_take_the_answer_is_cut_off(serve: Callable[..., Served]) -> None:
    served = serve(patience=0.5)
    with served.connect() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        client.settimeout(0.5)
        # Hundreds of questions at once, and no answer is read.
        with pytest.raises(OSError):
            send_for_ever(client, SCRAPE * 100)
    wait_until(lambda: served.open_connections() == 0)


def test_two_hundred_idle_connections_shut_prometheus_not_out(
    serve: Callable[..., Served],
) -> None:
    served = serve()
    with ExitStack() as stack:
        for number in range(200):
            stack.enter_context(served.connect())
            if number % 50 == 49:
                assert served.scrape().startswith(b"HTTP/1.1 200 OK")
        assert served.open_connections() <= MOST
        assert served.scrape().startswith(b"HTTP/1.1 200 OK")


def test_the_one_that_was_waited_for_longest_gives_way(serve: Callable[..., Served]) -> None:
    served = serve(most=3)
    with served.connect() as first, served.connect() as second, served.connect() as third:
        wait_until(lambda: served.open_connections() == 3)
        first.sendall(SCRAPE)
        assert first.recv(65536).startswith(b"HTTP/1.1 200 OK")
        with served.connect() as fourth:
            assert is_closed(second)
            for still in (first, third, fourth):
                still.sendall(SCRAPE)
                assert still.recv(65536).startswith(b"HTTP/1.1 200 OK")


def test_where_all_are_being_answered_the_newest_is_closed_at_once() -> None:
    async def run() -> None:
        made: asyncio.Queue[asyncio.BaseTransport] = asyncio.Queue()

        class Inner(asyncio.Protocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                made.put_nowait(transport)

        guard = Guard(Inner, most=1)
        server = await asyncio.get_running_loop().create_server(guard, "127.0.0.1", 0)
        where = server.sockets[0].getsockname()
        first, writer = await asyncio.open_connection(*where)
        with guard.answering(await made.get()):
            newest, other = await asyncio.open_connection(*where)
            assert await is_reset(newest)
            assert len(guard) == 1
        assert made.empty()
        # It has been answered, and gives way to the next.
        await asyncio.open_connection(*where)
        assert await is_reset(first)
        for it in (writer, other):
            it.close()
        guard.close()
        server.close()

    asyncio.run(asyncio.wait_for(run(), 20))


@pytest.mark.parametrize(("method", "status"), [("GET", b"200"), ("POST", b"405")])
def test_a_bomb_in_a_body_is_neither_unpacked_nor_waited_for(
    method: str,
    status: bytes,
    serve: Callable[..., Served],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    served = serve()
    unpacked: list[object] = []
    monkeypatch.setattr(zlib, "decompressobj", lambda *given, **_: unpacked.append(given))
    head = f"{method} /metrics HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\n"
    chunked = f"{head}Transfer-Encoding: chunked\r\n\r\n".encode()
    bomb = gzip.compress(bytes(64 << 20))
    with served.connect() as client:
        client.settimeout(5)
        # The body has no end, and the answer does not wait for one.
        client.sendall(chunked + f"{len(bomb):x}\r\n".encode() + bomb[:1000])
        assert client.recv(12).startswith(b"HTTP/1.1 " + status)
        wait_until(lambda: served.open_connections() == 0, seconds=5)
    assert not unpacked
    assert served.scrape().startswith(b"HTTP/1.1 200 OK")


def test_it_stops_though_connections_are_open(serve: Callable[..., Served]) -> None:
    served = Served(60.0)
    with served.connect() as idle:
        wait_until(lambda: served.open_connections() == 1)
        served.close()
        assert is_closed(idle)
