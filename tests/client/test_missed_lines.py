"""`chatd.client.missed_lines`: lines that come again after a crash of the server."""

from __future__ import annotations

from typing import Any

import pytest

from chatd.client.shown import Kind
from tests.support.conversations import Talk, event


@pytest.fixture
def talk() -> Talk:
    """Return a conversation of the account of Ana in the lobby."""
    talk = Talk()
    come(talk)
    return talk


def come(talk: Talk) -> None:
    """Connect as Ana, who asks for missed lines, in the lobby."""
    talk.connect("ana", account=True)
    talk.enter(resumed=len(talk.conversation.chat.rooms) > 0)


def answer(talk: Talk, *found: tuple[str, dict[str, Any]], heading: str = "missed") -> None:
    """Let the server answer the last line typed, or sent, with these missed messages."""
    id = talk.lines[-1]["id"]
    talk.take("say", id=id, key=heading, text=f"{len(found)} since you left:")
    for type, members in found:
        talk.take(type, past=True, **members)
    talk.take("done", id=id)


def line(seq: int, room: str = "ops") -> tuple[str, dict[str, Any]]:
    return "events", {"room": room, "events": [event(seq, "luis", f"line {seq}")]}


def private(time: int) -> tuple[str, dict[str, Any]]:
    return "private", {"author": "luis", "text": f"psst {time}", "time": time}


class TestMissedLines:
    def test_those_of_a_room_are_shown_once(self, talk: Talk) -> None:
        answer(talk, line(1), line(2))
        talk.conversation.lost()
        come(talk)
        answer(talk, line(1), line(2), line(3))
        assert talk.texts() == ["line 1", "line 2", "line 3"]

    def test_private_ones_are_shown_once(self, talk: Talk) -> None:
        type, live = private(1)
        talk.take(type, **live)
        talk.conversation.lost()
        come(talk)
        answer(talk, private(1), private(2), heading="private_missed")
        assert talk.texts(kind=Kind.PRIVATE) == ["psst 1", "psst 2"]

    @pytest.mark.parametrize("message", [line(1), private(1)])
    def test_there_is_no_heading_without_a_line(
        self, talk: Talk, message: tuple[str, dict[str, Any]]
    ) -> None:
        answer(talk, message)
        talk.conversation.lost()
        come(talk)
        answer(talk, message)
        assert talk.texts(kind=Kind.ANSWER) == ["1 since you left:"]

    def test_a_heading_is_above_its_lines(self, talk: Talk) -> None:
        answer(talk, line(1), line(2))
        shown = [shown.text for shown in talk.window.lines["lobby"][-3:]]
        assert shown == ["2 since you left:", "line 1", "line 2"]

    def test_each_room_has_its_own(self, talk: Talk) -> None:
        answer(talk, line(1))
        talk.conversation.lost()
        come(talk)
        id = talk.lines[-1]["id"]
        for room in "ops", "dev":
            talk.take("say", id=id, key="missed", text=room)
            type, members = line(1, room)
            talk.take(type, past=True, **members)
        assert [shown.text for shown in talk.window.lines["lobby"][-2:]] == ["dev", "line 1"]

    def test_a_heading_is_not_above_what_is_asked_for_later(self, talk: Talk) -> None:
        answer(talk, line(1))
        talk.conversation.lost()
        come(talk)
        answer(talk, line(1))
        talk.conversation.submit("/history")
        type, members = line(2)
        talk.take(type, past=True, **members)
        assert talk.texts(kind=Kind.ANSWER) == ["1 since you left:"]
        assert talk.texts()[-1] == "line 2"

    def test_history_that_is_asked_for_is_shown_again(self, talk: Talk) -> None:
        for _ in range(2):
            talk.conversation.submit("/history")
            type, members = line(1)
            talk.take(type, past=True, **members)
        assert talk.texts() == ["line 1", "line 1"]
