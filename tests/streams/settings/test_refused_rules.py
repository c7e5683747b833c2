"""What of a file is refused when it is loaded: with its line, and the mend."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.settings.own_detectors import known_detectors
from tests.streams.settings.own_rules import RULE, rule, write


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (RULE.replace("burst(", "burst((", 1), "many_looks.py:22: is not Python: '(' was never"),
        (RULE.replace("in_all(", "in_al("), "many_looks.py:28: NameError: name 'in_al' is not"),
        (RULE.replace("from detectors.language import *", ""), "does the file begin with `from "),
        ("import acme_shared\n", "many_looks.py:1: ModuleNotFoundError: No module named 'acme_sha"),
        ("raise SystemExit(3)\n", "many_looks.py:1: SystemExit: 3; mend that line"),
        ("x = 1 / 0\n", "many_looks.py:1: ZeroDivisionError: division by zero; mend that line"),
        ("x = 1\n", "many_looks.py: has no DETECTOR; write DETECTOR = burst(…), or begin the"),
        ("\nDETECTOR = 'no'\n", "many_looks.py:2: DETECTOR is no detector but of type str; write"),
        (rule("other-looks"), "py:22: the id is 'other-looks', and the name of the file says"),
        (rule("own-many-looks"), 'own- is put before the id by itself; write the id "many-lo'),
        (RULE.replace('"warning"', '"grave"'), "the severity is 'grave'; use one of critical, w"),
        (RULE.replace('Bilingual("Many looks", "频繁查看")', "None"), "the title is not in two la"),
        (RULE.replace("reads=(read(", "reads=(3, read("), "it cannot be run: AttributeError"),
        (RULE.replace("Numbers(),", "None,"), "its parameters are None; write a class of Params"),
        (
            RULE.replace("within {window}", "within {windows}"),
            "has a place {windows}, which nothing fills; did you mean window?",
        ),
        (
            RULE.replace('read("employee"', 'read("employees"'),
            "many_looks.py:27: TypeError: a CrmEdit is about no employees, but about: employee, cu",
        ),
        (RULE.replace("CrmEdit, lambda", "dict, lambda"), "py:27: TypeError: dict is no type of"),
        (
            RULE.replace('edits("view"', 'edits("views"'),
            "many_looks.py:27: TypeError: no edit has the operation views, but one of: create, upd"
            "ate, delete, restore, export, view; did you mean view?; mend that line",
        ),
        (RULE.replace('edits("view"', 'edits("view", of="oder"'), "oder, but one of: customer, c"),
        (
            RULE.replace('number("1h"', "number(1"),
            'py:15: TypeError: Numbers.window: a Duration is written with its unit, as in "1h"',
        ),
        (
            RULE.replace('number("1h"', 'number("1 hour"'),
            'py:15: TypeError: Numbers.window: expected a duration such as "72h" or "7d" (units: s',
        ),
        (
            RULE.replace("    window: D", "    windo: D"),
            "py:22: TypeError: many-looks: it asks for a",
        ),
        (RULE.replace("    notes={", "    not_es={"), "it has no notes; write notes={role: Biling"),
        ("\N{NULL}", "many_looks.py: "),
    ],
)
def test_what_is_none_is_refused_with_its_line_and_the_mend_and_the_others_go_on(
    tmp_path: Path, text: str, says: str
) -> None:
    write(tmp_path, "many_looks.py", text)
    write(tmp_path, "other.py", rule("other"))
    found = known_detectors(str(tmp_path))
    assert set(found.own) == {"own-other"}
    assert set(found.refused) == {"own-many-looks"}
    assert says in str(found.refused["own-many-looks"])
    assert "\n" not in str(found.refused["own-many-looks"])
    assert found.refused["own-many-looks"].retryable is False
