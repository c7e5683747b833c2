"""Who works from this terminal, and what they work with."""

from __future__ import annotations

import asyncio
import getpass
import os
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import NamedTuple, TypeVar

from desk.acting import Acting, DeniedError
from desk.readers import Reader, load_readers
from sinks.redis.reading import RedisReading
from streams.settings.detectors import four_eyes
from streams.settings.settings import TOKEN_FILE_VARIABLE, TOKEN_VARIABLE, Settings

T = TypeVar("T")


class Session(NamedTuple):
    """What a command works with."""

    reader: Reader
    reading: RedisReading
    acting: Acting
    settings: Settings


def run(settings: Settings, work: Callable[[Session], Awaitable[T]]) -> T:
    """Do the work and close what was opened for it. Raises what `work` does, `DeniedError` for a
    token that is nobody's, and `SettingsError`."""

    async def all_of_it() -> T:
        reader = reader_of(settings, os.environ)
        reading = RedisReading(settings.redis_url)
        acting = Acting(settings, reading, four_eyes(settings))
        try:
            return await work(Session(reader, reading, acting, settings))
        finally:
            await acting.close()
            await reading.close()

    return asyncio.run(all_of_it())


def reader_of(settings: Settings, environment: Mapping[str, str]) -> Reader:
    """Who it is: by their token where there is a file of readers. Without one whoever may run this
    beside Kafka and Redis could do anything there: they are a lead, under the name of their login.
    """
    if settings.readers_file is None:
        return Reader(getpass.getuser(), "lead")
    readers = load_readers(Path(settings.readers_file))
    token = environment.get(TOKEN_VARIABLE)
    if not token and (name := environment.get(TOKEN_FILE_VARIABLE)):
        try:
            token = Path(name).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise DeniedError(
                f"{TOKEN_FILE_VARIABLE}: cannot be read: {type(error).__name__}"
            ) from None
    if not token:
        raise DeniedError(
            f"who are you? Put your token into {TOKEN_FILE_VARIABLE} or {TOKEN_VARIABLE}"
        )
    reader = readers.of_token(token)
    if reader is None:
        raise DeniedError("the token is nobody's: ask whoever keeps readers_file for a new one")
    return reader
