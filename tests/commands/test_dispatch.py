"""The slash commands: what each one does, what it says, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from chatd.chat import connected_sessions
from chatd.chat.membership import LASTING
from chatd.chat.room_index import ROOMS_LOOKED_AT
from chatd.chat.server import ChatServer
from chatd.commands import talking
from chatd.commands.dispatch import COMMANDS, TABLE, only_answers, parse, text_of
from chatd.errors import ErrorKind
from chatd.event import UNKNOWN, Draft, Kind
from chatd.i18n import Language, Moment
from chatd.rooms.inbox import INBOX_BYTES
from chatd.storage.contract import StoreError
from chatd.storage.memory import MemoryStore
from chatd.text.folding import fold
from chatd.text.times import local_time
from tests.support.loopback import LoopbackServer
from tests.support.sentences import EN, ES
from tests.support.world import Member, World

EPOCH = local_time(0)
SENTENCE_WRONG_NAME = EN.error(ErrorKind.INVALID_NAME, "invalid_name", name="{}")


SENTENCE_MIXED = EN.error(ErrorKind.INVALID_NAME, "mixed_scripts", name="{}")


class CommandTestCase(SynchronousTestCase):
    def setUp(self) -> None:
        self.world = World()
        self.ana = self.world.person("ana")
        self.luis = self.world.person("luis")
        self.ana.seen()

    def wrong_use(self, usage: str, *lines: str) -> None:
        """Each of these is answered with the usage and does nothing."""
        for line in lines:
            with self.subTest(line=line):
                word = line.split(" ")[0]
                (error,) = self.ana.ask(line)
                self.assertEqual(error, EN.wrong_use(word))
                self.assertIn(f" {usage} - ", error)
        self.assertEqual(self.luis.seen(), [])


class OnlyAnswersTests(SynchronousTestCase):
    def test_such_a_command_changes_nothing(self) -> None:
        found = {command.name for command in TABLE if command.only_answers}
        reading = {"rooms", "who", "help", "history", "since", "search", "mentions"}
        reading |= {"answers", "marks", "seen", "acks"}
        self.assertEqual(found, reading)
        self.assertTrue(only_answers("quien"))
        self.assertTrue(only_answers("nosuch"))
        self.assertFalse(only_answers("nick"))


class ParseTests(SynchronousTestCase):
    def test_a_command_is_a_slash_and_a_word_of_letters(self) -> None:
        self.assertEqual(parse("/join ops"), ("join", "ops"))
        self.assertEqual(parse("/who"), ("who", ""))
        self.assertEqual(parse("/Adiós"), ("adiós", ""))

    def test_the_rest_comes_with_the_spaces_around_it(self) -> None:
        self.assertEqual(parse("/msg   luis  a  b  "), ("msg", "  luis  a  b  "))

    def test_any_other_line_is_text(self) -> None:
        for line in "", "x", "/", "/ x", "//x", "/usr/bin/ld: x", "/x1", "/a_b", "/x\t", " /x":
            with self.subTest(line=line):
                self.assertIsNone(parse(line))

    def test_of_two_slashes_the_first_is_taken_off(self) -> None:
        self.assertEqual(text_of("//x"), "/x")
        self.assertEqual(text_of("/usr/bin"), "/usr/bin")


class TableTests(CommandTestCase):
    def test_no_name_is_given_twice(self) -> None:
        self.assertEqual(len(COMMANDS), sum(len(command.names) for command in TABLE))

    def test_every_name_is_lower_case(self) -> None:
        for name in COMMANDS:
            self.assertEqual(name, name.lower())

    def test_all_of_its_names_call_a_command(self) -> None:
        for command in TABLE:
            answers = [World().person(greeted=True) for _ in command.names]
            for person, name in zip(answers, command.names, strict=True):
                person.seen()
                person.type(f"/{name} \x1b x y")
            seen = {
                "\n".join(person.seen()).replace(f"/{name} is used", "/X is used")
                for person, name in zip(answers, command.names, strict=True)
            }
            self.assertEqual(len(seen), 1, seen)

    def test_there_is_a_spanish_name_for_every_command(self) -> None:
        for command in TABLE:
            self.assertIs(COMMANDS[command.spanish.name], command)

    def test_the_old_spanish_names_are_aliases(self) -> None:
        for old, name in ("ficha", "token"), ("gancho", "hook"), ("terminar", "logout"):
            self.assertEqual(COMMANDS[old].name, name)


class NickTests(CommandTestCase):
    def refused(self, name: str, error: str) -> None:
        guest = self.world.person()
        self.luis.seen()
        self.assertEqual(guest.ask(f"/nick {name}"), [error])
        self.assertEqual(self.luis.seen(), [])

    def test_one_is_told_and_the_others_are(self) -> None:
        guest = self.world.person()
        self.assertEqual(guest.ask("/nick José"), [EN.notice("you_are", name="José")])
        self.assertEqual(self.luis.seen(), [EN.notice("renamed", name="guest3", new_name="José")])

    def test_a_name_can_be_changed_and_the_old_one_is_free(self) -> None:
        self.assertEqual(self.ana.ask("/nick eva"), [EN.notice("you_are", name="eva")])
        self.assertEqual(self.luis.seen(), [EN.notice("renamed", name="ana", new_name="eva")])
        guest = self.world.person()
        self.assertEqual(guest.ask("/nick ana"), [EN.notice("you_are", name="ana")])

    def test_ones_own_name_in_another_case_is_a_change(self) -> None:
        self.assertEqual(self.ana.ask("/nick ANA"), [EN.notice("you_are", name="ANA")])

    def test_the_name_one_has_is_no_change(self) -> None:
        self.assertEqual(self.ana.ask("/nick ana"), [EN.notice("you_are_already", name="ana")])
        self.assertEqual(self.luis.seen(), [])

    def test_a_name_in_use_is_refused_also_in_another_case(self) -> None:
        for name in "luis", "LUIS", "ｌｕｉｓ":
            with self.subTest(name=name):
                self.refused(name, EN.error(ErrorKind.NAME_IN_USE, "name_in_use", name=name))

    def test_a_name_in_use_is_refused_however_its_accents_are_written(self) -> None:
        self.world.person("José")
        self.luis.seen()
        self.refused("Jose\u0301", EN.error(ErrorKind.NAME_IN_USE, "name_in_use", name="José"))

    def test_a_look_alike_of_a_name_in_use_is_refused(self) -> None:
        self.world.person("аса")  # Cyrillic
        self.luis.seen()
        for name, other in ("aca", "аса"), ("Iuis", "luis"):
            with self.subTest(name=name):
                self.refused(
                    name,
                    EN.error(ErrorKind.NAME_IN_USE, "looks_like_name", name=name, other=other),
                )

    def test_it_is_free_again_when_the_other_one_has_another_name_or_has_gone(self) -> None:
        guest = self.world.person()
        self.luis.ask("/nick lvan")
        self.luis.ask("/nick luis")
        self.assertEqual(guest.ask("/nick Ivan"), [EN.notice("you_are", name="Ivan")])
        guest.hang_up()
        self.assertEqual(self.ana.ask("/nick lvan"), [EN.notice("you_are", name="lvan")])

    def test_a_look_alike_of_ones_own_name_is_a_change(self) -> None:
        self.ana.ask("/nick lvan")
        self.assertEqual(self.ana.ask("/nick Ivan"), [EN.notice("you_are", name="Ivan")])
        self.assertEqual(self.ana.ask("/nick Iván"), [EN.notice("you_are", name="Iván")])

    def test_letters_of_two_alphabets_are_refused(self) -> None:
        for name in "luiѕ", "аlice", "日本dev":
            with self.subTest(name=name):
                self.refused(name, SENTENCE_MIXED.format(name))

    def test_look_alikes_of_the_servers_names_are_kept_too(self) -> None:
        for name in "guestl", "GuestI", "guest1O":
            with self.subTest(name=name):
                self.refused(
                    name,
                    EN.error(ErrorKind.INVALID_NAME, "reserved_name", name=name),
                )

    def test_a_name_is_put_in_nfc(self) -> None:
        self.assertEqual(
            self.ana.ask("/nick N\u0303andu\u0301"), [EN.notice("you_are", name="Ñandú")]
        )

    def test_the_servers_names_and_those_of_guests_are_kept(self) -> None:
        for name in "chatd", "Server", "PRIVATE", "guest1", "Guest99", "ｇuest7":
            with self.subTest(name=name):
                self.refused(
                    name,
                    EN.error(ErrorKind.INVALID_NAME, "reserved_name", name=name),
                )

    def test_what_cannot_be_a_name_is_refused(self) -> None:
        for name in "-a", ".a", "_a", "a b", "a!", "<a>", "x" * 33, "😀", "a\u200bb":
            with self.subTest(name=name):
                self.refused(name, SENTENCE_WRONG_NAME.format(name))

    def test_a_long_wrong_name_is_quoted_in_part(self) -> None:
        self.refused("x" * 1000, SENTENCE_WRONG_NAME.format("x" * 39 + "…"))

    def test_names_of_letters_digits_and_three_signs_are_welcome(self) -> None:
        for name in "José", "Ñandú", "0_a-b.c", "x" * 32, "名前", "Иван":
            with self.subTest(name=name):
                self.assertEqual(self.ana.ask(f"/nick {name}"), [EN.notice("you_are", name=name)])

    def test_who_has_gone_leaves_the_name_free(self) -> None:
        self.luis.hang_up()
        self.assertEqual(self.ana.ask("/nick luis"), [EN.notice("you_are", name="luis")])

    def test_wrong_use(self) -> None:
        self.wrong_use("/nick NAME", "/nick", "/name ", "/nombre")


class JoinTests(CommandTestCase):
    def test_one_is_told_who_is_there(self) -> None:
        self.luis.type("/join ops")
        self.world.person().type("/join ops")
        self.assertEqual(
            self.ana.ask("/join ops"),
            [
                EN.notice(
                    "joined_room", room="ops", here=EN.sentence("here", people="luis and 1 guest")
                )
            ],
        )

    def test_ten_names_are_listed_and_the_rest_counted(self) -> None:
        for number in range(11):
            self.world.person(f"p{number}").type("/join ops")
        names = ", ".join(f"p{number}" for number in range(10))
        self.assertEqual(
            self.ana.ask("/join ops"),
            [
                EN.notice(
                    "joined_room",
                    room="ops",
                    here=EN.sentence("here", people=f"{names} and 1 more"),
                )
            ],
        )

    def test_a_room_may_be_written_with_its_sign_and_in_any_case(self) -> None:
        self.ana.ask("/join Ops")
        for wanted in "#ops", "OPS":
            self.assertEqual(
                self.ana.ask(f"/j {wanted}"), [EN.notice("already_in_room", room="Ops")]
            )

    def test_joining_a_room_that_is_not_there_makes_it_and_says_so(self) -> None:
        self.assertEqual(
            self.ana.ask("/join kitchen"),
            [
                EN.notice("joined_new_room", room="kitchen"),
                EN.notice("nobody_runs_new_room", room="kitchen"),
            ],
        )

    def test_a_new_room_that_is_named_almost_like_another_one_is_asked_about(self) -> None:
        self.luis.type("/join ops", "hola")
        self.assertEqual(
            self.ana.ask("/join Opps"),
            [
                EN.notice("joined_new_room", room="Opps"),
                EN.notice("did_you_mean", room="ops"),
                EN.notice("nobody_runs_new_room", room="Opps"),
            ],
        )

    def test_a_look_alike_of_a_room_is_refused_and_the_room_is_named(self) -> None:
        self.luis.type("/join ops", "/join аса", "hola")
        self.ana.ask("hola")
        self.assertEqual(
            self.ana.ask("/join aca"),
            [(EN.error(ErrorKind.NAME_IN_USE, "looks_like_room", room="aca", other="аса"))],
        )
        self.assertEqual(self.ana.ask("/who #aca")[0][:11], "ERR No room")
        self.luis.type("/leave")
        self.luis.seen()
        self.assertEqual(self.ana.ask("/join lobbу"), [SENTENCE_MIXED.format("lobbу")])
        self.assertEqual(
            self.ana.ask("/join Iobby"),
            [(EN.error(ErrorKind.NAME_IN_USE, "looks_like_room", room="Iobby", other="lobby"))],
        )

    def test_the_look_alike_of_a_room_that_was_forgotten_may_be_made(self) -> None:
        self.ana.ask("/join аса", "/leave")
        self.assertEqual(self.ana.ask("/join aca")[0], EN.notice("joined_new_room", room="aca"))

    @pytest.mark.one_process("the test changes or holds objects of one process")
    def test_the_question_looks_at_a_bounded_number_of_rooms(self) -> None:
        for number in range(ROOMS_LOOKED_AT):
            self.ana.server.rooms._rooms[f"room{number}"] = self.ana.server.lobby
        self.luis.type("/join zebra", "hola")
        self.assertNotIn(EN.notice("did_you_mean", room="zebra"), self.ana.ask("/join zebre"))

    def test_the_last_lines_of_the_room_are_shown_with_their_times(self) -> None:
        self.luis.type("/join ops", "one", "two")
        self.assertEqual(
            self.ana.ask("/join ops")[1:], [f"[{EPOCH}] <luis> one", f"[{EPOCH}] <luis> two"]
        )

    def test_the_topic_is_shown(self) -> None:
        self.luis.type("/join ops", "/topic Release on Friday")
        self.assertEqual(
            self.ana.ask("/join ops"),
            [
                EN.notice("joined_room", room="ops", here=EN.sentence("here", people="luis")),
                EN.notice("topic", topic="Release on Friday"),
                f"[{EPOCH}] " + EN.notice("topic_set", name="luis", topic="Release on Friday"),
            ],
        )

    def test_from_then_on_one_hears_and_is_heard_there_alone(self) -> None:
        self.ana.ask("/join ops")
        self.luis.type("in the lobby")
        self.assertEqual(self.ana.ask("in ops"), ["<ana> in ops"])
        self.assertEqual(
            self.luis.seen(), [EN.notice("left_one", people="ana"), "<luis> in the lobby"]
        )

    def test_a_new_rooms_name_does_not_end_in_a_dot(self) -> None:
        self.ana.ask("hola")
        self.assertEqual(
            self.ana.ask("/join tea."),
            [EN.error(ErrorKind.INVALID_NAME, "ends_in_dot", name="tea.")],
        )

    def test_a_room_that_is_there_may(self) -> None:
        store = MemoryStore(self.world.clock)
        store.append(Draft("tea.", 1, "eva", Kind.MESSAGE, ["hola"]))
        self.world.settle()
        server = ChatServer(store, self.world.clock)
        found = server.rooms.find("#tea.", self.luis.session)
        self.assertIs(found, server.rooms["tea."])

    def test_names_of_the_server_are_free_for_rooms(self) -> None:
        for name in "admin", "server", "10.1.2.3":
            self.ana.ask(f"/join {name}")
            self.assertEqual(self.ana.session.room.name, name)

    def test_what_cannot_be_a_rooms_name_is_refused(self) -> None:
        self.ana.ask("hola")
        for name in "-a", "a b", "##a", "x" * 33:
            with self.subTest(name=name):
                (error,) = self.ana.ask(f"/join {name}")
                self.assertEqual(
                    error,
                    EN.error(ErrorKind.INVALID_NAME, "invalid_room", name=name),
                )

    def test_who_is_taken_out_of_the_room_by_it_is_told_so(self) -> None:
        self.ana.ask("/join builds")
        error = EN.error(ErrorKind.INVALID_NAME, "invalid_room", name="a/b")
        self.assertEqual(self.ana.ask("/join a/b"), [error, EN.notice("in_no_room_now")])
        error = EN.wrong_use("/join")
        self.assertEqual(self.luis.ask("/join"), [error, EN.notice("in_no_room_now")])

    def test_who_stays_in_the_room_or_is_in_none_already_is_told_the_reason_alone(self) -> None:
        error = EN.error(ErrorKind.INVALID_NAME, "invalid_room", name="a/b")
        self.luis.ask("hola")
        self.ana.ask("/join a/b")
        for one in self.ana, self.luis:
            self.assertEqual(one.ask("/join a/b"), [error])

    def test_wrong_use(self) -> None:
        self.ana.ask("something was said")
        self.luis.seen()
        self.wrong_use("/join ROOM", "/join", "/j", "/sala ")


class LeaveTests(CommandTestCase):
    def test_one_goes_back_to_the_lobby(self) -> None:
        for name in "leave", "part":
            self.ana.ask("/join ops")
            self.assertEqual(
                self.ana.ask(f"/{name}"),
                [EN.notice("joined_room", room="lobby", here=EN.sentence("here", people="luis"))],
            )

    def test_in_the_lobby_there_is_nowhere_to_go(self) -> None:
        self.assertEqual(self.ana.ask("/leave"), [EN.notice("already_in_room", room="lobby")])

    def test_a_lobby_of_another_name(self) -> None:
        world = World(lobby="Plaza")
        ana = world.person(greeted=True)
        self.assertIn("#Plaza", ana.seen()[0])
        ana.type("/join ops", "/leave")
        self.assertEqual(
            ana.seen()[-1], EN.notice("joined_room", room="Plaza", here=EN.sentence("nobody_else"))
        )

    def test_wrong_use(self) -> None:
        self.wrong_use("/leave", "/leave ops", "/part ops")


class RoomsTests(CommandTestCase):
    def test_rooms_are_listed_the_fullest_first(self) -> None:
        self.luis.type("/join ops", "hola", "/topic Friday")
        self.world.person().type("/join ops")
        self.assertEqual(
            self.ana.ask("/rooms"),
            [
                EN.notice("rooms", count=2),
                f"{EN.notice('room', room='ops', people=2, count=2)}"
                f" {EN.sentence('topic', topic='Friday')}",
                EN.notice("room", room="lobby", people=1, count=0),
            ],
        )

    def test_one_room(self) -> None:
        self.assertEqual(
            self.ana.ask("/list"),
            [EN.notice("rooms", count=1), EN.notice("room", room="lobby", people=2, count=0)],
        )

    def test_many_rooms_are_counted(self) -> None:
        self.patch(talking, "ROOMS_LISTED", 2)
        for number in range(3):
            self.ana.ask(f"/join r{number}", "x")
        lines = self.ana.ask("/rooms")
        self.assertEqual(
            (lines[0], lines[-1]),
            (EN.notice("rooms", count=4), EN.notice("more_rooms", count=2, next="lobby")),
        )
        self.assertEqual(len(lines), 4)

    def test_all_are_listed_by_name_from_one_on(self) -> None:
        self.patch(talking, "ROOMS_LISTED", 2)
        for number in range(3):
            self.ana.ask(f"/join r{number}", "x")
        lines = self.ana.ask("/rooms lobby")
        self.assertEqual(lines[0], EN.notice("rooms_from", start="lobby"))
        self.assertIn("#lobby", lines[1])
        self.assertIn("#r0", lines[2])
        self.assertEqual(lines[3:], [EN.notice("next_rooms", next="r1")])
        self.patch(talking, "ROOMS_LISTED", 3)
        self.assertEqual(self.ana.ask("/rooms lobby")[-1], EN.notice("next_rooms", next="r2"))
        lines = self.ana.ask("/rooms #R1")
        self.assertIn("#r2", lines[-1])
        self.assertEqual(self.ana.ask("/rooms s"), [EN.notice("no_rooms_from", start="s")])

    def test_a_long_topic_is_shown_in_part(self) -> None:
        self.ana.ask("/topic " + "x" * 100)
        topic = EN.sentence("topic", topic="x" * 39 + "…")
        self.assertTrue(self.ana.ask("/rooms")[1].endswith(topic))

    def test_a_topic_that_grows_when_it_is_escaped_is_cut_after_that(self) -> None:
        self.ana.ask("/topic a" + "\U000e0001" * 30 + "b")
        topic = EN.sentence("topic", topic=r"a\U000e0001\U000e0001\U000e0001…")
        self.assertTrue(self.ana.ask("/rooms")[1].endswith(topic))

    def test_a_room_in_which_nothing_was_said_is_not_kept(self) -> None:
        self.ana.ask("/join kitchen", "/leave")
        self.assertEqual(self.ana.ask("/rooms")[0], EN.notice("rooms", count=1))

    def test_a_room_in_which_something_was_said_is(self) -> None:
        self.ana.ask("/join kitchen", "hola", "/leave")
        self.assertEqual(
            self.ana.ask("/rooms")[-1], EN.notice("room", room="kitchen", people=0, count=1)
        )

    def test_wrong_use(self) -> None:
        self.wrong_use("/rooms [FROM]", "/rooms ops x", "/list x y")


class WhoTests(CommandTestCase):
    def test_who_is_in_this_room(self) -> None:
        self.world.person()
        for name in "who", "names", "w":
            self.assertEqual(
                self.ana.ask(f"/{name}"),
                [EN.notice("people_in", room="lobby", people="ana, luis and 1 guest")],
            )

    def test_who_is_in_another_room(self) -> None:
        self.luis.type("/join ops")
        for wanted in "ops", "#OPS":
            self.assertEqual(
                self.ana.ask(f"/who {wanted}"), [EN.notice("people_in", room="ops", people="luis")]
            )

    def test_nobody_is(self) -> None:
        self.luis.type("/join ops", "hola", "/leave")
        self.assertEqual(self.ana.ask("/who ops"), [EN.notice("nobody_in", room="ops")])

    def test_names_are_listed_as_far_as_there_is_room_for_them(self) -> None:
        self.patch(talking, "PEOPLE_LISTED", 1)
        self.assertEqual(
            self.ana.ask("/who"), [EN.notice("people_in", room="lobby", people="ana and 1 more")]
        )

    def test_an_unknown_room(self) -> None:
        self.assertEqual(
            self.ana.ask("/who #nowhere"),
            [(EN.error(ErrorKind.NO_ROOM, "unknown_room", room="nowhere"))],
        )

    def test_an_unknown_room_whose_name_is_like_that_of_another(self) -> None:
        self.luis.type("/join ops")
        self.assertEqual(
            self.ana.ask("/who opps"),
            [EN.error(ErrorKind.NO_ROOM, "unknown_room_near", room="opps", near="ops")],
        )

    def test_in_no_room(self) -> None:
        *_, error = self.ana.ask("/join !", "/who")
        self.assertEqual(
            error,
            (EN.error(ErrorKind.NO_ROOM, "in_no_room")),
        )


class MeTests(CommandTestCase):
    def test_everyone_sees_an_action(self) -> None:
        self.assertEqual(self.ana.ask("/me waves"), ["* ana waves"])
        self.assertEqual(self.luis.seen(), ["* ana waves"])

    def test_wrong_use(self) -> None:
        self.wrong_use("/me ACTION", "/me", "/me  ")


class MsgTests(CommandTestCase):
    def test_a_private_line_reaches_that_person_alone(self) -> None:
        eva = self.world.person("eva")
        self.luis.seen()
        self.assertEqual(
            self.ana.ask("/msg luis only for you"), ["(private to luis) <ana> only for you"]
        )
        self.assertEqual(self.luis.seen(), ["(private) <ana> only for you"])
        self.assertEqual(eva.seen(), [])

    def test_it_reaches_them_in_any_room(self) -> None:
        self.luis.type("/join ops")
        self.luis.seen()
        self.ana.ask("/msg LUIS hola")
        self.assertEqual(self.luis.seen(), ["(private) <ana> hola"])

    def test_a_guest_can_be_written_to(self) -> None:
        guest = self.world.person()
        self.ana.ask("/msg Guest3 hola")
        self.assertEqual(guest.seen(), ["(private) <ana> hola"])

    def test_a_guest_who_took_a_name_is_not_found_under_the_number(self) -> None:
        self.assertEqual(
            self.ana.ask("/msg guest2 hola"),
            [EN.error(ErrorKind.NOBODY, "nobody", name="guest2")],
        )

    def test_nobody_of_that_name(self) -> None:
        for name in "eva", "guest9", "guest", "guest999999999999999999", "guest٢":
            with self.subTest(name=name):
                self.assertEqual(
                    self.ana.ask(f"/msg {name} hola"),
                    [EN.error(ErrorKind.NOBODY, "nobody", name=name)],
                )

    def test_it_is_stored_nowhere(self) -> None:
        self.ana.ask("/msg luis hola")
        self.assertEqual(self.world.server.lobby.head, 0)

    @pytest.mark.one_process("the test stalls a transport, of which another process has its own")
    def test_when_the_inbox_is_full_the_sender_is_told(self) -> None:
        self.luis.stop_taking()
        line = f"/msg luis {'x' * 4000}"
        for _ in range(INBOX_BYTES // 4020):
            self.assertTrue(self.ana.ask(line)[0].startswith("(private to luis) "))
        # Luis may be at another node, which says so when it has the line.
        self.assertEqual(
            self.ana.ask(line)[-1], EN.error(ErrorKind.INBOX_FULL, "inbox_full", name="luis")
        )
        self.luis.take_again()
        self.assertEqual(len(self.luis.seen()), INBOX_BYTES // 4020)
        self.assertTrue(self.ana.ask(line)[0].startswith("(private to luis) "))

    def test_it_says_one_thing_in_another_room(self) -> None:
        self.luis.type("/join ops")
        self.luis.seen()
        self.assertEqual(
            self.ana.ask("/msg #ops deploy done"), [EN.notice("said_in_room", room="ops")]
        )
        self.assertEqual(self.luis.seen(), ["<ana> deploy done"])

    def test_its_receipt_comes_before_that_of_what_is_said_next(self) -> None:
        self.luis.type("/join side")
        self.ana.send(b"/msg #side y\nhola\n")
        self.world.settle()
        self.assertEqual(
            self.ana.seen()[-2:], [EN.notice("said_in_room", room="side"), "<ana> hola"]
        )

    def test_who_has_quit_is_not_there_although_the_connection_still_is(self) -> None:
        guest = self.world.person()
        for person, name in (self.luis, "luis"), (guest, "guest3"):
            with self.subTest(name=name):
                person.type("/quit")
                person.seen()
                self.assertEqual(
                    self.ana.ask(f"/msg {name} hola"),
                    [EN.error(ErrorKind.NOBODY, "nobody", name=name)],
                )
                self.assertEqual(person.seen(), [])

    def test_the_name_of_who_has_quit_is_free_although_the_connection_still_is(self) -> None:
        self.luis.type("/quit")
        self.assertEqual(self.ana.ask("/nick luis"), [EN.notice("you_are", name="luis")])
        self.luis.hang_up()
        eva = self.world.person("eva")
        eva.ask("/msg luis to oneself")
        self.assertIn("(private) <eva> to oneself", self.ana.seen())

    def test_a_name_of_thousands_of_marks_costs_no_folding(self) -> None:
        folded: list[int] = []

        def spy(name: str) -> str:
            folded.append(len(name))
            return fold(name[:100])

        self.patch(connected_sessions, "fold", spy)
        (error,) = self.ana.ask("/msg " + ("e" + "\u0316\u0301" * 15) * 100 + " hola")
        self.assertTrue(error.startswith("ERR Nobody: e"), error)
        self.assertLess(max(folded, default=0), 100)

    def test_in_the_own_room_it_is_a_line_like_any_other(self) -> None:
        self.assertEqual(self.ana.ask("/msg #lobby hola"), ["<ana> hola"])

    def test_in_a_room_that_is_not_there_it_is_refused(self) -> None:
        self.assertEqual(
            self.ana.ask("/msg #ops deploy done"),
            [(EN.error(ErrorKind.NO_ROOM, "unknown_room", room="ops"))],
        )
        self.assertEqual(self.ana.ask("/rooms")[0], EN.notice("rooms", count=1))

    def test_wrong_use(self) -> None:
        self.wrong_use("/msg NAME TEXT", "/msg", "/msg luis", "/msg luis  ", "/msg #lobby")


class TopicTests(CommandTestCase):
    def test_everyone_is_told_of_a_new_topic(self) -> None:
        self.assertEqual(
            self.ana.ask("/topic Release on Friday"),
            [EN.notice("topic_set", name="ana", topic="Release on Friday")],
        )
        self.assertEqual(
            self.luis.seen(), [EN.notice("topic_set", name="ana", topic="Release on Friday")]
        )

    def test_anyone_can_ask_for_it(self) -> None:
        self.luis.type("/topic Friday")
        self.assertEqual(
            self.ana.ask("/topic"),
            [
                EN.notice("topic", topic="Friday"),
                EN.notice("topic_set_by", name="luis", time=Moment(0)),
            ],
        )

    @pytest.mark.one_process("the test changes or holds objects of one process")
    def test_who_set_it_is_not_told_if_that_is_not_known(self) -> None:
        self.luis.type("/topic Friday")
        self.ana.server.lobby.topic_set = UNKNOWN
        self.assertEqual(self.ana.ask("/topic"), [EN.notice("topic", topic="Friday")])

    def test_there_is_none(self) -> None:
        self.assertEqual(self.ana.ask("/topic"), [EN.notice("no_topic", room="lobby")])

    def test_in_no_room(self) -> None:
        self.assertEqual(
            self.ana.ask("/join !", "/topic", "/topic x", "x")[2:],
            [
                (EN.error(ErrorKind.NO_ROOM, "in_no_room")),
                *[EN.error(ErrorKind.NO_ROOM, "not_said")] * 2,
            ],
        )


async def test_a_topic_survives_a_restart(tmp_path: Path) -> None:
    for expected in EN.notice("no_topic", room="lobby"), EN.notice("topic", topic="Friday"):
        loopback = LoopbackServer.on_file(tmp_path / "store")
        await loopback.listen()
        ana = await loopback.guest()
        ana.send("/topic", "/topic Friday")
        lines = await ana.until("set the topic: Friday")
        assert expected in lines
        await loopback.close()


class HistoryTests(CommandTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.luis.type(*map(str, range(30)))

    def test_the_last_20_lines_are_shown_with_their_times(self) -> None:
        self.assertEqual(
            self.ana.ask("/history"),
            [
                EN.notice("history", shown=20, count=30, room="lobby"),
                *(f"[{EPOCH}] <luis> {number}" for number in range(10, 30)),
            ],
        )

    def test_as_many_as_one_asks_for(self) -> None:
        self.assertEqual(
            self.ana.ask("/history 1"),
            [EN.notice("history", shown=1, count=30, room="lobby"), f"[{EPOCH}] <luis> 29"],
        )

    def test_never_more_than_there_are(self) -> None:
        lines = self.ana.ask("/history 999999999999999")
        self.assertEqual(
            (lines[0], len(lines)), (EN.notice("history", shown=30, count=30, room="lobby"), 31)
        )

    def test_all_kinds_of_lines_are_history(self) -> None:
        self.luis.type("/me waves", "/topic x")
        self.assertEqual(
            self.ana.ask("/history 2")[1:],
            [
                f"[{EPOCH}] * luis waves",
                f"[{EPOCH}] " + EN.notice("topic_set", name="luis", topic="x"),
            ],
        )

    def test_what_is_said_meanwhile_comes_behind_it(self) -> None:
        self.ana.seen()
        self.ana.send(b"/history 2\n")
        self.luis.send(b"meanwhile\n")
        self.world.settle()
        self.assertEqual(self.ana.seen()[-2:], [f"[{EPOCH}] <luis> 29", "<luis> meanwhile"])

    def test_there_is_none(self) -> None:
        self.assertEqual(
            self.ana.ask("/join ops", "/history")[2:], [EN.notice("no_history", room="ops")]
        )

    def test_wrong_use(self) -> None:
        self.luis.seen()
        self.wrong_use(
            "/history [N]", "/history x", "/history 0", "/history -1", "/history 1.5", "/history ٣"
        )


class SinceTests(CommandTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.luis.type("long ago")
        self.world.clock.advance(3600)
        self.luis.type("lately")
        self.world.clock.advance(60)
        self.luis.seen()

    def test_what_was_said_since_then_is_shown_with_its_time(self) -> None:
        self.assertEqual(
            self.ana.ask("/since 10m"),
            [
                EN.notice("since", shown=1, count=2, room="lobby", time=Moment(3060)),
                f"[{local_time(3600)}] <luis> lately",
            ],
        )

    def test_minutes_hours_and_days(self) -> None:
        for ago, shown in {"30s": 0, "1m": 1, "1H": 1, "2h": 2, "3d": 2, "1w": 2}.items():
            with self.subTest(ago=ago):
                lines = self.ana.ask(f"/since {ago}")
                heading = EN.notice("since", shown=shown, count=2, room="lobby", time=...)
                self.assertTrue(lines[0].startswith(heading))
                self.assertEqual(len(lines), 1 + shown)

    def test_nothing_was_said_at_all(self) -> None:
        self.assertEqual(
            self.ana.ask("/join ops", "/since 1h")[2:], [EN.notice("no_history", room="ops")]
        )

    def test_what_one_types_behind_it_is_answered_behind_it(self) -> None:
        waiting: list[Deferred[int]] = []

        async def seq_before(room: str, time: int) -> int:
            waiting.append(Deferred())
            return await waiting[-1]

        self.ana.server.store.seq_before = seq_before
        self.assertEqual(self.ana.ask("/since 1h", "/who"), [])
        waiting[0].callback(0)
        self.world.settle()
        self.assertEqual(
            self.ana.seen()[-1], EN.notice("people_in", room="lobby", people="ana and luis")
        )

    def test_a_log_that_cannot_be_read(self) -> None:
        async def seq_before(room: str, time: int) -> int:
            raise StoreError("no")

        self.ana.server.store.seq_before = seq_before
        self.assertEqual(
            self.ana.ask("/since 1h"),
            [EN.error(ErrorKind.NOT_READABLE, "not_readable", first=1, last=2)],
        )

    def test_one_who_goes_while_it_is_looked_up_is_forgotten(self) -> None:
        waiting: list[Deferred[int]] = []

        async def seq_before(room: str, time: int) -> int:
            waiting.append(Deferred())
            return await waiting[-1]

        self.ana.server.store.seq_before = seq_before
        self.ana.ask("/since 1h")
        self.ana.hang_up()
        waiting[0].callback(0)
        self.world.settle()
        self.assertEqual(self.ana.seen(), [])

    def test_wrong_use(self) -> None:
        self.wrong_use(
            "/since TIME",
            "/since",
            "/since 10",
            "/since m",
            "/since 1y",
            "/since -1h",
            "/since 1 h",
        )


class EchoTests(CommandTestCase):
    def test_off_leaves_out_ones_own_lines_and_nothing_else(self) -> None:
        self.assertEqual(
            self.ana.ask("/echo off"),
            [EN.notice("echo_off")],
        )
        self.ana.type("mine", "/me waves", b"\xff", "/who")
        self.luis.type("his")
        seen = self.ana.seen()
        self.assertEqual(seen[-1], "<luis> his")
        self.assertTrue(all("<ana>" not in line and "* ana" not in line for line in seen))
        self.assertEqual(self.luis.seen(), ["<ana> mine", "* ana waves", "<luis> his"])

    def test_off_does_not_take_back_what_was_said_before(self) -> None:
        self.assertEqual(self.ana.ask("mine", "/echo off")[0], "<ana> mine")

    def test_on_brings_them_back(self) -> None:
        self.assertEqual(
            self.ana.ask("/echo off", "/echo on", "mine")[1:],
            [EN.notice("echo_on"), "<ana> mine"],
        )

    def test_spanish_says_yes_and_no(self) -> None:
        self.assertEqual(self.ana.ask("/eco no", "/eco sí", "mine")[2:], ["<ana> mine"])
        self.assertEqual(len(self.ana.ask("/eco NO", "mine")), 1)
        self.assertEqual(self.ana.ask("/echo sí"), [EN.notice("echo_on")])

    def test_it_lasts_through_a_change_of_room(self) -> None:
        self.assertNotIn("<ana> mine", self.ana.ask("/echo off", "/join ops", "mine"))

    def test_history_shows_ones_own_lines_all_the_same(self) -> None:
        self.assertEqual(self.ana.ask("/echo off", "mine", "/history")[-1], f"[{EPOCH}] <ana> mine")

    def test_wrong_use(self) -> None:
        self.wrong_use("/echo on|off", "/echo", "/echo yes", "/echo on off")


class TimesTests(CommandTestCase):
    def test_on_puts_the_time_before_every_line_that_is_said(self) -> None:
        self.world.clock.advance(60)
        self.assertEqual(
            self.ana.ask("/times on", "hola"),
            [EN.notice("times_on"), f"[{local_time(60)}] <ana> hola"],
        )

    def test_off_takes_it_away(self) -> None:
        self.assertEqual(
            self.ana.ask("/times on", "/times off", "hola")[1:],
            [EN.notice("times_off"), "<ana> hola"],
        )

    def test_history_has_times_all_the_same(self) -> None:
        self.assertEqual(
            self.ana.ask("/times off", "hola", "/history")[-1], f"[{EPOCH}] <ana> hola"
        )

    def test_wrong_use(self) -> None:
        self.wrong_use("/times on|off", "/times", "/times maybe")


class LanguageTests(CommandTestCase):
    def test_it_changes_the_language_of_this_session_alone(self) -> None:
        self.assertEqual(
            self.ana.ask("/language es", "/foo", "/who"),
            [
                ES.notice("language"),
                ES.error(ErrorKind.UNKNOWN_COMMAND, "unknown_command", command="/foo"),
                ES.notice("people_in", room="lobby", people="ana y luis"),
            ],
        )
        self.assertEqual(
            self.luis.ask("/who"), [EN.notice("people_in", room="lobby", people="ana and luis")]
        )

    def test_notices_are_in_ones_own_language(self) -> None:
        self.ana.ask("/language es")
        self.luis.type("/nick Luis", "/topic x")
        self.assertEqual(
            self.ana.seen(),
            [
                ES.notice("renamed", name="luis", new_name="Luis"),
                ES.notice("topic_set", name="Luis", topic="x"),
            ],
        )

    def test_and_back(self) -> None:
        self.assertEqual(self.ana.ask("/idioma ES", "/idioma en")[1:], [EN.notice("language")])

    def test_wrong_use(self) -> None:
        self.wrong_use("/language en|es", "/language", "/language fr", "/language en es")

    def test_wrong_use_in_spanish_shows_the_spanish_usage(self) -> None:
        _, error, _ = self.ana.ask("/idioma es", "/sala")
        self.assertEqual(error, ES.wrong_use("/sala"))
        self.assertIn(" /sala SALA - ", error)


class TextTests(CommandTestCase):
    def test_wrong_use_changes_nothing(self) -> None:
        self.wrong_use("/text", "/text please")
        self.assertEqual(
            self.ana.ask("/who"), [EN.notice("people_in", room="lobby", people="ana and luis")]
        )


class JsonTests(CommandTestCase):
    def test_it_has_to_be_the_first_line(self) -> None:
        self.assertEqual(self.ana.ask("/json"), [EN.error(ErrorKind.NOT_ALLOWED, "json_first")])
        self.wrong_use("/json", "/json please")


class QuitTests(CommandTestCase):
    def test_one_is_told_goodbye_and_the_connection_closes(self) -> None:
        for name in "quit", "exit", "bye", "salir", "adios", "adiós":
            person = self.world.person()
            self.assertEqual(person.ask(f"/{name}"), [EN.notice("goodbye")])
            self.assertTrue(person.closed)

    def test_one_has_left_at_once(self) -> None:
        self.ana.ask("/quit")
        self.assertEqual(
            self.luis.ask("/who"), [EN.notice("people_in", room="lobby", people="luis")]
        )

    def test_whatever_stands_behind_it(self) -> None:
        self.assertEqual(self.ana.ask("/quit now"), [EN.notice("goodbye")])


class PresenceTests(SynchronousTestCase):
    """Guests come and go silently; a named person's presence is announced once it has lasted."""

    def setUp(self) -> None:
        self.world = World()
        self.luis = self.world.person("luis")
        self.wait(LASTING)
        self.luis.seen()

    def wait(self, seconds: float) -> None:
        self.world.wait(seconds)

    def quietly_named(self) -> Member:
        """Return a person who took a name in another room."""
        ana = self.world.person()
        ana.type("/join elsewhere", "/nick ana")
        return ana

    def test_a_guest_comes_stays_and_goes_silently(self) -> None:
        guest = self.world.person()
        self.wait(60)
        guest.hang_up()
        self.assertEqual(self.luis.seen(), [])

    def test_a_named_person_joined_after_five_seconds(self) -> None:
        self.quietly_named().type("/leave")
        self.wait(LASTING - 0.1)
        self.assertEqual(self.luis.seen(), [])
        self.wait(0.1)
        self.assertEqual(self.luis.seen(), [EN.notice("joined_one", people="ana")])

    def test_one_is_not_told_of_oneself(self) -> None:
        ana = self.quietly_named()
        ana.type("/leave")
        ana.seen()
        self.wait(LASTING)
        self.assertEqual(ana.seen(), [])

    def test_whose_presence_lasted_has_left(self) -> None:
        for leave in "/quit", "/join elsewhere":
            ana = self.quietly_named()
            ana.type("/leave")
            self.wait(LASTING)
            ana.type(leave)
            self.assertEqual(
                self.luis.seen(),
                [EN.notice("joined_one", people="ana"), EN.notice("left_one", people="ana")],
            )
            ana.hang_up()

    def test_who_hangs_up_has_left(self) -> None:
        ana = self.quietly_named()
        ana.type("/leave")
        self.wait(LASTING)
        ana.hang_up()
        self.assertEqual(
            self.luis.seen(),
            [EN.notice("joined_one", people="ana"), EN.notice("left_one", people="ana")],
        )

    def test_whose_presence_did_not_last_came_and_went_silently(self) -> None:
        ana = self.quietly_named()
        ana.type("/leave")
        self.wait(LASTING - 0.1)
        ana.hang_up()
        self.wait(60)
        self.assertEqual(self.luis.seen(), [])

    def test_renaming_is_announced_at_once_and_stands_for_joining(self) -> None:
        ana = self.world.person()
        ana.type("/nick ana")
        self.assertEqual(self.luis.seen(), [EN.notice("renamed", name="guest2", new_name="ana")])
        self.wait(60)
        ana.type("/nick eva")
        ana.hang_up()
        self.assertEqual(
            self.luis.seen(),
            [EN.notice("renamed", name="ana", new_name="eva"), EN.notice("left_one", people="eva")],
        )

    def test_a_new_name_does_not_begin_the_five_seconds_again(self) -> None:
        ana = self.quietly_named()
        ana.type("/leave")
        self.wait(LASTING - 1)
        ana.type("/nick eva")
        self.wait(1)
        ana.hang_up()
        self.assertEqual(
            self.luis.seen(),
            [EN.notice("renamed", name="ana", new_name="eva"), EN.notice("left_one", people="eva")],
        )

    def test_an_announcement_stands_among_the_lines_where_it_happened(self) -> None:
        world = World(slow=True)
        luis, ana = world.person("luis"), world.person("ana")
        world.release()
        world.clock.advance(LASTING)
        world.release()
        luis.seen()
        ana.type("bye", "/quit")
        luis.type("who was that?")
        world.release()
        self.assertEqual(
            luis.seen(), ["<ana> bye", "<luis> who was that?", EN.notice("left_one", people="ana")]
        )


class SpanishTests(SynchronousTestCase):
    def test_the_same_conversation_in_spanish(self) -> None:
        world = World(language=Language.SPANISH)
        luis = world.person("luis")
        ana = world.person()
        luis.seen()
        ana.type("hola", "/nombre ana")
        luis.type("hola ana, ¿qué tal?")
        ana.type("/yo saluda", "/mensaje luis solo para ti")
        luis.type("/mensaje ana vale")
        ana.type("/foo", "/sala cocina", "/volver", "/quien", "/salir")
        self.assertEqual(
            ana.seen(),
            [
                "<guest2> hola",
                ES.notice("you_are", name="ana"),
                "<luis> hola ana, ¿qué tal?",
                "* ana saluda",
                "(private to luis) <ana> solo para ti",
                "(private) <luis> vale",
                ES.error(ErrorKind.UNKNOWN_COMMAND, "unknown_command", command="/foo"),
                ES.notice("joined_new_room", room="cocina"),
                ES.notice("nobody_runs_new_room", room="cocina"),
                ES.notice("joined_room", room="lobby", here=ES.sentence("here", people="luis")),
                f"[{EPOCH}] <guest2> hola",
                f"[{EPOCH}] <luis> hola ana, ¿qué tal?",
                f"[{EPOCH}] * ana saluda",
                ES.notice("people_in", room="lobby", people="luis y ana"),
                ES.notice("goodbye"),
            ],
        )
