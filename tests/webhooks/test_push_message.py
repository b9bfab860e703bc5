"""`chatd.webhooks.push_message`: what an absent person is told, in one body for all receivers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chatd.i18n import Language
from chatd.webhooks.push_message import LOGS_SHOWN, TEXT_SHOWN, Gathered, Missed, code_body
from tests.support.hostile import HOSTILE

NTFY_BYTES = 4096
"""Most bytes of a message of ntfy; a longer one becomes an attachment."""


def body_of(
    *lines: Missed, language: Language = Language.ENGLISH, with_text: bool = False
) -> dict[str, Any]:
    gathered = Gathered()
    for line in lines:
        gathered.add(line)
    return dict(json.loads(gathered.body(language, "ana", with_text=with_text)))


def private(author: str = "luis", text: str = "psst") -> Missed:
    return Missed("", author, text)


def mention(author: str = "luis", room: str = "ops", text: str = "ana!") -> Missed:
    return Missed(room, author, text)


class TestMessage:
    @pytest.mark.parametrize(
        ("lines", "message"),
        [
            ([private()], "luis wrote to you"),
            ([private("eva"), private()], "2 private lines, the last by luis"),
            ([mention()], "luis mentioned you in #ops"),
            ([mention(), mention("eva")], "2 mentions in #ops, the last by eva"),
            (
                [private(), mention(), mention(room="lab")],
                "luis wrote to you\nluis mentioned you in #ops\nluis mentioned you in #lab",
            ),
        ],
    )
    def test_has_a_sentence_for_each_room(self, lines: list[Missed], message: str) -> None:
        assert body_of(*lines)["message"] == message

    def test_is_in_the_language_of_its_receiver(self) -> None:
        assert body_of(mention(), language=Language.SPANISH)["message"] == (
            "luis te ha nombrado en #ops"
        )

    def test_has_no_text_unless_that_is_wanted(self) -> None:
        assert "psst" not in json.dumps(body_of(private()))
        body = body_of(private(text="first"), private(), with_text=True)
        assert body["message"] == "2 private lines, the last by luis: psst"
        assert body["lines"][0]["text"] == "psst"

    def test_counts_the_lines_of_further_rooms(self) -> None:
        rooms = [mention(room=f"r{number}") for number in range(LOGS_SHOWN + 2)]
        body = body_of(*rooms, mention(room="r0"))
        assert body["message"].split("\n")[-1] == "2 more elsewhere"
        assert len(body["lines"]) == LOGS_SHOWN
        assert body["more"] == 2

    def test_merges_what_came_later(self) -> None:
        earlier, later = Gathered(), Gathered()
        earlier.add(mention())
        later.add(mention("eva"))
        later.add(private())
        earlier.merge(later)
        message = json.loads(earlier.body(Language.ENGLISH, "ana", with_text=False))["message"]
        assert message == "2 mentions in #ops, the last by eva\nluis wrote to you"

    def test_merges_the_number_of_those_in_further_rooms(self) -> None:
        earlier, later = Gathered(), Gathered()
        assert not earlier
        for number in range(LOGS_SHOWN + 2):
            later.add(mention(room=f"r{number}"))
        earlier.merge(later)
        assert earlier
        assert json.loads(earlier.body(Language.ENGLISH, "ana", with_text=False))["more"] == 2

    def test_holds_no_more_of_a_text_than_it_shows(self) -> None:
        gathered = Gathered()
        gathered.add(private(text="x" * 4096))
        ((_, line),) = gathered._logs.values()
        assert len(line.text) == TEXT_SHOWN + 1
        assert body_of(private(text="x" * 4096), with_text=True)["lines"][0]["text"][-1] == "…"

    def test_is_never_too_long(self) -> None:
        longest = "\U0001f642" * 5000
        rooms = [mention(longest[:32], longest[:31] + str(each), longest) for each in range(9)]
        message = body_of(*rooms, with_text=True)["message"]
        assert len(message.encode()) <= NTFY_BYTES

    @pytest.mark.parametrize("text", HOSTILE)
    def test_is_visible_whoever_wrote_it(self, text: str) -> None:
        said = body_of(private(text=text), with_text=True)
        for told in said["message"], said["lines"][0]["text"]:
            assert told.isprintable()
            assert len(told) <= TEXT_SHOWN + len("luis wrote to you: ")


class TestBody:
    def test_is_one_that_all_receivers_take(self) -> None:
        assert body_of(mention(), private()) == {
            "title": "chatd",
            "message": "luis mentioned you in #ops\nluis wrote to you",
            "priority": 5,
            "kind": "lines",
            "account": "ana",
            "lines": [
                {"kind": "mention", "room": "ops", "author": "luis", "count": 1},
                {"kind": "private", "room": None, "author": "luis", "count": 1},
            ],
            "more": 0,
        }

    def test_of_a_code_says_what_to_do_with_it(self) -> None:
        body = json.loads(code_body(Language.SPANISH, "ana", "012345"))
        assert body["kind"] == "code"
        assert "/avisos confirmar 012345" in body["message"]
