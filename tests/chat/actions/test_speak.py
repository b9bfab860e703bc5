"""`chatd.chat.actions.speak`: lines, acts and topics in a room, and private lines."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from chatd.chat.actions.enter import enter
from chatd.chat.actions.login import log_in
from chatd.chat.actions.operate import set_senders_of_private_lines
from chatd.chat.actions.settings import set_away, set_guests
from chatd.chat.actions.speak import (
    act,
    find_said,
    set_topic,
    speak,
    speak_in,
    speak_once,
    was_said,
    whisper,
)
from chatd.chat.keyed_lines import Found
from chatd.chat.private_lines import Senders
from chatd.chat.session import Session
from chatd.event import Kind
from chatd.rooms.room import Room
from chatd.util.fair_queue import Asker
from tests.support.sessions import done, guest, keys, member, refused, refuses
from tests.support.world import PASSWORD, World


def in_tea(world: World, session: Session) -> Room:
    """Put a session into a room, and return that."""
    room = done(world, enter(world.server, session, "tea")).room
    assert isinstance(room, Room)
    return room


def said(world: World, room: Room) -> list[tuple[str, Kind, str]]:
    """Return the author, kind and text of each event of a room."""
    world.settle()
    events = done(world, room.read(0, room.head, Asker("", "")))
    return [(event.author, event.kind, event.text) for event in events]


def test_lines_and_acts_are_events_of_the_room(world: World) -> None:
    luis = guest(world, "luis")
    room = in_tea(world, luis)
    speak(luis, "hola", "adios")
    act(luis, "se va")
    assert said(world, room) == [
        ("luis", Kind.MESSAGE, "hola"),
        ("luis", Kind.MESSAGE, "adios"),
        ("luis", Kind.ACTION, "se va"),
    ]


def test_a_receipt_has_the_seqs(world: World) -> None:
    luis, receipts = guest(world, "luis"), []
    luis.queue.wants_receipts()
    in_tea(world, luis)
    speak(luis, "uno", "dos", receipt=receipts.append)
    world.settle()
    assert receipts == [[1, 2]]


def test_a_line_for_another_room(world: World) -> None:
    room = in_tea(world, guest(world))
    eva = guest(world, "eva")
    world.server.enter(eva)
    speak_in(world.server, eva, "#tea", "hola")
    assert said(world, room) == [("eva", Kind.MESSAGE, "hola")]


def test_a_line_for_a_room_that_does_not_exist_is_refused(world: World) -> None:
    with refuses("unknown_room"):
        speak_in(world.server, guest(world), "#nada", "hola")


def test_a_topic_is_set_and_taken_away(world: World) -> None:
    luis = guest(world)
    room = in_tea(world, luis)
    set_topic(world.server, luis, room, "cakes")
    world.settle()
    assert room.topic == "cakes"
    set_topic(world.server, luis, room, "")
    world.settle()
    assert room.topic == ""


def test_a_topic_takes_the_right(world: World) -> None:
    room = in_tea(world, member(world, "ana"))
    luis = guest(world)
    in_tea(world, luis)
    with refuses("only_operators"):
        set_topic(world.server, luis, room, "cakes")


def test_a_guest_receives_a_private_line_at_once(world: World) -> None:
    guest(world, "eva")
    assert whisper(world.server, guest(world, "luis"), "EVA", "hola") == ("eva", "")


def test_the_away_text_of_a_guest_is_returned(world: World) -> None:
    eva = guest(world, "eva")
    done(world, set_away(world.server, eva, "at lunch"))
    assert whisper(world.server, guest(world), "eva", "hola") == ("eva", "at lunch")


def test_a_private_line_to_an_account_is_stored(world: World) -> None:
    ana, luis = member(world, "ana"), guest(world, "luis")
    assert whisper(world.server, luis, "ana", "hola") is None
    world.settle()
    assert world.server.unread.inboxes.of("ana").head == 1
    assert ana.account == "ana"


def test_an_account_may_refuse_the_private_lines_of_guests(world: World) -> None:
    ana, luis = member(world, "ana"), guest(world, "luis")
    done(world, set_guests(world.server, ana, False))
    with refuses("takes_no_guests"):
        whisper(world.server, luis, "ANA", "hola")
    assert whisper(world.server, member(world, "eva"), "ana", "hola") is None
    world.settle()
    assert world.server.unread.inboxes.of("ana").head == 1


def test_it_may_do_so_while_it_is_away(world: World) -> None:
    ana = member(world, "ana")
    done(world, set_guests(world.server, ana, False))
    world.server.disconnect(ana)
    with refuses("takes_no_guests"):
        whisper(world.server, guest(world, "luis"), "ana", "hola")


def test_what_a_guest_refused_stays_refused_once_it_is_logged_in(world: World) -> None:
    world.register("ana")
    ana = guest(world, "eva")
    done(world, set_guests(world.server, ana, False))
    done(world, log_in(world.server, ana, "ana", PASSWORD))
    elsewhere = guest(world)
    done(world, log_in(world.server, elsewhere, "ana", PASSWORD))
    with refuses("takes_no_guests"):
        whisper(world.server, guest(world, "luis"), "ana", "hola")
    # What is set since then counts for all of its sessions.
    done(world, set_guests(world.server, elsewhere, True))
    assert whisper(world.server, guest(world, "max"), "ana", "hola") is None


def test_a_guest_may_refuse_those_of_other_guests(world: World) -> None:
    eva = guest(world, "eva")
    done(world, set_guests(world.server, eva, False))
    with refuses("takes_no_guests"):
        whisper(world.server, guest(world, "luis"), "eva", "hola")
    assert whisper(world.server, member(world, "ana"), "eva", "hola") == ("eva", "")
    done(world, set_guests(world.server, eva, True))
    assert whisper(world.server, guest(world, "max"), "eva", "hola") == ("eva", "")


@pytest.mark.parametrize("receiver", ["ana", "eva", "nobody"])
def test_the_server_may_refuse_those_of_all_guests(world: World, receiver: str) -> None:
    ana, luis = member(world, "ana"), guest(world, "luis")
    guest(world, "eva")
    world.ask_operator("promote", name="ana")
    done(world, set_senders_of_private_lines(world.server, ana, Senders.MEMBERS))
    with refuses("members_write"):
        whisper(world.server, luis, receiver, "hola")
    assert whisper(world.server, ana, "luis", "hola") == ("luis", "")


def test_a_private_line_to_a_name_that_is_not_used_is_refused(world: World) -> None:
    with refuses("nobody"):
        whisper(world.server, guest(world), "eva", "hola")


def test_a_line_in_no_room_is_answered_with_an_error(world: World) -> None:
    luis = guest(world)
    keys(luis)
    speak(luis, "hola")
    assert keys(luis) == ["not_said"]


class TestALineWithAKey:
    """A browser sends a line again, because it does not know whether it arrived."""

    @pytest.fixture
    def luis(self, world: World) -> Session:
        return guest(world, "luis", network="192.0.2.1")

    def say(self, world: World, session: Session, text: str = "hola") -> Sequence[int] | None:
        room = world.server.lobby
        return done(world, speak_once(world.server, session, room, text, "key", Kind.MESSAGE))

    def again(self, world: World, session: Session) -> Found | None:
        return done(world, find_said(world.server, session, "", "hola", "key", Kind.MESSAGE))

    def test_is_said_once(self, world: World, luis: Session) -> None:
        luis.queue.wants_receipts()
        assert not was_said(world.server, luis, "key")
        assert self.say(world, luis) == self.say(world, luis) == [1]
        assert was_said(world.server, luis, "key")
        assert said(world, world.server.lobby) == [("luis", Kind.MESSAGE, "hola")]

    def test_is_found_in_its_room(self, world: World, luis: Session) -> None:
        self.say(world, luis)
        assert self.again(world, luis) == Found("lobby", [1])

    def test_with_another_text_is_refused(self, world: World, luis: Session) -> None:
        self.say(world, luis)
        saying = speak_once(world.server, luis, world.server.lobby, "adios", "key", Kind.MESSAGE)
        assert refused(world, saying) == "other_lines_with_key"

    def test_of_a_browser_is_known_to_its_next_connection(
        self, world: World, luis: Session
    ) -> None:
        luis.identity.set_client_id("browser b")
        self.say(world, luis)
        later = guest(world, network="192.0.2.1")
        assert not was_said(world.server, later, "key")
        later.identity.set_client_id("browser b")
        assert was_said(world.server, later, "key")

    def test_of_an_account_is_known_in_its_other_sessions(self, world: World) -> None:
        self.say(world, member(world, "ana"))
        ana = guest(world)
        done(world, log_in(world.server, ana, "ana", PASSWORD))
        assert was_said(world.server, ana, "key")

    def test_of_a_guest_is_unknown_to_others(self, world: World, luis: Session) -> None:
        self.say(world, luis)
        assert not was_said(world.server, guest(world, network="192.0.2.1"), "key")
