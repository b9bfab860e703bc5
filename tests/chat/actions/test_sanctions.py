"""`chatd.chat.actions.sanctions`: kicks, mutes and bans, and lifting them."""

from __future__ import annotations

import pytest

from chatd.chat.actions import sanctions
from chatd.chat.actions.enter import enter
from chatd.chat.actions.rename import rename
from chatd.chat.permissions import Act
from chatd.chat.session import Session
from chatd.rooms.room import Room
from tests.support.sessions import done, guest, refused, refuses
from tests.support.world import World

NETWORK = "192.0.2.1"


@pytest.fixture
def luis(world: World, ops: Room) -> Session:
    """Return the session of a guest in #ops, from a network."""
    luis = guest(world, "luis", network=NETWORK)
    done(world, enter(world.server, luis, "ops"))
    return luis


def may(world: World, session: Session, room: Room, act: Act) -> bool:
    """Return True if a session may do that in a room."""
    return world.server.moderation.may(session, room, act)


def test_a_kicked_guest_may_come_back(world: World, ana: Session, luis: Session, ops: Room) -> None:
    done(world, sanctions.kick(world.server, ana, ops, "luis", "noise"))
    assert not luis.joined.is_in(ops)
    assert done(world, enter(world.server, luis, "ops")).room is ops


def test_a_name_that_is_not_in_the_room_is_not_kicked(
    world: World, ana: Session, ops: Room
) -> None:
    assert refused(world, sanctions.kick(world.server, ana, ops, "luis")) == "not_in_room"


def test_a_mute_ends(world: World, ana: Session, luis: Session, ops: Room) -> None:
    done(world, sanctions.mute(world.server, ana, ops, "luis", 60))
    assert not may(world, luis, ops, Act.SPEAK)
    assert may(world, luis, ops, Act.READ)
    world.clock.advance(60)
    assert may(world, luis, ops, Act.SPEAK)


def test_a_mute_is_lifted_once(world: World, ana: Session, luis: Session, ops: Room) -> None:
    done(world, sanctions.mute(world.server, ana, ops, "luis"))
    assert done(world, sanctions.unmute(world.server, ana, ops, "luis")) is not None
    assert may(world, luis, ops, Act.SPEAK)
    assert done(world, sanctions.unmute(world.server, ana, ops, "luis")) is None


def test_a_ban_puts_out_and_outlasts_a_rename(
    world: World, ana: Session, luis: Session, ops: Room
) -> None:
    done(world, sanctions.ban(world.server, ana, ops, "luis"))
    assert not luis.joined.is_in(ops)
    done(world, rename(world.server, luis, "otro"))
    assert not may(world, luis, ops, Act.READ)


def test_a_lifted_ban_ends_its_bindings(
    world: World, ana: Session, luis: Session, ops: Room
) -> None:
    done(world, sanctions.ban(world.server, ana, ops, "luis"))
    done(world, rename(world.server, luis, "otro"))
    done(world, sanctions.unban(world.server, ana, ops, "luis"))
    assert may(world, luis, ops, Act.READ)


@pytest.mark.parametrize("seconds", [0, sanctions.MOST_SECONDS + 1])
def test_a_time_out_of_range_is_refused(
    world: World, ana: Session, luis: Session, ops: Room, seconds: int
) -> None:
    assert refused(world, sanctions.mute(world.server, ana, ops, "luis", seconds)) == "wrong_time"


def test_the_owner_is_not_banned(world: World, ana: Session, ops: Room) -> None:
    assert refused(world, sanctions.ban(world.server, ana, ops, "ana")) == "not_above_owner"


def test_a_guest_orders_nothing(world: World, luis: Session, ops: Room) -> None:
    assert refused(world, sanctions.ban(world.server, luis, ops, "ana")) == "only_operators"


def test_the_networks_of_a_name_are_banned_and_unbanned(
    world: World, ana: Session, luis: Session, ops: Room
) -> None:
    server = world.server
    networks = sanctions.networks_to_ban(server, ana, ops, "luis")
    assert networks == [NETWORK]
    assert sanctions.sessions_shut_out(server, ops, networks) == [luis]
    done(world, sanctions.ban_networks(server, ana, ops, networks, "luis"))
    assert not luis.joined.is_in(ops)
    assert [(kind, target) for kind, target, _ in sanctions.list_sanctions(server, ana, ops)] == [
        ("ban", f"@{NETWORK}")
    ]
    assert done(world, sanctions.unban_networks_of(server, ana, ops, "luis")) is not None
    assert may(world, luis, ops, Act.READ)


def test_the_deed_of_a_banned_address_does_not_tell_it(
    world: World, ana: Session, luis: Session, ops: Room
) -> None:
    did = done(world, sanctions.ban_networks(world.server, ana, ops, [NETWORK]))
    assert [(deed.verb, deed.target) for deed in did.deeds] == [("ban_network", "-")]
    assert done(world, sanctions.unban_network(world.server, ana, ops, NETWORK)) is not None


OF_IPV6 = "2001:db8:7:12ff::/64"


def may_enter_from(world: World, network: str, room: Room) -> bool:
    """Return True if a guest who comes from a network may read a room."""
    return may(world, guest(world, "", network=network), room, Act.READ)


@pytest.mark.parametrize(
    ("length", "banned", "outside"),
    [
        (64, OF_IPV6, "2001:db8:7:12fe::/64"),
        (56, "2001:db8:7:1200::/56", "2001:db8:7:1300::/64"),
        (48, "2001:db8:7::/48", "2001:db8:8::/64"),
    ],
)
def test_a_ban_of_a_person_is_as_wide_as_asked(
    world: World, ana: Session, ops: Room, length: int, banned: str, outside: str
) -> None:
    guest(world, "zoe", network=OF_IPV6)
    networks = sanctions.networks_to_ban(world.server, ana, ops, "zoe", length)
    assert networks == [banned]
    done(world, sanctions.ban_networks(world.server, ana, ops, networks, "zoe"))
    assert not may_enter_from(world, OF_IPV6, ops)
    assert may_enter_from(world, outside, ops)


def test_a_ban_of_a_person_takes_the_network_of_a_home(
    world: World, ana: Session, ops: Room
) -> None:
    guest(world, "zoe", network=OF_IPV6)
    networks = sanctions.networks_to_ban(world.server, ana, ops, "zoe")
    assert networks == [f"2001:db8:7:1200::/{sanctions.OWNER_PREFIX}"]


@pytest.mark.parametrize("length", [0, 24, 40, 57, 128])
def test_other_lengths_are_not_a_persons(
    world: World, ana: Session, luis: Session, ops: Room, length: int
) -> None:
    with refuses("wrong_owner_length"):
        sanctions.networks_to_ban(world.server, ana, ops, "luis", length)
    lifting = sanctions.unban_networks_of(world.server, ana, ops, "luis", length)
    assert refused(world, lifting) == "wrong_owner_length"


def test_an_address_of_ipv4_is_never_widened(
    world: World, ana: Session, luis: Session, ops: Room
) -> None:
    assert sanctions.networks_to_ban(world.server, ana, ops, "luis", 48) == [NETWORK]


def test_sessions_of_a_network_around_theirs_are_shut_out(
    world: World, ana: Session, luis: Session, ops: Room
) -> None:
    other = guest(world, "eva", network="192.0.3.1")
    assert sanctions.sessions_shut_out(world.server, ops, ["192.0.2.0/24"]) == [luis]
    assert sanctions.sessions_shut_out(world.server, ops, ["192.0.3.1"]) == [other]
    world.server.finish(other)
    assert sanctions.sessions_shut_out(world.server, ops, ["192.0.3.1"]) == []


@pytest.mark.parametrize("network", ["192.0.2.0/24", "2001:db8:7::/48"])
def test_the_deed_of_a_banned_network_tells_its_length(
    world: World, ana: Session, ops: Room, network: str
) -> None:
    length = network[network.index("/") :]
    did = done(world, sanctions.ban_networks(world.server, ana, ops, [network], "", 60, "spam"))
    assert [tuple(deed) for deed in did.deeds] == [("ban_prefix", length, 60, "spam")]
    lifted = done(world, sanctions.unban_network(world.server, ana, ops, network))
    assert [tuple(deed) for deed in lifted.deeds] == [("unban_prefix", length, 0, "")]


def test_the_network_of_one_host_is_an_address(world: World, ana: Session, ops: Room) -> None:
    did = done(world, sanctions.ban_networks(world.server, ana, ops, [OF_IPV6]))
    assert [(deed.verb, deed.target) for deed in did.deeds] == [("ban_network", "-")]


def test_lifting_the_bans_of_a_person_lifts_those_around_it(
    world: World, ana: Session, luis: Session, ops: Room
) -> None:
    for network in "192.0.2.0/24", NETWORK, "198.51.100.0/24":
        done(world, sanctions.ban_networks(world.server, ana, ops, [network]))
    assert done(world, sanctions.unban_networks_of(world.server, ana, ops, "luis")) is not None
    listed = sanctions.list_sanctions(world.server, ana, ops)
    assert [target for _, target, _ in listed] == ["@198.51.100.0/24"]
    assert done(world, sanctions.unban_networks_of(world.server, ana, ops, "luis")) is None


def test_a_length_makes_no_difference_for_ipv4(
    world: World, ana: Session, luis: Session, ops: Room
) -> None:
    server = world.server
    for networks in ["192.0.2.0/24"], sanctions.networks_to_ban(server, ana, ops, "luis", 48):
        done(world, sanctions.ban_networks(server, ana, ops, networks, "luis", 60))
    done(world, sanctions.unban_networks_of(server, ana, ops, "luis", 48))
    assert [who for _, who, _ in sanctions.list_sanctions(server, ana, ops)] == ["@192.0.2.0/24"]


def test_those_of_one_length_may_be_lifted(world: World, ana: Session, ops: Room) -> None:
    zoe = guest(world, "zoe", network=OF_IPV6)
    for length in 48, 64:
        networks = sanctions.networks_to_ban(world.server, ana, ops, "zoe", length)
        done(world, sanctions.ban_networks(world.server, ana, ops, networks, "zoe"))
    lifting = sanctions.unban_networks_of(world.server, ana, ops, "zoe", 48)
    assert done(world, lifting) is not None
    assert not may(world, zoe, ops, Act.READ)
    assert may_enter_from(world, "2001:db8:7::/64", ops)
    assert done(world, sanctions.unban_networks_of(world.server, ana, ops, "zoe", 56)) is None


def test_an_address_in_a_banned_network_is_not_lifted_alone(
    world: World, ana: Session, ops: Room
) -> None:
    done(world, sanctions.ban_networks(world.server, ana, ops, ["192.0.2.0/24"]))
    lifting = sanctions.unban_network(world.server, ana, ops, NETWORK)
    assert refused(world, lifting) == "within_network"
    assert done(world, sanctions.unban_network(world.server, ana, ops, "198.51.100.1")) is None


def test_a_long_reason_is_stored_in_part(
    world: World, ana: Session, luis: Session, ops: Room
) -> None:
    did = done(world, sanctions.mute(world.server, ana, ops, "luis", 60, "x" * 300))
    assert len(did.deeds[0].reason) == 300
    [(_, _, stored)] = sanctions.list_sanctions(world.server, ana, ops)
    assert len(stored.reason) == sanctions.REASON_CHARACTERS
