"""Reads pages, presets, the company's tables and lexicons from where they stand."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

from connectors.keywords.lexicon import LexiconError, load_lexicon
from connectors.mapping.connector import Connector
from connectors.mapping.page import Page, read_company, read_page
from connectors.mapping.wrong import PageError
from contract.spelling.nearest import nearest

#: A page, a table or a lexicon is nothing that a machine writes.
_LONGEST: Final = 8 << 20


def preset_names() -> list[str]:
    """The presets that come with Offbook."""
    return sorted(_presets())


def preset_text(name: str) -> str:
    """The page of a preset. Raises `KeyError` with the nearest name, if there is none of it."""
    names = _presets()
    if name not in names:
        raise KeyError(nearest(str(name), names) or f"; there are {', '.join(sorted(names))}")
    return names[name].read_text("utf-8")


def load_page(named: str, company: Path | None = None, *, tested: bool = False) -> Page:
    """A preset by its name, or a page by its file, which has a `/` or ends in `.toml`; for its
    cases, if it is `tested`.

    Raises `PageError`.
    """
    return _page(named, _company(company), tested)


def load_connector(named: str, company: Path | None = None, *, tested: bool = False) -> Connector:
    """`load_page`, at work: with the lexicons that the page names, and the company's keywords.

    Raises `PageError`.
    """
    its = _company(company)
    return _connector(_page(named, its, tested), its, company)


def load_presets(company: Path | None = None) -> Iterator[Connector]:
    """All presets, at work. Raises `PageError`."""
    its = _company(company)
    for name in preset_names():
        yield _connector(_page(name, its, tested=False), its, company)


def load_company(path: Path) -> dict[str, Any]:
    """The company's own tables and keywords. Raises `PageError`."""
    return read_company(str(path), _text(path))


def _company(path: Path | None) -> dict[str, Any] | None:
    return None if path is None else load_company(path)


def _page(named: str, company: dict[str, Any] | None, tested: bool) -> Page:
    if "/" in named or named.endswith(".toml"):
        path = Path(named)
        return read_page(path.stem, _text(path), preset_text, company, tested=tested)
    try:
        return read_page(named, preset_text(named), preset_text, company, tested=tested)
    except KeyError as error:
        raise PageError(f"there is no preset {named!r}{error.args[0]}") from None


def _connector(page: Page, company: dict[str, Any] | None, path: Path | None) -> Connector:
    if page.keywords is None:
        return Connector(page)
    tables: dict[str, Any] = {}
    for name in page.keywords.lexicons:
        its = files("connectors") / "lexicons" / f"{name}.toml"
        if not its.is_file():
            raise PageError(f"{page.name}: keywords: there is no lexicon {name!r}: zh or en")
        tables[its.name] = its.read_text("utf-8")
    if company is not None and (own := company.get("keywords")):
        tables[str(path)] = own
    try:
        lexicon = load_lexicon(tables, around=page.keywords.around)
    except LexiconError as error:
        raise PageError(*error.problems) from None
    return Connector(page, lexicon.hits)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            content = stream.read(_LONGEST + 1)
        if len(content) > _LONGEST:
            raise PageError(f"{path}: is larger than {_LONGEST >> 20} MiB")
        return content.decode("utf-8-sig")
    except OSError as error:
        raise PageError(f"{path}: cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise PageError(f"{path}: is not UTF-8: save it as UTF-8") from None


@cache
def _presets() -> dict[str, Traversable]:
    rooms = (it for it in (files("connectors") / "presets").iterdir() if it.is_dir())
    pages = (it for room in rooms for it in room.iterdir() if it.name.endswith(".toml"))
    return {it.name.removesuffix(".toml"): it for it in pages}
