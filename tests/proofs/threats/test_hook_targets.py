"""The targets that a webhook may lead to, by the command of an owner down to the connection."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from typing import NamedTuple

import pytest

from chatd.webhooks.http_client import Gate
from chatd.webhooks.registry import HookRecord, Rules
from chatd.webhooks.targets import DeliveryFailure, NotDelivered
from chatd.webhooks.urls import Network, destination_of, networks_of
from tests.proofs.threats.doors import TYPED, House, Lines
from tests.proofs.threats.tables import TABLES, check, yes_or_no

OWN = "9.9.9.9"
"""The public address of the daemon's machine."""


class Target(NamedTuple):
    """A URL, the address that its host has, and the answer to a challenge there."""

    url: str
    address: str
    wants: bool = True


TARGETS = {
    "a public address": Target("https://8.8.8.8/", "8.8.8.8"),
    "a name with a public address": Target("https://example.com/", "8.8.8.8"),
    "port 25 of a public address": Target("http://8.8.8.8:25/", "8.8.8.8"),
    "a server that does not answer the challenge": Target("https://8.8.8.8/", "8.8.8.8", False),
    "the daemon's machine": Target("http://127.0.0.1:8080/", "127.0.0.1"),
    "the daemon's machine, by a public address": Target(f"http://{OWN}:8080/", OWN),
    "a private network": Target("http://10.1.2.3/", "10.1.2.3"),
    "a name with a private address": Target("http://example.com/", "10.1.2.3"),
    "the metadata of a cloud": Target("http://169.254.169.254/", "169.254.169.254"),
    "a private address within an IPv6 one": Target(
        "http://[64:ff9b::a01:203]/", "64:ff9b::a01:203"
    ),
}
"""The targets, as the document calls them."""


def is_added(target: Target, networks: tuple[Network, ...]) -> bool:
    """Have an owner add a webhook; return True if its target was challenged and it was added."""
    house = House()
    house.server.hooks.rules = Rules(networks, tls=True)
    gate = Gate(networks, lambda host, port: [target.address], lambda each: each == ip_address(OWN))

    async def challenge(new: HookRecord) -> None:
        to = destination_of(new.url)
        gate.addresses(to.host, to.port)
        if not target.wants:
            raise NotDelivered(DeliveryFailure.NOT_PROVEN)

    house.server.hooks.challenge = challenge
    Lines(house, TYPED).type(f"/hook add {target.url}", "den")
    return bool(house.server.hooks.of(house.world.room("den")))


def tried(target: Target, column: str) -> Mapping[str, str]:
    """Add a webhook with an operator's option; return the cell that would be right."""
    named = () if column == "by default" else networks_of(target.address)
    return {target.url: yes_or_no(is_added(target, named))}


def test_the_table_of_targets_has_all_of_them() -> None:
    assert list(TABLES["targets"]) == list(TARGETS)


@pytest.mark.parametrize("target", TARGETS)
def test_a_hook_leads_where_the_document_says(target: str) -> None:
    check("targets", target, lambda column: tried(TARGETS[target], column))
