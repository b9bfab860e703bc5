"""The tags of lines of IRC."""

from __future__ import annotations

from chatd.event import Event, Kind
from chatd.formats.irc_tags import IrcServer, msgid, server_time


def test_times_are_of_milliseconds() -> None:
    assert server_time(1_600_000_000_007) == "2020-09-13T12:26:40.007Z"


def test_an_id_is_the_same_however_a_room_is_spelled() -> None:
    event = Event("Ops", 7, 0, 1, "ana", Kind.MESSAGE, "x")
    assert msgid(event) == msgid(event._replace(room="ops")) == "7-ops"


def test_masks() -> None:
    assert IrcServer("irc.example").mask("ana") == "ana!ana@irc.example"
