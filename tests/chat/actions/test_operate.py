"""`chatd.chat.actions.operate`: acts of administrators that concern the whole server."""

from __future__ import annotations

import pytest

from chatd.chat.actions.operate import (
    announce,
    disconnect,
    senders_of_private_lines,
    set_senders_of_private_lines,
    statistics,
)
from chatd.chat.private_lines import Senders
from chatd.chat.session import Session
from tests.support.sessions import done, guest, member, refused, refuses
from tests.support.world import World


@pytest.fixture
def ana(world: World) -> Session:
    """Return the session of an administrator."""
    ana = member(world, "ana")
    world.ask_operator("promote", name="ana")
    return ana


def test_an_announcement_is_a_deed_in_rooms_with_members(world: World, ana: Session) -> None:
    world.server.enter(guest(world))
    done(world, announce(world.server, ana, "restart at six"))
    assert world.server.lobby.head == 1


def test_a_member_announces_nothing(world: World) -> None:
    announcing = announce(world.server, member(world, "eva"), "hola")
    assert refused(world, announcing) == "only_administrators"


def test_all_sessions_of_a_name_are_closed(world: World, ana: Session) -> None:
    luis = guest(world, "luis")
    world.server.enter(luis)
    assert done(world, disconnect(world.server, ana, "luis")) == 1
    assert luis.stream.finished
    assert world.server.lobby.head == 1


def test_a_name_that_is_not_used_is_refused(world: World, ana: Session) -> None:
    assert refused(world, disconnect(world.server, ana, "luis")) == "nobody"


def test_figures_are_for_administrators(world: World, ana: Session) -> None:
    assert statistics(world.server, ana)["accounts"] == 1
    with refuses("only_administrators"):
        statistics(world.server, guest(world))


def test_who_may_write_private_lines_is_set_once_and_logged_in_the_lobby(
    world: World, ana: Session
) -> None:
    server = world.server
    did = done(world, set_senders_of_private_lines(server, ana, Senders.MEMBERS))
    assert [deed.verb for deed in did.deeds] == ["private_members"]
    assert senders_of_private_lines(server) is Senders.MEMBERS
    assert server.lobby.head == 1
    assert done(world, set_senders_of_private_lines(server, ana, Senders.MEMBERS)) is None
    did = done(world, set_senders_of_private_lines(server, ana, Senders.EVERYONE))
    assert [deed.verb for deed in did.deeds] == ["private_everyone"]
    assert senders_of_private_lines(server) is Senders.EVERYONE


def test_a_member_does_not_set_who_may_write_private_lines(world: World) -> None:
    setting = set_senders_of_private_lines(world.server, member(world, "eva"), Senders.MEMBERS)
    assert refused(world, setting) == "only_administrators"
    assert senders_of_private_lines(world.server) is Senders.EVERYONE
