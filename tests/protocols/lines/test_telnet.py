"""`chatd.protocols.lines.telnet` takes telnet out of a stream, and answers it."""

from hypothesis import example, given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from chatd.protocols.lines.telnet import MAX_SUBNEGOTIATION, TelnetFilter

# Telnet's own codes often enough that random streams are full of commands.
streams = st.lists(
    st.one_of(
        st.sampled_from([bytes([code]) for code in range(0xEB, 0x100)]),
        st.sampled_from([b"\xff\xfa", b"\xff\xf0", b"\xff\xff", b"\xff\xfd\x06", b"\xff\xfb\x01"]),
        st.binary(max_size=5),
        st.sampled_from([b"x" * (MAX_SUBNEGOTIATION - 2)]),
    )
).map(b"".join)


def feed_all(*reads: bytes) -> tuple[bytes, bytes]:
    """Feed one new filter; return all data and all replies."""
    telnet = TelnetFilter()
    results = [telnet.feed(read) for read in reads]
    return b"".join(data for data, _ in results), b"".join(reply for _, reply in results)


class TelnetFilterTests(SynchronousTestCase):
    def test_a_client_that_sends_no_iac_is_sent_none(self) -> None:
        everything_else = bytes(range(255))
        self.assertEqual(feed_all(everything_else), (everything_else, b""))

    def test_a_doubled_iac_is_one_byte_of_data(self) -> None:
        self.assertEqual(feed_all(b"a\xff\xffb"), (b"a\xffb", b""))

    def test_will_is_answered_dont(self) -> None:
        self.assertEqual(feed_all(b"a\xff\xfb\x1fb"), (b"ab", b"\xff\xfe\x1f"))

    def test_do_is_answered_wont(self) -> None:
        self.assertEqual(feed_all(b"a\xff\xfd\x01b"), (b"ab", b"\xff\xfc\x01"))

    def test_wont_and_dont_are_not_answered(self) -> None:
        self.assertEqual(feed_all(b"a\xff\xfc\x01\xff\xfe\x01b"), (b"ab", b""))

    def test_other_commands_are_dropped_without_an_answer(self) -> None:
        commands = b"".join(bytes([0xFF, code]) for code in range(0xEC, 0xFA))
        self.assertEqual(feed_all(b"a" + commands + b"b"), (b"ab", b""))

    def test_an_iac_before_no_command_is_no_telnet_and_stays(self) -> None:
        data = b"hola\xff\n\xffa\xff\xeb"
        self.assertEqual(feed_all(data), (data, b""))

    def test_a_subnegotiation_is_dropped(self) -> None:
        self.assertEqual(feed_all(b"a\xff\xfa\x18\x00xterm\n\xff\xf0b"), (b"ab", b""))

    def test_a_doubled_iac_does_not_end_a_subnegotiation(self) -> None:
        self.assertEqual(feed_all(b"a\xff\xfa\x1f\xff\xff\xf0c\xff\xf0b"), (b"ab", b""))

    def test_another_command_does_not_end_a_subnegotiation(self) -> None:
        self.assertEqual(feed_all(b"a\xff\xfa\x1f\xff\xfb\x01\xff\xf0b"), (b"ab", b""))

    def test_a_subnegotiation_of_512_bytes_is_dropped(self) -> None:
        body = b"x" * (MAX_SUBNEGOTIATION - 2)
        self.assertEqual(feed_all(b"\xff\xfa" + body + b"\xff\xf0hola\n"), (b"hola\n", b""))

    def test_a_subnegotiation_that_does_not_end_is_given_up_after_512_bytes(self) -> None:
        body = b"x" * MAX_SUBNEGOTIATION
        self.assertEqual(feed_all(b"\xff\xfa" + body + b"hola\n"), (b"hola\n", b""))

    def test_the_next_subnegotiation_has_512_bytes_of_its_own(self) -> None:
        subnegotiation = b"\xff\xfa" + b"x" * 400 + b"\xff\xf0"
        self.assertEqual(feed_all(subnegotiation * 3 + b"hola"), (b"hola", b""))

    def test_a_request_is_refused_once_for_each_verb_and_option(self) -> None:
        requests = b"\xff\xfb\x01\xff\xfd\x01\xff\xfd\x03"
        refusals = b"\xff\xfe\x01\xff\xfc\x01\xff\xfc\x03"
        self.assertEqual(feed_all(requests * 2, requests), (b"", refusals))

    def test_a_timing_mark_is_refused_every_time(self) -> None:
        interrupt = b"\xff\xf4\xff\xfd\x06"
        self.assertEqual(feed_all(interrupt, b"a", interrupt), (b"a", b"\xff\xfc\x06" * 2))

    def test_one_that_has_sent_no_request_is_not_asked_to_hide_what_is_typed(self) -> None:
        for data in b"hola", b"\xff", b"\xff\xf1", b"\xff\xff", b"\xff\xfc\x01\xff\xfe\x01":
            telnet = TelnetFilter()
            telnet.feed(data)
            self.assertEqual(telnet.hide(True) + telnet.hide(False), b"")

    def test_one_that_has_is_asked_to_hide_what_is_typed_and_to_show_it_again(self) -> None:
        for request in b"\xff\xfb\x1f", b"\xff\xfd\x03":
            telnet = TelnetFilter()
            telnet.feed(request)
            self.assertEqual(telnet.hide(False), b"")
            self.assertEqual(telnet.hide(True), b"\xff\xfb\x01")
            self.assertEqual(telnet.hide(True), b"")
            self.assertEqual(telnet.hide(False), b"\xff\xfc\x01")

    def test_what_is_answered_to_that_is_not_refused(self) -> None:
        for answer in b"\xff\xfd\x01", b"\xff\xfe\x01":
            telnet = TelnetFilter()
            telnet.feed(b"\xff\xfd\x03")
            telnet.hide(True)
            self.assertEqual(telnet.feed(answer), (b"", b""))
            telnet.hide(False)
            self.assertEqual(telnet.feed(b"\xff\xfe\x01"), (b"", b""))

    def test_nor_when_the_answer_comes_after_the_end(self) -> None:
        telnet = TelnetFilter()
        telnet.feed(b"\xff\xfd\x03")
        for _ in range(3):
            telnet.hide(True)
            telnet.hide(False)
        self.assertEqual(telnet.feed(b"\xff\xfd\x01\xff\xfe\x01" * 3), (b"", b""))
        self.assertEqual(telnet.feed(b"\xff\xfd\x01"), (b"", b"\xff\xfc\x01"))

    def test_other_requests_are_refused_meanwhile(self) -> None:
        telnet = TelnetFilter()
        telnet.feed(b"\xff\xfd\x03")
        telnet.hide(True)
        self.assertEqual(
            telnet.feed(b"\xff\xfd\x18\xff\xfb\x01"), (b"", b"\xff\xfc\x18\xff\xfe\x01")
        )

    def test_no_pair_of_bytes_swallows_the_line_after_next(self) -> None:
        for first in range(256):
            for second in range(256):
                telnet = TelnetFilter()
                telnet.feed(bytes((first, second)))
                data, _ = telnet.feed(b"\n" * MAX_SUBNEGOTIATION + b"\nhola\n")
                self.assertTrue(data.endswith(b"\nhola\n"), (first, second))

    @settings(deadline=None)  # trial does not load the profile of conftest.py
    @given(streams, st.data())
    @example(b"\xff\xfd\x06a\xff\xfa\x18\xff\xff\xff\xf0b\xff", None)
    def test_cuts_change_neither_data_nor_replies(
        self, stream: bytes, choose: st.DataObject | None
    ) -> None:
        whole = feed_all(stream)
        self.assertEqual(feed_all(*(bytes([byte]) for byte in stream)), whole)
        if choose is not None:
            cut = choose.draw(st.integers(0, len(stream)))
            self.assertEqual(feed_all(stream[:cut], stream[cut:]), whole)

    @settings(deadline=None)  # trial does not load the profile of conftest.py
    @given(streams)
    def test_replies_are_refusals_and_never_longer_than_what_was_fed(self, stream: bytes) -> None:
        data, reply = feed_all(stream)
        self.assertLessEqual(len(data) + len(reply), len(stream))
        self.assertEqual(len(reply) % 3, 0)
        self.assertEqual(set(reply[::3]) - {0xFF}, set())
        self.assertEqual(set(reply[1::3]) - {0xFE, 0xFC}, set())
