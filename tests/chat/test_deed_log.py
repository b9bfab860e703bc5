"""`chatd.chat.deed_log`: deeds in the log of their room."""

from __future__ import annotations

from twisted.internet.task import Clock

from chatd.chat.deed_log import NO_SESSION, log_deed
from chatd.event import Deed, Draft, Kind
from chatd.rooms.room import Room
from tests.support.world import HeldStore


def test_a_deed_is_logged_with_its_author_and_under_no_session() -> None:
    clock = Clock()
    store = HeldStore(clock)
    deed = Deed("kick", "luis", reason="too much noise")
    log_deed("Ana", Room("Ops", store), deed)
    clock.advance(0)
    (batch, _) = store.held[0]
    assert batch == [Draft("Ops", NO_SESSION, "Ana", Kind.DEED, ["kick luis 0 too much noise"])]
