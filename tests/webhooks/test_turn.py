"""Of several nodes one delivers, and another one after it."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.defer import Deferred, fail

from chatd.chat.server import ChatServer
from chatd.event import Event
from chatd.storage.contract import InDoubt
from chatd.storage.records import change
from chatd.webhooks import delivery
from chatd.webhooks.outgoing import Outgoing
from chatd.webhooks.registry import Hook
from tests.support.receivers import Receiver, hook_record, outgoing_of
from tests.support.world import Member, World


class TwoNodes:
    """Two nodes, each with its deliveries, which have begun at the first node."""

    def __init__(self) -> None:
        self.world = World(nodes=2)
        self.world.register("root", admin=True)
        self.receivers = [Receiver(), Receiver()]
        pairs = zip(self.world.servers, self.receivers, strict=True)
        self.outgoing = [outgoing_of(*pair, self.world.clock) for pair in pairs]
        for outgoing in self.outgoing:
            outgoing.start()
        self.world.settle()

    def add_hook(self) -> None:
        server = self.world.server
        new = hook_record("https://example.com/", "root")
        change(self.world.store, server.hooks.add(server.lobby, new)[1])
        self.world.settle()

    def check(self) -> None:
        for outgoing in self.outgoing:
            outgoing.check()
        self.world.settle()

    def posted(self) -> list[list[str]]:
        self.world.clock.pump([0] * 4)
        return [receiver.texts() for receiver in self.receivers]


def close(outgoing: Outgoing) -> None:
    outgoing.stop()
    Deferred.fromCoroutine(outgoing.close())


def hook_at(server: ChatServer) -> Hook:
    (hook,) = server.hooks
    return hook


@pytest.fixture
def nodes() -> TwoNodes:
    nodes = TwoNodes()
    nodes.add_hook()
    return nodes


def test_one_node_delivers_what_is_said_at_any(nodes: TwoNodes) -> None:
    nodes.world.say("one")
    nodes.world.say("two")
    assert nodes.posted() == [["one", "two"], []]


def test_the_other_one_knows_how_far_it_came(nodes: TwoNodes) -> None:
    nodes.world.say("one")
    nodes.posted()
    nodes.check()
    here, there = map(hook_at, nodes.world.servers)
    assert here.seq == there.seq > 0


def test_another_one_goes_on_where_it_stopped(nodes: TwoNodes) -> None:
    nodes.world.say("one")
    nodes.posted()
    close(nodes.outgoing[0])
    nodes.world.say("two")
    assert nodes.posted() == [[], []]
    nodes.check()
    assert nodes.posted() == [[], ["two"]]


def test_another_one_goes_on_after_a_crash(nodes: TwoNodes) -> None:
    nodes.world.say("one")
    nodes.posted()
    nodes.check()
    store = nodes.world.nodes[0].store
    store.crash()
    nodes.world.shared_log.reap(store)
    nodes.outgoing[1].check()
    Member(nodes.world, nodes.world.nodes[1].chat).type("two")
    nodes.outgoing[1].check()
    assert nodes.posted()[1] == ["two"]


def _crash_under_way(nodes: TwoNodes) -> list[str]:
    """Crash the first node while it posts a line. Return what the other one posts then."""
    nodes.receivers[0].slow = True
    nodes.world.say("one")
    assert nodes.posted()[0] == ["one"]
    nodes.check()
    store = nodes.world.nodes[0].store
    store.crash()
    nodes.world.shared_log.reap(store)
    nodes.outgoing[1].check()
    return nodes.posted()[1]


def test_a_line_of_which_it_is_not_known_if_it_was_posted_is_posted_again(nodes: TwoNodes) -> None:
    assert _crash_under_way(nodes) == ["one"]


def test_a_cursor_before_the_post_would_be_found_out(
    nodes: TwoNodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = delivery._Delivery.post

    async def careless(self: Any, poster: Any, item: Event) -> None:
        self._hook.delivered(item.seq)
        await post(self, poster, item)

    monkeypatch.setattr(delivery._Delivery, "post", careless)
    assert _crash_under_way(nodes) == []


def test_a_store_that_fails_is_asked_again(nodes: TwoNodes) -> None:
    close(nodes.outgoing[0])
    claims = nodes.world.nodes[1].store.claims
    ask = claims.claim
    claims.claim = lambda claim: fail(InDoubt())
    nodes.outgoing[1].check()
    assert not nodes.outgoing[1].turn.is_ours
    claims.claim = ask
    nodes.outgoing[1].check()
    nodes.world.settle()
    assert nodes.outgoing[1].turn.is_ours


class TestAfterALongCut:
    @pytest.fixture(autouse=True)
    def cut(self, nodes: TwoNodes) -> None:
        """Have the second node take the turn of the first one, which was cut off."""
        store = nodes.world.store
        nodes.world.say("one")
        nodes.posted()
        nodes.check()
        store.cut = True
        nodes.world.shared_log.reap(store)
        nodes.check()
        nodes.world.next_node()
        nodes.world.say("two")
        nodes.check()
        assert nodes.posted() == [[], ["two"]]
        store.reconnect()
        nodes.world.wait(3)

    def test_the_first_node_has_no_turn_any_more(self, nodes: TwoNodes) -> None:
        nodes.world.say("three")
        assert nodes.posted() == [[], ["three"]]
        assert not nodes.outgoing[0].turn.is_ours

    def test_it_goes_on_behind_what_the_other_one_delivered(self, nodes: TwoNodes) -> None:
        close(nodes.outgoing[1])
        nodes.world.say("three")
        nodes.outgoing[0].check()
        nodes.world.settle()
        assert nodes.posted() == [["three"], []]
