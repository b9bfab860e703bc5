"""Texts as PostgreSQL can store them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.storage.postgres.texts import from_stored, to_stored

TEXTS = st.text(alphabet=st.sampled_from("\0\x1a@Zaá"), max_size=20)


class TestTexts:
    def test_a_plain_text_is_stored_as_it_is(self) -> None:
        assert to_stored("hello \x1b[0m") == "hello \x1b[0m"

    @pytest.mark.parametrize(
        ("text", "stored"), [("a\0b", "a\x1a@b"), ("\x1a", "\x1aZ"), ("\x1a@", "\x1aZ@")]
    )
    def test_two_characters_stand_for_one(self, text: str, stored: str) -> None:
        assert to_stored(text) == stored

    @given(TEXTS)
    def test_each_text_comes_back(self, text: str) -> None:
        assert from_stored(to_stored(text)) == text

    @given(TEXTS)
    def test_no_stored_text_has_the_character_that_is_refused(self, text: str) -> None:
        assert "\0" not in to_stored(text)
