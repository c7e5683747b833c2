"""`offbook connect retry`: the letters of a connector that nobody has dealt with, mapped again."""

from __future__ import annotations

import time

from connectors.receiving.jobs import Job
from connectors.receiving.letters import letter_topic
from connectors.receiving.retry import Retry, retrying
from offbook.cli.dead_letters.reading import Letters, Wanted
from offbook.cli.dead_letters.sending import sender
from streams.settings.settings import Settings


async def retry(letters: Letters, job: Job, settings: Settings, *, by: str) -> Retry:
    """Map them, and write down behind what became of them that they were retried by `by`: after a
    crash between the two they are mapped once more, and whatever is good of them is a repeat.

    Raises `LetterError` if the connector never had any, `TopicsError`, `KeepError`, `SendError` and
    `KafkaError`.
    """
    async with retrying(job, settings) as again, sender(settings) as to:
        # Up to where they end now: what is written anew goes into the partition that it is of.
        async for some in letters.those(Wanted(topic=letter_topic(job.name))):
            settled = await again.settle(some)
            await to.handled(settled, "retried", by, time.time_ns() // 1000)
    return again
