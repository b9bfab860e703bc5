"""Bytes in, WebSocket messages out."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsproto.frame_protocol import CloseReason

from chatd.protocols.websocket.frames import Frames
from chatd.util.state import decode, encode
from tests.support.browser import frame

PING, PONG, CLOSE, BINARY, TEXT, MORE = 0x9, 0xA, 0x8, 0x2, 0x1, 0x0


def code_of(close: bytes) -> int:
    assert close[0] == 0x80 | CLOSE
    return int(struct.unpack("!H", close[2:4])[0])


def fed(frames: Frames[str], data: bytes) -> list[str]:
    """Return the messages in some bytes, which are decoded piece by piece."""
    messages: list[str] = []
    while data:
        more, data = frames.feed(data)
        messages += more
    return messages


@given(st.lists(st.text(max_size=50), max_size=5), st.lists(st.integers(0, 400)))
def test_where_bytes_are_cut_makes_no_difference(texts: list[str], cuts: list[int]) -> None:
    texts = [text.encode("utf-8", "ignore").decode() for text in texts]
    data = b"".join(frame(text.encode()) for text in texts)
    frames = Frames(1000, str)
    messages: list[str] = []
    start = 0
    for end in [*sorted(cuts), len(data)]:
        messages += fed(frames, data[start:end])
        start = max(start, end)
    assert messages == texts
    assert not frames.unfinished
    assert not frames.over


def handed_over(frames: Frames[str]) -> Frames[str]:
    """Return the decoder of another process, which goes on."""
    successor = Frames(1000, str)
    successor.resume(decode(encode(frames.state())))
    return successor


@st.composite
def talk(draw: st.DrawFn) -> tuple[list[str], bytes]:
    """Return messages, and their frames: whole or in fragments, with pings between."""
    texts = draw(
        st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), max_size=4)
    )
    data = b""
    for text in texts:
        raw, opcode, at = text.encode(), TEXT, 0
        for cut in sorted(draw(st.lists(st.integers(0, len(raw)), max_size=3))):
            data += frame(raw[at:cut], opcode, fin=False)
            data += frame(b"?", PING) if draw(st.booleans()) else b""
            opcode, at = MORE, cut
        data += frame(raw[at:], opcode)
    return texts, data


@given(talk(), st.lists(st.integers(0, 400), max_size=6))
def test_it_goes_on_in_another_process_at_any_byte(
    spoken: tuple[list[str], bytes], cuts: list[int]
) -> None:
    texts, data = spoken
    frames, start = Frames(1000, str), 0
    messages: list[str] = []
    for end in [*sorted(cuts), len(data)]:
        messages += fed(frames, data[start:end])
        start = max(start, end)
        held, unfinished = frames.held, frames.unfinished
        frames = handed_over(frames)
        assert (frames.held, frames.unfinished) == (held, unfinished)
    assert messages == texts
    assert not frames.over


def test_a_message_may_come_in_fragments_with_a_ping_between() -> None:
    frames = Frames(100, str)
    assert fed(frames, frame(b"ho", fin=False)) == []
    assert frames.unfinished
    assert fed(frames, frame(b"x", PING)) == []
    assert frames.reply() == bytes((0x80 | PONG, 1)) + b"x"
    assert fed(frames, frame(b"la", 0)) == ["hola"]
    assert not frames.unfinished
    assert frames.held == 0


def test_of_many_pings_the_last_is_answered() -> None:
    frames = Frames(100, str)
    fed(frames, b"".join(frame(b"%d" % number, PING) for number in range(9)))
    assert frames.reply() == bytes((0x80 | PONG, 1)) + b"8"
    assert frames.reply() == b""
    assert frames.overhead == 8


@pytest.mark.parametrize("fragments", [1, 3, 101])
def test_one_that_is_too_long_ends_it(fragments: int) -> None:
    frames = Frames(100, str)
    size = 102 // fragments
    for number in range(fragments + 1):
        fed(frames, frame(b"x" * max(size, 1), 0 if number else 1, fin=False))
    assert code_of(frames.over) == CloseReason.MESSAGE_TOO_BIG
    assert frames.held == 0
    assert fed(frames, frame(b"hola")) == []


def test_one_that_is_just_not_too_long_is_a_message() -> None:
    assert fed(Frames(100, str), frame(b"x" * 100)) == ["x" * 100]


def test_one_that_never_ends_holds_little() -> None:
    frames = Frames(30_000, str)
    for _ in range(20_000):
        fed(frames, frame(b"x", 0 if frames.unfinished else 1, fin=False))
    assert len(frames._parts) <= 101
    assert frames.held == 20_000


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (frame(b"x", BINARY), CloseReason.UNSUPPORTED_DATA),
        (frame(b"\xff\xfe"), CloseReason.INVALID_FRAME_PAYLOAD_DATA),
        (b"\x81\x01x", CloseReason.PROTOCOL_ERROR),  # not masked
        (frame(b"x", 0x3), CloseReason.PROTOCOL_ERROR),
        (bytes((0xC1,)) + frame(b"x")[1:], CloseReason.PROTOCOL_ERROR),  # a reserved bit
        (frame(b"x", 0), CloseReason.PROTOCOL_ERROR),  # the rest of nothing
        (frame(b"x" * 126, PING), CloseReason.PROTOCOL_ERROR),
        (frame(b"", CLOSE), CloseReason.NORMAL_CLOSURE),
        (frame(struct.pack("!H", 1001), CLOSE), CloseReason.GOING_AWAY),
    ],
)
def test_it_ends_with_the_right_code(data: bytes, reason: CloseReason) -> None:
    frames = Frames(1000, str)
    assert fed(frames, frame(b"hola") + data + frame(b"more")) == ["hola"]
    if data == frame(b"", CLOSE):
        assert frames.over in (b"\x88\x00", bytes((0x88, 2)) + struct.pack("!H", reason))
    else:
        assert code_of(frames.over) == reason
    ended = frames.over
    assert frames.close(CloseReason.GOING_AWAY) == ended


def test_what_is_dropped_is_dropped_up_to_its_end() -> None:
    frames = Frames(100, str)
    fed(frames, frame(b"one", fin=False))
    frames.drop()
    assert frames.unfinished
    assert fed(frames, frame(b"more", 0)) == []
    assert fed(frames, frame(b"hola")) == ["hola"]


def test_nothing_has_to_be_sent_for_nothing() -> None:
    assert Frames(100, str).reply() == b""


def test_what_was_dropped_is_held_no_more() -> None:
    frames = Frames(1000, str)
    fed(frames, frame(b"one", fin=False))
    frames.drop()
    assert frames._parts == []
    assert frames.held == 0


def test_pieces_are_joined_now_and_then() -> None:
    frames = Frames(30_000, str)
    for number in range(101):
        assert len(frames._parts) == number
        fed(frames, frame(b"x", 0 if number else 1, fin=False))
    assert len(frames._parts) == 1


def test_it_can_ask_whether_the_other_side_is_there() -> None:
    frames = Frames(100, str)
    assert frames.ping() == bytes((0x80 | PING, 0))
    assert fed(frames, frame(b"", PONG)) == []
    assert not frames.over
