"""Finds settings that have the right type but are still impossible, alone or together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from phonenumbers import SUPPORTED_REGIONS

from sinks.redis.url import redis_url_fault
from streams.settings.settings import Settings
from streams.settings.zones import zone_meant

_PREFIX = re.compile(r"[A-Za-z0-9._-]{0,100}")
_BROKER = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\s:,]+):(\d{1,5})")
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.\[\]:-]+")
#: Characters of a secret that nobody tries out.
_SECRET = 32
_MORE_THAN_NOTHING = (
    *("idle_after", "rebalance_timeout", "session_timeout", "heartbeat_interval"),
    "alertmanager_resend",
)


def conflicts(settings: Settings) -> Iterator[tuple[str, str]]:
    """(setting, what is wrong) for values that have the right type but are impossible."""
    for broker in settings.kafka_bootstrap.split(","):
        match = _BROKER.fullmatch(broker.strip())
        if match is None or not 0 < int(match[2]) < 65_536:
            yield "kafka_bootstrap", "expected host:port, several with commas between"
            break
    yield from _security(settings)
    yield from _notification(settings)
    if fault := redis_url_fault(settings.redis_url):
        yield "redis_url", fault
    if not _PREFIX.fullmatch(settings.topic_prefix):
        yield "topic_prefix", "may have letters, digits, `.`, `_` and `-`, at most 100"
    if not settings.group_prefix or not _PREFIX.fullmatch(settings.group_prefix):
        yield "group_prefix", "must have 1 to 100 letters, digits, `.`, `_` or `-`"
    try:
        ZoneInfo(settings.timezone)
    except (OSError, ValueError, KeyError):
        yield "timezone", f"there is no time zone of that name{zone_meant(settings.timezone)}"
    if settings.phone_region not in SUPPORTED_REGIONS:
        written = settings.phone_region.strip().upper()
        meant = f"; did you mean {written}?" if written in SUPPORTED_REGIONS else ""
        yield "phone_region", f"must be a region of ISO 3166 such as CN, HK or DE{meant}"
    folder = settings.detectors_path
    if folder is not None and not Path(folder).is_dir():
        yield "detectors_path", f"there is no folder {folder}; make it, or leave the setting out"
    for name in ("metrics_host", "desk_host"):
        if not getattr(settings, name):
            yield name, "must not be empty"
    origin = settings.desk_cors_origin
    if origin is not None and not _ORIGIN.fullmatch(origin):
        yield "desk_cors_origin", "must be one origin, such as https://grafana.example.com"
    if settings.pseudonym_secret is not None and len(settings.pseudonym_secret) < _SECRET:
        # Shorter ones can be tried out: who has a pseudonym and knows the ids would learn it.
        yield "pseudonym_secret", f"must have {_SECRET} characters or more: openssl rand -hex 32"
    for name in _MORE_THAN_NOTHING:
        if getattr(settings, name) <= 0:
            yield name, "must be more than 0"
    if settings.heartbeat_interval * 3 > settings.session_timeout:
        yield (
            "heartbeat_interval",
            f"must be at most a third of session_timeout ({settings.session_timeout})",
        )


def _notification(settings: Settings) -> Iterator[tuple[str, str]]:
    for name in ("alertmanager_url", "desk_url"):
        url = getattr(settings, name)
        if url is not None and not _is_address(url):
            # Not quoted: it may hold a password.
            yield name, "must be an address that begins with http:// or https://, without ? and #"
    if settings.alertmanager_resend * 3 > settings.alertmanager_holds:
        yield (
            "alertmanager_holds",
            f"must be at least three times alertmanager_resend ({settings.alertmanager_resend})",
        )


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises for a port that is none
    except ValueError:
        return False
    good = parts.scheme in ("http", "https") and bool(parts.hostname)
    return good and not parts.query and not parts.fragment


def _security(settings: Settings) -> Iterator[tuple[str, str]]:
    protocol = settings.kafka_security_protocol
    login = ("kafka_sasl_mechanism", "kafka_username", "kafka_password")
    for name in login:
        if protocol == "SASL_SSL" and getattr(settings, name) is None:
            yield name, "is needed for kafka_security_protocol SASL_SSL"
        if protocol != "SASL_SSL" and getattr(settings, name) is not None:
            yield name, f"has no meaning with {protocol}; set kafka_security_protocol = SASL_SSL"
    for name in ("kafka_ca_file", "kafka_cert_file", "kafka_key_file"):
        path = getattr(settings, name)
        if path is None:
            continue
        if protocol == "PLAINTEXT":
            yield name, "has no meaning without TLS; set kafka_security_protocol = SSL"
        elif not Path(path).is_file():
            yield name, f"there is no file {path}"
    if (settings.kafka_cert_file is None) != (settings.kafka_key_file is None):
        missing = "kafka_key_file" if settings.kafka_cert_file else "kafka_cert_file"
        yield missing, "certificate and key belong together; set both or neither"
