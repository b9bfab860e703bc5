"""Sessions with formats of their own, whose rooms are rendered in one that they share."""

from __future__ import annotations

import pytest

from chatd.chat.actions.enter import leave_room
from chatd.chat.actions.login import log_in, log_out
from chatd.chat.actions.rename import rename
from chatd.chat.session import Session
from chatd.formats.chat import ChatFormat
from chatd.rooms.stream import Stream
from tests.support.own_format import OwnFormat
from tests.support.sessions import done, taken
from tests.support.world import PASSWORD, World


@pytest.fixture
def world() -> World:
    return World()


def connected(world: World) -> Session:
    """Return a session that has just connected, with a format that knows its name."""
    session = world.server.connect(Stream(), ChatFormat())
    session.subscriptions.change_format(OwnFormat(name=session.name))
    session.identity.set_origin("", "", True)
    return session


def come(world: World, name: str) -> Session:
    """Return a session of that name in the lobby, which has read what it was sent so far."""
    session = connected(world)
    world.server.enter(session)
    done(world, rename(world.server, session, name))
    taken(session.stream)
    return session


def sent(session: Session) -> list[str]:
    return taken(session.stream).splitlines()


class TestRooms:
    def test_are_rendered_once_for_all(self, world: World) -> None:
        ana, luis = come(world, "ana"), come(world, "luis")
        world.settle()
        taken(ana.stream)
        taken(luis.stream)
        ana.say("hola")
        world.settle()
        assert sent(ana) == sent(luis) == ["<ana> hola"]
        (group,) = world.server.lobby.feed(ChatFormat()).followers
        assert len(group) == 2
        assert not world.server.lobby.feed(ana.replies.format).followers

    def test_are_shown_as_they_are_set(self, world: World) -> None:
        ana = come(world, "ana")
        ana.subscriptions.apply(ana.subscriptions.settings._replace(times=True))
        ana.say("hola")
        world.settle()
        assert sent(ana) == ["[1970-01-01 00:00:00] <ana> hola"]

    def test_past_lines_are_shown_alike(self, world: World) -> None:
        ana = come(world, "ana")
        ana.say("hola")
        world.settle()
        taken(ana.stream)
        ana.replay(world.server.lobby, 0, 1)
        world.settle()
        assert sent(ana) == ["[1970-01-01 00:00:00] <ana> hola"]

    def test_newcomers_are_sent_the_last_lines_alike(self, world: World) -> None:
        come(world, "ana").say("hola")
        world.settle()
        luis = connected(world)
        world.server.enter(luis)
        assert sent(luis) == ["guest2 entered lobby", "[1970-01-01 00:00:00] <ana> hola"]


class TestWhatOneAloneIsSent:
    def test_entrances_and_leaves(self, world: World) -> None:
        ana = come(world, "ana")
        leave_room(world.server, ana, world.server.lobby)
        ana.enter(world.server.lobby, "joined_room", 0)
        assert sent(ana) == ["ana left lobby", "ana entered lobby"]

    def test_answers(self, world: World) -> None:
        ana = come(world, "ana")
        ana.answer("goodbye")
        assert sent(ana) == ["ana say goodbye"]

    def test_private_lines_of_guests(self, world: World) -> None:
        ana = come(world, "ana")
        ana.subscriptions.receive("luis", "psst")
        assert sent(ana) == ["ana private psst"]

    def test_a_new_name_is_sent_to_the_one_before(self, world: World) -> None:
        ana = come(world, "ana")
        done(world, rename(world.server, ana, "eva"))
        assert sent(ana) == ["ana is eva", "eva say you_are"]


class TestInboxes:
    def test_know_whose_they_are(self, world: World) -> None:
        world.register("Ana")
        ana = connected(world)
        world.server.enter(ana)
        done(world, log_in(world.server, ana, "ana", PASSWORD))
        taken(ana.stream)
        world.server.unread.say_to(come(world, "luis"), "ana", "psst")
        world.settle()
        assert sent(ana)[-1] == "Ana read psst"
        done(world, log_out(world.server, ana))
        taken(ana.stream)
        assert not world.server.unread.inboxes.of("ana").feed(OwnFormat(name="Ana")).followers
