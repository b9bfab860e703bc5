"""`chatd.formats.envelopes`: frames and lines around messages."""

from __future__ import annotations

import json

import pytest

from chatd.formats.envelopes import FRAMES, LINES
from chatd.formats.json import JsonFormat
from tests.support.browser import Frame, frames_of

LENGTHS = [0, 1, 123, 124, 125, 126, 65533, 65534, 65535, 65536, 70000]


class TestFrames:
    @pytest.mark.parametrize("length", LENGTHS)
    def test_one_says_how_long_it_is(self, length: int) -> None:
        data = b"x" * length
        framed = FRAMES.whole(data)
        assert frames_of(framed) == [Frame(1, True, data)]
        shortest = {True: 2, False: 4 if length < 65536 else 10}[length < 126]
        assert len(framed) == length + shortest

    def test_a_message_in_pieces_is_fragments(self) -> None:
        data = b"".join(FRAMES.in_pieces(iter([b"[1", b",2", b"]"])))
        assert frames_of(data) == [
            Frame(1, False, b"[1"),
            Frame(0, False, b",2"),
            Frame(0, False, b"]"),
            Frame(0, True, b""),
        ]


class TestLines:
    def test_a_message_is_a_line(self) -> None:
        assert LINES.whole(b"{}") == b"{}\n"
        assert b"".join(LINES.in_pieces(iter([b"[1", b",2", b"]"]))) == b"[1,2]\n"

    def test_a_message_has_no_line_end_in_it(self) -> None:
        sent = JsonFormat(envelope=LINES).say("one\ntwo\u2028three")
        assert len(sent.splitlines()) == len(sent.decode().splitlines()) == 1
        assert json.loads(sent)["text"].startswith("one\ntwo")


def test_clients_with_one_envelope_share_what_is_rendered() -> None:
    assert JsonFormat(envelope=LINES) == JsonFormat(envelope=LINES)
    assert JsonFormat(envelope=LINES) != JsonFormat(envelope=FRAMES)
