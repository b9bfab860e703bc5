"""`chatd.chat.actions.whois`: the public facts about a name."""

from __future__ import annotations

from chatd.accounts.credentials import NO_EPOCH
from chatd.chat.actions.enter import create
from chatd.chat.actions.whois import account_of, whois
from chatd.chat.permissions import Mode
from tests.support.sessions import done, guest, member, refuses
from tests.support.world import World


def test_a_member_who_is_in_rooms(world: World) -> None:
    ana = member(world, "Ana")
    world.server.enter(ana)
    found = whois(world.server, guest(world), "ANA")
    assert found == ("Ana", True, 1, ["lobby"], "")


def test_rooms_that_the_requester_may_not_read_are_left_out(world: World) -> None:
    ana = member(world, "ana")
    world.server.enter(ana)
    done(world, create(world.server, ana, "den", Mode.PRIVATE))
    assert whois(world.server, ana, "ana").rooms == ["den"]
    assert whois(world.server, guest(world), "ana").rooms == []


def test_a_guest_who_is_in_none(world: World) -> None:
    guest(world, "luis")
    assert whois(world.server, guest(world), "luis") == ("luis", False, 1, [], "")


def test_a_member_who_is_not_here(world: World) -> None:
    world.server.disconnect(member(world, "ana"))
    assert whois(world.server, guest(world), "ana") == ("ana", True, 0, [], "")


def test_the_text_of_one_who_is_away(world: World) -> None:
    ana = member(world, "ana")
    done(world, world.server.logins.change_settings(ana, away="at lunch"))
    assert whois(world.server, guest(world), "ana").away == "at lunch"


def test_what_is_no_name_is_refused(world: World) -> None:
    with refuses("invalid_name"):
        whois(world.server, guest(world), "not a name")


def test_a_session_that_was_signed_out_is_refused(world: World) -> None:
    ana = member(world, "ana")
    assert ana.grant is not None
    ana.identity.grant = ana.grant._replace(epoch=NO_EPOCH)
    with refuses("not_signed_in"):
        whois(world.server, ana, "ana")


def test_the_account_of_a_name_is_that_of_its_time(world: World) -> None:
    asker = guest(world)
    before = int(world.server.now() * 1000)
    world.clock.advance(1)
    member(world, "Ana")
    now = int(world.server.now() * 1000)
    assert account_of(world.server, asker, "ana", now) == "Ana"
    assert account_of(world.server, asker, "ana", before) == ""
    assert account_of(world.server, asker, "luis", now) == ""
    with refuses("invalid_name"):
        account_of(world.server, asker, "a b", now)
