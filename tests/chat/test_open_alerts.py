"""`chatd.chat.open_alerts`: alerts that go on, and the people who have them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from chatd.chat.open_alerts import IN_A_ROOM, OpenAlert
from chatd.event import Kind
from chatd.remarks import Remark
from tests.support.alerts import post_alert
from tests.support.world import World


def alerts(world: World, room: str = "lobby") -> list[OpenAlert]:
    found = [server.open_alerts.of(server.rooms[room]) for server in world.servers]
    assert all(each == found[0] for each in found), "the nodes differ"
    return found[0]


def seen(world: World, room: str = "lobby") -> list[tuple[int, int, str, str]]:
    """Return the number, line, excerpt and owner of each alert."""
    return [
        (each.record.number, each.line, each.record.excerpt, each.record.by)
        for each in alerts(world, room)
    ]


class TestPosting:
    def test_an_alert_goes_on_until_it_is_over(self, world: World) -> None:
        post_alert(world, "lobby", "disk")
        assert seen(world) == [(1, 1, "FIRING disk", "")]
        post_alert(world, "lobby", "disk", over=True)
        assert seen(world) == []

    def test_each_alert_of_a_post_has_its_own_line(self, world: World) -> None:
        post_alert(world, "lobby", "disk", "load", "web")
        assert seen(world) == [
            (1, 1, "FIRING disk", ""),
            (2, 2, "FIRING load", ""),
            (3, 3, "FIRING web", ""),
        ]
        post_alert(world, "lobby", "load", over=True)
        assert [number for number, *_ in seen(world)] == [1, 3]

    def test_one_that_is_posted_again_moves_to_that_line_and_keeps_its_number(
        self, world: World
    ) -> None:
        post_alert(world, "lobby", "disk", "load")
        post_alert(world, "lobby", "disk")
        assert seen(world) == [(2, 2, "FIRING load", ""), (1, 3, "FIRING disk", "")]

    def test_and_the_person_who_has_it(self, world: World) -> None:
        world.person("luis").type("/join lobby")
        post_alert(world, "lobby", "disk")
        world.person("ana").type("/ack on it")
        post_alert(world, "lobby", "disk")
        (alert,) = alerts(world)
        assert (alert.record.by, alert.record.words, alert.line) == ("ana", "on it", 3)

    def test_a_number_is_not_given_again_while_alerts_go_on(self, world: World) -> None:
        post_alert(world, "lobby", "disk", "load")
        post_alert(world, "lobby", "disk", over=True)
        post_alert(world, "lobby", "web")
        assert [number for number, *_ in seen(world)] == [2, 3]
        post_alert(world, "lobby", "load", "web", over=True)
        post_alert(world, "lobby", "disk")
        assert [number for number, *_ in seen(world)] == [1]

    def test_of_too_many_the_oldest_are_dropped(self, world: World) -> None:
        post_alert(world, "lobby", *(f"a{number}" for number in range(IN_A_ROOM)))
        post_alert(world, "lobby", "b1", "b2")
        excerpts = [excerpt for _, _, excerpt, _ in seen(world)]
        assert len(excerpts) == IN_A_ROOM
        assert excerpts[0] == "FIRING a2"
        assert excerpts[-2:] == ["FIRING b1", "FIRING b2"]

    def test_each_room_has_its_own(self, world: World) -> None:
        ana = world.person("ana")
        ana.type("/create ops")
        post_alert(world, "ops", "disk")
        assert seen(world) == []


class TestForgetting:
    async def test_an_alert_goes_with_its_line(self, world: World) -> None:
        post_alert(world, "lobby", "disk")
        world.say("hola")
        post_alert(world, "lobby", "load")
        await world.store.forget("lobby", 2)
        world.settle()
        assert [excerpt for _, _, excerpt, _ in seen(world)] == ["FIRING load"]
        stored = [record for record in world.store.records() if record.kind == "alert"]
        assert len([record for record in stored if record.value is not None]) == 1

    def test_is_stored_with_its_line_or_not_at_all(
        self, expected_errors: Callable[..., Any]
    ) -> None:
        world = World(slow=True)
        post_alert(world, "lobby", "disk")
        world.store.fail()
        world.settle()
        assert seen(world) == []
        assert world.server.open_alerts.table == {}
        expected_errors()

    def test_after_a_restart_alerts_go_on(self, world: World) -> None:
        post_alert(world, "lobby", "disk", "load")
        world.person("ana").type("/ack 2")
        before = seen(world)
        assert seen(world.restarted()) == before


class Alerts(RuleBasedStateMachine):
    """Posts and acks at two nodes, in any order, against what people would say of them."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(nodes=2)
        self.people = {name: self.world.person(name) for name in ("ana", "luis")}
        self.expected: dict[str, str] = {}

    @rule(
        identities=st.lists(st.sampled_from("abc"), min_size=1, max_size=3, unique=True),
        over=st.booleans(),
        node=st.integers(0, 1),
    )
    def post(self, identities: list[str], over: bool, node: int) -> None:
        server = self.world.nodes[node].server
        post_alert(self.world, "lobby", *identities, over=over, server=server)
        for identity in identities:
            if over:
                self.expected.pop(identity, None)
            else:
                self.expected.setdefault(identity, "")

    @rule(name=st.sampled_from(["ana", "luis"]), data=st.data())
    def ack(self, name: str, data: Any) -> None:
        if self.expected:
            identity = data.draw(st.sampled_from(sorted(self.expected)))
            (alert,) = (
                each for each in alerts(self.world) if each.record.excerpt == f"FIRING {identity}"
            )
            self.people[name].type(f"/ack {alert.record.number}")
            self.expected[identity] = name

    @invariant()
    def each_node_has_those_that_go_on_and_who_has_them(self) -> None:
        found = {each.record.excerpt: each.record.by for each in alerts(self.world)}
        assert found == {f"FIRING {name}": by for name, by in self.expected.items()}

    @invariant()
    def who_has_one_said_so_in_the_log(self) -> None:
        acks = [
            (each.author, Remark.of(each.text).excerpt)
            for each in self.world.stored("lobby")
            if each.kind is Kind.ACK
        ]
        for each in alerts(self.world):
            if each.record.by:
                assert (each.record.by, each.record.excerpt) in acks


@pytest.mark.one_node("it has two nodes of its own")
class TestAlertsOfTwoNodes(Alerts.TestCase):  # type: ignore[name-defined,misc]
    settings = settings(max_examples=20, stateful_step_count=12, deadline=None)
