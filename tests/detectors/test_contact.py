"""Contact data: the same phone or address is written in many ways."""

from __future__ import annotations

import pytest

from offbook.detectors.contact import address_key, phone_key


@pytest.mark.parametrize(
    "written",
    ["13800138000", "138-0013-8000", "+86 138 0013 8000", "0086(138)00138000", "8613800138000"],
)
def test_a_mobile_phone_is_one_with_and_without_the_country_code(written: str) -> None:
    assert phone_key(written) == "13800138000"


@pytest.mark.parametrize(
    "written", ["0571-86123456", "(0571) 8612 3456", "+86 571 86123456", "+86 (0)571 8612-3456"]
)
def test_a_land_line_is_one_with_and_without_the_zero_of_its_area(written: str) -> None:
    assert phone_key(written) == "57186123456"


def test_a_local_number_that_begins_with_86_is_no_country_code() -> None:
    assert phone_key("8612 3456") == "86123456"


@pytest.mark.parametrize("written", ["", "无", "n/a", "---", "0"])
def test_what_has_no_digit_is_no_phone(written: str) -> None:
    assert phone_key(written) == ""


def test_an_address_is_the_same_in_any_spacing_case_and_width() -> None:
    written = {"文三路1号 A座", " 文三路\u3000１号\na座 ", "文三路1号Ａ座"}
    assert {address_key(one) for one in written} == {"文三路1号a座"}
    assert address_key(" \u3000") == ""
