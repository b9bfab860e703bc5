"""`chatd tail -f` in a room that it is put out of; `test_reading_commands` has the rest of it."""

from __future__ import annotations

from typing import Any

import pytest

from chatd import cli
from tests.support.stand_in import ChatStandIn, FakeServer, Peer


class PuttingOut(ChatStandIn):
    """A server that puts a client out of the room that it enters, with these members."""

    def __init__(self, **left: Any) -> None:
        super().__init__()
        self._left = left

    def hear_request(self, peer: Peer, message: dict[str, Any]) -> bool:
        if message["type"] == "history":
            events = [{"seq": 7, "time": 0, "author": "ana", "text": "hola"}]
            peer.tell("history", id=message["id"], upto=7, events=events)
        elif message["type"] == "room":
            peer.tell("room", id=message["id"], room="ops")
        elif message["type"] == "enter":
            peer.tell("entered", id=message["id"], room="ops", after=7, resumed=True)
            peer.tell("left", room="ops", **self._left)
        return message["type"] in ("history", "room", "enter")


@pytest.mark.parametrize(
    ("left", "told"),
    [
        ({}, " not in #ops any more."),
        ({"by": "ana"}, "ana removed you from #ops."),
        ({"by": "ana", "reason": "enough"}, "ana removed you from #ops: enough"),
        ({"by": "ana", "reason": "\x1b[31m"}, "ana removed you from #ops: ^[[31m"),
        ({"by": 5, "reason": 5}, " not in #ops any more."),
    ],
)
def test_one_that_is_put_out_says_by_whom_and_why(
    capfd: pytest.CaptureFixture[str], left: dict[str, Any], told: str
) -> None:
    with FakeServer(PuttingOut(**left)) as server:
        assert cli.main(["tail", "-f", *server.address, "ops"]) == 2
    assert capfd.readouterr().err.endswith(f"{told}\n")
