"""Tests of sessions that go on at another server on the same store."""

from __future__ import annotations

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
