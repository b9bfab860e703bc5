"""`chatd.protocols.irc.framed`: the stream of a client that is sent lines in frames."""

from __future__ import annotations

from chatd.protocols.irc.framed import FramedStream, in_frames
from chatd.util.meter import FREE


def stream() -> FramedStream:
    """Return a stream whose answers are in the name of a server."""
    made = FramedStream(FREE)
    made.name_server("irc.example")
    return made


class TestFrames:
    def test_each_line_has_its_own(self) -> None:
        assert in_frames(b"a\r\nbc\r\n") == b"\x81\x01a\x81\x02bc"
        assert in_frames(b"") == b""

    def test_a_long_line_is_in_one(self) -> None:
        assert in_frames(b"x" * 300 + b"\r\n") == b"\x81\x7e\x01\x2c" + b"x" * 300


class TestTheStream:
    def test_answers_of_one_turn_are_apart(self) -> None:
        one = stream()
        one.put(b"a\r\n")
        one.put(b"b\r\n")
        assert one.take() == b"\x81\x01a\x81\x01b"
        assert one.take() == b""

    def test_labels_are_in_the_lines(self) -> None:
        one = stream()
        one.begin_answer("x")
        one.put(b":irc.example PONG\r\n")
        one.end_answer()
        line = b"@label=x :irc.example PONG"
        assert one.take() == bytes((0x81, len(line))) + line

    def test_the_opening_comes_first_and_is_no_frame(self) -> None:
        one = stream()
        one.put(b"a\r\n")
        one.begin_with(b"HTTP/1.1 101\r\n\r\n")
        assert one.take() == b"HTTP/1.1 101\r\n\r\n"
        assert one.take() == b"\x81\x01a"

    def test_a_frame_that_is_no_line_overtakes_lines(self) -> None:
        one = stream()
        one.put(b"a\r\n")
        one.send_frame(b"\x8a\x00")
        one.send_frame(b"\x8a\x01x")  # which answers a later ping
        assert one.take() == b"\x8a\x01x"
        assert one.take() == b"\x81\x01a"

    def test_the_last_frame_comes_after_all_else_and_once(self) -> None:
        one = stream()
        one.put(b"a\r\n")
        one.end_in(b"\x88\x00")
        assert one.take() == b"\x81\x01a"
        one.put(b"b\r\n")
        one.finish()
        assert not one.drained
        assert one.take() == b"\x81\x01b\x88\x00"
        assert one.drained
        assert one.take() == b""

    def test_a_stream_that_is_finished_with_nothing_left_still_ends_in_it(self) -> None:
        one = stream()
        one.end_in(b"\x88\x00")
        one.finish()
        assert (one.drained, one.take(), one.drained) == (False, b"\x88\x00", True)

    def test_rooms_send_nothing_past_it(self) -> None:
        assert stream().ready_socket is None

    def test_what_is_no_line_goes_on_in_another_process(self) -> None:
        one, other = stream(), stream()
        one.begin_with(b"HTTP/1.1 101\r\n\r\n")
        one.send_frame(b"\x8a\x00")
        other.resume(one.state())
        assert other.take() == one.take() == b"HTTP/1.1 101\r\n\r\n\x8a\x00"
        assert other.take() == b""
