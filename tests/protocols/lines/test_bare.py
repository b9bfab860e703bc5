"""Bare lines, as the client at the other end sees them."""

from __future__ import annotations

import pytest
from twisted.trial.unittest import SynchronousTestCase

from chatd.errors import ErrorKind
from tests.support.sentences import EN
from tests.support.world import World

pytestmark = pytest.mark.quick


class BareTests(SynchronousTestCase):
    """A wire with nothing on it."""

    def setUp(self) -> None:
        self.world = World()
        self.person = self.world.person()
        self.one = self.world.program()
        self.two = self.world.program()

    def refused(self, line: bytes) -> None:
        self.one.type(line)
        self.assertEqual(self.one.bytes_seen(), b"ERR Invalid message\n")
        self.assertEqual(self.two.seen() + self.person.seen(), [])
        self.assertFalse(self.one.closed)

    def test_nobody_is_greeted(self) -> None:
        self.assertEqual(self.one.bytes_seen(), b"")

    def test_a_line_goes_to_every_client_of_the_lobby(self) -> None:
        self.one.type("hola")
        self.assertEqual(self.one.bytes_seen(), b"hola\n")
        self.assertEqual(self.two.bytes_seen(), b"hola\n")

    def test_people_on_chat_ports_see_it_from_a_guest(self) -> None:
        self.one.type("hola")
        self.assertEqual(self.person.seen(), ["<guest2> hola"])

    def test_what_people_say_comes_without_their_names(self) -> None:
        self.person.type("hola", "/me waves")
        self.assertEqual(self.one.bytes_seen(), b"hola\nwaves\n")

    def test_nothing_comes_but_what_is_said(self) -> None:
        self.person.type("/nick ana", "/topic x", "/nick eva", "/join ops", "not for you")
        self.world.clock.advance(10)
        self.person.hang_up()
        self.assertEqual(self.one.bytes_seen(), b"")

    def test_no_recent_lines_come(self) -> None:
        self.person.type("before")
        self.assertEqual(self.world.program().bytes_seen(), b"")

    def test_slashes_are_text(self) -> None:
        self.one.type("/quit", "//x")
        self.assertEqual(self.two.bytes_seen(), b"/quit\n//x\n")

    def test_spaces_around_text_are_kept(self) -> None:
        self.one.type("  a  ")
        self.assertEqual(self.two.bytes_seen(), b"  a  \n")

    def test_a_line_may_end_in_cr_lf_and_is_answered_in_lf(self) -> None:
        self.one.send(b"a\r\n \r\n")
        self.world.settle()
        self.assertEqual(self.one.bytes_seen(), b"a\nERR Invalid message\n")

    def test_an_empty_line_is_refused(self) -> None:
        self.refused(b"")

    def test_a_line_of_white_space_is_refused(self) -> None:
        self.refused(b" \t\x0b")
        self.refused("\u3000".encode())

    def test_a_line_that_is_not_utf_8_is_refused(self) -> None:
        self.refused(b"ma\xf1ana")

    def test_256_characters_pass(self) -> None:
        self.one.type("ñ" * 256)
        self.assertEqual(self.two.seen(), ["ñ" * 256])

    def test_257_characters_do_not(self) -> None:
        self.refused(b"x" * 257)

    def test_a_line_too_long_to_be_kept_is_refused(self) -> None:
        self.refused(b"x" * 100_000)

    def test_there_is_no_telnet(self) -> None:
        self.refused(b"\xff\xfb\x01hola")

    def test_controls_are_shown_and_colours_dropped(self) -> None:
        self.one.type(b"\x1b[31mred\x1b[0m \x1b[2J \x04")
        self.assertEqual(self.two.bytes_seen(), b"red ^[[2J ^D\n")

    def test_a_refusal_stands_behind_the_lines_before_it(self) -> None:
        world = World(slow=True)
        program = world.program()
        program.type("a", "", "b")
        world.release()
        self.assertEqual(program.bytes_seen(), b"a\nERR Invalid message\nb\n")

    def test_a_private_line_cannot_be_sent_to_a_bare_client(self) -> None:
        self.person.type("/msg guest2 x")
        self.assertEqual(
            self.person.seen(),
            [EN.error(ErrorKind.NOBODY, "nobody", name="guest2")],
        )
        self.assertEqual(self.one.bytes_seen(), b"")

    def test_a_half_closed_client_is_sent_its_last_line_and_closed(self) -> None:
        self.one.send(b"a\nb")
        self.one.half_close()
        self.assertEqual(self.one.bytes_seen(), b"a\nb\n")
        self.assertTrue(self.one.closed)
