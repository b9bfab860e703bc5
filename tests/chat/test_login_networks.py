"""`chatd.chat.login_networks`: where each account usually logs in from."""

from __future__ import annotations

import pytest

from chatd.accounts.accounts import Account
from chatd.chat.login_networks import MOST_NETWORKS, USUAL_DAYS, LoginNetworks
from chatd.storage.records import change
from tests.support.world import World

ANA = Account("Ana", "", created=7)
HOME, ELSEWHERE = "192.0.2.1", "192.0.2.2"
DAY = 24 * 60 * 60


@pytest.fixture
def networks(world: World) -> LoginNetworks:
    return world.server.logins.limits.networks


def test_a_network_is_usual_after_a_login(networks: LoginNetworks) -> None:
    networks.record_login(ANA, HOME)
    usual = [networks.is_usual(ANA, network) for network in (HOME, ELSEWHERE)]
    assert usual == [True, False]


def test_a_network_is_usual_for_that_account_alone(networks: LoginNetworks) -> None:
    networks.record_login(ANA, HOME)
    assert not networks.is_usual(Account("luis", ""), HOME)
    assert not networks.is_usual(ANA._replace(created=8), HOME)  # the next owner of the name


def test_a_network_is_usual_after_a_restart(world: World, networks: LoginNetworks) -> None:
    networks.record_login(ANA, HOME)
    world.settle()
    assert world.restarted().server.logins.limits.networks.is_usual(ANA, HOME)


def test_a_network_is_usual_for_some_days(world: World, networks: LoginNetworks) -> None:
    networks.record_login(ANA, HOME)
    world.ahead = USUAL_DAYS * DAY
    assert networks.is_usual(ANA, HOME)
    world.ahead += DAY
    assert not networks.is_usual(ANA, HOME)


def test_the_network_used_longest_ago_is_forgotten_first(
    world: World, networks: LoginNetworks
) -> None:
    names = [f"192.0.2.{number}" for number in range(MOST_NETWORKS)]
    for network in names:
        networks.record_login(ANA, network)
        world.ahead += DAY
    networks.record_login(ANA, names[0])
    networks.record_login(ANA, ELSEWHERE + "00")
    forgotten = [network for network in names if not networks.is_usual(ANA, network)]
    assert forgotten == names[1:2]


def test_it_is_stored_once_a_day(world: World, networks: LoginNetworks) -> None:
    networks.record_login(ANA, HOME)
    world.settle()
    world.store.holds = True
    networks.record_login(ANA, HOME)
    world.settle()
    assert not world.store.held
    world.ahead = DAY
    networks.record_login(ANA, HOME)
    world.settle()
    assert len(world.store.held) == 1


def test_what_is_stored_does_not_name_the_network(world: World, networks: LoginNetworks) -> None:
    networks.record_login(ANA, HOME)
    world.settle()
    (record,) = (each for each in world.store.records() if each.kind == "login_network")
    assert HOME not in record.value
    assert len(record.value) < 40  # some digits, which many networks share


def test_the_networks_of_an_account_are_deleted_with_it(
    world: World, networks: LoginNetworks
) -> None:
    networks.record_login(ANA, HOME)
    change(world.store, *networks.account_gone("ana"))
    assert not networks.is_usual(ANA, HOME)
    assert not networks.account_gone("ana")
