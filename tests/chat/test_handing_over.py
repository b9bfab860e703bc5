"""Tests of sessions that go on at another server on the same store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chatd.errors import ErrorKind
from tests.support.browser import Browser
from tests.support.irc_client import irc_person
from tests.support.json_client import JsonClient
from tests.support.node_clocks import NodeClocks
from tests.support.sentences import EN
from tests.support.world import World


class TestALineClient:
    def test_talks_on(self, world: World) -> None:
        ana, ben = world.person("ana"), world.person("ben")
        world.wait(60)
        ana.seen(), ben.seen()
        world.hand_over()
        ana.type("hola")
        assert ana.seen() == ben.seen() == ["<ana> hola"]

    def test_is_sent_nothing(self, world: World) -> None:
        ana, ben = world.person("ana"), world.person("ben")
        world.wait(60)
        ana.seen(), ben.seen()
        world.hand_over()
        world.wait(60)
        assert (ana.seen(), ben.seen()) == ([], [])

    def test_ends_its_half_line(self, world: World) -> None:
        ana = world.person("ana")
        ana.send("media lí".encode()[:-1])
        world.hand_over()
        ana.send("í".encode()[1:] + b"nea\n")
        world.settle()
        assert ana.seen() == ["<ana> media línea"]


def quits(client: Any) -> None:
    """Say goodbye, as a person does."""
    client.type("/quit")


def half_closes(client: Any) -> None:
    """Send nothing more, and read on."""
    client.half_close()


@pytest.mark.parametrize(
    ("come", "ends"),
    [
        (lambda world: world.person("ana"), quits),
        (lambda world: world.person("ana"), half_closes),
        (lambda world: world.member("ana"), half_closes),
        (JsonClient.come, half_closes),
        (Browser.come, half_closes),
        (lambda world: irc_person(world, "ana", "lobby"), half_closes),
    ],
)
def test_one_that_ends_is_sent_the_rest_first(
    come: Callable[[World], Any], ends: Callable[[Any], None]
) -> None:
    assert _rest(come, ends, hands_over=True) == _rest(come, ends, hands_over=False)


def _rest(come: Callable[[World], Any], ends: Callable[[Any], None], *, hands_over: bool) -> bytes:
    """Return what a client is sent after it has ended."""
    world = World(nodes=1)
    client, ben = come(world), world.person("ben")
    world.wait(60)
    client.bytes_seen()
    tell = f"/msg {client.protocol.connection.handler.session.name} psst"
    client.transport.producer.pauseProducing()
    ben.type("before", tell)
    ends(client)
    world.wait(30)
    if hands_over:
        world.hand_over()
    ben.type("after", tell)
    if not hands_over:  # the transport of another process has room
        client.transport.producer.resumeProducing()
        world.settle()
    rest: bytes = client.bytes_seen()
    assert client.closed
    assert (b"before" in rest, b"after" in rest) == (True, False)
    return rest


@pytest.fixture
def nodes() -> World:
    return World(nodes=2, clock=NodeClocks())


class TestANode:
    """One of two nodes is handed over. The first person is at the second node."""

    def test_talks_on_with_the_other(self, nodes: World) -> None:
        ana, ben = nodes.person("ana"), nodes.person("ben")
        nodes.settle(), ana.seen(), ben.seen()
        nodes.hand_over(1)
        ana.type("hola")
        ben.type("buenas")
        assert ana.seen() == ben.seen() == ["<ana> hola", "<ben> buenas"]

    def test_nobody_is_told_anything(self, nodes: World) -> None:
        ana, ben = nodes.person("ana"), nodes.person("ben")
        nodes.wait(60)
        ana.seen(), ben.seen()
        for node in (1, 0, 1):
            nodes.hand_over(node)
            nodes.wait(60)
        assert (ana.seen(), ben.seen()) == ([], [])

    def test_is_shown_what_the_other_says_at_each_step_once(self, nodes: World) -> None:
        ana, ben = nodes.person("ana"), nodes.person("ben")
        nodes.settle(), ana.seen(), ben.seen()
        said = []

        def say() -> None:
            said.append(f"<ben> {len(said)}")
            ben.type(str(len(said) - 1))

        nodes.hand_over(1, say)
        assert len(said) >= 3
        assert ana.seen() == ben.seen() == said

    def test_knows_of_whom_of_the_other_its_people_were_told(self, nodes: World) -> None:
        ana, _ = nodes.person("ana"), nodes.person("ben")
        nodes.wait(60)
        nodes.hand_over(1)
        ana.seen()
        nodes.nodes[0].store.crash()  # before it can say who leaves
        nodes.shared_log.reap(nodes.nodes[0].store)
        nodes.wait(60)
        assert ana.seen() == [EN.notice("left_one", people="ben")]

    def test_goes_on_with_its_term_and_its_claims(self, nodes: World) -> None:
        ana, _ = nodes.person("ana"), nodes.person("ben")
        before = nodes.shared_log.state
        nodes.settle()
        terms, claims = before.terms, {look: list(held) for look, held in before.claims.items()}
        batches = len(nodes.shared_log.batches)
        nodes.hand_over(1)
        nodes.wait(20)
        after = nodes.shared_log.state
        assert (after.terms, {look: list(held) for look, held in after.claims.items()}) == (
            terms,
            claims,
        )
        assert nodes.shared_log.reaped == []
        assert len(nodes.shared_log.batches) == batches  # visits are not written again
        taken = EN.error(ErrorKind.NAME_IN_USE, "name_in_use", name="ben")
        assert ana.ask("/nick ben") == [taken]
