"""`chatd.protocols.transport.with_session`: a session that is made, or goes on."""

from __future__ import annotations

from typing import Any

import pytest

from chatd.protocols.transport.with_session import WithSession
from chatd.util.state import State, decode, encode
from tests.support.world import FAR, Member, World

pytestmark = pytest.mark.one_node("one process goes on for another: the node is the same")


def handler_of(member: Member) -> WithSession:
    handler: WithSession = member.protocol.connection.handler
    return handler


class TestTheState:
    def test_is_that_of_the_decoder_and_of_the_session(self, world: World) -> None:
        state = handler_of(world.person("ana")).state()
        assert state is not None
        assert {"decoder", "session"} <= state.keys()

    def test_can_be_encoded(self, world: World) -> None:
        state = handler_of(world.person("ana")).state()
        assert decode(encode(state)) == state

    def test_is_none_while_a_line_is_not_stored(self) -> None:
        world = World(slow=True)
        ana = world.person()
        ana.type("hola")
        assert handler_of(ana).state() is None
        world.release()
        assert handler_of(ana).state() is not None

    def test_of_each_session_can_move(self, world: World) -> None:
        assert handler_of(world.person("ana")).movable


class TestGoingOn:
    def test_has_the_same_session(self, world: World) -> None:
        ana = world.person("ana")
        before = ana.session
        world.hand_over()
        after = ana.session
        assert after is not before
        assert (after.number, after.name) == (before.number, before.name)

    def test_knows_who_can_read_it_on_the_way(self, world: World) -> None:
        far, near = world.person("ana", address=FAR), world.person("ben")
        world.hand_over()
        assert [each.session.identity.confidential for each in (far, near)] == [False, True]

    def test_has_its_format(self, world: World) -> None:
        program = world.program()
        world.hand_over()
        world.person("ana").type("hola")
        assert program.seen()[-1] == "hola"

    def test_reads_on_after_each_command(self, world: World) -> None:
        ana = world.person("ana")
        world.hand_over()
        ana.seen()
        ana.type("one", "/me waves", "two")
        assert ana.seen() == ["<ana> one", "* ana waves", "<ana> two"]

    def test_follows_its_room(self, world: World) -> None:
        ana, ben = world.person("ana"), world.person("ben")
        world.wait(60)
        ana.seen()
        world.hand_over()
        ben.type("hola")
        assert ana.seen() == ["<ben> hola"]

    def test_ends_when_its_client_goes(self, world: World) -> None:
        ana = world.person("ana")
        world.hand_over()
        ana.hang_up()
        assert not list(world.server.sessions)

    def test_passes_over_members_that_it_does_not_know(self, world: World) -> None:
        ana = world.person("ana")
        ana.send(b"half a ")

        def later(states: list[bytes]) -> list[bytes]:
            server, *clients = map(decode, states)
            return [encode(server), *(encode(_of_later(each)) for each in clients)]

        world.hand_over(change=later)
        ana.seen()
        ana.send(b"line\n")
        world.settle()
        assert ana.seen() == ["<ana> half a line"]


def _of_later(state: State) -> State:
    """Return a state as a later version may give it."""
    handler: Any = state["handler"]
    later = {"later": 1}
    return {**state, "handler": {**handler, **later, "session": {**handler["session"], **later}}}


class TestDerived:
    @pytest.mark.parametrize("method", [WithSession.format, WithSession.say_where_from])
    def test_a_class_says_what_this_one_does_not_know(self, world: World, method: Any) -> None:
        with pytest.raises(NotImplementedError):
            method(handler_of(world.person("ana")))

    def test_the_format_of_a_state_is_that_of_the_beginning(self, world: World) -> None:
        handler = handler_of(world.program())
        assert WithSession.format_from(handler, {}) == handler.format()
