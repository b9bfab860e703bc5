"""`chatd.chat.server` and its parts: all that concerns more than one session."""

from __future__ import annotations

from collections.abc import Sequence

from twisted.internet.error import ConnectionAborted
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from chatd.chat.membership import LASTING
from chatd.chat.subscriptions import Subscriptions
from chatd.errors import ErrorKind, short
from chatd.event import Draft, Kind, Origin
from chatd.storage.contract import RoomRecord
from chatd.storage.group_commit import WAITING_BYTES
from chatd.storage.memory import MemoryStore
from tests.support.sentences import EN
from tests.support.world import Member, World


class RecordedStore(MemoryStore):
    """A store that was opened with some rooms in it."""

    def __init__(self, clock: Clock, recorded: Sequence[RoomRecord]) -> None:
        super().__init__(clock)
        self._recorded = recorded

    def rooms(self) -> Sequence[RoomRecord]:
        return self._recorded


def restarted(*records: RoomRecord, lobby: str = "lobby") -> World:
    """Return a world with a store that was written in an earlier run."""
    clock = Clock()
    return World(clock=clock, store=RecordedStore(clock, records), lobby=lobby)


class RestartTests(SynchronousTestCase):
    def test_numbers_of_guests_who_said_something_are_not_used_again(self) -> None:
        world = restarted(RoomRecord("lobby", 9, "", 7), RoomRecord("ops", 2, "", 12))
        self.assertEqual(world.person().session.name, "guest13")

    def test_rooms_and_their_topics_are_there_again(self) -> None:
        world = restarted(RoomRecord("Ops", 2, "Friday", 1))
        ana = world.person()
        ana.type("/join ops", "/rooms")
        self.assertIn(EN.notice("topic", topic="Friday"), ana.seen())

    def test_it_knows_where_topics_and_rooms_come_from(self) -> None:
        topic_set, made = Origin("ana", 2), Origin("eva", 1)
        world = restarted(RoomRecord("Ops", 2, "Friday", 1, topic_set, made))
        room = world.server.rooms["ops"]
        self.assertEqual((room.topic_set, room.made), (topic_set, made))

    def test_the_lobby_is_the_room_that_is_stored_under_its_name_in_any_case(self) -> None:
        world = restarted(RoomRecord("Lobby", 2, "", 1), lobby="LOBBY")
        self.assertEqual(world.server.lobby.name, "Lobby")
        self.assertEqual(world.server.lobby.head, 2)

    def test_the_log_goes_on_where_it_stood(self) -> None:
        world = World()
        world.say("one", "two")
        world = world.restarted()
        world.say("three")
        self.assertEqual(world.server.lobby.head, 3)


class NumberTests(SynchronousTestCase):
    def test_a_number_is_not_used_again(self) -> None:
        world = World()
        world.person().hang_up()
        self.assertEqual(world.person().session.name, "guest2")

    def test_who_gives_up_a_guests_name_gives_up_its_number_too(self) -> None:
        world = World()
        ana = world.person("ana")
        ana.hang_up()
        self.assertEqual(world.person().session.name, "guest2")


class SharedNameTests(SynchronousTestCase):
    """Two tabs of a browser: sessions of one client, which have one name."""

    def setUp(self) -> None:
        self.world = World()
        self.luis = self.world.person()
        self.tabs = [self.world.person() for _ in range(2)]
        for tab in self.tabs:
            tab.session.identity.client_id = "browser"
            tab.type("/nick Ana")
        self.world.clock.advance(LASTING)
        self.forget()

    def forget(self) -> None:
        for person in self.luis, *self.tabs:
            person.seen()

    def told(self, person: Member, line: str) -> list[str]:
        self.forget()
        return person.ask(line)

    def test_they_count_as_one_person(self) -> None:
        self.assertEqual(
            self.told(self.luis, "/who"),
            [EN.notice("people_in", room="lobby", people="Ana and 1 guest")],
        )
        self.assertEqual(
            self.told(self.luis, "/whois ana"),
            [
                EN.notice("whois_not_registered", name="Ana")
                + EN.sentence("whois_here", name=" Ana", rooms="#lobby", count=2)
            ],
        )

    def test_the_second_is_called_as_the_first_is(self) -> None:
        other = self.world.person()
        other.session.identity.client_id = "browser"
        self.assertEqual(self.told(other, "/nick ANA"), [EN.notice("you_are", name="Ana")])
        self.assertEqual(self.told(other, "/nick Ana"), [EN.notice("you_are_already", name="Ana")])
        self.assertEqual(
            self.told(self.luis, "/who"),
            [EN.notice("people_in", room="lobby", people="Ana and 1 guest")],
        )

    def test_together_they_may_write_it_in_another_way(self) -> None:
        self.assertEqual(self.told(self.tabs[1], "/nick ANA"), [EN.notice("you_are", name="ANA")])
        self.assertEqual(self.tabs[0].session.name, "ANA")

    def test_together_they_may_take_a_look_alike_of_it(self) -> None:
        for name in "Bob1", "Bobl", "B0bl":
            self.assertEqual(
                self.told(self.tabs[1], f"/nick {name}"), [EN.notice("you_are", name=name)]
            )
            self.assertEqual(self.tabs[0].session.name, name)

    def test_both_are_sent_what_is_private_and_its_receipt_comes_once(self) -> None:
        self.assertEqual(self.told(self.luis, "/msg ana hola"), ["(private to Ana) <guest1> hola"])
        for tab in self.tabs:
            self.assertEqual(tab.seen(), ["(private) <guest1> hola"])

    def test_it_is_said_if_only_one_of_them_has_room_for_it(self) -> None:
        first, second = (tab.session for tab in self.tabs)
        self.patch(Subscriptions, "receive", lambda part, *_: part is second.subscriptions)
        self.assertEqual(self.told(self.luis, "/msg ana hola"), ["(private to Ana) <guest1> hola"])
        self.patch(Subscriptions, "receive", lambda part, *_: part is first.subscriptions)
        self.assertEqual(self.told(self.luis, "/msg ana hola"), ["(private to Ana) <guest1> hola"])
        self.patch(Subscriptions, "receive", lambda *_: False)
        self.assertEqual(
            self.told(self.luis, "/msg ana hola"),
            [EN.error(ErrorKind.INBOX_FULL, "inbox_full", name="Ana")],
        )

    def test_the_others_are_told_that_they_left_once_both_have(self) -> None:
        self.tabs[0].hang_up()
        self.assertEqual(self.luis.seen(), [])
        self.tabs[1].hang_up()
        self.assertEqual(self.luis.seen(), [EN.notice("left_one", people="Ana")])

    def test_when_one_of_them_takes_another_name_both_have_it(self) -> None:
        self.tabs[1].type("/nick eva")
        self.assertEqual(self.luis.seen(), [EN.notice("renamed", name="Ana", new_name="eva")])
        for tab in self.tabs:
            self.assertIn(EN.notice("you_are", name="eva"), tab.seen())
        self.assertEqual(
            self.told(self.luis, "/who"),
            [EN.notice("people_in", room="lobby", people="eva and 1 guest")],
        )
        self.tabs[0].hang_up()
        self.assertEqual(self.luis.seen(), [])
        self.tabs[1].hang_up()
        self.assertEqual(self.luis.seen(), [EN.notice("left_one", people="eva")])

    def test_each_room_is_told_once_of_those_who_are_there(self) -> None:
        self.tabs[1].type("/join ops")
        self.luis.type("/join ops")
        self.world.clock.advance(LASTING)
        guest = self.world.person()
        self.forget()
        self.tabs[0].type("/nick eva")
        self.assertEqual(self.luis.seen(), [EN.notice("renamed", name="Ana", new_name="eva")])
        self.assertEqual(guest.seen(), [EN.notice("renamed", name="Ana", new_name="eva")])

    def test_those_of_another_holder_and_under_another_name_keep_theirs(self) -> None:
        stranger, third = self.world.person("max"), self.world.person()
        third.session.identity.client_id = "browser"
        third.type("/nick bea")
        self.tabs[0].type("/nick eva")
        names = [person.session.name for person in (*self.tabs, stranger, third)]
        self.assertEqual(names, ["eva", "eva", "max", "bea"])

    def test_none_of_them_is_renamed_while_one_may_not_speak_where_it_is(self) -> None:
        owner = self.world.member("olga")
        owner.type("/join ops")
        self.tabs[1].type("/join ops")
        owner.type("/mute Ana 1h")
        told = self.told(self.tabs[0], "/nick eva")
        self.assertEqual(len(told), 1)
        self.assertIn("ERR Not allowed", told[0])
        self.assertEqual([tab.session.name for tab in self.tabs], ["Ana", "Ana"])

    def test_the_last_of_them_who_takes_another_name_is_renamed(self) -> None:
        self.tabs[0].hang_up()
        self.tabs[1].type("/nick eva")
        self.assertEqual(self.luis.seen(), [EN.notice("renamed", name="Ana", new_name="eva")])

    def test_another_name_meanwhile_keeps_it_from_being_registered(self) -> None:
        self.world.hashing.held = True
        self.tabs[0].type("/register correct horse")
        self.tabs[1].type("/nick eva")
        self.forget()
        self.world.hashing.work()
        self.world.settle()
        self.assertIn(EN.error(ErrorKind.NOT_REGISTERED, "name_first"), str(self.tabs[0].seen()))
        self.assertEqual(list(self.world.server.accounts.table), [])

    def test_one_who_registers_it_registers_it_for_all(self) -> None:
        self.assertEqual(
            self.told(self.tabs[0], "/register correct horse"),
            [EN.notice("registered", name="Ana")],
        )
        self.assertEqual(self.tabs[1].seen(), [])
        self.assertEqual(self.luis.seen(), [])
        self.assertEqual([tab.session.account for tab in self.tabs], ["ana", "ana"])

    def test_one_who_registers_it_has_it_also_if_another_took_a_new_one_meanwhile(self) -> None:
        world = World(slow=True)
        tabs = [world.person() for _ in range(2)]
        for tab in tabs:
            tab.session.identity.client_id = "browser"
            tab.type("/nick Ana")
        tabs[0].type("/register correct horse")
        tabs[1].type("/nick eva")
        world.release()
        self.assertEqual([tab.session.name for tab in tabs], ["Ana", "eva"])
        self.assertEqual([tab.session.account for tab in tabs], ["ana", None])

    def test_one_who_logs_in_leaves_it_to_the_other(self) -> None:
        self.world.register("Eva")
        account = self.world.server.accounts.table["eva"]
        self.world.server.logins.log_in(self.tabs[0].session, account)
        self.world.settle()
        self.assertEqual(self.luis.seen(), [EN.notice("joined_one", people="Eva")])
        self.assertEqual(
            self.told(self.luis, "/who"),
            [EN.notice("people_in", room="lobby", people="Ana, Eva and 1 guest")],
        )


class RoomsKeptTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.world = World(slow=True)
        self.ana = self.world.person()

    def rooms(self) -> list[str]:
        count, rooms = self.world.server.rooms.listed(10, self.ana.session)
        self.assertEqual(count, len(rooms))
        return [room.name for room in rooms]

    def test_no_more_are_listed_than_asked_for_and_those_with_people_first(self) -> None:
        self.ana.type("/join ops", "hola", "/leave")
        self.world.release()
        count, rooms = self.world.server.rooms.listed(1, self.ana.session)
        self.assertEqual((count, [room.name for room in rooms]), (2, ["lobby"]))

    def test_an_empty_room_in_which_nothing_was_said_is_forgotten(self) -> None:
        self.ana.type("/join ops", "/leave")
        self.assertEqual(self.rooms(), ["lobby"])

    def test_so_is_one_that_was_left_by_hanging_up(self) -> None:
        self.ana.type("/join ops")
        self.ana.hang_up()
        self.assertEqual(self.rooms(), ["lobby"])

    def test_one_in_which_somebody_is_stays(self) -> None:
        luis = self.world.person()
        self.ana.type("/join ops")
        luis.type("/join ops", "/leave")
        self.assertEqual(self.rooms(), ["lobby", "ops"])

    def test_one_in_which_something_is_being_said_stays(self) -> None:
        self.ana.type("/join ops", "hola")
        self.ana.hang_up()
        self.assertEqual(self.rooms(), ["lobby", "ops"])
        self.world.release()
        self.assertEqual(self.rooms(), ["lobby", "ops"])

    def test_one_in_which_something_could_not_be_said_is_forgotten(self) -> None:
        self.ana.type("/join ops", "hola")
        self.ana.hang_up()
        self.world.store.fail()
        self.assertEqual(self.rooms(), ["lobby"])

    def test_one_in_which_nothing_but_notices_passed_is_forgotten_after_them(self) -> None:
        self.ana.type("/join ops", "/nick ana", "/leave")
        self.assertEqual(self.rooms(), ["lobby", "ops"])
        self.world.release()
        self.assertEqual(self.rooms(), ["lobby"])

    def test_one_to_which_something_is_sent_from_elsewhere_stays(self) -> None:
        luis = self.world.person()
        luis.type("/join ops")
        self.ana.type("/msg #ops hola")
        luis.type("/leave")
        self.world.release()
        self.assertEqual(self.rooms(), ["lobby", "ops"])
        self.assertEqual(self.ana.seen(), [EN.notice("said_in_room", room="ops")])

    def test_the_lobby_always_stays(self) -> None:
        self.ana.type("/join ops")
        self.assertEqual(self.rooms(), ["ops", "lobby"])


class HeldBackTests(SynchronousTestCase):
    """While the store is full, no client is read from."""

    def setUp(self) -> None:
        self.world = World(slow=True)
        # An entry that weighs as much as may wait.
        self.world.server.lobby.append(Draft("lobby", 0, "x", Kind.MESSAGE, ["x" * WAITING_BYTES]))
        self.world.settle()
        self.people = [self.world.person() for _ in range(3)]
        for person in self.people:
            person.type("hola")

    def said(self, person: Member) -> bool:
        return person.session.identity.has_spoken

    def test_what_they_send_is_not_handled(self) -> None:
        self.assertFalse(any(map(self.said, self.people)))
        self.assertTrue(all(person.paused for person in self.people))

    def test_everyone_goes_on_once_there_is_room(self) -> None:
        self.world.store.release()
        self.assertTrue(all(map(self.said, self.people)))
        self.assertFalse(any(person.paused for person in self.people))

    def test_everyone_goes_on_when_the_commit_fails(self) -> None:
        self.world.store.fail()
        self.assertTrue(all(map(self.said, self.people)))

    def test_one_who_has_gone_meanwhile_does_too(self) -> None:
        self.people[0].hang_up()
        self.world.store.release()
        self.assertTrue(all(map(self.said, self.people)))

    def test_one_who_was_cut_off_meanwhile_does_not(self) -> None:
        gone, *others = self.people
        gone.hang_up(ConnectionAborted)
        self.world.store.release()
        self.assertFalse(self.said(gone))
        self.assertTrue(all(map(self.said, others)))

    def test_one_who_half_closed_meanwhile_is_served_to_the_end(self) -> None:
        self.people[0].half_close()
        self.assertFalse(self.people[0].closed)
        self.world.release()
        self.assertIn("<guest1> hola", self.people[0].seen())
        self.assertTrue(self.people[0].closed)


class ShortTests(SynchronousTestCase):
    def test_what_is_quoted_is_short(self) -> None:
        self.assertEqual(short("x" * 40), "x" * 40)
        self.assertEqual(short("x" * 41), "x" * 39 + "…")
