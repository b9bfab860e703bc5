"""Chat lines, as the client at the other end sees them."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.error import ConnectionAborted, ConnectionDone, ConnectionLost
from twisted.internet.interfaces import ISSLTransport
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import directlyProvides

from chatd.chat.line_quotas import (
    ALL_UNPUBLISHED_LINES,
    SOME_UNPUBLISHED_LINES,
    UNPUBLISHED_LINES,
    WORK_A_LINE,
)
from chatd.chat.session import Session
from chatd.commands import dispatch
from chatd.commands.base import READING_COST
from chatd.errors import ErrorKind
from chatd.event import Draft, Kind
from chatd.i18n import Language
from chatd.protocols.lines.chat import ChatProtocol
from chatd.protocols.lines.decoder import PIECE_BYTES
from chatd.protocols.lines.framing import Framer
from chatd.protocols.transport.intake import UNENDED_LINES
from chatd.protocols.transport.limits import BURST_SECONDS, Limits
from chatd.protocols.transport.managed_connection import HANDSHAKE_SECONDS
from chatd.protocols.transport.paced_reader import ITEMS_A_TURN, SMALL_BYTES
from chatd.protocols.transport.rate import LINE_SECONDS
from chatd.protocols.transport.scheduler import TURN_SECONDS
from chatd.rooms.stream import ANSWER_BYTES
from chatd.storage.group_commit import WAITING_BYTES
from chatd.text.folding import MAX_RUN
from chatd.text.times import local_time
from tests.support.sentences import EN, ES
from tests.support.world import HELP_LINES, Member, World

pytestmark = pytest.mark.quick

EPOCH = local_time(0)
NOT_UTF8 = EN.error(ErrorKind.INVALID_MESSAGE, "not_utf8")
FIRST_NOT_UTF8 = EN.error(ErrorKind.INVALID_MESSAGE, "first_not_utf8")
WRONG_PROTOCOL = EN.error(ErrorKind.WRONG_PROTOCOL, "wrong_protocol")
NO_ROOM = EN.error(ErrorKind.NO_ROOM, "not_said")


class MarkTests(SynchronousTestCase):
    """A byte order mark, with which some editors begin a file."""

    def test_it_is_no_part_of_the_first_line(self) -> None:
        world = World()
        person, program = world.person(), world.program()
        for client in person, program:
            takes_names = client.session.subscriptions.takes_private
            client.type("\ufeff/nick build" if takes_names else "\ufeffhola")
            client.type("\ufeffhola")
        self.assertEqual(client.seen()[-2:], ["hola", "\ufeffhola"])
        self.assertEqual(person.session.name, "build")


class GreetingTests(SynchronousTestCase):
    def test_the_first_to_come_is_welcomed_in_three_lines(self) -> None:
        self.assertEqual(
            World().person(greeted=True).seen(),
            EN.notices("welcome", name="guest1", room="lobby", here=EN.sentence("nobody_else")),
        )

    def test_a_newcomer_is_told_who_is_there(self) -> None:
        world = World()
        world.person("luis")
        world.person()
        world.person()
        here = EN.sentence("here", people="luis and 2 guests")
        self.assertEqual(
            world.person(greeted=True).seen()[0],
            EN.notices("welcome", name="guest4", room="lobby", here=here)[0],
        )

    def test_every_line_of_the_motd_is_marked_as_the_servers(self) -> None:
        world = World(motd="Be kind.\n\n<root> obey")
        self.assertEqual(
            world.person(greeted=True).seen()[3:], ["*** Be kind.", "*** ", "*** <root> obey"]
        )

    def test_a_newcomer_is_told_the_topic(self) -> None:
        world = World()
        world.say("/topic Release on Friday")
        self.assertIn(
            EN.notice("topic", topic="Release on Friday"), world.person(greeted=True).seen()
        )

    def test_a_newcomer_is_shown_what_was_said_last_with_its_time(self) -> None:
        world = World(recent=2)
        world.say("one", "two", "three")
        self.assertEqual(
            world.person(greeted=True).seen()[3:],
            [f"[{EPOCH}] <guest1> two", f"[{EPOCH}] <guest1> three"],
        )

    def test_with_recent_0_a_newcomer_is_shown_nothing_of_the_past(self) -> None:
        world = World(recent=0)
        world.say("one")
        self.assertEqual(len(world.person(greeted=True).seen()), 3)

    def test_what_is_said_after_one_entered_has_no_time(self) -> None:
        world = World()
        ana = world.person()
        world.say("one")
        self.assertEqual(ana.seen(), ["<guest2> one"])

    def test_a_server_that_speaks_spanish_greets_in_spanish(self) -> None:
        world = World(language=Language.SPANISH)
        self.assertEqual(
            world.person(greeted=True).seen(),
            ES.notices("welcome", name="guest1", room="lobby", here=ES.sentence("nobody_else")),
        )


class TalkTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.world = World()
        self.ana = self.world.person()
        self.luis = self.world.person()

    def both(self) -> list[str]:
        """Return the lines that both saw, which must be the same."""
        seen = self.ana.seen()
        self.assertEqual(self.luis.seen(), seen)
        return seen

    def test_the_first_line_already_counts(self) -> None:
        self.ana.type("deploy done")
        self.assertEqual(self.both(), ["<guest1> deploy done"])

    def test_everyone_gets_the_same_lines_in_the_same_order(self) -> None:
        a_lines = ["<guest1> a1", "<guest1> a2", "<guest1> a3"]
        self.ana.send(b"a1\na2\n")
        self.luis.send(b"b1\n")
        self.ana.send(b"a3\n")
        self.world.settle()
        both = self.both()
        self.assertEqual([line for line in both if line != "<guest2> b1"], a_lines)
        self.assertEqual(len(both), 4)

    def test_the_conversation_of_the_readme(self) -> None:
        self.luis.type("/nick luis")
        self.ana.type("hola", "/nick ana")
        self.luis.type("hola ana, ¿qué tal?")
        self.ana.type("/me waves", "/msg luis only for you")
        self.luis.type("/msg ana got it")
        self.ana.type("/foo")
        self.assertEqual(
            self.ana.seen(),
            [
                EN.notice("renamed", name="guest2", new_name="luis"),
                "<guest1> hola",
                EN.notice("you_are", name="ana"),
                "<luis> hola ana, ¿qué tal?",
                "* ana waves",
                "(private to luis) <ana> only for you",
                "(private) <luis> got it",
                EN.error(ErrorKind.UNKNOWN_COMMAND, "unknown_command", command="/foo"),
            ],
        )

    def test_blank_lines_are_ignored(self) -> None:
        self.ana.type("", " ", "\t", "\u2003", "\r", "\x04")
        self.assertEqual(self.both(), [])

    def test_spaces_around_a_text_are_kept(self) -> None:
        self.ana.type("  indented  ")
        self.assertEqual(self.both(), ["<guest1>   indented  "])

    def test_a_line_may_come_in_pieces(self) -> None:
        for byte in "¿qué?\n".encode():
            self.ana.send(bytes([byte]))
        self.world.settle()
        self.assertEqual(self.both(), ["<guest1> ¿qué?"])

    def test_a_read_may_end_one_line_and_begin_the_next(self) -> None:
        self.ana.send(b"uno\ndo")
        self.ana.send(b"s\n")
        self.world.settle()
        self.assertEqual(self.both(), ["<guest1> uno", "<guest1> dos"])

    def test_nothing_is_said_before_its_line_has_ended(self) -> None:
        self.ana.send(b"half a li")
        self.world.settle()
        self.assertEqual(self.both(), [])

    def test_a_line_that_was_cut_off_by_a_broken_connection_is_not_said(self) -> None:
        self.ana.send(b"whole\nhalf a li")
        self.ana.hang_up(ConnectionLost)
        self.assertEqual(self.luis.seen(), ["<guest1> whole"])

    def test_the_last_line_of_one_who_hangs_up_needs_no_end(self) -> None:
        self.ana.send(b"whole")
        self.ana.hang_up()
        self.assertEqual(self.luis.seen(), ["<guest1> whole"])

    def test_ctrl_d_over_telnet_is_dropped_once_in_a_line(self) -> None:
        self.ana.type(b"\x04a", b"b\x04c", b"d\x04\x04e")
        self.assertEqual(self.both(), ["<guest1> a", "<guest1> bc", "<guest1> d^De"])


class LineEndTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.world = World()
        self.ana = self.world.person()
        self.luis = self.world.person()

    def test_a_line_may_end_in_lf_cr_lf_or_cr_nul(self) -> None:
        self.ana.send(b"a\nb\r\nc\r\0d\n")
        self.world.settle()
        self.assertEqual(self.luis.seen(), ["<guest1> a", "<guest1> b", "<guest1> c", "<guest1> d"])

    def test_who_ends_the_first_line_in_cr_lf_is_answered_in_cr_lf(self) -> None:
        self.ana.send(b"hola\r\n/who\r\n")
        self.world.settle()
        self.assertEqual(self.ana.bytes_seen(), b"<guest1> hola\r\n*** In #lobby: 2 guests.\r\n")

    def test_who_ends_the_first_line_in_cr_nul_is_answered_in_cr_lf(self) -> None:
        self.ana.send(b"/who\r\0")
        self.world.settle()
        self.assertEqual(self.ana.bytes_seen(), b"*** In #lobby: 2 guests.\r\n")

    def test_line_ends_stay_as_the_first_line_has_them(self) -> None:
        self.ana.send(b"a\nb\r\n")
        self.world.settle()
        self.assertEqual(self.ana.bytes_seen(), b"<guest1> a\n<guest1> b\n")

    def test_the_others_are_not_concerned(self) -> None:
        self.ana.send(b"a\r\n")
        self.world.settle()
        self.assertEqual(self.luis.bytes_seen(), b"<guest1> a\n")

    def test_errors_have_the_same_line_end(self) -> None:
        self.ana.send(b"/echo off\r\n")
        self.ana.bytes_seen()
        self.ana.send(b"\xc3\r\n")
        self.assertEqual(self.ana.bytes_seen(), NOT_UTF8.encode() + b"\r\n")


class TelnetTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.world = World()
        self.ana = self.world.person()

    def said(self) -> bytes:
        self.world.settle()
        return self.ana.bytes_seen()

    def test_negotiation_is_taken_out_also_when_it_is_cut_across_reads(self) -> None:
        for byte in b"ho\xff\xfc\x01l\xff\xfe\x03\xff\xf1a\n":
            self.ana.send(bytes([byte]))
        self.assertEqual(self.said(), b"<guest1> hola\n")

    def test_requests_are_refused(self) -> None:
        self.ana.send(b"\xff\xfd\x01\xff\xfb\x18hola\n")
        self.assertEqual(self.said(), b"\xff\xfc\x01\xff\xfe\x18<guest1> hola\n")

    def test_a_subnegotiation_without_an_end_does_not_swallow_what_follows(self) -> None:
        self.ana.send(b"\xff\xfa" + b"x" * 512 + b"hola\n")
        self.assertEqual(self.said(), b"<guest1> hola\n")

    def test_who_never_sends_iac_is_never_sent_one(self) -> None:
        for first in range(256):
            self.ana.send(bytes([first]) + b"\n" if first != 255 else b"\n")
        self.assertNotIn(b"\xff", self.said())

    def test_ctrl_c_in_telnet_is_answered_at_once_and_its_line_goes_on(self) -> None:
        self.ana.send(b"ab\xff\xf4\xff\xfd\x06")
        self.assertEqual(self.said(), b"\xff\xfc\x06")
        self.ana.send(b"c\r\n")
        self.assertEqual(self.said(), b"<guest1> abc\r\n")


class WhatALineMayBeTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.world = World(max_length=10)
        self.ana = self.world.person()
        self.luis = self.world.person()

    def shown(self, line: bytes) -> str:
        """Return a line as the others see it."""
        self.ana.type(line)
        (seen,) = self.luis.seen()
        return seen.removeprefix("<guest1> ")

    def refused(self, line: bytes) -> str:
        """Return the error to the sender of a line that is not said; the next line is said."""
        self.ana.seen()
        self.ana.type(line, "next")
        self.assertEqual(self.luis.seen(), ["<guest1> next"])
        self.assertFalse(self.ana.closed)
        error, after = self.ana.seen()
        self.assertEqual(after, "<guest1> next")
        return error

    def test_a_line_of_max_length_characters_is_said(self) -> None:
        self.assertEqual(self.shown("ñ".encode() * 10), "ñ" * 10)

    def test_a_longer_line_is_refused_and_the_connection_stays(self) -> None:
        self.assertEqual(
            self.refused(b"x" * 11),
            EN.error(ErrorKind.INVALID_MESSAGE, "too_long", limit=10),
        )

    def test_a_line_too_long_to_be_kept_is_thrown_away_up_to_its_end(self) -> None:
        self.assertEqual(
            self.refused(b"x" * 100_000),
            EN.error(ErrorKind.INVALID_MESSAGE, "too_long", limit=10),
        )

    def test_length_is_counted_without_colours_and_telnet(self) -> None:
        coloured = b"\x1b[38;2;255;100;100mx\x1b[0m\xff\xf1" * 10
        self.assertEqual(self.shown(coloured), "x" * 10)

    def test_a_line_that_is_not_utf_8_is_refused_and_the_connection_stays(self) -> None:
        self.ana.type("first")
        self.luis.seen()
        for line in (
            b"ma\xf1ana",
            b"\xff",
            b"a\xffb",
            b"\xc0\xaf",
            b"\xed\xa0\x80",
            b"\xf4\x90\x80\x80",
            b"\xc3",
        ):
            with self.subTest(line=line):
                self.assertEqual(self.refused(line), NOT_UTF8)

    def test_one_that_a_terminal_has_cut_within_a_character_is_refused_as_that(self) -> None:
        cut = EN.error(ErrorKind.INVALID_MESSAGE, "cut_line")
        line = "é".encode() * 2048
        self.world = World()
        self.ana, self.luis = self.world.person(), self.world.person()
        self.luis.seen()
        self.assertEqual(self.refused(line[:4095]), cut)
        ana = self.world.person()
        ana.seen()
        ana.send(line[:4095] + b"\n")
        self.world.settle()
        self.assertEqual(ana.seen(), [cut], "as a first line, which may be of another protocol")
        self.assertFalse(ana.closed)
        ana.ask("/paste")
        ana.send(b"one\n" + line[:4095] + b"\n.\n")
        self.world.settle()
        refusal = EN.error(ErrorKind.INVALID_MESSAGE, "line_cut", number=2)
        self.assertEqual(ana.seen()[-1], refusal)

    def test_a_line_with_more_marks_in_a_row_than_any_language_needs_is_refused(self) -> None:
        self.world = World()
        self.ana, self.luis = self.world.person(), self.world.person()
        marks = "e" + "\u0301" * 30
        for line in f"{marks}\u0316", f"/topic {marks}\u0316", f"/msg guest2 x{marks * 3}\u0316":
            with self.subTest(line=line):
                self.assertEqual(
                    self.refused(line.encode()),
                    EN.error(ErrorKind.INVALID_MESSAGE, "too_many_marks"),
                )
        self.assertTrue(self.shown(f"{marks}{marks}".encode()).startswith("e\u0301"))
        self.assertEqual(MAX_RUN, 30)

    def test_colours_are_dropped(self) -> None:
        self.assertEqual(self.shown(b"\x1b[1;31mred\x1b[m!"), "red!")

    def test_a_line_of_nothing_but_colours_is_blank(self) -> None:
        self.ana.type(b"\x1b[0m  \x1b[K")
        self.ana.seen()
        self.luis.seen()
        self.ana.type(b"\x1b[0m  \x1b[1m")
        self.assertEqual(self.ana.seen() + self.luis.seen(), [])

    def test_a_tab_stays(self) -> None:
        self.assertEqual(self.shown(b"a\tb"), "a\tb")

    def test_every_other_control_is_shown(self) -> None:
        for text, shown in {
            "a\x1b]0;x\x07": "a^[]0;x^G",
            "a\x1b[2J": "a^[[2J",
            "a\rb": "a^Mb",
            "a\x00b": "a^@b",
            "a\x7fb": "a^?b",
            "a\x9b2J": "a\\x9b2J",
            "a\x85b": "a\\x85b",
            "a\u2028b": "a\\u2028b",
            "a\u202eb": "a\\u202eb",
            "a\u2066b": "a\\u2066b",
        }.items():
            with self.subTest(text=text):
                self.assertEqual(self.shown(text.encode()), shown)

    def test_names_topics_private_lines_history_and_errors_show_controls_too(self) -> None:
        world = World()
        ana, luis = world.person("ana"), world.person("luis")
        ana.type(
            "/topic \x1b[2J",
            "/msg luis \x1b[2J",
            "/nick \x1b[2J",
            "/join \x1b[2J",
            "/who \x1b[2J",
            "/msg \x1b[2J x",
            "/help \x1b[2J",
            "/msg luis \u202ex",
            "/me \x9b",
            "/history",
            "/rooms",
        )
        world.person(greeted=True)
        for person in ana, luis:
            text = person.bytes_seen().decode()
            self.assertNotRegex(text, "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]")
            self.assertIn("^[[2J", text)


class NobodyElsesLineTests(SynchronousTestCase):
    """The words of a person always come after their name."""

    def setUp(self) -> None:
        self.world = World()
        self.ana = self.world.person("ana")
        self.luis = self.world.person("luis")

    def test_nothing_that_a_person_says_can_start_a_line(self) -> None:
        self.luis.seen()
        fakes = (EN.notice("stopping"), "ERR x", "<luis> x", "* luis x", "(private) <x> y")
        for fake in fakes:
            self.ana.type(fake, f"a\r{fake}", f"a\u2028{fake}", f"/me {fake}", f"/msg luis {fake}")
            self.ana.type(f"/topic {fake}")
        for line in self.luis.seen():
            self.assertRegex(
                line,
                EN.sentence(
                    "topic_set",
                    name="^(<ana> |\\* ana |\\(private\\) <ana> |\\*\\*\\* ana",
                    topic=")",
                ),
            )


class SlashTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.world = World()
        self.ana = self.world.person()

    def answers(self, *lines: str) -> list[str]:
        self.ana.type(*lines)
        return self.ana.seen()

    def test_what_starts_with_a_slash_and_is_no_word_is_text(self) -> None:
        for line in "/usr/bin/ld: not found", "/", "/ x", "/2 x", "/who\tx", "/who: x", "/a-b":
            with self.subTest(line=line):
                self.assertEqual(self.answers(line), [f"<guest1> {line}"])

    def test_two_slashes_say_a_line_that_starts_with_one(self) -> None:
        self.assertEqual(self.answers("//quit", "//"), ["<guest1> /quit", "<guest1> /"])

    def test_a_slash_behind_a_space_is_text(self) -> None:
        self.assertEqual(self.answers(" /quit"), ["<guest1>  /quit"])

    def test_commands_may_be_written_in_any_case(self) -> None:
        self.assertEqual(
            self.answers("/WHO", "/Who"),
            [EN.notice("people_in", room="lobby", people="1 guest")] * 2,
        )

    def test_an_unknown_word_is_an_unknown_command_and_is_not_said(self) -> None:
        self.assertEqual(
            self.answers("/shrug hello"),
            [EN.error(ErrorKind.UNKNOWN_COMMAND, "unknown_command", command="/shrug")],
        )

    def test_after_text_every_line_is_text(self) -> None:
        self.assertEqual(
            self.answers("/text", "/quit", "//x", "/text", "make: *** [all] Error 1"),
            [
                EN.notice("text_only"),
                "<guest1> /quit",
                "<guest1> //x",
                "<guest1> /text",
                "<guest1> make: *** [all] Error 1",
            ],
        )

    def test_text_holds_from_the_very_next_line_however_slow_the_store_is(self) -> None:
        world = World(slow=True)
        ana = world.person()
        ana.send(b"a\n/text\n/quit\n")
        world.release()
        self.assertEqual(ana.seen()[-1], "<guest1> /quit")


class OrderTests(SynchronousTestCase):
    """The input of one connection takes effect in order, even if the store is slow."""

    def setUp(self) -> None:
        self.world = World(slow=True, max_length=20)
        self.ana = self.world.person()

    def test_nobody_sees_a_line_that_is_not_committed(self) -> None:
        luis = self.world.person()
        self.ana.type("hola")
        self.assertEqual(self.ana.seen() + luis.seen(), [])
        self.world.release()
        self.assertEqual(self.ana.seen() + luis.seen(), ["<guest1> hola"] * 2)

    def test_answers_and_errors_wait_for_the_lines_before_them(self) -> None:
        self.ana.type("one", "/who", b"\xff\xff", "x" * 21, "two", "/foo", "three", "/nick ana")
        self.assertEqual(self.ana.seen(), [])
        self.world.release()
        self.assertEqual(
            [line[:15] for line in self.ana.seen()],
            [
                "<guest1> one",
                "*** In #lobby: ",
                "ERR Invalid mes",
                "ERR Invalid mes",
                "<guest1> two",
                "ERR Unknown com",
                "<guest1> three",
                EN.notice("you_are", name=...)[:15],
            ],
        )

    def test_a_line_is_said_where_one_was_when_one_sent_it(self) -> None:
        self.ana.type("in the lobby", "/join ops", "in ops", "/leave", "back")
        self.world.release()
        self.assertEqual(
            self.ana.seen(),
            [
                "<guest1> in the lobby",
                EN.notice("joined_new_room", room="ops"),
                EN.notice("nobody_runs_new_room", room="ops"),
                "<guest1> in ops",
                EN.notice("joined_room", room="lobby", here=EN.sentence("nobody_else")),
                f"[{EPOCH}] <guest1> in the lobby",
                "<guest1> back",
            ],
        )

    def test_a_line_is_said_under_the_name_one_had_when_one_sent_it(self) -> None:
        self.ana.type("a", "/nick ana", "b")
        self.world.release()
        self.assertEqual(
            self.ana.seen(), ["<guest1> a", EN.notice("you_are", name="ana"), "<ana> b"]
        )

    def test_a_new_name_stands_among_the_lines_where_it_was_taken(self) -> None:
        luis = self.world.person()
        self.ana.type("a", "/nick ana", "b")
        self.world.release()
        self.assertEqual(
            luis.seen(),
            ["<guest1> a", EN.notice("renamed", name="guest1", new_name="ana"), "<ana> b"],
        )

    def test_what_follows_quit_is_not_said(self) -> None:
        self.ana.type("a", "/quit", "b", "/who")
        self.world.release()
        self.assertEqual(self.ana.seen(), ["<guest1> a", EN.notice("goodbye")])
        self.assertTrue(self.ana.closed)
        self.assertEqual(self.world.server.lobby.head, 1)

    def test_what_a_client_said_before_it_hung_up_is_said(self) -> None:
        luis = self.world.person()
        self.ana.type("last words")
        self.ana.hang_up()
        self.world.release()
        self.assertEqual(luis.seen(), ["<guest1> last words"])


class GoodbyeTests(SynchronousTestCase):
    """The server is stopping."""

    def setUp(self) -> None:
        self.world = World(slow=True)
        self.ana = self.world.person("ana")
        self.world.release()
        self.ana.seen()

    def test_what_is_sent_from_then_on_is_not_handled(self) -> None:
        self.ana.protocol.connection.stop_reading()
        self.ana.type("hola", "/who")
        self.world.release()
        self.assertEqual(self.ana.seen(), [])

    def test_what_was_sent_and_not_handled_yet_is_not(self) -> None:
        self.ana.send(b"/who\n" * 10)
        self.ana.send(b"/who\n" * SMALL_BYTES)
        self.ana.protocol.connection.stop_reading()
        self.world.settle()
        self.assertEqual(len(self.ana.seen()), 10)

    def test_what_was_said_is_shown_and_then_goodbye_is_said(self) -> None:
        self.ana.type("hola")
        self.ana.protocol.connection.stop_reading()
        self.world.release()
        self.ana.protocol.connection.say_goodbye()
        self.assertEqual(self.ana.seen(), ["<ana> hola", EN.notice("stopping")])
        self.assertTrue(self.ana.closed)

    def test_one_who_has_quit_is_not_told(self) -> None:
        self.ana.type("/quit")
        self.ana.transport._lenient = True  # real transports are
        self.ana.protocol.connection.stop_reading()
        self.ana.protocol.connection.say_goodbye()
        self.assertEqual(self.ana.seen(), [EN.notice("goodbye")])

    def test_what_was_asked_and_still_waits_is_not_done_after_it(self) -> None:
        self.ana.type("hola", "/nick eva")
        self.ana.protocol.connection.stop_reading()
        self.ana.protocol.connection.say_goodbye()
        self.world.release()
        self.assertEqual(self.ana.session.name, "ana")
        self.assertEqual(self.ana.seen(), [EN.notice("stopping")])


class RefusedJoinTests(SynchronousTestCase):
    """A script that joins a room and is refused does not say its next line in the lobby."""

    def setUp(self) -> None:
        self.world = World()
        self.luis = self.world.person()
        self.ana = self.world.person()

    def test_a_refused_join_before_anything_was_said_leaves_one_in_no_room(self) -> None:
        self.ana.type("/join not a room", "secret")
        error, notice, text = self.ana.seen()
        self.assertEqual(error, EN.error(ErrorKind.INVALID_NAME, "invalid_room", name="not a room"))
        self.assertEqual([notice, text], [EN.notice("in_no_room_now"), NO_ROOM])
        self.assertEqual(self.luis.seen(), [])

    def test_so_does_a_join_of_nothing(self) -> None:
        self.ana.type("/join", "secret")
        error, notice, text = self.ana.seen()
        self.assertTrue(error.startswith("ERR Wrong use: "))
        self.assertEqual([notice, text], [EN.notice("in_no_room_now"), NO_ROOM])

    def test_actions_and_topics_are_refused_there_too(self) -> None:
        self.ana.type("/join !", "/me tells", "/topic secret")
        for error in self.ana.seen()[2:]:
            self.assertTrue(error.startswith("ERR No room: "))
        self.assertEqual(self.luis.seen(), [])

    def test_after_something_was_said_one_stays(self) -> None:
        self.ana.type("hola", "/join !", "still here")
        self.assertEqual(self.luis.seen(), ["<guest2> hola", "<guest2> still here"])

    def test_from_no_room_one_can_go_to_one(self) -> None:
        self.ana.type("/join !", "/leave", "hola")
        self.assertEqual(
            self.ana.seen()[2:],
            [
                EN.notice("joined_room", room="lobby", here=EN.sentence("here", people="1 guest")),
                "<guest2> hola",
            ],
        )

    def test_nobody_is_told_of_it(self) -> None:
        self.ana.type("/nick ana")
        self.world.clock.advance(10)
        self.luis.seen()
        self.ana.type("/join !")
        self.assertEqual(self.luis.seen(), [EN.notice("left_one", people="ana")])


class GoneTests(SynchronousTestCase):
    """The input of a client that has gone is said and done all the same."""

    def setUp(self) -> None:
        self.world = World(slow=True)
        self.luis = self.world.person()
        self.ana = self.world.person()

    def go(self, *lines: str, reason: type[Exception] = ConnectionDone) -> list[str]:
        """Return the lines that luis sees of a client that sends all this at once, and goes."""
        self.ana.send("".join(f"{line}\n" for line in lines).encode())
        self.ana.hang_up(reason)
        self.world.release()
        return self.luis.seen()

    def check_that_it_is_forgotten(self) -> None:
        clients = self.world.chat.clients
        self.assertEqual(len(clients), 1, "a client that has gone is still in factory.clients")

    def test_more_lines_than_may_wait(self) -> None:
        lines = [str(number) for number in range(3 * UNPUBLISHED_LINES)]
        self.assertEqual(self.go(*lines), [f"<guest2> {line}" for line in lines])
        self.assertEqual(self.world.server.lobby.people, 1)
        self.check_that_it_is_forgotten()

    def test_also_when_the_connection_broke(self) -> None:
        lines = [str(number) for number in range(3 * UNPUBLISHED_LINES)]
        seen = self.go(*lines, reason=ConnectionLost)
        self.assertEqual(seen, [f"<guest2> {line}" for line in lines])
        self.check_that_it_is_forgotten()

    def test_commands_and_the_lines_between_them(self) -> None:
        seen = self.go("one", "/nick ana", "two", "/join ops", "/topic x", "/leave", "three")
        self.assertEqual(
            seen,
            [
                "<guest2> one",
                EN.notice("renamed", name="guest2", new_name="ana"),
                "<ana> two",
                EN.notice("left_one", people="ana"),
                EN.notice("joined_one", people="ana"),
                "<ana> three",
                EN.notice("left_one", people="ana"),
            ],
        )

    def test_answers_that_nobody_takes_are_in_the_way_of_nothing(self) -> None:
        seen = self.go(*["/help"] * (ANSWER_BYTES // 300), "/history", "last")
        self.assertEqual(seen, ["<guest2> last"])

    def test_what_comes_behind_quit_is_not_said(self) -> None:
        self.assertEqual(self.go("one", "/quit", "two"), ["<guest2> one"])
        self.check_that_it_is_forgotten()

    def test_nor_is_what_comes_behind_a_password(self) -> None:
        lines = [str(number) for number in range(2 * UNPUBLISHED_LINES)]
        seen = self.go(*lines, "/login ana a-password", "two")
        self.assertEqual(seen, [f"<guest2> {line}" for line in lines])
        self.check_that_it_is_forgotten()

    def test_one_whose_connection_broke_is_in_the_way_of_no_stop(self) -> None:
        self.ana.send(b"x\n" * 3 * UNPUBLISHED_LINES)
        self.world.settle()
        self.assertTrue(self.ana.paused)
        self.ana.hang_up(ConnectionLost)
        self.ana.transport.resumeProducing = lambda: self.fail("it is gone")  # type: ignore[method-assign]
        gone = self.ana.protocol.connection
        gone.stop_reading()
        gone.say_goodbye()
        self.assertEqual(len(self.world.chat.clients), 1)

    def test_a_server_that_stops_waits_for_no_more_than_what_waits_for_commit(self) -> None:
        self.ana.send(b"x\n" * 3 * UNPUBLISHED_LINES)
        self.world.settle()
        self.ana.hang_up()
        gone = self.ana.protocol.connection
        gone.stop_reading()
        self.world.release()
        self.assertEqual(self.world.server.lobby.head, UNPUBLISHED_LINES)
        gone.say_goodbye()
        self.assertEqual(len(self.world.chat.clients), 1)


class ForeignProtocolTests(SynchronousTestCase):
    """A web page must not be able to talk into a room, nor a header reach a screen."""

    HTTP = b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n\r\nhello\r\n/nick eve\r\n"
    LONG = b"GET /" + b"a" * 500_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"
    TLS = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03hola\nand this\n/nick eve\n"

    def setUp(self) -> None:
        self.world = World()
        self.luis = self.world.person()

    def refused(self, client: Member, data: bytes, answer: bytes) -> None:
        client.bytes_seen()
        client.send(data)
        self.world.settle()
        self.assertEqual(client.bytes_seen(), answer)
        self.assertTrue(client.closed)
        client.send(b"more\n")
        client.hang_up()
        self.assertEqual(self.luis.seen(), [])
        self.assertEqual(self.world.server.lobby.head, 0)

    def test_an_http_request_is_refused_and_nothing_of_it_is_said(self) -> None:
        self.refused(self.world.person(), self.HTTP, WRONG_PROTOCOL.encode() + b"\r\n")

    def test_also_when_it_comes_byte_by_byte(self) -> None:
        ana = self.world.person()
        for byte in self.HTTP:
            ana.send(bytes([byte]))
        self.world.settle()
        self.assertEqual(ana.bytes_seen(), WRONG_PROTOCOL.encode() + b"\r\n")

    def test_also_behind_blank_lines(self) -> None:
        self.refused(
            self.world.person(), b"\r\n \t\r\n" + self.HTTP, WRONG_PROTOCOL.encode() + b"\r\n"
        )

    def test_also_when_its_first_line_is_too_long(self) -> None:
        self.refused(self.world.person(), self.LONG, WRONG_PROTOCOL.encode() + b"\r\n")

    def test_irc_greetings_are_refused(self) -> None:
        for greeting in b"CAP LS 302\n", b"PASS x\n", b"NICK ana\n", b"USER a 0 * :a\n":
            with self.subTest(greeting=greeting):
                self.refused(self.world.person(), greeting, WRONG_PROTOCOL.encode() + b"\n")

    def test_irc_clients_are_told_where_to_connect(self) -> None:
        person = self.world.person()
        person.factory.irc_port = 6667
        told = EN.error(ErrorKind.WRONG_PROTOCOL, "irc_is_elsewhere", port=6667)
        self.refused(person, b"NICK ana\n", f"{told}\n".encode())

    def test_an_http_request_is_refused_on_a_bare_port_too(self) -> None:
        self.refused(self.world.program(), self.HTTP, b"ERR Wrong protocol\n")

    def test_also_there_when_its_first_line_is_too_long(self) -> None:
        self.refused(self.world.program(), self.LONG, b"ERR Wrong protocol\n")

    def test_a_tls_handshake_is_refused_and_nothing_of_it_is_said(self) -> None:
        self.refused(self.world.person(), self.TLS, WRONG_PROTOCOL.encode() + b"\n")

    def test_also_on_a_bare_port(self) -> None:
        self.refused(self.world.program(), self.TLS, b"ERR Wrong protocol\n")

    BINARY = {
        "smb": b"\0\0\0\x54\xffSMBr\0\0\0\0\x08\x01\xc8\n",
        "smb 2": b"\0\0\0\x80\xfeSMB@\0\n",
        "rdp": b"\x03\0\0\x2b\x26\xe0\0\0\0\0\0Cookie: mstshash=hello\r\n",
        "tls 2": b"\x80\x2e\x01\x03\x01\n",
        "a record of tls": b"\x17\x03\x03\0\x90\xe9\n",
        "stun": b"\0\1\0\x08!\x12\xa4B\n",
        "ssh keys": b"\0\0\x03\x14\x08\x14\xd3\xd5\n",
        "java": b"\xac\xed\0\x05\n",
        "latin-1": b"ma\xf1ana\n",
        "a stray iac": b"a\xffb\n",
        "too long": b"\xa4" + b"x" * 200_000 + b"\n",
        "behind blank lines": b"\n \n\xa4\n",
    }

    def test_a_first_line_that_is_not_utf_8_ends_the_connection(self) -> None:
        for protocol, line in self.BINARY.items():
            with self.subTest(protocol=protocol):
                end = b"\r\n" if line.endswith(b"\r\n") else b"\n"
                data = line + b"from a page\n/nick eve\n"
                self.refused(self.world.person(), data, FIRST_NOT_UTF8.encode() + end)

    def test_also_when_it_comes_in_pieces(self) -> None:
        for protocol, line in self.BINARY.items():
            with self.subTest(protocol=protocol):
                ana = self.world.person()
                ana.bytes_seen()
                for place in range(0, len(line), 7):
                    ana.send(line[place : place + 7])
                ana.send(b"from a page\n")
                self.world.settle()
                self.assertTrue(ana.closed)
                self.assertEqual(self.world.server.lobby.head, 0)

    def test_a_long_first_line_may_be_cut_in_the_middle_of_a_character(self) -> None:
        for before in range(4):
            with self.subTest(before=before):
                ana = self.world.person()
                ana.send(b"x" * before + "ñ€😀".encode() * 30_000 + b"\nnext\n")
                self.world.settle()
                self.assertFalse(ana.closed)
                self.assertEqual(self.luis.seen(), [f"<{ana.session.name}> next"])

    def test_telnet_before_the_first_line_is_not_in_it(self) -> None:
        ana = self.world.person()
        ana.send(b"\xff\xfd\x01\xff\xfb\x18hola\n")
        self.world.settle()
        self.assertEqual(self.luis.seen(), ["<guest2> hola"])

    def test_on_a_bare_port_such_a_line_is_answered_as_any_other(self) -> None:
        program = self.world.program()
        program.send(b"\xff\xfe\nhola\n")
        self.world.settle()
        self.assertEqual(program.bytes_seen(), b"ERR Invalid message\nhola\n")

    def test_a_first_line_that_only_speaks_of_http_is_text(self) -> None:
        for line in "upgrade to HTTP/2", "we now speak HTTP/1.1":
            with self.subTest(line=line):
                ana = self.world.person()
                ana.type(line)
                self.assertEqual(ana.seen(), [f"<{ana.session.name}> {line}"])

    def test_a_later_line_that_looks_like_one_is_text(self) -> None:
        ana = self.world.person()
        ana.type("look:", "GET / HTTP/1.1", "NICK ana")
        self.assertEqual(
            self.luis.seen(), ["<guest2> look:", "<guest2> GET / HTTP/1.1", "<guest2> NICK ana"]
        )


class HalfCloseTests(SynchronousTestCase):
    def test_a_last_line_without_its_end_is_said(self) -> None:
        world = World()
        luis, ana = world.person(), world.person()
        ana.send(b"hola")
        ana.half_close()
        self.assertEqual(luis.seen(), ["<guest2> hola"])

    def test_the_receipt_is_sent_and_then_the_connection_is_closed(self) -> None:
        world = World(slow=True)
        ana = world.person()
        ana.send(b"hola\n/who\n")
        ana.half_close()
        self.assertFalse(ana.closed, "a half-closed connection was closed before the receipt")
        world.release()
        self.assertEqual(
            ana.seen(), ["<guest1> hola", EN.notice("people_in", room="lobby", people="1 guest")]
        )
        self.assertTrue(ana.closed)

    def test_who_sent_nothing_is_closed_at_once(self) -> None:
        ana = World().person()
        ana.half_close()
        self.assertTrue(ana.closed)

    def test_the_room_is_sent_up_to_ones_own_last_line(self) -> None:
        world = World(slow=True)
        luis, ana = world.person(), world.person()
        luis.send(b"before\n")
        ana.send(b"mine\n")
        world.settle()
        ana.half_close()
        luis.type("after")
        world.store.release()
        self.assertTrue(ana.closed)
        world.release()
        self.assertEqual(ana.seen(), ["<guest1> before", "<guest2> mine"])

    def test_a_wait_for_answers_to_be_taken_is_waited_out(self) -> None:
        world = World()
        ana = world.person()
        ana.stop_taking()
        ana.send(b"/help\n" * 1000)
        ana.half_close()
        self.assertFalse(ana.closed, "a half-closed connection was closed before its answers")
        while not ana.closed:
            ana.take_again()
        self.assertEqual(len(ana.seen()), 1000 * HELP_LINES)

    def test_an_error_is_an_answer_too(self) -> None:
        ana = World().person()
        ana.type("first")
        ana.seen()
        ana.send(b"\xc3")
        ana.half_close()
        self.assertEqual(ana.seen(), [NOT_UTF8])


class PausingTests(SynchronousTestCase):
    """The waiting input is bounded: beyond that, a client is not read from."""

    def test_so_many_unpublished_lines_pause_a_client_until_they_are_published(self) -> None:
        world = World(slow=True)
        ana = world.person()
        ana.send(b"x\n" * (UNPUBLISHED_LINES - 1))
        self.assertFalse(ana.paused)
        ana.send(b"x\n")
        self.assertTrue(ana.paused, "a client with too many unpublished lines is still read")
        world.settle()
        world.store.release()
        self.assertFalse(ana.paused, "its lines are published, and it is not read again")

    def test_what_was_read_with_them_is_said_later_and_in_order(self) -> None:
        world = World(slow=True)
        ana = world.person()
        ana.send(b"".join(b"%d\n" % number for number in range(1000)))
        self.assertTrue(ana.paused)
        world.settle()
        self.assertEqual(
            sum(len(draft.texts) for draft in world.store.held[0][0]), UNPUBLISHED_LINES
        )
        world.release()
        self.assertEqual(ana.seen(), [f"<guest1> {number}" for number in range(1000)])
        self.assertFalse(ana.paused)

    def test_what_may_not_be_handled_yet_is_not_cut_into_lines_either(self) -> None:
        """As lines it would weigh twenty times what was read."""
        cut: list[bytes] = []
        feed = Framer.feed

        def spy(framer: Framer, data: bytes) -> list[bytes]:
            lines = feed(framer, data)
            cut.extend(lines)
            return lines

        self.patch(Framer, "feed", spy)
        world = World(slow=True)
        ana = world.person()
        ana.send(b"x\n" * 60_000)
        self.assertTrue(ana.paused)
        self.assertLessEqual(len(cut), UNPUBLISHED_LINES + PIECE_BYTES // 2)
        world.release()
        self.assertEqual(len(ana.seen()), 60_000)

    def test_the_others_go_on(self) -> None:
        world = World(slow=True)
        ana, luis = world.person(), world.person()
        ana.type(*["x"] * 1000)
        self.assertFalse(luis.paused)

    def test_a_command_that_waits_pauses_its_client(self) -> None:
        world = World(slow=True)
        ana = world.person()
        ana.type("x", "/who")
        self.assertTrue(ana.paused)
        world.release()
        self.assertFalse(ana.paused)

    def test_who_does_not_take_its_answers_is_not_read_from_until_it_does(self) -> None:
        world = World()
        ana = world.person()
        ana.stop_taking()
        asked = 0
        while not ana.paused:
            ana.type("/help")
            asked += 1
            self.assertLess(asked, ANSWER_BYTES, "a client that takes no answers is still read")
        ana.type("/who")
        self.assertEqual(ana.seen(), [])
        ana.take_again()
        self.assertFalse(ana.paused)
        self.assertEqual(len(ana.seen()), asked * HELP_LINES + 1)

    def test_a_full_store_pauses_whoever_sends_until_it_has_room(self) -> None:
        world = World(slow=True)
        luis = world.person()
        self.fill(world)
        luis.send(b"hola\n")
        self.assertTrue(luis.paused)
        world.release()
        self.assertFalse(luis.paused)
        self.assertEqual(luis.seen()[-1], "<guest1> hola")

    def test_one_who_is_cut_off_while_the_store_is_full_is_forgotten(self) -> None:
        world = World(slow=True)
        luis = world.person()
        self.fill(world)
        luis.send(b"hola\n")
        luis.hang_up(ConnectionAborted)
        world.release()
        self.assertEqual(world.server.lobby.head, 1)

    def fill(self, world: World) -> None:
        world.server.lobby.append(Draft("lobby", 0, "x", Kind.MESSAGE, ["x" * WAITING_BYTES]))
        self.assertTrue(world.store.full)

    def test_those_who_send_without_end_share_what_may_wait(self) -> None:
        world = World(slow=True)
        greedy = [world.person() for _ in range(10)]
        for _ in range(3):
            for person in greedy:
                person.send(b"x\n" * 100)
            world.settle()
        waiting = sum(len(draft.texts) for batch, _ in world.store.held for draft in batch)
        self.assertLess(waiting, 2 * ALL_UNPUBLISHED_LINES)
        world.release()
        self.assertEqual(world.server.lobby.head, 3000)

    def test_those_whose_text_is_escaped_share_it_by_its_length_then(self) -> None:
        world = World(slow=True)
        greedy = [world.person() for _ in range(10)]
        line = "\x1b" * 4000
        for person in greedy:
            person.send(f"{line}\n".encode() * 30)
        world.settle()
        waiting = [text for batch, _ in world.store.held for each in batch for text in each.texts]
        self.assertGreaterEqual(len(waiting), len(greedy))
        most = 2 * WORK_A_LINE * ALL_UNPUBLISHED_LINES + len(greedy) * 10 * len(line)
        self.assertLess(10 * len("".join(waiting)), most)
        world.release()
        self.assertEqual(world.server.lobby.head, 300)

    def test_and_leave_room_for_everybody_else(self) -> None:
        world = World(slow=True)
        for _ in range(100):
            world.person().send(b"x\n" * 300)
        luis = world.person()
        luis.send(b"hola\n" * SOME_UNPUBLISHED_LINES)
        self.assertEqual(luis.protocol.session.queue.unpublished, SOME_UNPUBLISHED_LINES)


class FairnessTests(SynchronousTestCase):
    """No client's lines keep the others waiting."""

    def answers_a_turn(self, line: bytes, lines_an_answer: int) -> int:
        """Return how many of 2000 lines are answered before other clients are read."""
        world = World()
        ana = world.person()
        ana.send(line * 2000)
        self.assertEqual(ana.seen(), [])
        ana.protocol.connection.reader.take_turn(TURN_SECONDS)
        handled = len(ana.seen()) // lines_an_answer
        world.settle()
        self.assertEqual(len(ana.seen()) // lines_an_answer, 2000 - handled)
        return handled

    def test_only_so_many_lines_of_one_client_are_handled_a_turn(self) -> None:
        self.assertEqual(self.answers_a_turn(b"/who\n", 1), ITEMS_A_TURN)

    def test_what_is_short_is_handled_at_once(self) -> None:
        ana = World().person()
        ana.send(b"/who\n")
        self.assertEqual(ana.seen(), [EN.notice("people_in", room="lobby", people="1 guest")])

    def test_what_is_long_waits_for_a_turn_also_when_its_client_has_nothing_more_to_send(
        self,
    ) -> None:
        world = World()
        luis, ana = world.person(), world.person()
        text = "x" * SMALL_BYTES
        ana.send(text.encode())
        ana.protocol.readConnectionLost()
        self.assertEqual(luis.seen(), [])
        world.settle()
        self.assertEqual(luis.seen(), [f"<guest2> {text}"])

    def test_a_turn_is_over_too_when_it_has_taken_its_time(self) -> None:
        world = World()
        ana = world.person()
        times = itertools.count()
        # Whoever asks this clock for the time finds that a quarter of a turn has passed.
        self.patch(world.clock, "seconds", lambda: next(times) * TURN_SECONDS / 4)
        ana.send(b"/who\n" * 100)
        self.assertLessEqual(1, len(handled := ana.seen()))
        self.assertLessEqual(len(handled), 5)
        world.settle()
        self.assertEqual(len(handled + ana.seen()), 100)

    def test_even_if_one_line_takes_longer_than_a_turn_each_turn_handles_one(self) -> None:
        world = World()
        ana = world.person()
        times = itertools.count()
        self.patch(world.clock, "seconds", lambda: next(times) * TURN_SECONDS * 2)
        ana.send(b"/who\n" * 3)
        self.assertEqual(len(ana.seen()), 1)
        world.settle()
        self.assertEqual(len(ana.seen()), 2)

    def test_blank_lines_on_a_chat_port_do_not_count(self) -> None:
        ana = World().person()
        ana.send(b"\n" * (2 * ITEMS_A_TURN) + b"\r\n/who\n")
        ana.protocol.connection.reader.take_turn(TURN_SECONDS)
        self.assertEqual(ana.seen(), [EN.notice("people_in", room="lobby", people="1 guest")])

    def test_also_when_their_answers_are_long_and_are_taken_at_once(self) -> None:
        self.assertLessEqual(self.answers_a_turn(b"/help\n", HELP_LINES), ITEMS_A_TURN)

    def test_also_when_the_client_begins_to_take_them(self) -> None:
        world = World()
        ana = world.person()
        ana.stop_taking()
        ana.send(b"/help\n" * 2000)
        ana.seen()
        ana.transport.producer.resumeProducing()
        self.assertLessEqual(len(ana.seen()) // HELP_LINES, 2 * ITEMS_A_TURN)
        world.settle()

    def test_a_pause_for_the_others_is_no_end(self) -> None:
        world = World()
        ana = world.person()
        ana.send(b"/who\n" * (ITEMS_A_TURN + 1))
        self.assertTrue(ana.paused)
        world.settle()
        self.assertFalse(ana.paused)

    def test_who_hangs_up_between_two_turns_is_not_heard_again(self) -> None:
        world = World()
        ana = world.person()
        ana.send(b"/who\n" * (2 * ITEMS_A_TURN))
        ana.protocol.connection.reader.take_turn(TURN_SECONDS)
        ana.hang_up()
        self.assertEqual(len(ana.seen()), ITEMS_A_TURN)


class BrokenHandlerTests(SynchronousTestCase):
    """A bug costs the client that meets it an error, and no other client anything."""

    SERVER_ERROR = EN.error(ErrorKind.SERVER_ERROR, "server_error")

    def setUp(self) -> None:
        self.world = World()
        self.ana = self.world.person()
        self.luis = self.world.person()

    def add(self, handler: object) -> None:
        commands = {
            **dispatch.COMMANDS,
            "boom": replace(dispatch.COMMANDS["nick"], handler=handler),
        }  # type: ignore[arg-type]
        self.patch(dispatch, "COMMANDS", commands)

    def check(self, *lines: str) -> None:
        self.ana.type(*lines, "/who")
        self.assertEqual(
            self.ana.seen()[-2:],
            [self.SERVER_ERROR, EN.notice("people_in", room="lobby", people="2 guests")],
        )
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
        self.luis.type("hola")
        self.assertEqual(self.luis.seen()[-1], "<guest2> hola")
        self.assertEqual(self.ana.seen(), ["<guest2> hola"])

    def test_in_a_command(self) -> None:
        def boom(*_: object) -> None:
            raise ZeroDivisionError

        self.add(boom)
        self.check("/boom")

    def test_in_a_command_that_waits_for_what_was_said(self) -> None:
        def boom(*_: object) -> None:
            raise ZeroDivisionError

        self.add(boom)
        self.check("x", "/boom")

    def test_in_a_command_that_waits_for_the_store(self) -> None:
        async def boom(*_: object) -> None:
            raise ZeroDivisionError

        self.add(boom)
        self.check("/boom")

    def test_in_the_handling_of_a_line(self) -> None:
        say = Session.say

        def broken(session: Session, *texts: str) -> None:
            if "boom" in texts:
                raise ZeroDivisionError
            say(session, *texts)

        self.patch(Session, "say", broken)
        self.check("boom")


class AnyBytesTests(SynchronousTestCase):
    """No bytes, cut into any pieces, harm a screen."""

    @settings(max_examples=50)
    @given(st.lists(st.binary(max_size=40), max_size=20))
    def test_junk_harms_nobody(self, pieces: list[bytes]) -> None:
        world = World()
        luis, reader = world.person(), world.program()
        person, program = world.person(), world.program()
        for client in person, program:
            for piece in pieces:
                client.send(piece)
            client.half_close()
        for seen in luis.bytes_seen(), reader.bytes_seen():
            self.assertNotRegex(seen.decode(), "[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class SpeedTests(SynchronousTestCase):
    """A flood is slowed down by not reading it; nothing of it is lost."""

    def setUp(self) -> None:
        self.world = World(limits=Limits(lines_per_second=10))
        self.luis = self.world.person()
        self.ana = self.world.person()
        self.burst = int(10 * BURST_SECONDS)

    def heard(self, seconds: float = 0) -> list[str]:
        """Return the lines that luis sees in that time."""
        for _ in range(int(seconds * 10)):
            self.world.clock.advance(0.1)
            self.world.settle()
        return [line.rpartition(" ")[2] for line in self.luis.seen()]

    def flood(self, lines: int) -> list[str]:
        """Have ana say so many lines of about half a piece each."""
        texts = [f"{'x' * (PIECE_BYTES // 2 - 8)}{number:07}" for number in range(lines)]
        for text in texts:
            self.ana.send(text.encode() + b"\n")
        self.world.settle()
        return texts

    def test_a_burst_is_said_at_once(self) -> None:
        lines = [str(number) for number in range(self.burst - 1)]
        self.ana.type(*lines)
        self.assertEqual(self.heard(), lines)
        self.assertFalse(self.ana.paused)

    def test_what_is_beyond_it_is_said_later_in_order_and_whole(self) -> None:
        texts = self.flood(self.burst + 20)
        at_once = self.heard()
        self.assertLess(len(at_once), self.burst + 5)
        self.assertTrue(self.ana.paused)
        self.assertEqual(at_once + self.heard(5), texts)
        self.assertFalse(self.ana.paused)

    def test_so_is_it_when_the_client_has_gone(self) -> None:
        texts = self.flood(self.burst + 20)
        self.ana.hang_up()
        self.assertEqual(self.heard(5), texts)
        self.assertNotIn(self.ana.protocol, self.ana.factory.clients)

    def test_and_when_it_only_sends_no_more(self) -> None:
        texts = self.flood(self.burst + 20)
        self.ana.half_close()
        self.assertFalse(self.ana.closed)
        self.assertEqual(self.heard(5), texts)
        self.assertTrue(self.ana.closed)

    def test_blank_lines_count(self) -> None:
        self.ana.send(b"\n" * PIECE_BYTES)
        self.ana.send(b"hola\n")
        self.assertEqual(self.heard(), [])
        self.assertEqual(self.heard(PIECE_BYTES / 10), ["hola"])

    def test_bytes_count_also_without_lines(self) -> None:
        world = World(limits=Limits(bytes_per_second=1000))
        ana = world.person()
        for _ in range(2):
            ana.send(b"x" * PIECE_BYTES)
            world.settle()
        self.assertTrue(ana.paused)
        world.clock.pump([0.1] * 80)
        self.assertFalse(ana.paused)

    def test_one_who_is_too_fast_is_not_even_read(self) -> None:
        self.ana.type(*map(str, range(self.burst + 1)))
        self.assertTrue(self.ana.paused)
        self.assertEqual(len(self.heard(1)), self.burst + 1)
        self.assertFalse(self.ana.paused)

    def test_a_read_in_which_no_line_ends_counts_for_several(self) -> None:
        reads = self.burst // UNENDED_LINES + 2
        for _ in range(reads):
            self.ana.send(b"x")
        self.assertTrue(self.ana.paused)
        self.ana.send(b"\n")
        self.assertEqual(self.heard(2), ["x" * reads])

    def test_what_takes_long_counts_for_several(self) -> None:
        def take_long(*_: object) -> None:
            self.world.clock.rightNow += 10 * LINE_SECONDS

        self.patch(dispatch, "run", take_long)
        self.ana.send(b"/who\n" * 3)
        self.ana.send(b"hola\n")
        self.assertEqual(self.heard(), [])
        self.assertEqual(self.heard(1), ["hola"])

    def test_a_command_that_reads_the_store_counts_for_several(self) -> None:
        self.ana.type("/history")
        self.ana.send(b"hola\n")
        self.assertEqual(self.heard(), [])
        self.assertEqual(self.heard(READING_COST / 10), ["hola"])

    def test_lines_behind_such_commands_wait_also_when_they_came_together(self) -> None:
        self.ana.send(b"/history\nhola\n")
        self.assertEqual(self.heard(1), [])
        self.assertEqual(self.heard(READING_COST / 10), ["hola"])

    def test_telnet_counts_as_text_does(self) -> None:
        world = World(limits=Limits(bytes_per_second=1000))
        ana = world.person()
        for _ in range(8):
            ana.send(b"\xff\xf1" * 256)
        self.assertTrue(ana.paused)

    def test_nobody_else_is_slowed_down(self) -> None:
        self.flood(self.burst + 20)
        self.luis.seen()
        self.luis.type("hola")
        self.assertEqual(self.heard(), ["hola"])

    def test_one_who_is_cut_off_meanwhile_leaves_nothing_behind(self) -> None:
        self.flood(self.burst + 20)
        self.ana.hang_up(ConnectionAborted)
        self.assertEqual(self.world.delayed_calls(), [])


class LineTimeTests(SynchronousTestCase):
    """A line that never ends is dropped."""

    def setUp(self) -> None:
        self.world = World(limits=Limits(line_seconds=60))
        self.luis = self.world.person()
        self.ana = self.world.person()

    def wait(self, seconds: float) -> None:
        self.world.clock.advance(seconds)
        self.world.chat.check()

    def test_its_client_is_told_and_stays(self) -> None:
        self.ana.send(b"half a li")
        self.wait(61)
        self.assertEqual(
            self.ana.seen(),
            [EN.error(ErrorKind.INVALID_MESSAGE, "line_took_too_long", limit=60)],
        )
        self.ana.type("ne", "hola")
        self.assertEqual(self.luis.seen(), ["<guest2> hola"])

    def test_until_then_it_may_come_in_pieces(self) -> None:
        for piece in (b"half", b" a", b" line"):
            self.ana.send(piece)
            self.wait(20)
        self.ana.type("")
        self.assertEqual(self.luis.seen(), ["<guest2> half a line"])

    def test_the_time_begins_with_the_line(self) -> None:
        self.wait(1000)
        self.ana.send(b"hola\nhalf")
        self.wait(59)
        self.ana.type(" a line")
        self.assertEqual(self.luis.seen(), ["<guest2> hola", "<guest2> half a line"])

    def test_one_who_says_nothing_may_do_so_for_ever(self) -> None:
        self.wait(100_000)
        self.assertEqual(self.ana.seen(), [])

    def test_with_no_limit_a_line_may_take_for_ever(self) -> None:
        world = World()
        ana = world.person()
        ana.send(b"half")
        world.clock.advance(100_000)
        world.chat.check()
        ana.type(" a line")
        self.assertEqual(ana.seen(), ["<guest1> half a line"])


class HandshakeTests(SynchronousTestCase):
    """Over TLS no client is there until the handshake is complete."""

    def setUp(self) -> None:
        self.world = World()
        self.transport = StringTransport()
        directlyProvides(self.transport, ISSLTransport)
        self.aborted = False
        self.transport.abortConnection = self.abort  # type: ignore[method-assign]
        self.client = self.world.chat.buildProtocol(None)
        assert isinstance(self.client, ChatProtocol)
        self.client.makeConnection(self.transport)

    def abort(self) -> None:
        self.aborted = True

    def test_before_it_nobody_has_come(self) -> None:
        self.assertEqual(self.transport.value(), b"")
        self.assertEqual(self.world.server.lobby.people, 0)

    def test_after_it_somebody_is_welcomed(self) -> None:
        self.client.handshakeCompleted()
        self.assertIn(b"Welcome", self.transport.value())
        self.assertEqual(self.world.server.lobby.people, 1)
        self.world.clock.advance(HANDSHAKE_SECONDS + 1)
        self.world.chat.check()
        self.assertFalse(self.aborted)

    def test_one_who_never_ends_it_is_cut_off(self) -> None:
        self.world.clock.advance(HANDSHAKE_SECONDS)
        self.world.chat.check()
        self.assertFalse(self.aborted)
        self.world.clock.advance(1)
        self.world.chat.check()
        self.assertTrue(self.aborted)

    def test_one_who_goes_before_it_was_never_there(self) -> None:
        luis = self.world.person()
        self.client.connectionLost(Failure(ConnectionLost()))
        self.assertEqual(luis.seen(), [])
        self.assertNotIn(self.client, self.world.chat.clients)

    def test_a_server_that_stops_does_not_wait_for_it(self) -> None:
        self.client.connection.stop_reading()
        self.client.connection.say_goodbye()
        self.assertTrue(self.transport.disconnecting)
        self.client.handshakeCompleted()
        self.assertEqual(self.world.server.lobby.people, 0)
