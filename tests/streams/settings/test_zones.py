"""Which time zone was meant."""

from __future__ import annotations

from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.settings.zones import zone_meant


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("Asia/Beijing", "; the zone of Beijing is Asia/Shanghai"),
        ("beijing", "; the zone of Beijing is Asia/Shanghai"),
        ("Asia/Guang_Zhou", "; the zone of Guangzhou is Asia/Shanghai"),
        ("China Standard Time", "; the zone of China is Asia/Shanghai"),
        ("Asia/China", "; the zone of China is Asia/Shanghai"),
        ("CST", "; the zone of China is Asia/Shanghai"),
        ("北京时间", "; the zone of China is Asia/Shanghai"),
        ("UTC+8", "; a zone is named by its place and not by its offset: Asia/Shanghai is +08:00"),
        ("+08:00", "; a zone is named by its place and not by its offset: Asia/Shanghai is +08:00"),
        ("asia/shanghai", "; did you mean Asia/Shanghai?"),
        ("Shanghai", "; did you mean Asia/Shanghai?"),
        ("Asia/Hong Kong", "; did you mean Asia/Hong_Kong?"),
        ("Europe/Singapore", "; did you mean Asia/Singapore?"),
        ("nonsense", "; the names are those of the IANA database, such as Asia/Shanghai"),
        ("", "; the names are those of the IANA database, such as Asia/Shanghai"),
    ],
)
def test_a_name_that_is_none_is_told_the_zone_that_was_meant(name: str, says: str) -> None:
    assert zone_meant(name) == says


@given(st.text(max_size=40) | st.sampled_from(sorted(available_timezones())))
def test_every_zone_that_is_named_can_be_used(name: str) -> None:
    said = zone_meant(name).rstrip("?").replace(" is +08:00", "").rpartition("is ")[2]
    if "did you mean" in said:
        named = said.removeprefix("; did you mean ").split(" or ")
    else:
        named = [said.rpartition(" ")[2]]
    assert set(named) <= available_timezones()
