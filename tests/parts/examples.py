"""How many examples a law is tried on: HYPOTHESIS_PROFILE is `dev`, `ci` or `nightly`."""

from __future__ import annotations

import os
from typing import Final

from hypothesis import HealthCheck, settings

PROFILE: Final = os.environ.get("HYPOTHESIS_PROFILE", "dev")
#: Without a `max_examples` of its own.
USUAL: Final = 100


def examples(ci: int, nightly: int | None = None) -> int:
    """How many of them: on CI so many, while one works an eighth, at night ten times as many
    unless it is said."""
    return {"dev": ci // 8, "ci": ci, "nightly": nightly or 10 * ci}[PROFILE]


def load() -> None:
    """Make it the profile of this run. How long an example takes is no fault of it: the machine
    may be busy."""
    settings.register_profile(
        PROFILE,
        settings.default,
        max_examples=examples(USUAL),
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    settings.load_profile(PROFILE)
