"""`chatd.chat.actions.speak`: lines, acts and topics in a room, and private lines."""

from __future__ import annotations

import pytest

from chatd.chat.actions.enter import enter
from chatd.chat.actions.settings import set_away
from chatd.chat.actions.speak import act, set_topic, speak, speak_in, whisper
from chatd.chat.session import Session
from chatd.errors import Refusal
from chatd.event import Kind
from chatd.rooms.room import Room
from tests.support.sessions import done, guest, keys, member
from tests.support.world import World


def in_tea(world: World, session: Session) -> Room:
    """Put a session into a room, and return that."""
    room = done(world, enter(world.server, session, "tea")).room
    assert isinstance(room, Room)
    return room


def said(world: World, room: Room) -> list[tuple[str, Kind, str]]:
    """Return the author, kind and text of each event of a room."""
    world.settle()
    events = done(world, room.read(0, room.head))
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
    with pytest.raises(Refusal) as refusal:
        speak_in(world.server, guest(world), "#nada", "hola")
    assert refusal.value.key == "unknown_room"


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
    with pytest.raises(Refusal) as refusal:
        set_topic(world.server, luis, room, "cakes")
    assert refusal.value.key == "only_operators"


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


def test_a_private_line_to_a_name_that_is_not_used_is_refused(world: World) -> None:
    with pytest.raises(Refusal) as refusal:
        whisper(world.server, guest(world), "eva", "hola")
    assert refusal.value.key == "nobody"


def test_a_line_in_no_room_is_answered_with_an_error(world: World) -> None:
    luis = guest(world)
    keys(luis)
    speak(luis, "hola")
    assert keys(luis) == ["not_said"]
