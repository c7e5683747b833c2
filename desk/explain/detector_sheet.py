"""What a detector says about itself, for the command line and the documents."""

from __future__ import annotations

from datetime import tzinfo
from inspect import cleandoc
from typing import Any, Final, get_args

from msgspec import Meta, Struct, structs

from contract.duration import Duration
from contract.times import DAY, moment
from desk.explain.runbooks import runbook_of
from detectors.language.detector import Detector
from detectors.language.params import Fires
from streams.settings.values import as_in_file, choices

#: How long before an allowance ends it is shown, so that somebody looks again.
SOON: Final = 7 * DAY


class ParamSheet(Struct, frozen=True):
    """One parameter: `kind` says what values it takes, `default` is as the file would have it.

    `fires` says of a threshold on which side of it an alert fires; it is None for other numbers.
    """

    name: str
    kind: str
    default: str
    description: str
    description_zh: str
    fires: Fires | None

    @property
    def meaning(self) -> str:
        """The description, and of a threshold where it fires."""
        return self.description + _FIRES.get(self.fires, "").format(self.default.strip('"'))


_FIRES: dict[Fires | None, str] = {
    "at least": " (fires at {} or more)",
    "more than": " (fires above {})",
    "at most": " (fires up to {})",
    "less than": " (fires below {})",
}


class DetectorSheet(Struct, frozen=True):
    """One detector. `text` is the whole of what its author wrote; `catches` its first line.
    `runbook` is None where one of the company's own has none."""

    id: str
    severities: tuple[str, ...]
    title_en: str
    title_zh: str
    catches: str
    text: str
    needs: tuple[str, ...]
    params: tuple[ParamSheet, ...]
    runbook: str | None


def sheet(detector: Detector) -> DetectorSheet:
    """The sheet of `detector`, with the values its parameters have."""
    text = cleandoc(detector.told)
    return DetectorSheet(
        id=detector.id,
        severities=detector.possible_severities(),
        title_en=detector.title.en,
        title_zh=detector.title.zh,
        catches=text.partition("\n")[0],
        text=text,
        needs=tuple(f"reference.{kind}" for kind in detector.needs),
        params=tuple(
            ParamSheet(
                field.name,
                _kind(field.type),
                as_in_file(getattr(detector.params, field.name)),
                _description(field.type),
                **_said_beside(field.type),
            )
            for field in structs.fields(detector.params)
        ),
        runbook=runbook_of(detector),
    )


class AllowanceSheet(Struct, frozen=True):
    """An allowance that has expired or soon will. `until` is company time. Whom it is about is not
    shown, because this is read over shoulders and pasted into tickets."""

    name: str
    until: str
    expired: bool
    reason: str


def ending(detector: Detector, now: int, zone: tzinfo) -> tuple[AllowanceSheet, ...]:
    """The allowances that end within `SOON` of `now` (microseconds), or have ended."""
    return tuple(
        AllowanceSheet(
            allowance.name,
            moment(allowance.until).astimezone(zone).isoformat(timespec="seconds"),
            allowance.until < now,
            allowance.reason,
        )
        for allowance in detector.allowances
        if allowance.until < now + SOON
    )


def _metas(type_: Any) -> list[Meta]:
    metas = [meta for meta in getattr(type_, "__metadata__", ()) if isinstance(meta, Meta)]
    for part in get_args(type_)[:1] if hasattr(type_, "__metadata__") else ():
        metas += _metas(part)
    return metas


def _description(type_: Any) -> str:
    return next((meta.description for meta in _metas(type_) if meta.description), "")


def _said_beside(type_: Any) -> dict[str, Any]:
    beside = next((meta.extra for meta in _metas(type_) if meta.extra), {})
    return {"description_zh": beside.get("zh", ""), "fires": beside.get("fires")}


def _kind(type_: Any) -> str:
    bare = type_
    while hasattr(bare, "__metadata__"):
        bare = get_args(bare)[0]
    if words := choices(type_):
        return " or ".join(f"`{word}`" for word in words)
    if type(None) in get_args(bare):
        bare = next(part for part in get_args(bare) if part is not type(None))
    if bare is Duration:
        return "duration"
    limits = [
        f"{sign} {limit}"
        for meta in _metas(type_)
        for sign, limit in (("≥", meta.ge), (">", meta.gt), ("≤", meta.le), ("<", meta.lt))
        if limit is not None
    ]
    names: dict[Any, str] = {int: "whole number", str: "text", float: "number"}
    names |= {bool: "true or false", tuple[str, ...]: "list of texts"}
    name = names.get(bare, getattr(bare, "__name__", str(bare)).lower())
    return " ".join([name, ", ".join(limits)]).strip()


def described(type_: Any) -> tuple[str, str]:
    """(what values a setting takes, its description)."""
    return _kind(type_), _description(type_)
