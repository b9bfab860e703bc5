"""The position of a decoder in the frames of a client."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.protocols.websocket.position import Position
from tests.support.browser import MASK, frame

PING, TEXT, MORE = 0x9, 0x1, 0x0
UNMASKED = bytes(4)

frames = st.builds(
    lambda text, size: frame(text.encode() * size),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.sampled_from([1, 1, 20]),
)


def position_after(data: bytes) -> Position:
    position = Position()
    position.advance(data)
    return position


def begun(text: bytes = b"") -> bytes:
    """Return the beginning of a message, of which a decoder knows the text but for the last."""
    return bytes((TEXT, 0x80 | len(text))) + UNMASKED + text


@given(st.lists(frames, max_size=4), st.integers(0, 200))
def test_after_whole_frames_there_is_no_way_to_go(several: list[bytes], cut: int) -> None:
    data = b"".join(several)
    position = position_after(data[:cut])
    position.advance(data[cut:])
    assert position.way() == b""


@given(st.text(max_size=300), st.lists(st.integers(0, 1200), max_size=5))
def test_where_bytes_are_cut_makes_no_difference(text: str, cuts: list[int]) -> None:
    raw = text.encode("utf-8", "ignore")
    data = frame(raw, fin=False) + frame(b"x", PING) + frame(raw, MORE)
    data, start = data[:-1], 0
    position = Position()
    for end in [*sorted(cuts), len(data)]:
        position.advance(data[start:end])
        start = max(start, end)
    assert position.way() == position_after(data).way()


@pytest.mark.parametrize("size", range(1, 7))
def test_in_a_head_the_way_is_what_has_come_of_it(size: int) -> None:
    head = frame(b"hola")[:size]
    assert position_after(head).way() == (head if size < 6 else begun() + b"\x80\x84" + MASK)
    ping = frame(b"hola", PING)[: size + 3]
    assert position_after(ping).way() == ping


@pytest.mark.parametrize("length", [126, 0xFFFF, 0x10000])
def test_a_long_frame_goes_on_with_the_rest_of_its_length(length: int) -> None:
    data = frame(b"x" * length)
    rest, turned = bytes((0x80, 0x80 | 100)), (length - 100) % 4
    way = position_after(data[:-100]).way()
    assert way == begun() + rest + MASK[turned:] + MASK[:turned]


@pytest.mark.parametrize("character", ["é", "€", "😀"])
def test_a_character_that_has_begun_is_on_the_way(character: str) -> None:
    raw = character.encode()
    for size in range(1, len(raw)):
        data = frame(b"hola" + raw[:size], fin=False)
        assert position_after(data).way() == begun(raw[:size])
    whole = frame(b"hola" + raw, fin=False)
    assert position_after(whole).way() == begun()


@given(st.binary(max_size=300), st.integers(1, 300))
def test_another_one_is_led_to_the_same_place(raw: bytes, cut: int) -> None:
    data = frame(raw, fin=False) + frame(b"x" * 10, PING) + frame(raw, MORE)
    way = position_after(data[:cut]).way()
    assert position_after(way).way() == way
