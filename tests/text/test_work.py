"""`chatd.text.work`: the work that a text makes."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.text.escaping import visible
from chatd.text.folding import fold, fold_for_search
from chatd.text.work import MOST_WORK, work_of

LONGER_THAN_A_NAME = 129


@pytest.mark.parametrize("text", ["", "hola", "una línea con ñ", "привет", "日本語", "한국어"])
def test_that_of_ordinary_text_is_its_length(text: str) -> None:
    assert work_of(text) == len(text)


@pytest.mark.parametrize("character", ["\x1b", "\U000e0001", "\u3300", "\uff9e", "\ufb03"])
def test_that_of_others_is_the_most(character: str) -> None:
    assert work_of(f"a{character}") == 2 * MOST_WORK


@given(text=st.text())
def test_no_text_becomes_longer_than_that(text: str) -> None:
    """Each text is one that is too long to be a name, in which no character becomes 18."""
    text *= LONGER_THAN_A_NAME
    for made in visible(text), fold(text), fold_for_search(text):
        assert len(made) <= max(work_of(text), 2 * len(text))


def test_no_character_becomes_longer_than_that() -> None:
    characters = [chr(code) for code in range(sys.maxunicode + 1)]
    changed = [one for one in characters if unicodedata.normalize("NFKD", one) != one]
    assert "\ufdfa" in changed  # one that only hypothesis met, once in some hundred runs
    for text in (character * LONGER_THAN_A_NAME for character in changed):
        longest = max(len(fold(text)), len(fold_for_search(text)))
        assert longest <= max(work_of(text), 2 * len(text))


@given(one=st.text(), other=st.text())
def test_it_is_at_least_that_of_a_part(one: str, other: str) -> None:
    assert work_of(f"{one}\n{other}") >= work_of(one)
