"""What the check says of rules that are of orders: what one sees of none that is of employees."""

from __future__ import annotations

from pathlib import Path

import pytest

from offbook.cli.check.check import check_file
from streams.settings.settings import Settings
from tests.streams.settings.own_order_rules import BURST, PAIR
from tests.streams.settings.own_rules import write

#: An alert of which no example says what it is of.
SILENT_OF_WHOM = ('"order": "SO-7", ', "")


def wrong(tmp_path: Path, text: str) -> dict[str, str]:
    """By check what is wrong with a file that says `text`."""
    done = check_file(write(tmp_path, "approved_twice.py", text), Settings())
    return {check.what.en: " / ".join(check.wrong) for check in done.checks if check.wrong}


def changed(text: str, *changes: tuple[str, str]) -> str:
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize("text", [BURST, PAIR])
def test_good_ones_pass_all(tmp_path: Path, text: str) -> None:
    assert wrong(tmp_path, text) == {}


ABOUT = "    about=lambda view, run, params: Subject(order=view.entity_id),\n"


@pytest.mark.parametrize(
    ("text", "check", "says"),
    [
        (changed(BURST, (ABOUT, ""), SILENT_OF_WHOM), "loads", "of one order, and its alerts"),
        (
            changed(BURST, ("Subject(order=", "Subject(employee="), SILENT_OF_WHOM),
            "every place",
            "every alert says 'unknown', and none has a customer nor order",
        ),
        (
            changed(PAIR, ("                about=Subject(order=view.entity_id),\n", ""),
                    ("Order {order} was", "{employee} saw an order"),
                    ("订单 {order} 自", "{employee}自"), SILENT_OF_WHOM),
            "every place",
            "every alert says 'an employee not yet known', and none has an employee",
        ),
        (
            changed(PAIR, ('named=view.entity_id + "\\n" + one.anchor', 'named="x"'),
                    (', "anchor": "a"', "")),
            "events of other keys",
            "alerts of two keys have one id; begin named= with view.entity_id",
        ),
        (
            changed(BURST, ("edit.says.status ==", "edit.after.status ==")),
            "what documents may leave out",
            "approved_twice.py:23: AttributeError: 'NoneType' object has no attribute 'status'; it"
            " is None where nothing was said of it; of an edit, ask edit.says and edit.was",
        ),
        (
            changed(BURST, ('{"approved": Bil', '{"approve": Bil')),
            "every piece of evidence",
            'role approved has no note; write notes={"approved": Bilingual(…)}; did you mean appr',
        ),
        (
            changed(BURST, ("edit.says.status ==", "edit.status ==")),
            'example "two"',
            "approved_twice.py:23: AttributeError: 'CrmEdit' object has no attribute 'status';"
            " write edit.says.status, or edit.was.status for what was before (on a)",
        ),
        (
            changed(PAIR, ("one.about != other.about", "one.clerk != other.clerk")),
            'example "two"',
            "approved_twice.py:46: AttributeError: 'Fact' object has no attribute 'clerk'; a fact"
            ' has what keep(…) gave it: keep(role, clerk=…) is fact.fields["clerk"]',
        ),
        (
            changed(PAIR, ("one.about != other.about", "one.actor != other.actor")),
            'example "two"',
            "approved_twice.py:46: KeyError: 'actor'; a fact has those fields that keep(…) gave it",
        ),
        (
            changed(PAIR, ("one.about != other.about", 'one.fields["who"] != other.about')),
            'example "two"',
            "approved_twice.py:46: KeyError: 'who'; a fact has those fields that keep(…) gave it",
        ),
        (
            changed(PAIR, ("params.window", "params.windows")),
            'example "two"',
            "approved_twice.py:46: AttributeError: 'Numbers' object has no attribute 'windows'; it"
            " has no windows; did you mean window?",
        ),
        (
            changed(BURST, ("Subject(order=", "Subject(ordr=")),
            'example "two"',
            "approved_twice.py:50: TypeError: Unexpected keyword argument 'ordr'; a Subject takes"
            " employee, customer, order, account; did you mean order? (on ",
        ),
        (
            changed(PAIR, ("by=one", "bye=one")),
            'example "two"',
            "Unexpected keyword argument 'bye'; a Found takes by, named, facts",
        ),
        (
            changed(BURST, ("about=edit.actor", "about=edit.actor, minutes=3")),
            'example "two"',
            "Error: keep(…): minutes is of type int; write str(…) (on ",
        ),
        (
            changed(BURST, ("about=edit.actor", "about=edit.actor, weight=1.5")),
            'example "two"',
            "Error: keep(…): weight is of type float; write int(…)",
        ),
        (
            changed(BURST, ("    says=SAYS", "    values=lambda *_: {'n': 1},\n    says=SAYS")),
            'example "two"',
            "Error: values=: n is of type int; write str(…)",
        ),
        (
            changed(PAIR, ("                by=one,", "                by=one, severity='grave',")),
            'example "two"',
            "use one of critical, warning, info",
        ),
        (
            changed(PAIR, ("order=view.entity_id", "order=7")),
            'example "two"',
            "Error: Subject(…): order is of type int; write str(…)",
        ),
        (
            changed(BURST, ("两人批准。\",\n    )", "两人批准。\",\n    ),\n    given=(\"who\",),"),
                    ("by two people", "by {who}")),
            'example "two"',
            'it is declared by given=, and not given: values must have "who"',
        ),
        (
            changed(BURST, ('Bilingual("approved", "批准")', 'Bilingual("by {who}", "批准")')),
            'example "two"',
            "KeyError: 'who'; nothing fills a place of that name in a note or a sentence",
        ),
        (
            changed(BURST, ('Bilingual("approved", "批准")', '"approved"')),
            "loads",
            "the note of approved is not in two languages; write Bilingual",
        ),
        (
            changed(BURST, ('"people")', '"persons")')),
            "loads",
            "it asks for a parameter persons, and Numbers has none",
        ),
        (
            changed(PAIR, ('within="window"', 'within="windo"')),
            "loads",
            "write windo in Numbers, or name another parameter; did you mean window?",
        ),
        (
            changed(BURST, ('"approved", about=edit.actor', '"approved"')),
            'example "two"',
            "1 alert expected, 0 firing: what is kept of its events is about nothing; if different",
        ),
        (
            changed(BURST, ('edits("update"', 'edits("create"')),
            'example "two"',
            "of none of its events anything is kept; see what reads= asks for",
        ),
        (
            changed(BURST, ('"anchor": "a"', '"anchor": "b"')),
            'example "two"',
            "anchor b expected, found a",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_by_its_check(
    tmp_path: Path, text: str, check: str, says: str
) -> None:
    found = wrong(tmp_path, text)
    assert any(says in told for what, told in found.items() if what.startswith(check)), found
