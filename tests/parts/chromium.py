"""A real browser, driven by its own protocol: pages are opened in it, read and photographed."""

from __future__ import annotations

import asyncio
import base64
import itertools
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import aiohttp
import msgspec
import pytest

PROGRAM: Final = shutil.which("chromium") or shutil.which("chromium-browser")
needs_chromium = pytest.mark.skipif(
    PROGRAM is None, reason="no chromium: apt-get install chromium fonts-noto-cjk"
)


class Tab:
    """One page in the browser."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        #: What the page complained of: errors in its console, and requests that were blocked.
        self.complaints: list[str] = []

    async def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """One command of the DevTools protocol, and its result."""
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": params})
        while True:
            message = await asyncio.wait_for(self._socket.receive_json(), 30)
            if message.get("id") == number:
                assert "error" not in message, message
                result: dict[str, Any] = message["result"]
                return result
            self._hear(message)

    async def open(self, address: str) -> None:
        """Go there, and wait until it is loaded."""
        await self.ask("Page.enable")
        await self.ask("Log.enable")
        await self.ask("Page.navigate", url=address)
        await self._loaded()

    async def run(self, script: str) -> Any:
        """The value of an expression on the page."""
        told = await self.ask("Runtime.evaluate", expression=script, returnByValue=True)
        return told["result"].get("value")

    async def click(self, script: str) -> None:
        """Click what the expression finds, and wait for the page that follows."""
        await self.run(f"({script}).click()")
        await self._loaded()

    async def size(self, width: int, height: int, *, dark: bool = False) -> None:
        """How large the window is, and whether whoever looks likes it dark."""
        await self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.ask("Emulation.setEmulatedMedia", features=[scheme])

    async def photograph(self, file: Path, *, whole: bool = False) -> None:
        """A picture of what is seen, or of the whole page."""
        told = await self.ask("Page.captureScreenshot", captureBeyondViewport=whole)
        await asyncio.to_thread(file.write_bytes, base64.b64decode(told["data"]))

    async def _loaded(self) -> None:
        while True:
            message = await asyncio.wait_for(self._socket.receive_json(), 30)
            self._hear(message)
            if message.get("method") == "Page.loadEventFired":
                return

    def _hear(self, message: dict[str, Any]) -> None:
        if message.get("method") == "Log.entryAdded":
            entry = message["params"]["entry"]
            if entry["level"] == "error":
                self.complaints.append(entry["text"])


@asynccontextmanager
async def chromium(folder: Path) -> AsyncIterator[Tab]:
    """A browser of this test's own, with one tab."""
    assert PROGRAM is not None
    process = await asyncio.create_subprocess_exec(
        PROGRAM,
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--remote-debugging-port=0",
        f"--user-data-dir={folder / 'profile'}",
        "about:blank",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        port = await asyncio.wait_for(_port(process.stderr), 60)
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}/json") as answer:
                tabs = msgspec.json.decode(await answer.read())
            address = next(it["webSocketDebuggerUrl"] for it in tabs if it["type"] == "page")
            async with session.ws_connect(address, max_msg_size=64 * 1024 * 1024) as socket:
                yield Tab(socket)
    finally:
        process.terminate()
        await process.wait()


async def _port(errors: asyncio.StreamReader | None) -> int:
    assert errors is not None
    async for line in errors:
        if found := re.search(rb"DevTools listening on ws://127\.0\.0\.1:(\d+)/", line):
            return int(found[1])
    raise AssertionError("chromium ended before it listened")
