"""Telling Alertmanager, made of the settings."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sinks.alertmanager.client import Client
from sinks.alertmanager.teams import Teams
from sinks.alertmanager.telling import Telling
from sinks.alertmanager.told import ToldStore
from sinks.alertmanager.words import Wording
from sinks.health import Health
from sinks.metrics.metrics import Metrics
from streams.settings.settings import Settings
from streams.wire.kafka import security, topic_name

_SECOND = 1_000_000
_EMPLOYEES = "reference.employees"


def telling(settings: Settings, metrics: Metrics, health: Health) -> Telling:
    """Tells the Alertmanager that is set; raises `ValueError` if none is."""
    if settings.alertmanager_url is None:
        raise ValueError("no alertmanager_url is set")
    feed = settings.feeds.get(_EMPLOYEES)
    teams = Teams(
        settings.kafka_bootstrap,
        topic=topic_name(settings, _EMPLOYEES),
        security=security(settings),
        takes=feed.takes if feed is not None else lambda _: True,
        region=settings.phone_region,
    )
    return Telling(
        ToldStore(settings.redis_url),
        Client(settings.alertmanager_url),
        teams,
        metrics,
        health,
        wording=Wording(
            language=settings.notify_language,
            personal=settings.notify_personal_data,
            desk=settings.desk_url,
            runbooks=settings.runbooks_url,
            zone=ZoneInfo(settings.timezone),
        ),
        resend=settings.alertmanager_resend / _SECOND,
        holds=settings.alertmanager_holds / _SECOND,
    )
