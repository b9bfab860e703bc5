"""Turns: the questions that a turn asks, and input that ends in the middle of an item."""

from __future__ import annotations

import pytest

from chatd.chat.line_quotas import LineQuotas
from tests.support.browser import browser, frame
from tests.support.world import World


@pytest.mark.parametrize("lines", [b"hola\n", b"uno\ndos\n", b"/who\nhola\n/who\n"])
def test_the_allowance_is_asked_once_a_turn(lines: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0
    allowance = LineQuotas.allowance

    def count(*given: object) -> int:
        nonlocal asked
        asked += 1
        return allowance(*given)  # type: ignore[arg-type]

    person = World().person()
    monkeypatch.setattr(LineQuotas, "allowance", count)
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
