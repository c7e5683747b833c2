"""The outbox for dead letters: if the broker refuses one, it is sent with less and less in it."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Final, cast

from aiokafka.errors import InvalidTimestampError, KafkaError
from msgspec import structs

from sinks.dead_letter_tally import DeadLetterTally
from sinks.dead_letters import DeadLetter, without_value
from streams.router.outbox import Outbox
from streams.wire.kafka import TOO_LARGE

#: Dead letters sent at a time.
_LETTERS: Final = 100


class DeadLetterOutbox(Outbox):
    """Sends dead letters, many at a time: their order does not matter."""

    def __init__(self, producer: Any, on_left: Callable[[], None]) -> None:
        super().__init__(producer, on_left)
        self._letters: deque[DeadLetter] = deque()
        self._bytes = 0
        self.tally = DeadLetterTally()

    @property
    def topic(self) -> str:
        return self._letters[0].topic if self._letters else ""

    @property
    def weight(self) -> int:
        return self._bytes

    def add(self, letter: DeadLetter) -> None:
        """Send `letter`."""
        self._letters.append(letter)
        self.tally.add(letter.headers)
        self._bytes += _weight(letter)
        self.entered += 1
        self._something.set()

    async def run(self) -> None:
        while True:
            await self._something.wait()
            self._trying_since = time.monotonic()
            letters = [self._letters[at] for at in range(min(len(self._letters), _LETTERS))]
            refusals = await asyncio.gather(*(self._refusal(letter) for letter in letters))
            for letter, refusal in zip(letters, refusals, strict=True):
                if refusal is not None:
                    await self._send_alone(letter)
            for letter in letters:
                self._letters.popleft()
                self._bytes -= _weight(letter)
            if not self._letters:
                self._something.clear()
            self._done(len(letters))

    async def _send_alone(self, letter: DeadLetter) -> None:
        """Send it again by itself, since one refused letter makes its whole batch fail; then leave
        out more and more of what the broker may object to."""
        while (refusal := await self._refusal(letter)) is not None:
            if isinstance(refusal, InvalidTimestampError):
                # The sender's clock is wrong and the topic rejects such times: the current time
                # will do.
                letter = structs.replace(letter, timestamp=-1)
            else:
                letter = _smaller(letter)

    async def _refusal(self, letter: DeadLetter) -> KafkaError | None:
        """Send it; None once it is acknowledged, otherwise why it cannot be accepted as it is."""
        dated = letter.timestamp >= 0

        async def send() -> None:
            sent = await self._producer.send(
                letter.topic,
                letter.value,
                key=letter.key,
                headers=list(letter.headers),
                timestamp_ms=letter.timestamp if dated else None,
            )
            await sent

        final = (*TOO_LARGE, InvalidTimestampError) if dated else TOO_LARGE
        try:
            await self._attempt(send, final)
        except final as error:
            return cast(KafkaError, error)
        return None


_WHY = "too large for the dead letter topic"


def _smaller(letter: DeadLetter) -> DeadLetter:
    """First without its value, then also without the headers and the key its sender gave it."""
    bare = without_value(letter, _WHY)
    if letter.value != bare.value:
        return bare
    ours = tuple(h for h in letter.headers if h[0].startswith(("__streams.errors.", "offbook.")))
    if (letter.key, letter.headers) == (None, ours):
        raise AssertionError("a dead letter of our own headers alone does not fit")
    return DeadLetter(letter.topic, None, letter.value, ours, letter.timestamp)


def _weight(letter: DeadLetter) -> int:
    return 1000 + len(letter.value or b"") + len(letter.key or b"")
