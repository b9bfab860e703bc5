"""`chatd.chat.login_limits`: the counts that a try of a password is charged to."""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from chatd.accounts.accounts import Account
from chatd.chat.login_limits import LoginLimits

ANA = Account("ana", "", created=7)
HOME, ELSEWHERE = "192.0.2.1", "192.0.2.2"


@pytest.fixture
def limits() -> LoginLimits:
    return LoginLimits(Clock())


def test_a_try_is_charged_to_the_name_and_the_network(limits: LoginLimits) -> None:
    assert limits.tries_of(ANA, HOME) == [
        (limits.name_tries, "ana"),
        (limits.address_tries, HOME),
    ]


def test_a_try_without_a_network_is_charged_to_the_name_alone(limits: LoginLimits) -> None:
    assert limits.tries_of(ANA, "") == [(limits.name_tries, "ana")]


def test_tries_from_a_network_of_an_earlier_login_are_counted_apart(limits: LoginLimits) -> None:
    limits.record_login(ANA, HOME)
    (_, at_home), _ = limits.tries_of(ANA, HOME)
    (_, elsewhere), _ = limits.tries_of(ANA, ELSEWHERE)
    assert at_home != elsewhere == "ana"


def test_the_next_account_of_a_name_has_none_of_its_networks(limits: LoginLimits) -> None:
    limits.record_login(ANA, HOME)
    (_, key), _ = limits.tries_of(ANA._replace(created=8), HOME)
    assert key == "ana"
