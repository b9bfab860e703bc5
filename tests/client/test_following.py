"""`chatd.client.following`: a room over several connections. The test is the server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import pytest

from chatd.client.following import Following, PutOut
from chatd.client.json_lines import JsonLink, Message
from chatd.client.wire import ClientError


def event(seq: int) -> Message:
    return {"seq": seq, "time": 1000 + seq, "author": "ana", "kind": "message", "text": f"{seq}"}


def events(*seqs: int, room: str = "ops") -> Message:
    return {"type": "events", "room": room, "events": [event(seq) for seq in seqs]}


class Talk:
    """A conversation whose requests are answered with the messages of a test, in order."""

    def __init__(self, *answers: Message) -> None:
        self._answers = [*answers]
        self.asked: list[Message] = []

    def send(self, type: str, **members: Any) -> None:
        self.asked.append({"type": type, **members})

    def ask(self, type: str, *, otherwise: Callable[[Message], None], **members: Any) -> Message:
        self.send(type, **members)
        while (answer := self._answers.pop(0)).get("type") == "events":
            otherwise(answer)
        return answer


class PagedTalk(Talk):
    """One that is asked for pages, too, to which nothing else comes in between."""

    def ask(
        self, type: str, *, otherwise: Callable[[Message], None] = lambda _: None, **members: Any
    ) -> Message:
        return super().ask(type, otherwise=otherwise, **members)


def entered(**members: Any) -> Message:
    return {"type": "entered", "room": "ops", "head": 0, "after": 0, "bookmark": None, **members}


@pytest.fixture
def taken() -> list[int]:
    return []


def following(taken: list[int], bookmark: str = "0-0") -> Following:
    def take(events: Sequence[Message]) -> None:
        taken.extend(each["seq"] for each in events)

    return Following("ops", take, bookmark)


def enter(followed: Following, talk: Talk) -> None:
    followed.enter(cast(JsonLink, talk))


def test_lines_are_taken_once_each_over_two_connections(taken: list[int]) -> None:
    followed = following(taken, "2-1002")
    enter(followed, Talk(events(2, 3), entered(resumed=True, head=3, after=2)))
    followed.receive(events(3, 4))
    followed.receive(events(9, room="lobby"))
    assert taken == [3, 4]
    again = Talk(entered(resumed=True, head=5, after=4))
    enter(followed, again)
    assert again.asked == [{"type": "enter", "room": "ops", "after": "4-1004"}]
    assert (followed.head, followed.bookmark) == (5, "4-1004")


def test_more_than_the_server_sends_on_entering_is_asked_for_first(taken: list[int]) -> None:
    talk = PagedTalk(
        entered(resumed=False, head=2000, after=1990),
        {"type": "history", "events": [event(3), event(4)], "upto": 4, "more": True},
        {"type": "history", "events": [event(5)], "upto": 1995, "more": False},
        entered(resumed=True, head=2000, after=1995),
    )
    followed = following(taken, "2-1002")
    enter(followed, talk)
    assert taken == [3, 4, 5]
    kinds = [each["type"] for each in talk.asked]
    assert kinds == ["enter", "leave", "history", "history", "enter"]


def test_a_server_that_does_not_send_them_is_not_asked_for_ever(taken: list[int]) -> None:
    talk = PagedTalk(
        entered(resumed=False, head=2000, after=1990),
        {"type": "history", "events": [], "upto": 2, "more": True},
    )
    with pytest.raises(ClientError, match="does not send"):
        enter(following(taken, "2-1002"), talk)


def test_a_newcomer_takes_the_last_lines(taken: list[int]) -> None:
    followed = following(taken, "")
    talk = Talk(entered(resumed=False, head=12, after=2))
    enter(followed, talk)
    assert talk.asked == [{"type": "enter", "room": "ops", "after": None}]
    followed.receive(events(3, 12))
    assert (taken, followed.bookmark) == ([3, 12], "12-1012")


def test_a_room_without_lines_to_take_has_a_bookmark_all_the_same(taken: list[int]) -> None:
    followed = following(taken, "")
    enter(followed, Talk(entered(head=12, after=12, bookmark="12-1012")))
    assert (followed.seq, followed.bookmark) == (12, "12-1012")


@pytest.mark.parametrize("bookmark", ["x", "12-", "12", 12, "1\n2-3", "9" * 16])
def test_a_bookmark_that_is_none_is_not_kept(taken: list[int], bookmark: object) -> None:
    followed = following(taken, "")
    enter(followed, Talk(entered(head=12, after=12, bookmark=bookmark)))
    assert followed.bookmark == ""


def test_another_log_is_taken_from_its_last_lines_on(
    taken: list[int], capfd: pytest.CaptureFixture[str]
) -> None:
    followed = following(taken, "40-1040")
    enter(followed, Talk(events(1, 2), entered(anew=True, resumed=False, head=2)))
    assert (taken, followed.began_anew, followed.bookmark) == ([1, 2], True, "2-1002")
    assert "another log" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ({"type": "left", "room": "ops", "by": "ana", "reason": "enough"}, "removed you"),
        ({"type": "left", "room": "ops"}, "not in #ops any more"),
        ({"type": "closing", "reason": "ended"}, "ended the session"),
    ],
)
def test_one_that_is_put_out_is_told_why(taken: list[int], message: Message, told: str) -> None:
    with pytest.raises(PutOut, match=told):
        following(taken).receive(message)


def test_what_the_server_said_last_is_the_reason_if_it_gives_no_other(taken: list[int]) -> None:
    followed = following(taken)
    followed.receive({"type": "say", "text": "because so"})
    with pytest.raises(PutOut, match="because so"):
        followed.receive({"type": "closing", "reason": "ended"})
    for reason in "stopping", "upgrading":
        followed.receive({"type": "closing", "reason": reason})
    followed.receive({"type": "left", "room": "lobby"})
