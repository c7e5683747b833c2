"""Templates whose output cannot act: every text is shown as it is anywhere, and escaped."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from contract.spelling.shown import shown


def templates(package: str) -> Environment:
    """The templates of a package's folder `templates`."""
    return Environment(
        loader=PackageLoader(package),
        autoescape=True,
        finalize=_harmless,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _harmless(value: Any) -> Any:
    if value is None:
        return ""
    return value if isinstance(value, Markup) else escape(shown(str(value)))
