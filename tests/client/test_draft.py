"""`chatd.client.draft`: the size of a text that is being typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.client.chat import Limits
from chatd.client.draft import measure

LIMITS = Limits(characters=10, lines=3, bytes=20)


class TestMeasure:
    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("", ""),
            ("12345678", ""),
            ("123456789", "9 of 10 characters"),
            ("漢字漢字漢字漢字漢字", "10 of 10 characters"),
            ("one\n", ""),
            ("one\ntwo", "2 lines, one message"),
            ("123456789\n", "9 of 10 characters"),
            ("123456789\n12", "2 lines, one message, 9 of 10 characters"),
            ("12345678\n12345678", "2 lines, one message, 17 of 20 bytes"),
        ],
    )
    def test_a_text_that_can_be_sent(self, text: str, told: str) -> None:
        assert measure(text, LIMITS) == (told, False)

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("12345678901", "1 character too many"),
            ("漢" * 13, "3 characters too many"),
            ("12345678901\n1", "1 character too many in one line"),
            ("1\n2\n3\n4", "1 line too many"),
            ("漢漢漢漢\n漢漢漢", "2 bytes too many"),
        ],
    )
    def test_a_text_that_cannot(self, text: str, told: str) -> None:
        assert measure(text, LIMITS) == (told, True)

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("12345678901", "sobra 1 carácter"),
            ("one\ntwo", "2 líneas, un mensaje"),
            ("12345678\n12345678", "2 líneas, un mensaje, 17 de 20 bytes"),
            ("1\n2\n3\n4\n5", "sobran 2 líneas"),
        ],
    )
    def test_it_is_told_in_the_language_of_the_conversation(self, text: str, told: str) -> None:
        assert measure(text, LIMITS, "es").told == told

    @given(st.text(st.sampled_from("a漢\n"), max_size=30))
    def test_it_is_too_long_exactly_if_a_limit_is_exceeded(self, text: str) -> None:
        lines = text.strip("\n").split("\n")
        fits = (
            len(lines) <= LIMITS.lines
            and max(map(len, lines)) <= LIMITS.characters
            and (len(lines) == 1 or len("\n".join(lines).encode()) <= LIMITS.bytes)
        )
        assert measure(text, LIMITS).is_too_long is not fits
