"""Detectors of one's own: which files are taken, which are refused, and what is said then."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from zlib import crc32

import pytest

from contract import __version__
from detectors.engine.engine import Engine
from detectors.engine.in_memory import InMemoryRun
from detectors.engine.running import OwnDetector, Running
from detectors.rules.catalogue import BY_ID, DETECTORS, with_own
from streams.settings import own_detectors
from streams.settings.loading import configured_detectors, load
from streams.settings.own_detectors import Known, known_detectors, state_of
from streams.settings.settings import SettingsError
from tests.detectors.timeline import after, company, edit, firing
from tests.streams.settings.own_rules import RULE, rule, write


def known(folder: Path) -> Known:
    return known_detectors(str(folder))


def test_a_file_of_the_folder_is_a_detector_with_a_prefix_before_its_id(tmp_path: Path) -> None:
    write(tmp_path)
    found = known(tmp_path)
    assert not found.refused
    detector = found.by_id["own-many-looks"]
    assert isinstance(detector, OwnDetector)
    assert detector.file == str(tmp_path / "many_looks.py")
    assert detector.told.startswith("Many looks.")
    assert len(found.detectors) == len(DETECTORS) + 1
    assert found.detectors[-1].weighs_alerts, "what adds up the others comes last"


def test_without_a_folder_there_are_ours(tmp_path: Path) -> None:
    assert known_detectors(None).detectors == DETECTORS
    assert known(tmp_path).detectors == DETECTORS


def test_tests_and_what_begins_with_an_underscore_are_no_rules(tmp_path: Path) -> None:
    for name in ("_shared.py", "__init__.py", "test_many_looks.py", "notes.txt"):
        write(tmp_path, name, "raise ValueError")
    assert known(tmp_path) == Known()


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
        ("\N{NULL}", "many_looks.py: "),
    ],
)
def test_what_is_none_is_refused_with_its_line_and_the_mend_and_the_others_go_on(
    tmp_path: Path, text: str, says: str
) -> None:
    write(tmp_path, "many_looks.py", text)
    write(tmp_path, "other.py", rule("other"))
    found = known(tmp_path)
    assert set(found.own) == {"own-other"}
    assert set(found.refused) == {"own-many-looks"}
    assert says in str(found.refused["own-many-looks"])
    assert "\n" not in str(found.refused["own-many-looks"])
    assert found.refused["own-many-looks"].retryable is False


def test_a_name_that_can_be_no_id_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "Many Looks.py", rule("Many Looks"))
    write(tmp_path, "x" * 57 + ".py", rule("x" * 57))
    [one, other] = known(tmp_path).refused.values()
    assert "use small letters, digits and _, as in night_discount.py, 60 at most" in str(one)
    assert "60 at most" in str(other)


def test_of_two_with_one_id_the_second_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "many-looks.py")
    write(tmp_path, "many_looks.py")
    found = known(tmp_path)
    assert found.own["own-many-looks"].file.endswith("many-looks.py")
    assert "many-looks.py has the id own-many-looks too; rename one of them" in str(
        found.refused["own-many-looks"]
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    write(tmp_path).chmod(0)
    [refused] = known(tmp_path).refused.values()
    assert "cannot be read: Permission denied; let the user" in str(refused)


def test_a_folder_in_the_place_of_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "many_looks.py").mkdir()
    assert "cannot be read: Is a directory" in str(known(tmp_path).refused["own-many-looks"])


def test_a_folder_that_is_not_there_is_refused_as_a_setting(tmp_path: Path) -> None:
    missing = str(tmp_path / "detectors")
    with pytest.raises(SettingsError, match=r"detectors: No such file or directory; name the"):
        known_detectors(missing)
    with pytest.raises(SettingsError, match=r"OFFBOOK_DETECTORS_PATH: there is no folder"):
        load(None, {"OFFBOOK_DETECTORS_PATH": missing})


def test_none_can_take_an_id_of_ours() -> None:
    with pytest.raises(ValueError, match="two detectors have one id"):
        with_own([BY_ID["bulk-delete"]])


@pytest.mark.parametrize(
    "where",
    [
        'where=edits("view", also=lambda edit: edit.after.owner)',
        "where=lambda edit: edit.nothing",
        'where=lambda edit: edit.op == "view" and edit.after.owner',
    ],
)
@pytest.mark.parametrize("entity", ["employee", "order"])
def test_one_that_raises_where_it_is_asked_takes_no_event_from_the_others(
    tmp_path: Path, where: str, entity: str
) -> None:
    text = RULE.replace('where=edits("view")', where).replace('read("employee"', f'read("{entity}"')
    write(tmp_path, text=text)
    engine = Engine(known(tmp_path).detectors, company(), mode="replay")
    looks = [
        edit(after("2026-03-02 09:00", f"{n}s"), "E-1", "view", ("order", f"O-{n}"), order="O-1")
        for n in range(250)
    ]
    run = InMemoryRun(engine)
    assert [alert.detector for alert in firing(run.run(looks))] == ["bulk-export"]
    assert {failure.detector for failure in run.failures} == {"own-many-looks"}
    assert len(run.failures) >= 250, "and it is told of each"


# What is the same, and what is another.


def test_a_file_that_did_not_change_is_the_same_detector(tmp_path: Path) -> None:
    write(tmp_path)
    before = known(tmp_path)
    write(tmp_path)
    assert known(tmp_path).own["own-many-looks"] is before.own["own-many-looks"]


def test_other_code_is_another_fingerprint_and_ours_go_by_version_and_numbers(
    tmp_path: Path,
) -> None:
    write(tmp_path)
    state, one = state_of(str(tmp_path)), known(tmp_path).own["own-many-looks"]
    write(tmp_path)
    assert state_of(str(tmp_path)) == state
    # As long as before, and in the same second: a compiled file would be taken for this one.
    write(tmp_path, text=RULE.replace('"look"', '"LOOK"'))
    other = known(tmp_path).own["own-many-looks"]
    assert state_of(str(tmp_path)) != state
    assert Running.of(one).fingerprint != Running.of(other).fingerprint
    assert list(other.notes) == ["LOOK"]
    ours = BY_ID["bulk-delete"]
    assert Running.of(ours).fingerprint == crc32(f"{__version__} {ours.params!r}".encode())


def test_what_is_refused_now_goes_on_as_it_was_before(tmp_path: Path) -> None:
    write(tmp_path)
    before = known(tmp_path)
    write(tmp_path, text="x =")
    kept = known(tmp_path).keeping(before)
    assert kept.own == before.own
    assert set(kept.refused) == {"own-many-looks"}
    (tmp_path / "many_looks.py").unlink()
    assert known(tmp_path).keeping(kept) == Known()


# Settings.


def settings(tmp_path: Path, text: str) -> Path:
    config = tmp_path / "offbook.toml"
    folder = f"detectors_path = '{tmp_path / 'own'}'\n"
    config.write_text(folder + text, encoding="utf-8")
    return config


def test_their_numbers_are_set_as_ours_are(tmp_path: Path) -> None:
    write(tmp_path / "own")
    text = "[detectors.own-many-looks]\nthreshold = 5\nmode = 'shadow'\n"
    read = load(settings(tmp_path, text), {})
    detector = {it.id: it for it in configured_detectors(read)}["own-many-looks"]
    assert detector.params.threshold == 5  # type: ignore[attr-defined]
    assert detector.shadow
    stopped = load(settings(tmp_path, "[detectors.own-many-looks]\nenabled = false\n"), {})
    assert "own-many-looks" not in {it.id for it in configured_detectors(stopped)}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[detectors.own-many-look]\n", "there is no such detector; did you mean own-many-looks?"),
        ("[detectors.many-looks]\n", "there is no such detector; did you mean own-many-looks?"),
        (
            "[detectors.own-many-looks]\ntreshold = 5\n",
            "unknown parameter; did you mean thre",
        ),
        ("[detectors.own-many-looks]\nthreshold = 0\n", "expected a whole number >= 1"),
        ("[own-many-looks]\nthreshold = 2\n", "did you mean [detectors.own-many-looks]?"),
    ],
)
def test_what_is_wrong_is_told_with_the_nearest(tmp_path: Path, text: str, says: str) -> None:
    write(tmp_path / "own")
    with pytest.raises(SettingsError) as caught:
        load(settings(tmp_path, text), {})
    assert says in str(caught.value)


def test_the_folder_may_be_named_by_a_variable(tmp_path: Path) -> None:
    write(tmp_path / "own")
    config = tmp_path / "offbook.toml"
    config.write_text("[detectors.own-many-looks]\nthreshold = 4\n", encoding="utf-8")
    read = load(config, {"OFFBOOK_DETECTORS_PATH": str(tmp_path / "own")})
    assert read.detectors == {"own-many-looks": {"threshold": 4}}


def test_the_table_of_one_that_is_refused_stops_nobody(tmp_path: Path) -> None:
    write(tmp_path / "own", text="x =")
    read = load(settings(tmp_path, "[detectors.own-many-looks]\nthreshold = 5\n"), {})
    assert configured_detectors(read) == configured_detectors(load(None, {}))


# Packages.

Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Installs a package of that name with entry points and files, as pip would."""
    site = tmp_path / "site"

    def put(points: str, **files: str) -> None:
        info = site / "acme_fraud-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-fraud\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[offbook.detectors]\n{points}\n")
        for name, text in files.items():
            file = site / f"{name.replace('__in__', '/')}.py"
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")
        monkeypatch.syspath_prepend(site)
        own_detectors._installed.cache_clear()

    yield put
    for name in [name for name in sys.modules if name.startswith("acme_")]:
        del sys.modules[name]
    own_detectors._installed.cache_clear()


def test_a_module_is_a_detector_with_the_entry_points_name_before_its_id(install: Install) -> None:
    install("acme = acme_looks", acme_looks=rule("acme-looks"))
    assert list(known_detectors(None).own) == ["acme-acme-looks"]


def test_of_a_package_each_module_is_one(install: Install) -> None:
    install(
        "acme = acme_rules",
        acme_rules__in____init__="",
        acme_rules__in___shared="LOOKS = 'many-looks'\n",
        acme_rules__in__many_looks=RULE.replace(
            "from detectors.language import *",
            "from detectors.language import *\nfrom acme_rules._shared import LOOKS",
        ).replace('"many-looks"', "LOOKS"),
        acme_rules__in__broken="x =",
    )
    found = known_detectors(None)
    assert list(found.own) == ["acme-many-looks"]
    assert "broken.py:1: is not Python: invalid syntax" in str(found.refused["acme-broken"])


def test_an_attribute_may_be_named(install: Install) -> None:
    install("acme = acme_looks:LOOKS", acme_looks=rule("acme-looks", DETECTOR="LOOKS"))
    assert list(known_detectors(None).own) == ["acme-acme-looks"]


def test_an_entry_point_cannot_take_an_id_of_ours_nor_the_folders_prefix(install: Install) -> None:
    install("bulk = acme_rules\nown = acme_rules", acme_rules__in____init__="",
            acme_rules__in__delete=rule("delete"))  # fmt: skip
    refused = known_detectors(None).refused
    assert "bulk-delete is Offbook's own; give the entry point another name" in str(
        refused["bulk-delete"]
    )
    assert "its name cannot stand before an id" in str(refused["own"])


def test_a_package_that_is_not_there_is_refused(install: Install) -> None:
    install("acme = acme_gone")
    assert "entry point acme = acme_gone: ModuleNotFoundError" in str(
        known_detectors(None).refused["acme"]
    )
