"""`chatd.text.confusables`: which texts look the same, and which are of one script."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.text.confusables import is_of_one_script, skeleton


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("аса", "aca"),  # Cyrillic, Latin
        ("ѕсоре", "scope"),
        ("Ivan", "lvan"),
        ("B0B", "BOB"),
        ("p1", "pl"),
        ("corner", "comer"),
        ("Ȧ", "Å"),  # in the table as whole letters
        ("ơ", "\uab74"),
        ("Ǆ", "DŽ"),  # by way of a part of what it looks like
        ("ー", "ㅡ"),
        ("カ", "力"),
    ],
)
def test_what_looks_the_same_has_the_same_skeleton(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(("one", "other"), [("ana", "eva"), ("José", "Jose"), ("bob", "b0b")])
def test_what_looks_different_has_not(one: str, other: str) -> None:
    assert skeleton(one) != skeleton(other)


@given(st.text(st.characters(categories=["L", "Nd", "Mn", "Mc"])))
def test_the_skeleton_is_that_of_every_form_of_the_same_text(text: str) -> None:
    assert skeleton(unicodedata.normalize("NFD", text)) == skeleton(text)
    assert unicodedata.is_normalized("NFD", skeleton(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "alice-2.b_c",
        "Иван7",
        "日本ひらカナー々",
        "漢字ㄅ",
        "한글漢字",
        "नमस्ते५",
        "علي٣",
        "ｱﾞ",
        "x\u0301",
        "и\u0301",
        "oʻzbek",
        "ａ１",
        "ß",
    ],
)
def test_what_is_written_together_is_one_script(text: str) -> None:
    assert is_of_one_script(text)


@pytest.mark.parametrize(
    "text",
    [
        "аlice",  # the first letter is Cyrillic
        "αlpha",
        "日本dev",
        "한글ひ",
        "カㄅ",
        "a٣",
        "a५",
        "и\u0941",
        "𝐚𝐧𝐚",
        "\U0001df00\U0001e4d0",
        "\U00031350x",
        "\ua7cb",  # of Unicode 16
        "a b",
        "€",
        "\x00",
        "\ud800",
    ],
)
def test_what_is_not_is_none(text: str) -> None:
    assert not is_of_one_script(text)
