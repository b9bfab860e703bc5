"""`chatd.protocols.lines.decoder`: pieces of bytes in, lines and answers of telnet out."""

from __future__ import annotations

import pytest

from chatd.protocols.lines.decoder import (
    BYTES_A_CHARACTER,
    PIECE_BYTES,
    TELNET_BYTES,
    LineDecoder,
    most_bytes,
)
from chatd.protocols.lines.framing import TooLong
from chatd.protocols.lines.telnet import IAC

DO_ECHO = bytes((IAC, 253, 1))


@pytest.fixture
def decoder() -> LineDecoder:
    return LineDecoder(most_bytes(10), telnet=True)


@pytest.fixture
def bare() -> LineDecoder:
    """Return a decoder that takes telnet for text."""
    return LineDecoder(most_bytes(10), telnet=False)


class TestPieces:
    def test_a_read_is_decoded_at_once(self, decoder: LineDecoder) -> None:
        assert decoder.feed(b"one\ntwo\n") == ([b"one", b"two"], b"")
        assert decoder.overhead == 0

    def test_a_long_one_in_pieces(self, decoder: LineDecoder) -> None:
        _, rest = decoder.feed(b"x" * PIECE_BYTES + b"yz")
        assert rest == b"yz"

    def test_in_smaller_ones_if_telnet_is_in_the_next(self, decoder: LineDecoder) -> None:
        _, rest = decoder.feed(DO_ECHO + b"x" * PIECE_BYTES)
        assert len(rest) == PIECE_BYTES + 3 - TELNET_BYTES

    def test_telnet_that_comes_later_is_no_matter_yet(self, decoder: LineDecoder) -> None:
        _, rest = decoder.feed(b"x" * PIECE_BYTES + DO_ECHO)
        assert rest == DO_ECHO

    def test_without_telnet_its_bytes_are_no_matter(self, bare: LineDecoder) -> None:
        _, rest = bare.feed(DO_ECHO + b"x" * PIECE_BYTES)
        assert len(rest) == 3


class TestFirstLine:
    """With ``first_apart``, what comes after the first line is left."""

    @pytest.mark.parametrize("line", [b"one\n", b"one\r\n", b"\n\r\none\n", b"one\r\0"])
    def test_it_is_decoded_alone(self, line: bytes) -> None:
        apart = LineDecoder(99, telnet=True, first_apart=True)
        lines, rest = apart.feed(line + b"\ntwo\n")
        assert list(filter(None, lines)) == [b"one"]
        assert rest == b"\ntwo\n"

    @pytest.mark.parametrize("line", [b"one\n", b"one\r\n", b"one\r\0"])
    def test_it_may_come_in_parts(self, line: bytes) -> None:
        for cut in range(1, len(line)):
            apart = LineDecoder(99, telnet=True, first_apart=True)
            assert apart.feed(line[:cut]) == ([], b"")
            assert apart.feed(line[cut:] + b"\ntwo\n") == ([b"one"], b"\ntwo\n")

    def test_others_come_together_once_it_was_seen(self) -> None:
        apart = LineDecoder(99, telnet=True, first_apart=True)
        apart.first_apart = False
        assert apart.feed(b"one\ntwo\n") == ([b"one", b"two"], b"")

    @pytest.mark.parametrize("blanks", [b"\n", b"\r", b"\r\n"])
    def test_empty_lines_come_together(self, blanks: bytes) -> None:
        apart = LineDecoder(99, telnet=True, first_apart=True)
        assert apart.feed(blanks * 100)[1] == b""


class TestLines:
    def test_one_that_has_not_ended_is_held(self, decoder: LineDecoder) -> None:
        assert not decoder.unfinished
        decoder.feed(b"one\ntw")
        assert decoder.unfinished
        assert decoder.held == 2
        assert decoder.feed(b"o\n") == ([b"two"], b"")
        assert not decoder.unfinished

    def test_one_ends_with_the_input(self, decoder: LineDecoder) -> None:
        decoder.feed(b"one")
        assert decoder.finish() == [b"one"]
        assert not decoder.unfinished

    def test_one_that_is_dropped_is_dropped_to_its_end(self, decoder: LineDecoder) -> None:
        decoder.feed(b"one")
        decoder.drop()
        assert decoder.feed(b"one\ntwo\n") == ([b"two"], b"")

    def test_one_has_so_many_bytes_at_most(self, decoder: LineDecoder) -> None:
        most = b"x" * 10 * BYTES_A_CHARACTER
        (line, longer), _ = decoder.feed(most + b"\nx" + most + b"\n")
        assert line == most
        assert isinstance(longer, TooLong)

    @pytest.mark.parametrize(("end", "in_cr"), [(b"\n", False), (b"\r\n", True)])
    def test_the_end_of_the_first_is_known(
        self, decoder: LineDecoder, end: bytes, in_cr: bool
    ) -> None:
        decoder.feed(b"one" + end)
        assert decoder.first_line_ended_in_cr is in_cr


class TestTelnet:
    def test_it_is_taken_out_and_answered_once(self, decoder: LineDecoder) -> None:
        decoder.reply = b"before"
        assert decoder.feed(b"o" + DO_ECHO + b"ne\n") == ([b"one"], b"")
        reply = decoder.take_reply()
        assert reply.startswith(b"before")
        assert len(reply) == len(b"before") + len(DO_ECHO)
        assert decoder.take_reply() == b""

    def test_cr_nul_ends_a_line(self, decoder: LineDecoder) -> None:
        assert decoder.feed(b"one\r\0") == ([b"one"], b"")

    def test_without_it_bytes_are_as_they_are(self, bare: LineDecoder) -> None:
        assert bare.feed(DO_ECHO + b"one\r\0\n") == ([DO_ECHO + b"one\r\0"], b"")
        assert bare.take_reply() == b""

    def test_typing_is_hidden_from_a_client_that_speaks_it(self, decoder: LineDecoder) -> None:
        decoder.feed(DO_ECHO)
        assert decoder.hide_typing(True)

    def test_typing_cannot_be_hidden_without_it(self, bare: LineDecoder) -> None:
        assert bare.hide_typing(True) == b""
