"""How Faust is told of the brokers, in its own words."""

from __future__ import annotations

from typing import Any

import faust

from streams.settings.settings import Settings
from streams.wire.kafka import brokers, ssl_context


def faust_connection(settings: Settings) -> dict[str, Any]:
    """`broker` and, with TLS, `broker_credentials` for `faust.App`."""
    connection: dict[str, Any] = {
        "broker": ";".join(f"aiokafka://{broker}" for broker in brokers(settings))
    }
    context = ssl_context(settings)
    if context is not None:
        connection["broker_credentials"] = (
            faust.SASLCredentials(
                username=settings.kafka_username,
                password=settings.kafka_password,
                ssl_context=context,
                mechanism=settings.kafka_sasl_mechanism,
            )
            if settings.kafka_security_protocol == "SASL_SSL"
            else faust.SSLCredentials(context)
        )
    return connection
