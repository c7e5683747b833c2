"""The lexicons that come with Offbook, and small ones."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from connectors.keywords.lexicon import Lexicon, load_lexicon


@cache
def starters() -> Lexicon:
    folder = files("connectors") / "lexicons"
    return load_lexicon({it: (folder / it).read_text("utf-8") for it in ("zh.toml", "en.toml")})


@cache
def small(toml: str) -> Lexicon:
    return load_lexicon({"own.toml": toml})


def keywords(lexicon: Lexicon, text: str) -> list[str]:
    return [it.keyword for it in lexicon.hits(text)]
