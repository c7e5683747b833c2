"""One thing, many spellings: ids, accounts, phones, e-mails and addresses have one form each."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.spelling.spelling import (
    UnclearError,
    account,
    address,
    by_metadata,
    email,
    folded,
    id_,
    is_placeholder,
    is_plain,
    phone,
)

INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u202a\u202c\u202e\u2060\u2066\u2069\ufeff\u00ad\u180e"
BLANK = " \t\u00a0\u2003\u3000\r\n"
HIDDEN = ("138****8000", "1380013XXXX", "138●●●●8000", "138••••8000", "138＊＊＊＊8000")


def wide(text: str) -> str:
    """In full width, as a Chinese input method writes it."""
    return "".join(chr(ord(it) + 0xFEE0) if "!" <= it <= "~" else it for it in text)


@st.composite
def spelt(draw: st.DrawFn, text: str, within: str = "") -> str:
    """`text` as people and programs write it: width, invisible characters, blanks at the ends.

    Between its characters stands what is in `within`, too.
    """
    written = ""
    for character in text:
        if draw(st.integers(0, 3)) == 0:
            written += draw(st.text(INVISIBLE + within, max_size=2))
        written += wide(character) if draw(st.integers(0, 3)) == 0 else character
    ends = st.text(INVISIBLE + BLANK, max_size=3)
    return draw(ends) + written + draw(ends)


@given(
    st.text(st.characters(max_codepoint=0x7F), min_size=1, max_size=6)
    | st.sampled_from(("n/a", "N/A", "NULL", "Nil", "NaN", "nan", "tbd", "unknown", "undefined"))
)
def test_an_id_that_is_told_to_be_plain_is_what_folding_makes_of_it(text: str) -> None:
    if is_plain(text):
        assert folded(text) == text
        assert not is_placeholder(text)


@given(st.data(), st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:/ -]{0,12}[A-Za-z0-9]", fullmatch=True))
def test_an_id_is_the_same_however_it_is_spelt(data: st.DataObject, text: str) -> None:
    plain = id_(text)
    assert id_(data.draw(spelt(text))) == plain


@pytest.mark.parametrize(
    "written, one",
    [
        ("SO-1      ", "SO-1"),
        ("\ufeffSO-1", "SO-1"),
        ("so-1", "so-1"),
        ("ＳＯ－１", "SO-1"),
        ("SO\u200b-1", "SO-1"),
        ("SO 1", "SO 1"),
        ("王\u3000芳", "王 芳"),
        ("\u200b\u3000", ""),
        ("-", ""),
        ("N/A", ""),
        ("无", ""),
        ("同上", ""),
    ],
)
def test_an_id_has_one_form_and_keeps_its_case(written: str, one: str) -> None:
    assert id_(written) == one


@given(st.data(), st.from_regex(r"[A-WYZ0-9]{6,24}", fullmatch=True))
def test_an_account_is_the_same_however_it_is_spelt(data: st.DataObject, text: str) -> None:
    written = data.draw(spelt(text, within=" -\u00a0\u2011\u2013"))
    assert account(data.draw(st.sampled_from((written, written.lower())))) == account(text)


@pytest.mark.parametrize(
    "written, one",
    [
        ("6222 0210 0112 3456 789", "6222021001123456789"),
        ("6222-0210-0112.3456", "6222021001123456"),
        ("DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
        ("IBAN: de89 3704 0044 0532 0130 00", "DE89370400440532013000"),
        ("622202100112345.0", "622202100112345"),
        ("０００１２３", "000123"),
        ("现金", "现金"),
        ("无", ""),
        ("--", ""),
        ("6222****3456", None),
        ("6222 XXXX XXXX 3456", None),
        ("6222····3456", None),
        ("6222·0210·3456", "622202103456"),
    ],
)
def test_an_account_has_one_form(written: str, one: str | None) -> None:
    assert account(written) == one


@pytest.mark.parametrize("written", ["6.22E+18", "6.22e18", "6.22E+018", " 6.22Ｅ＋18 ", "6E+18"])
def test_a_number_that_a_spreadsheet_cut_off_is_no_account(written: str) -> None:
    with pytest.raises(UnclearError):
        account(written)


MOBILE = "+8613800138000"


@pytest.mark.parametrize(
    "written, one",
    [
        ("13800138000", MOBILE),
        ("138 0013 8000", MOBILE),
        ("138-0013-8000", MOBILE),
        ("(+86)138 0013 8000", MOBILE),
        ("0086 13800138000", MOBILE),
        ("8613800138000", MOBILE),
        ("13800138000.0", MOBILE),
        ("1795113800138000", MOBILE),
        ("17951 138 0013 8000", MOBILE),
        ("13800138000-802", MOBILE),
        ("13800138000转802", MOBILE),
        ("13800138000#802", MOBILE),
        ("13800138000 ext. 802", MOBILE),
        ("13800138000（分机802）", MOBILE),
        ("１３８００１３８０００", MOBILE),
        ("\u202a13800138000\u202c", MOBILE),
        ("王芳 13800138000", MOBILE),
        ("0571-86123456", "+8657186123456"),
        ("(0571) 8612 3456-802", "+8657186123456"),
        ("+1 380 213 8000", "+13802138000"),
        ("+380 13 800 1380", "+380138001380"),
        # Of a range that nobody has been given, or that the metadata does not know yet.
        ("+86 100 0001 1001", "+8610000011001"),
        ("8612 3456", "+8686123456"),
        ("11111111111", ""),
        ("0000-00000000", ""),
        ("12345678901", ""),
        ("+86", ""),
        ("86", ""),
        ("-", ""),
        ("无", ""),
        ("N/A", ""),
        ("不详", ""),
        ("同上", ""),
        ("0", ""),
        ("1.38E+10", ""),
        *((it, None) for it in HIDDEN),
    ],
)
def test_a_phone_has_one_form(written: str, one: str | None) -> None:
    assert phone(written) == one


@pytest.mark.parametrize("between", ["/", " / ", "、", "；", ",", "\n", "或", " "])
def test_several_phones_of_one_field_are_all_known(between: str) -> None:
    assert phone(f"13800138000{between}13900139000") == "+8613800138000 +8613900139000"
    # What is hidden beside one that is not says nothing of it.
    assert phone(f"13800138000{between}139****9000") == "+8613800138000"


def test_a_phone_without_a_country_code_is_at_home_where_the_setting_says() -> None:
    assert phone("020 7946 0958", "GB") == "+442079460958"
    assert phone("(650) 253-0000", "US") == "+16502530000"
    assert phone("13800138000", "US") == "+13800138000"


@given(st.data())
def test_a_phone_is_the_same_however_it_is_spelt(data: st.DataObject) -> None:
    number = data.draw(st.sampled_from(("13800138000", "057186123456", "+16502530000")))
    written = data.draw(spelt(number, within="-"))
    cut = data.draw(st.sampled_from(("", " ", "-802", "转802", "#802", " ext 802")))
    assert phone(written.rstrip() + cut) == phone(number)


@pytest.mark.parametrize(
    "written, one",
    [
        ("Wang@Example.com", "wang@example.com"),
        ("  wang＠example。com ", "wang@example.com"),
        ("王芳 <wang@example.com>", "wang@example.com"),
        ("mailto:wang@example.com", "wang@example.com"),
        ("b@x.cn; a@x.cn", "b@x.cn a@x.cn"),
        ("w***@example.com", None),
        ("w***@x", None),
        ("无", ""),
        ("-", ""),
        ("wang", ""),
    ],
)
def test_an_e_mail_has_one_form(written: str, one: str | None) -> None:
    assert email(written) == one


@pytest.mark.parametrize(
    "written, one",
    [
        ("文三路1号 A座", "文三路1号a座"),
        (" 文三路\u3000１号\na座 ", "文三路1号a座"),
        ("文三路1号Ａ座", "文三路1号a座"),
        ("文三路***号", None),
        ("自提", ""),
        ("中国", ""),
        ("同上", ""),
        ("...", ""),
        (" \u3000", ""),
    ],
)
def test_an_address_has_one_form(written: str, one: str | None) -> None:
    assert address(written) == one


def _account(text: str) -> str | None:
    try:
        return account(text)
    except UnclearError:
        return "refused"


@pytest.mark.parametrize("one", [id_, _account, phone, email, address])
@given(text=st.text(max_size=24))
def test_to_fold_twice_is_to_fold_once(one: Callable[[str], str | None], text: str) -> None:
    once = one(text)
    if once and once != "refused":
        assert one(once) == once
        assert unicodedata.is_normalized("NFKC", once)


@given(
    st.sampled_from(("", "+86", "+86 ", "+86-")),
    st.from_regex(r"1[3-9][0-9]([ -]?)[0-9]{4}\1[0-9]{4}", fullmatch=True),
)
def test_chinese_mobiles_are_told_as_libphonenumber_tells_them(prefix: str, number: str) -> None:
    one = by_metadata(prefix + number, "CN")
    assert phone(prefix + number, "CN") == one
    assert phone(prefix + number, "US") == by_metadata(prefix + number, "US")
