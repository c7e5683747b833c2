"""Finds out whether Kafka lets us in and, if not, why: the clients themselves only say that they
cannot connect.

aiokafka and kafka-python log the reason of each attempt and raise that none succeeded. Here one
connection is made to each broker by hand, to distinguish a broker that is away, for which waiting
may help, from wrong TLS settings or a wrong password, for which it does not.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar, Final

from aiokafka import errors
from aiokafka.conn import create_conn
from aiokafka.protocol.admin import SaslHandShakeRequest

from sinks.faults import chain, told
from streams.settings.settings import Settings
from streams.wire.kafka import brokers, security

#: Seconds until a broker that does not answer counts as unreachable.
PATIENCE: Final = 8.0
#: Seconds to find out how a broker wants to be spoken to, once it does not like how we do.
_CLOSER_LOOK: Final = 2.0
#: Of a broker that asks for no login, when it is asked how to log in.
_NO_LOGIN: Final = 34

_PLAIN: Final = "PLAINTEXT"


class KafkaAccessError(RuntimeError):
    """Kafka cannot be used. One line; `retryable` says whether waiting can help."""

    retryable: ClassVar[bool]


class KafkaUnreachableError(KafkaAccessError):
    """No broker answered in time."""

    retryable = True


class KafkaRefusedError(KafkaAccessError):
    """A broker answers, but TLS or the password is wrong: a setting must be changed."""

    retryable = False


async def knock(settings: Settings) -> None:
    """Return if one of the brokers lets us in.

    Raises `KafkaRefusedError` if a broker answers but refuses us, otherwise
    `KafkaUnreachableError`.
    """
    arguments = _arguments(settings)
    found = await asyncio.gather(
        *(_knock_at(settings, broker, arguments) for broker in brokers(settings))
    )
    if None in found:
        return
    refusals = [it for it in found if isinstance(it, str)]
    if refusals:
        raise KafkaRefusedError(f"Kafka at {settings.kafka_bootstrap} {refusals[0]}")
    raise unreachable(settings, next(it for it in found if isinstance(it, Exception)))


def knock_now(settings: Settings) -> None:
    """`knock` for callers that cannot await, whether or not a loop runs in this thread."""
    _run(knock(settings))


def no_use(settings: Settings, error: Exception) -> KafkaAccessError:
    """The line to show if a broker let us in but cannot be used: it may have wanted a password
    first."""
    if settings.kafka_security_protocol in (_PLAIN, "SSL") and _run(_any_asks_to_log_in(settings)):
        return KafkaRefusedError(
            f"Kafka at {settings.kafka_bootstrap} asks for a user and password on this port: set"
            " kafka_security_protocol = SASL_SSL, with kafka_sasl_mechanism, kafka_username and"
            " kafka_password"
        )
    return unreachable(settings, error)


def unreachable(settings: Settings, error: Exception) -> KafkaUnreachableError:
    """The line to show for a broker that does not answer."""
    how = (
        f" by {settings.kafka_security_protocol}"
        if settings.kafka_security_protocol != _PLAIN
        else ""
    )
    return KafkaUnreachableError(
        f"Kafka does not answer at {settings.kafka_bootstrap}{how}"
        f" ({_why(error)}): is it running, and is kafka_bootstrap right?"
    )


async def _knock_at(
    settings: Settings, broker: str, arguments: dict[str, Any]
) -> str | Exception | None:
    """None if it lets us in, a clause if it refuses us, otherwise the error."""
    try:
        (await _connection(broker, PATIENCE, **arguments)).close()
    except Exception as error:  # noqa: BLE001 - whoever listens there may be no Kafka at all
        return await _refusal(settings, broker, error) or error
    return None


async def _connection(broker: str, seconds: float, **arguments: Any) -> Any:
    host, _, port = broker.rpartition(":")
    milliseconds = int(seconds * 1000)
    async with asyncio.timeout(seconds):
        return await create_conn(
            host.strip("[]"),
            int(port),
            client_id="offbook-knock",
            request_timeout_ms=milliseconds,
            **arguments,
        )


async def _refusal(settings: Settings, broker: str, error: Exception) -> str | None:
    if isinstance(error, errors.SaslAuthenticationFailed):
        return (
            f"refuses the password by {settings.kafka_sasl_mechanism}: set kafka_username and"
            " OFFBOOK_KAFKA_PASSWORD (or OFFBOOK_KAFKA_PASSWORD_FILE) to those of a user it knows"
        )
    if isinstance(error, errors.UnsupportedSaslMechanismError):
        return (
            f"takes no password by {settings.kafka_sasl_mechanism}: set kafka_sasl_mechanism to"
            " what it offers"
        )
    if isinstance(error, errors.IllegalSaslStateError):
        return "asks for no password on this port: set kafka_security_protocol = SSL"
    of_tls = next((it for it in chain(error) if isinstance(it, ssl.SSLError)), None)
    if isinstance(of_tls, ssl.SSLCertVerificationError):
        return (
            f"is not trusted, so TLS is refused ({of_tls.verify_message or 'certificate'}): set"
            " kafka_ca_file to the PEM file of its authority, and kafka_bootstrap to the host's"
            " name as it stands in the certificate"
        )
    if settings.kafka_security_protocol == _PLAIN:
        if isinstance(error, errors.KafkaConnectionError) and await _speaks_tls(broker):
            return "speaks TLS only on this port: set kafka_security_protocol = SSL or SASL_SSL"
        return None
    if of_tls is not None and not isinstance(of_tls, ssl.SSLEOFError):
        return _no_agreement(of_tls.reason)
    if isinstance(error, ConnectionResetError | ssl.SSLEOFError) and await _speaks_plain(broker):
        return (
            "speaks no TLS on this port, so it is refused: set kafka_bootstrap to its port for TLS,"
            " or kafka_security_protocol = PLAINTEXT"
        )
    return None


def _no_agreement(reason: str | None) -> str:
    mend = (
        "set kafka_cert_file and kafka_key_file to a certificate it knows"
        if "CERTIFICATE" in (reason or "")
        else "set kafka_bootstrap to its port for TLS"
    )
    return f"refuses TLS ({reason or 'no agreement'}): {mend}"


async def _speaks_tls(broker: str) -> bool:
    # To see whether TLS is spoken at all: nothing is sent over it.
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    host, _, port = broker.rpartition(":")
    try:
        async with asyncio.timeout(_CLOSER_LOOK):
            _, writer = await asyncio.open_connection(host.strip("[]"), int(port), ssl=context)
            writer.transport.abort()
    except (OSError, TimeoutError):
        return False
    return True


async def _speaks_plain(broker: str) -> bool:
    try:
        (await _connection(broker, _CLOSER_LOOK)).close()
    except Exception:  # noqa: BLE001 - whoever listens there may be no Kafka at all
        return False
    return True


async def _any_asks_to_log_in(settings: Settings) -> bool:
    asked = (_asks_to_log_in(broker, security(settings)) for broker in brokers(settings))
    return any(await asyncio.gather(*asked))


async def _asks_to_log_in(broker: str, arguments: dict[str, Any]) -> bool:
    """Whether it has an answer to how one logs in: it does not tell who is not logged in more than
    its version."""
    try:
        connection = await _connection(broker, _CLOSER_LOOK, **arguments)
        try:
            async with asyncio.timeout(_CLOSER_LOOK):
                answer = await connection.send(SaslHandShakeRequest("PLAIN"))
        finally:
            connection.close()
    except Exception:  # noqa: BLE001 - then we do not know
        return False
    return bool(answer.error_code != _NO_LOGIN)


def _arguments(settings: Settings) -> dict[str, Any]:
    try:
        return security(settings)
    except OSError as error:
        # An SSLError is one: a file that is no PEM, or a key that does not go with its certificate.
        names = [
            f"{name} = {getattr(settings, name)}"
            for name in ("kafka_ca_file", "kafka_cert_file", "kafka_key_file")
            if getattr(settings, name) is not None
        ]
        raise KafkaRefusedError(
            f"TLS cannot begin with {', '.join(names)} ({_why(error)}): they must be PEM files, and"
            " the key that of the certificate"
        ) from error


def _why(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return error.reason or told(error)
    if isinstance(error, TimeoutError):
        return "no answer"
    if isinstance(error, ConnectionRefusedError):
        return "nobody listens there"
    return told(error)


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    with ThreadPoolExecutor(1, "offbook-knock") as thread:
        return thread.submit(asyncio.run, work).result()
