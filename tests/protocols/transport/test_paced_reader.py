"""Turns: the questions that a turn asks, and input that ends in the middle of an item."""

from __future__ import annotations

import pytest

from chatd.chat.line_quotas import LineQuotas
from chatd.protocols.transport.limits import Limits
from tests.support.browser import browser, frame
from tests.support.http import Served, request
from tests.support.world import World


@pytest.mark.parametrize("lines", [b"hola\n", b"uno\ndos\n", b"/who\nhola\n/who\n"])
def test_the_allowance_is_asked_once_a_turn(lines: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0
    allowance = LineQuotas.allowance

    def count(*given: object) -> int:
        nonlocal asked
        asked += 1
        return allowance(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(LineQuotas, "allowance", count)
    person = World().person()
    asked = 0
    person.send(lines)
    assert asked == 1


def test_a_message_that_has_not_ended_takes_no_turns_after_a_half_close() -> None:
    world = World()
    one = browser(world)
    one.send_bytes(frame(b'{"type":', fin=False))
    one.protocol.readConnectionLost()
    world.settle()
    assert one.closed
    assert not one.protocol.connection.reader.intake.unfinished


def test_lines_that_are_paid_for_wait_for_a_command_and_not_for_the_rate() -> None:
    world = World(slow=True, limits=Limits(lines_per_second=10))
    person = world.person()
    person.send(b"hola\n/who\n" + b"uno\n" * 2000)  # more than is decoded at a time
    world.settle()
    world.store.release()
    world.settle()
    assert person.session.queue.unpublished > 0


def test_input_after_a_request_for_events_is_dropped() -> None:
    door = Served()
    door.world.say("hola")
    caller = door.caller()
    caller.send(request("GET", "/api/rooms/lobby/stream") + b"x" * 5000)
    caller.settle()
    reader = caller.protocol.connection.reader
    assert not reader.intake.unread
    reader.wake()
    assert not caller.paused
