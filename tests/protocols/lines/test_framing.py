"""`chatd.protocols.lines.framing` makes the lines that a plain reference makes, for any cut."""

from itertools import pairwise
from random import Random, SystemRandom
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from chatd.protocols.lines.framing import Framer, TooLong

pytestmark = pytest.mark.quick

max_lengths = st.sampled_from([3, 255, 271, 500])
streams = st.lists(
    st.one_of(
        st.sampled_from([b"\n", b"\r", b"\0", b"\r\n", b"\r\0", b"\r\r\n", b"hola"]),
        st.binary(max_size=12),
        st.integers(250, 300).map(lambda size: b"x" * size),
    )
).map(b"".join)


def marked(line: bytes) -> tuple[bytes, bool]:
    return bytes(line), isinstance(line, TooLong)


def frame(*reads: bytes, max_bytes: int = 100, telnet: bool = True) -> list[tuple[bytes, bool]]:
    """Frame a whole connection; return its lines, each with whether it was too long."""
    framer = Framer(max_bytes, telnet_line_ends=telnet)
    lines = [line for read in reads for line in framer.feed(read)]
    return [marked(line) for line in lines + framer.finish()]


def reference(stream: bytes, max_bytes: int, telnet: bool) -> list[tuple[bytes, bool]]:
    """Apply the same rules, on the whole stream at once and in the plainest way."""
    if telnet:
        stream = stream.replace(b"\r\0", b"\r\n")
    lines = []
    for ended in stream.split(b"\n"):
        too_long = len(ended.removesuffix(b"\r")) > max_bytes
        ends = ended[:256] + ended[-16:] if too_long and len(ended) > 272 else ended
        lines.append((ends.removesuffix(b"\r"), too_long))
    return lines[:-1] if stream.endswith(b"\n") or not stream else lines


class FramerTests(SynchronousTestCase):
    def test_lf_and_cr_lf_end_a_line(self) -> None:
        framer = Framer(100, telnet_line_ends=False)
        self.assertEqual(framer.feed(b"a\nb\r\n\nc"), [b"a", b"b", b""])

    def test_a_read_may_end_one_line_and_begin_the_next(self) -> None:
        self.assertEqual(
            frame(b"uno\ndo", b"s\n"),
            [(b"uno", False), (b"dos", False)],
            "the rest of a read begins the next line",
        )

    def test_exactly_one_cr_is_stripped(self) -> None:
        self.assertEqual(frame(b"a\r\r\nb\r\r\0"), [(b"a\r", False), (b"b\r", False)])

    def test_a_cr_inside_a_line_is_data(self) -> None:
        self.assertEqual(frame(b"a\rb\n"), [(b"a\rb", False)])

    def test_cr_nul_ends_a_line_for_telnet_only(self) -> None:
        self.assertEqual(frame(b"a\r\0b\n"), [(b"a", False), (b"b", False)])
        self.assertEqual(frame(b"a\r\0b\n", telnet=False), [(b"a\r\0b", False)])

    def test_cr_nul_ends_a_line_where_a_read_cuts_it(self) -> None:
        self.assertEqual(frame(b"a\r", b"\0b\n"), [(b"a", False), (b"b", False)])

    def test_a_nul_after_no_cr_is_data(self) -> None:
        self.assertEqual(frame(b"a\0\n", b"\0b\n"), [(b"a\0", False), (b"\0b", False)])

    def test_a_line_of_the_greatest_length_passes_with_either_end(self) -> None:
        line = b"x" * 100
        for read in (line + b"\n", line + b"\r\n"):
            self.assertEqual(frame(read), [(line, False)])
            self.assertEqual(frame(*(bytes([byte]) for byte in read)), [(line, False)])

    def test_a_longer_line_is_one_marker_among_the_others(self) -> None:
        self.assertEqual(
            frame(b"a\n" + b"x" * 101 + b"\nb\n"),
            [(b"a", False), (b"x" * 101, True), (b"b", False)],
        )

    def test_the_marker_comes_with_the_newline(self) -> None:
        framer = Framer(4, telnet_line_ends=False)
        self.assertEqual([framer.feed(b"xxx") for _ in range(4)], [[], [], [], []])
        self.assertEqual([marked(line) for line in framer.feed(b"\na\n")][1:], [(b"a", False)])

    def test_the_marker_carries_both_ends_of_the_line(self) -> None:
        line = b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n"
        [(ends, too_long)] = frame(line[:30_000], line[30_000:])
        self.assertTrue(too_long)
        self.assertEqual(ends, line[:256] + line[-17:-2])

    def test_the_marker_is_one_although_its_ends_would_be_a_line(self) -> None:
        half = b"x" * 600
        self.assertEqual(frame(half, half, b"\n", max_bytes=1000), [(b"x" * 272, True)])

    def test_what_has_no_line_end_is_a_line_when_the_input_ends(self) -> None:
        framer = Framer(4, telnet_line_ends=False)
        self.assertEqual(framer.feed(b"a\nb"), [b"a"])
        self.assertEqual(framer.finish(), [b"b"])
        self.assertEqual(framer.finish(), [])

    def test_a_line_too_long_is_marked_when_the_input_ends(self) -> None:
        self.assertEqual(frame(b"xxxxx", max_bytes=4), [(b"xxxxx", True)])

    def test_a_line_that_was_dropped_is_gone_with_what_still_comes_of_it(self) -> None:
        framer = Framer(10, telnet_line_ends=False)
        for beginning, rest in ((b"half", b" a line\n"), (b"x" * 100, b"x" * 100 + b"\n")):
            self.assertEqual(framer.feed(beginning), [])
            framer.drop()
            self.assertTrue(framer.unfinished)
            self.assertEqual(framer.feed(rest + b"next\nl"), [b"next"])
            self.assertEqual(framer.feed(b"ast\n"), [b"last"])

    def test_of_a_line_that_was_dropped_nothing_comes_at_the_end_either(self) -> None:
        framer = Framer(10, telnet_line_ends=False)
        framer.feed(b"half")
        framer.drop()
        self.assertEqual(framer.finish(), [])

    def test_knows_whether_the_first_line_ended_in_cr(self) -> None:
        for stream, expected in (
            (b"a\r\nb\n", True),
            (b"a\r\0b\n", True),
            (b"a\nb\r\n", False),
            (b"x" * 200 + b"\r\nb\n", True),
            (b"a\rb\n", False),
        ):
            framer = Framer(100, telnet_line_ends=True)
            framer.feed(stream[:1])
            self.assertFalse(framer.first_line_ended_in_cr)
            framer.feed(stream[1:])
            framer.feed(b"c\n" if expected else b"c\r\n")
            self.assertEqual(framer.first_line_ended_in_cr, expected, stream)

    def test_holds_no_more_than_a_line_and_the_ends_of_one(self) -> None:
        framer = Framer(1000, telnet_line_ends=True)
        for _ in range(50):
            framer.feed(b"x" * 501)
            self.assertLessEqual(framer.held, 1001)

    def test_a_read_of_newlines_is_split_once(self) -> None:
        """Measured: 5 ms. Cutting one line at a time takes 187 ms."""
        splits = []

        class Read(bytes):
            def split(self, *arguments: Any) -> list[bytes]:
                splits.append(arguments)
                return super().split(*arguments)

        lines = Framer(4096, telnet_line_ends=True).feed(Read(b"\n" * 65_536))
        self.assertEqual((len(lines), len(splits)), (65_536, 1))

    @settings(deadline=None)  # trial does not load the profile of conftest.py
    @given(
        streams, st.lists(st.integers(0, 400)), st.sampled_from([3, 255, 271, 500]), st.booleans()
    )
    def test_any_cut_gives_the_lines_of_the_reference(
        self, stream: bytes, sizes: list[int], max_bytes: int, telnet: bool
    ) -> None:
        expected = reference(stream, max_bytes, telnet)
        reads = []
        rest = stream
        for size in sizes:
            reads.append(rest[:size])
            rest = rest[size:]
        self.assertEqual(frame(*reads, rest, max_bytes=max_bytes, telnet=telnet), expected)
        one_byte_each = (bytes([byte]) for byte in stream)
        self.assertEqual(frame(*one_byte_each, max_bytes=max_bytes, telnet=telnet), expected)

    def test_ten_thousand_streams_cut_anywhere_give_the_lines_of_the_reference(self) -> None:
        seed = SystemRandom().getrandbits(32)
        dice = Random(seed)
        pieces = (
            b"\n",
            b"\r",
            b"\0",
            b"\r\n",
            b"\r\0",
            b"hola",
            "¿qué?".encode(),
            b"x" * 260,
            b"\xff",
        )
        for _ in range(10_000):
            stream = b"".join(dice.choices(pieces, k=dice.randrange(20)))
            telnet, max_bytes = dice.random() < 0.5, dice.choice((3, 255, 271))
            cuts = sorted(dice.randrange(len(stream) + 1) for _ in range(dice.randrange(8)))
            reads = [stream[a:b] for a, b in pairwise([0, *cuts, len(stream)])]
            self.assertEqual(
                frame(*reads, max_bytes=max_bytes, telnet=telnet),
                reference(stream, max_bytes, telnet),
                f"seed {seed}: {reads}",
            )
