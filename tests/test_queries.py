"""`chatd.queries`: what somebody writes who searches."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.queries import WORDS_WANTED, asks_for_something, parse
from chatd.store import Wanted

NOW = 1_000_000.0
DAY = 86_400


def since(seconds: int) -> int:
    return int((NOW - seconds) * 1000)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", Wanted(())),
        ("   ", Wanted(())),
        ("green build", Wanted(("green", "build"))),
        ('"the green build"', Wanted(("the green build",))),
        ('a "b c" d', Wanted(("a", "b c", "d"))),
        ('a "b c', Wanted(("a", "b c"))),
        ('a"b', Wanted(('a"b',))),
        ('"', Wanted(())),
        ('""  " "', Wanted(())),
        ('" a "', Wanted((" a ",))),
        ("from:Ana", Wanted((), "ana")),
        ("DE:José hola", Wanted(("hola",), "josé")),
        ("from:ana from:luis", Wanted((), "luis")),
        ("from:", Wanted(("from:",))),
        ('"from:ana"', Wanted(("from:ana",))),
        ('"since:2d"', Wanted(("since:2d",))),
        ("since:2d", Wanted((), "", since(2 * DAY))),
        ("desde:2D x", Wanted(("x",), "", since(2 * DAY))),
        ("since:yesterday", Wanted(("since:yesterday",))),
        ("since:99999w", Wanted((), "", 0)),
        ("http://x/?a=b:c", Wanted(("http://x/?a=b:c",))),
        ("日本", Wanted(("日本",))),
    ],
)
def test_what_is_wanted(text: str, wanted: Wanted) -> None:
    assert parse(text, NOW) == wanted


@given(st.text(st.sampled_from('ab "\t:fromdesince2d\u2028\x00')) | st.text())
def test_any_text_can_be_asked_for(text: str) -> None:
    wanted = parse(text, NOW)
    assert all(word.strip() for word in wanted.words)
    assert all(word in text for word in wanted.words)
    assert wanted.since >= 0


def test_something_must_be_asked_for_and_not_too_much() -> None:
    assert not asks_for_something(parse("", NOW))
    for text in "x", "from:ana", "since:1h", "x " * WORDS_WANTED:
        assert asks_for_something(parse(text, NOW))
    assert not asks_for_something(parse("x " * (WORDS_WANTED + 1), NOW))
