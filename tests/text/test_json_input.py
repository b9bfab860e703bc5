"""`chatd.text.json_input`: JSON from clients."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.text.json_input import decode_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(VALUES)
def test_what_json_can_hold_is_read(value: object) -> None:
    text = json.dumps(value)
    assert decode_json(text) == decode_json(text.encode()) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hola",
        "{",
        "NaN",
        '{"a":Infinity}',
        '{"a":1,"a":1}',
        '[{"b":{"a":1,"a":2}}]',
        "[" * 20_000,
    ],
)
def test_what_could_be_meant_in_two_ways_is_refused(text: str) -> None:
    for data in text, text.encode():
        with pytest.raises(ValueError, match=r"."):
            decode_json(data)


def test_bytes_are_utf_8_perhaps_with_a_mark_in_front() -> None:
    assert decode_json(b'\xef\xbb\xbf{"a":"\xc3\xa1"}') == {"a": "á"}
    for data in b'"\xff"', '"a"'.encode("utf-16"):
        with pytest.raises(ValueError, match=r"."):
            decode_json(data)
