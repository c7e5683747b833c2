"""Loads all settings: one TOML file, overridden by environment variables, every value checked at
the start.

An unknown name is refused, with the nearest known one as a suggestion: a misspelt threshold that
silently keeps its default is a fraud not found.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from contract.kinds import SOURCE_TOPICS
from contract.spelling.nearest import nearest
from detectors.canary import CANARY
from detectors.language.detector import Detector
from streams.settings.conflicts import conflicts
from streams.settings.detectors import configured, detector_tables
from streams.settings.feeds import FeedSettings, feed_tables
from streams.settings.own_detectors import Known, known_detectors
from streams.settings.settings import (
    COMPANY_VARIABLE,
    CONFIG_VARIABLE,
    ENVIRONMENT,
    SCALARS,
    SECRET_FILES,
    SECRETS,
    TABLES,
    TOKEN_FILE_VARIABLE,
    TOKEN_VARIABLE,
    VARIABLES,
    Settings,
    SettingsError,
)
from streams.settings.values import as_in_file, convert, is_int, number

# Kubernetes sets these in every pod for a service that is called `offbook…`. They are no one's
# settings, and OFFBOOK_METRICS_PORT=tcp://10.0.0.7:9464 must not stop a worker.
_SERVICE_LINK = re.compile(r".*_(SERVICE_(HOST|PORT(_.+)?)|PORT(_\d+_(TCP|UDP|SCTP)(_.+)?)?)")
_OF_COMMANDS = (CONFIG_VARIABLE, COMPANY_VARIABLE, TOKEN_VARIABLE, TOKEN_FILE_VARIABLE)
_LINK_VALUE = re.compile(r"(tcp|udp|sctp)://.+")


def load(config: Path | None, env: Mapping[str, str]) -> Settings:
    """Read the file `config`, if any, then the `OFFBOOK_*` variables of `env` over it.

    Raises `SettingsError` with a line for everything that is wrong: where it stands, what is
    wrong with it and what would be right.
    """
    return parse(None if config is None else read(config), config, env)


def read(config: Path) -> bytes:
    """What the file holds. Raises `SettingsError` if it cannot be read."""
    try:
        return config.read_bytes()
    except OSError as error:
        raise SettingsError(f"{config}: cannot be read: {error.strerror}") from error


def parse(content: bytes | None, config: Path | None, env: Mapping[str, str]) -> Settings:
    """`load` for what was `read` before; None stands for no file. Raises `SettingsError`."""
    problems: list[str] = []
    values: dict[str, Any] = {}
    places: dict[str, str] = {}
    detectors: dict[str, dict[str, Any]] = {}
    feeds: dict[str, FeedSettings] = {}
    if content is not None and config is not None:
        table = _toml(content, config)
        known = _known(table, env)
        detectors = detector_tables(table.pop("detectors", {}), known, config, problems)
        feeds = feed_tables(table.pop("feeds", {}), config, problems)
        for name, value in table.items():
            if name not in SCALARS:
                problems.append(f"{config}: {_unknown_key(name, value, known)}")
            else:
                _take(name, value, f"{config}: {name}", values, places, problems)
    for name, text, place in _from_environment(env, problems):
        value = number(text) if is_int(SCALARS[name].type) else text
        _take(name, value, place, values, places, problems)
    if problems:
        raise SettingsError(*problems)
    settings = Settings(**values, detectors=detectors, feeds=feeds)
    problems = [f"{places.get(name, name)}: {wrong}" for name, wrong in conflicts(settings)]
    if problems:
        raise SettingsError(*problems)
    return settings


def configured_detectors(settings: Settings, known: Known | None = None) -> tuple[Detector, ...]:
    """The detectors that are enabled, with the parameters set. Raises `SettingsError`.

    `known` are all there are, by default those that can be found now.
    """
    known = known or known_detectors(settings.detectors_path)
    problems: list[str] = []
    zone = ZoneInfo(settings.timezone)
    chosen = []
    for detector in known.detectors:
        table = settings.detectors.get(detector.id, {})
        as_set = configured(detector, table, f"detectors.{detector.id}", zone, problems)
        if table.get("enabled", True):
            chosen.append(as_set)
    if problems:
        raise SettingsError(*problems)
    return tuple(chosen)


def judged_detectors(settings: Settings, enabled: Sequence[Detector]) -> tuple[Detector, ...]:
    """What events are judged by: the detectors that are enabled, and the canary's, of which nobody
    else is to know."""
    return (*enabled, CANARY) if settings.canary else tuple(enabled)


def _toml(content: bytes, config: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{config}: is not TOML: {error}") from error


def _known(table: Mapping[str, Any], env: Mapping[str, str]) -> Known:
    """The detectors there are, with those of the folder that is set: they have tables too."""
    folder = env.get(f"{ENVIRONMENT}DETECTORS_PATH") or table.get("detectors_path")
    try:
        return known_detectors(folder if isinstance(folder, str) else None)
    except SettingsError:
        # Told with the other settings, at its place.
        return known_detectors(None)


def _take(
    name: str,
    value: Any,
    place: str,
    values: dict[str, Any],
    places: dict[str, str],
    problems: list[str],
) -> None:
    field = SCALARS[name]
    try:
        values[name] = convert(value, field.type)
    except ValueError as error:
        problems.append(f"{place}: {error}; the default is {as_in_file(field.default)}")
    places[name] = place


def _from_environment(
    env: Mapping[str, str], problems: list[str]
) -> Iterator[tuple[str, str, str]]:
    """(setting, text, variable) of those that are set; an empty variable counts as not set."""
    for variable in sorted(name for name in env if name.startswith(ENVIRONMENT)):
        text = env[variable]
        if variable in _OF_COMMANDS or not text:
            continue
        if _SERVICE_LINK.fullmatch(variable) and (
            variable not in VARIABLES or _LINK_VALUE.fullmatch(text)
        ):
            continue
        if variable in VARIABLES:
            yield VARIABLES[variable], text, variable
        elif variable in SECRET_FILES:
            name = SECRET_FILES[variable]
            if env.get(f"{ENVIRONMENT}{name.upper()}"):
                problems.append(f"{variable}: {ENVIRONMENT}{name.upper()} is set too; set one")
                continue
            try:
                yield name, Path(text).read_text(encoding="utf-8").strip(), variable
            except (OSError, UnicodeDecodeError) as error:
                why = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
                # The value is not quoted: somebody who confuses the two variables has put the
                # secret itself there.
                problems.append(f"{variable}: the file it names cannot be read: {why}")
        else:
            known = [*VARIABLES, *SECRET_FILES, CONFIG_VARIABLE]
            problems.append(f"{variable}: unknown setting{nearest(variable, known)}")


def _unknown_key(name: str, value: Any, known: Known) -> str:
    if isinstance(value, dict) and value:
        inner = next(iter(value))
        if f"{name}_{inner}" in SCALARS:
            return f"[{name}]: there is no such table; write {name}_{inner} = … at the top"
        if name in SOURCE_TOPICS:
            return f'[{name}]: unknown table; did you mean [feeds."{name}"]?'
        if name in known.by_id:
            return f"[{name}]: unknown table; did you mean [detectors.{name}]?"
        return f"[{name}]: unknown table{nearest(name, [*SCALARS, *TABLES])}"
    if name.removesuffix("_file") in SECRETS:
        return f"{name}: is an environment variable only: {ENVIRONMENT}{name.upper()}"
    return f"{name}: unknown setting{nearest(name, SCALARS)}"
