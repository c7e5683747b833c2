"""The language that rules are written in: its door, its shapes, its numbers."""

from __future__ import annotations

import ast
import doctest
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

from bench.house import rules
from contract.duration import Duration
from detectors import language
from detectors.language import shapes
from detectors.language.params import Params, at_least, number

SHAPES = [it.name for it in iter_modules(shapes.__path__, f"{shapes.__name__}.")]
RULES = rules()


@pytest.mark.parametrize("name", SHAPES)
def test_the_example_of_a_shape_runs(name: str) -> None:
    done = doctest.testmod(import_module(name))
    assert done.attempted > 0
    assert done.failed == 0


@pytest.mark.parametrize("rule", RULES, ids=lambda it: it.stem)
def test_a_rule_imports_the_language_and_nothing_else_of_ours(rule: Path) -> None:
    ours = [
        f"{node.module}.{imported.name}"
        for node in ast.walk(ast.parse(rule.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").partition(".")[0] in ("contract", "detectors")
        for imported in node.names
    ]
    assert [it for it in ours if "._" not in it] == ["detectors.language.*"]


def test_every_word_of_the_language_is_there_and_used_by_some_rule() -> None:
    used = {
        node.id
        for rule in RULES + [it for one in RULES for it in one.parent.glob("_[a-z]*.py")]
        for node in ast.walk(ast.parse(rule.read_text("utf-8")))
        if isinstance(node, ast.Name)
    }
    assert [it for it in language.__all__ if not hasattr(language, it)] == []
    # What whoever writes a rule of their own may need, though none of ours does.
    assert set(language.__all__) - used <= {"HrChange", "Severity"}


def test_a_number_is_a_field_with_a_default_of_its_kind() -> None:
    class SomeParams(Params):
        threshold: int = at_least(3, "so many", "数量")
        window: Duration = number("1h", "so long", "时长")

    assert SomeParams() == SomeParams(threshold=3, window=Duration("1h"))
    assert isinstance(SomeParams().window, Duration)


def test_a_number_of_no_kind_is_refused_with_the_kinds_there_are() -> None:
    with pytest.raises(TypeError, match=r"OddParams.when: .* one of int, float, str, Duration"):

        class OddParams(Params):
            when: bytes = number(b"", "odd", "奇怪")
