"""The rendered contract: current, sound, and of one mind with the decoder."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any, get_args

import jsonschema
import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from contract.decoding.decode import decode_record
from contract.document import document
from contract.event import Event, Origin
from contract.kinds import KIND_OF_TYPE, KINDS, Kind
from contract.publishing import alert_meanings, meanings, pages
from contract.publishing.examples import EXAMPLES
from contract.publishing.schemas import alert_schema, event_schema, main, rendered, stale
from contract.publishing.yaml import to_yaml
from contract.rejected import Rejected, Stage
from contract.types import IMAGE_KEYS, EventData, Image
from tests.contract.documents import example
from tests.contract.strategies import events
from tests.contract.test_golden import ALERT
from tests.parts.examples import examples

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
VALIDATORS = {
    kind.type: jsonschema.Draft202012Validator(event_schema(kind)) for kind in KIND_OF_TYPE.values()
}


def test_the_rendered_files_are_current() -> None:
    assert stale(ROOT) == []


def test_check_names_each_stale_file_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ["--root", str(tmp_path)]
    assert main(here) == 0
    assert main([*here, "--check"]) == 0
    docs, java = tmp_path / "docs", tmp_path / "clients/java/src/main/java/offbook/events"
    (docs / "events.md").write_text("old")
    (docs / "asyncapi.yaml").unlink()
    (docs / "schemas" / "offbook.sale.v1.json").write_text("{}")
    (java / "Sale.java").write_text((java / "Tip.java").read_text("utf-8"), "utf-8")
    (java / "Own.java").write_text("// written by hand")
    (tmp_path / "clients/typescript/src/events.ts").write_text("old")
    (tmp_path / "offbook/produce/events.py").unlink()
    capsys.readouterr()
    assert main([*here, "--check"]) == 1
    named = capsys.readouterr().err
    assert len(named.splitlines()) == 6
    for name in ("events.md", "asyncapi.yaml", "offbook.sale.v1.json"):
        assert name in named
    for name in ("Sale.java", "events.ts", "events.py"):
        assert name in named
    assert (docs / "events.md").read_text() == "old"


@pytest.mark.parametrize("kind", KIND_OF_TYPE.values(), ids=lambda kind: kind.type)
def test_a_schema_is_sound_and_takes_its_example(kind: Kind) -> None:
    schema = event_schema(kind)
    jsonschema.Draft202012Validator.check_schema(schema)
    VALIDATORS[kind.type].validate(EXAMPLES[kind.type])
    for reference in _references(schema):
        assert _at(schema, reference) is not None


def test_the_alert_schema_takes_the_golden_alert_and_no_other_severity() -> None:
    validator = jsonschema.Draft202012Validator(alert_schema())
    validator.check_schema(alert_schema())
    alert = json.loads(msgspec.json.encode(ALERT))
    validator.validate(alert)
    assert not validator.is_valid(alert | {"severity": "high"})
    assert not validator.is_valid({k: v for k, v in alert.items() if k != "mode"})


@given(events())
def test_every_written_document_validates(event: Event) -> None:
    VALIDATORS[event.kind.type].validate(document(event))


_VALUES: list[Any] = [
    None, True, False, 0, -1, 1.5, 10**18, 10**30, "", " ", "x", "1e5", "-1", "1_0", "RMB", "CNY",
    "x\n", "2026-13-40", "2026-03-05T14:22:30", "x" * 129, "x" * 4097, [], [1], ["a"], {}, {"a": 1},
    {"type": "order"}, {"type": "customer", "id": "C"}, {"a": {"company": [1]}},
]  # fmt: skip


@settings(
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
    max_examples=examples(600),
)
@given(st.sampled_from(sorted(EXAMPLES)), st.data())
def test_what_the_schema_refuses_the_decoder_refuses(type_: str, draw: st.DataObject) -> None:
    mutated = example(type_)
    for _ in range(draw.draw(st.integers(1, 2))):
        inner = draw.draw(st.sampled_from(_objects(mutated)))
        name = draw.draw(st.sampled_from([*inner, "amount", "count", "before", "stage", "x"]))
        if draw.draw(st.booleans()) and name in inner:
            del inner[name]
        else:
            inner[name] = copy.deepcopy(draw.draw(st.sampled_from(_VALUES)))
    assume(not VALIDATORS[type_].is_valid(mutated))
    outcome = decode_record(json.dumps(mutated).encode(), (), Origin("", 0, 0))
    assert isinstance(outcome, Rejected), outcome


def _objects(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        return [value, *(found for item in value.values() for found in _objects(item))]
    return []


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.type)
def test_each_required_field_is_required_by_both(kind: Kind) -> None:
    for field in msgspec.structs.fields(kind.data):
        if field.required:
            mutated = example(kind.type)
            del mutated["data"][field.name]
            assert not VALIDATORS[kind.type].is_valid(mutated)
            outcome = decode_record(json.dumps(mutated).encode(), (), Origin("", 0, 0))
            assert isinstance(outcome, Rejected)
            assert outcome.field == f"data.{field.name}"


def test_every_type_and_field_has_its_meaning_in_both_languages() -> None:
    structs = {kind.data for kind in KIND_OF_TYPE.values()}
    assert set(meanings.TYPES) == structs
    for cls in EventData.__subclasses__():
        assert set(meanings.FIELDS[cls]) == set(cls.__struct_fields__)
    for table in (
        *meanings.FIELDS.values(),
        alert_meanings.ALERT,
        alert_meanings.ACTION,
        meanings.ATTRIBUTES,
        pages.STAGES,
    ):
        for meaning in table.values():
            assert meaning.en.endswith(".")
            assert meaning.zh.endswith("。")
    assert set(pages.STAGES) == set(get_args(Stage))


def test_images_know_the_keys_of_the_contract_and_no_others() -> None:
    assert set().union(*IMAGE_KEYS.values()) == set(Image.__struct_fields__)


def test_both_pages_show_every_topic_and_field() -> None:
    files = rendered()
    for name in ("events.md", "events.zh.md"):
        for kind in KINDS:
            section = files[f"docs/{name}"].split(f"## `{kind.topic}`")[1].split("\n## ")[0]
            for field in kind.data.__struct_fields__:
                assert f"| `{field}` |" in section


def _references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [found for item in value.values() for found in _references(item)]
    if isinstance(value, list):
        return [found for item in value for found in _references(item)]
    return []


def _at(whole: Any, reference: str) -> Any:
    for step in reference.removeprefix("#/").split("/"):
        whole = whole[step.replace("~1", "/").replace("~0", "~")]
    return whole


def test_the_yaml_reads_back_as_the_same_document() -> None:
    yaml = pytest.importorskip("yaml")
    from contract.publishing.asyncapi import asyncapi

    assert yaml.safe_load(to_yaml(asyncapi())) == asyncapi()
    odd = {"a b": [[1, [2]], {"x": {}}, [], "no", "1.0", "- x", "a: b", "#", "", None, True, "é"]}
    assert yaml.safe_load(to_yaml(odd)) == odd


def test_asyncapi_has_every_topic_and_its_references_resolve() -> None:
    from contract.publishing.asyncapi import asyncapi

    whole = asyncapi()
    topics = {kind.topic for kind in KINDS}
    assert set(whole["channels"]) == topics | {f"dlq.{t}" for t in topics} | {
        "offbook.alerts",
        "offbook.actions",
        "offbook.allowances",
        "offbook.dlq-handled",
        "dlq.connect",
    }
    for reference in _references(whole):
        if reference.startswith("#/"):
            assert _at(whole, reference) is not None
        else:
            assert (DOCS / reference).is_file()
    for name, channel in whole["channels"].items():
        kafka = channel["bindings"]["kafka"]
        if name == "dlq.connect":
            # One for each connector, whose name is a part of the topic's.
            assert channel["address"] == "dlq.connect.{connector}"
            assert list(channel["parameters"]) == ["connector"]
        else:
            assert channel["address"] == kafka["topic"] == name
        compacted = kafka["topicConfiguration"]["cleanup.policy"] == ["compact"]
        assert compacted == name.startswith(("reference.", "offbook.allowances"))
    for operation in whole["operations"].values():
        for message in operation["messages"]:
            assert message["$ref"].startswith(operation["channel"]["$ref"] + "/messages/")
