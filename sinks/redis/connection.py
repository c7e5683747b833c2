"""A connection to one Redis, Valkey (7 or later) or Redis Cluster, and what its errors mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import redis.asyncio as aioredis
from redis import exceptions as errors
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from sinks.redis.refusals import connection_refusal
from sinks.redis.url import Secrets, redis_address, redis_url_fault
from sinks.sink import SinkError

#: Error codes of states a server leaves by itself or by its operator's doing: full, read-only …
_PASSING: Final = ("BUSY", "LOADING", "MASTERDOWN", "MISCONF", "NOREPLICAS", "OOM", "READONLY")

#: What servers say, beside NOPERM, of a command that a user may not give in a script.
_NOT_ALLOWED: Final = ("can't run this command", "ACL failure in script")


class RedisSinkError(SinkError):
    """Redis did not do what it was asked to."""


class RedisUnavailableError(RedisSinkError):
    """Away, starting, full or read-only. The request may have been executed; repeating it is
    safe."""

    retryable = True


class RedisRefusedError(RedisSinkError):
    """It answers, but will not serve us until somebody changes its settings, permissions or
    keys."""

    retryable = False


class Connection:
    """Sends commands, and tells errors that may pass from those that do not. It finds out by itself
    what kind of server it is connected to.

    `url` is `redis://`, `rediss://` or `unix://`; `timeout` is the most seconds an answer may take.
    Nothing connects before the first command.
    """

    def __init__(self, url: str, timeout: float) -> None:
        self._url = url
        self._secrets = Secrets(url)
        self._timeout = timeout
        self._client: Any = None

    @property
    def address(self) -> str:
        """Its address without user and password, for use in messages."""
        return redis_address(self._url)

    @property
    def who(self) -> str:
        """How messages name it."""
        return f"Redis at {self.address}"

    async def close(self) -> None:
        """Close the connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def info(self, section: str) -> Mapping[str, str] | None:
        """`INFO section` as a dict; None if the user may not, or the server knows no INFO."""
        client = await self._connected()
        node = client.get_random_node() if isinstance(client, aioredis.RedisCluster) else None
        try:
            answer = await self.ask(("INFO", section), node)
        except RedisRefusedError:
            return None
        if isinstance(answer, dict):
            return {_text(key): _text(value) for key, value in answer.items()}
        lines = (line.partition(":") for line in _text(answer).splitlines())
        return {name: value for name, _, value in lines if value}

    async def ask(self, command: tuple[Any, ...], target: Any = None) -> Any:
        """The answer to a command. Raises `NoScriptError` as it is, else `RedisSinkError`."""
        client = await self._connected()
        try:
            if target is not None:
                return await client.execute_command(*command, target_nodes=target)
            return await client.execute_command(*command)
        except errors.NoScriptError:
            raise
        except (errors.RedisError, OSError) as error:
            if command[0] == "XADD" and "greater than 0-0" in str(error):
                return None
            # Not as its cause: what it says may hold the password.
            raise await self._problem(error) from None

    async def _connected(self) -> Any:
        if self._client is None:
            try:
                self._client = await self._connect()
            except (errors.RedisError, OSError) as error:
                raise await self._problem(error) from None
        return self._client

    async def _connect(self) -> Any:
        options: dict[str, Any] = {
            "socket_timeout": self._timeout,
            "socket_connect_timeout": self._timeout,
            # Once, since a connection out of the pool may have been closed while it was idle.
            # Retries that wait are the caller's: it says so meanwhile, and can be stopped.
            "retry": Retry(NoBackoff(), 1, (errors.ConnectionError,)),
        }
        fault = redis_url_fault(self._url)
        if fault is not None:
            raise RedisRefusedError(f"the URL of Redis {fault}")
        try:
            client: Any = aioredis.Redis.from_url(self._url, **options)
        except ValueError:
            raise RedisRefusedError(
                f"{self.who}: an option behind the ? of its URL has no value that can be"
            ) from None
        try:
            mode = await _mode(client)
            if mode == "sentinel":
                raise RedisRefusedError(f"{self.who} is a Sentinel: give the Redis's own URL")
            if mode == "cluster":
                await client.aclose()
                client = aioredis.RedisCluster.from_url(self._url, **options)
                await client.initialize()
        except BaseException:
            await client.aclose()
            raise
        return client

    async def _problem(self, error: Exception) -> RedisSinkError:
        why = self._secrets.without(" ".join(str(error).split())) or type(error).__name__
        if refusal := await connection_refusal(error, self._url, why):
            return RedisRefusedError(f"{self.who} {refusal}")
        if isinstance(error, errors.NoPermissionError) or any(it in why for it in _NOT_ALLOWED):
            return RedisRefusedError(
                f"{self.who} does not allow this user what Offbook needs: {why}"
            )
        if isinstance(
            error,
            errors.ConnectionError
            | errors.TimeoutError
            | errors.ClusterError
            | errors.RedisClusterException
            | errors.TryAgainError
            | errors.ReadOnlyError
            | errors.OutOfMemoryError
            | OSError,
        ) or why.startswith(_PASSING):
            return RedisUnavailableError(f"{self.who} is not available: {why}")
        return RedisRefusedError(f"{self.who} refuses: {why}")


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


async def _mode(client: Any) -> str:
    """`standalone`, `cluster` or `sentinel`. HELLO is open to users that may not INFO."""
    try:
        answer = await client.execute_command("HELLO")
    except errors.AuthenticationError:
        raise
    except errors.ResponseError:
        return "standalone"
    if not isinstance(answer, dict):
        answer = dict(zip(answer[::2], answer[1::2], strict=False))
    return next((_text(value) for key, value in answer.items() if _text(key) == "mode"), "")
