"""`chatd.client.completion`: the word before the cursor, by what a conversation knows."""

from __future__ import annotations

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from chatd.client.completion import WordCompleter, WordsOfChat
from tests.support.conversations import KnownWords, Talk


def completed(text: str) -> list[str]:
    """Return the text with each completion of its last word."""
    return [
        text[: len(text) + each.start_position] + each.text
        for each in WordCompleter(KnownWords()).get_completions(Document(text), CompleteEvent())
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/TO", ["/topic "]),
        ("/t", ["/topic ", "/tema "]),
        ("hola /t", []),
        ("an", ["ana: ", "anton: "]),
        ("hola JO", ["hola José "]),
        ("/join #o", ["/join #ops "]),
        ("/join o", ["/join ops "]),
        ("/topic o", []),
        ("/topic an", ["/topic ana ", "/topic anton "]),
        ("/ayuda t", ["/ayuda topic ", "/ayuda tema "]),
        ("/msg an", ["/msg ana ", "/msg anton ", "/msg antea "]),
        ("/vetar ante", ["/vetar antea "]),
        ("/msg #o", ["/msg #ops "]),
        ("one\n/join o", []),
        ("@an", ["@ana ", "@anton "]),
        ("hola @jo", ["hola @José "]),
        ("one\nan", ["one\nana ", "one\nanton "]),
        ("x", []),
    ],
)
def test_the_word_before_the_cursor_is_completed(text: str, found: list[str]) -> None:
    assert completed(text) == found


class TestWordsOfChat:
    """The rooms and people that a conversation knows."""

    @pytest.fixture
    def talk(self) -> Talk:
        talk = Talk(rooms=["lobby", "ops"])
        talk.connect()
        talk.enter("lobby")
        talk.enter("ops")
        return talk

    def test_rooms_are_those_of_the_person_and_the_others_of_the_server(self, talk: Talk) -> None:
        words = WordsOfChat(lambda: talk.conversation.chat)
        assert words.rooms() == ["lobby", "ops"]
        (request,) = (each for each in talk.sent if each["type"] == "rooms")
        rooms = [{"room": "OPS"}, {"room": "dev"}]
        talk.take("rooms", id=request["id"], count=2, rooms=rooms)
        assert words.rooms() == ["lobby", "ops", "dev"]
        assert talk.sent[-1]["type"] == "rooms", "they are not asked for again"

    def test_people_are_those_here_elsewhere_and_of_the_log(self, talk: Talk) -> None:
        words = WordsOfChat(lambda: talk.conversation.chat)
        talk.take("people", room="lobby", names=["ana", "eva"])
        talk.take("people", room="ops", names=["eva", "luis"])
        talk.hear(1, "Luis", "hola", room="ops")
        talk.hear(2, "pau", "hola", room="ops")
        assert words.names() == ["ana", "eva"]
        assert words.all_names() == ["ana", "eva", "luis", "pau"]
