"""`chatd.client.sought`: the places of a text in texts that are shown."""

from __future__ import annotations

import pytest

from chatd.client.sought import Sought


@pytest.mark.parametrize(
    ("text", "shown", "found"),
    [
        ("cafe", "Un café, dos CAFÉS", ["café", "CAFÉ"]),
        ("CAFÉ", "un cafe\u0301 solo", ["cafe\u0301"]),
        ("asse", "Straße", ["aße"]),
        ("i", "ﬁn", ["ﬁ"]),
        ("fin", "ﬁn fin", ["ﬁn", "fin"]),
        ("한", "\u1112\u1161\u11ab국", ["\u1112\u1161\u11ab"]),
        ("aa", "aaaaa", ["aa", "aa"]),
        ("té", "nada", []),
    ],
)
def test_the_shown_characters_are_found(text: str, shown: str, found: list[str]) -> None:
    sought = Sought(text)
    assert [shown[start:end] for start, end in sought.spans(shown)] == found
    assert sought.is_in(shown) == bool(found)


@pytest.mark.parametrize("text", ["", "\u0301"])
def test_nothing_is_left_of_an_empty_text_and_of_accents_alone(text: str) -> None:
    assert not Sought(text)
