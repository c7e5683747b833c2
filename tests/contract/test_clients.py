"""The types for other languages compile, and what is built with them is what the contract reads."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from contract.decoding.decode import decode_structured
from contract.event import Event, Origin
from contract.publishing.examples import EXAMPLES
from contract.record_key import record_key
from contract.types import Heartbeat
from tests.parts.compilers import ROOT, java, run, tsc


def read(lines: str) -> list[Event]:
    """The events that a sample wrote, each where it says that it belongs."""
    found = []
    for line in lines.splitlines():
        said = json.loads(line)
        value = json.dumps(said["event"]).encode()
        event = decode_structured(value, Origin(said["topic"], 0, 0))
        assert isinstance(event, Event), event
        if not isinstance(event.data, Heartbeat):
            assert said["topic"] == event.kind.topic
            assert said["key"].encode() == record_key(event.data)
        found.append(event)
    return found


def content(events: list[Event]) -> list[tuple[object, ...]]:
    return [(it.source, it.id, it.time, it.data) for it in events]


def examples() -> list[tuple[object, ...]]:
    wanted = []
    for example in EXAMPLES.values():
        event = decode_structured(json.dumps(example).encode(), Origin("", 0, 0))
        assert isinstance(event, Event)
        wanted.append(event)
    return content(wanted)


def test_typescript_compiles_strictly_and_writes_each_example(tmp_path: Path) -> None:
    project = ROOT / "clients" / "typescript"
    run(tsc(), "--project", str(project), "--noEmit", "false", "--outDir", str(tmp_path))
    assert content(read(run("node", str(tmp_path / "sample" / "examples.js")))) == examples()


#: Payments that are none, and the word by which the compiler says so.
WRONG = {
    "payee_account": '{ payment: "P", amount: "1" }',
    "number": '{ payment: "P", amount: 1, payee_account: "6222" }',
    "refunded": '{ payment: "P", amount: "1", payee_account: "6222", kind: "refunded" }',
    "payeename": '{ payment: "P", amount: "1", payee_account: "6222", payeename: "x" }',
}


def test_typescript_refuses_what_the_contract_does_not_have(tmp_path: Path) -> None:
    shutil.copy(ROOT / "clients/typescript/src/events.ts", tmp_path)
    sample = tmp_path / "wrong.ts"
    lines = [f"export const {word}: Payment = {wrong};" for word, wrong in WRONG.items()]
    sample.write_text("\n".join(['import { Payment } from "./events";', *lines]))
    done = subprocess.run(
        [tsc(), "--noEmit", "--strict", "--target", "es2020", str(sample)],
        capture_output=True,
        text=True,
        check=False,
    )
    said = [it for it in done.stdout.splitlines() if "error TS" in it]
    assert len(said) == len(WRONG)
    assert all(word in line for word, line in zip(WRONG, said, strict=True))


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What is compiled, without a warning."""
    folder = str(tmp_path_factory.mktemp("classes"))
    sources = [str(it) for it in (ROOT / "clients" / "java").rglob("*.java")]
    lint = ("-Xlint:all", "-Werror", "-Xdoclint:all,-missing", "-encoding", "UTF-8")
    run(java("javac"), "--release", "17", *lint, "-d", folder, *sources)
    return folder


def test_java_compiles_without_a_warning_and_writes_each_example(classes: str) -> None:
    said = run(java("java"), "-cp", classes, "offbook.events.Examples")
    assert content(read(said)) == examples()


def test_java_leaves_out_what_was_not_said_and_says_nobody_on_purpose(
    classes: str, tmp_path: Path
) -> None:
    """The owner, an amount with an exponent, a time without seconds, a quote in a text."""
    sample = tmp_path / "Sample.java"
    sample.write_text(
        """
        import java.time.OffsetDateTime;
        import offbook.events.*;

        class Sample {
            public static void main(String[] arguments) {
                for (Owner owner : new Owner[] {null, Owner.NOBODY}) {
                    CrmEdit edit = CrmEdit.builder()
                        .actor("E-1").op(CrmEdit.Op.UPDATE)
                        .object(new ObjectRef(ObjectRef.Type.ORDER, "O-1"))
                        .after(Image.builder().owner(owner).amount("1E+3").build())
                        .before(Image.builder().status(Image.Status.DRAFT).build())
                        .build();
                    System.out.println(new String(new Event("e\\"1\\\\", "//crm",
                        OffsetDateTime.parse("2026-03-05T14:22+08:00"), edit).toBytes()));
                    System.err.println(edit + " " + edit.after());
                }
            }
        }
        """
    )
    run(java("javac"), "-cp", classes, "-d", str(tmp_path), str(sample))
    lines = run(java("java"), "-cp", f"{classes}{os.pathsep}{tmp_path}", "Sample").splitlines()
    assert ["owner" in json.loads(it)["data"]["after"] for it in lines] == [False, True]
    for line in lines:
        event = decode_structured(line.encode(), Origin("crm.edits", 0, 0))
        assert isinstance(event, Event)
        assert event.id == 'e"1\\'
        assert event.data.says.amount == 1000  # type: ignore[attr-defined]


def test_the_lock_names_no_registry() -> None:
    lock = (ROOT / "clients/typescript/package-lock.json").read_text("utf-8")
    assert "integrity" in lock
    assert "http" not in lock
