"""`chatd tail`, `who`, `rooms` and `search` with servers that answer as no server should."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chatd import cli
from tests.support.stand_in import ChatStandIn, FakeServer, Peer

SEQUENCE = "\x1b]0;title\x07\x9b31m\u202e"
"""A text that changes the title of a terminal, its colours, and the direction of its text."""

MARKED = {"seq": 7, "time": 1764100000000, "author": SEQUENCE, "text": SEQUENCE}


class Hostile(ChatStandIn):
    """A server that answers each request with members of its own."""

    def __init__(self, **answer: Any) -> None:
        super().__init__()
        self._answer = answer

    def hear_request(self, peer: Peer, message: dict[str, Any]) -> bool:
        if message["type"] in ("hello", "text"):
            return False
        if message["type"] == "history" and message.get("after", 0) >= 7:
            peer.tell("history", id=message["id"], upto=7, more=True, events=[])
        else:
            type = {"search": "found"}.get(message["type"], message["type"])
            peer.tell(type, id=message["id"], **self._answer)
        return True


def run(answer: dict[str, Any], *words: str) -> int:
    with FakeServer(Hostile(**answer)) as server:
        return cli.main([words[0], *server.address, *words[1:]])


ANSWERS: dict[str, dict[str, Any]] = {
    "tail": {"upto": 7, "events": [MARKED]},
    "search x": {"upto": 0, "room": SEQUENCE, "events": [MARKED]},
    "who": {"names": [SEQUENCE], "roles": {SEQUENCE: SEQUENCE}, "away": [SEQUENCE]},
    "rooms": {"count": 1, "rooms": [{"room": SEQUENCE, "people": SEQUENCE, "topic": SEQUENCE}]},
}


@pytest.mark.parametrize("command", ANSWERS)
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_no_text_controls_the_terminal(
    capfdbinary: pytest.CaptureFixture[bytes], command: str, form: list[str]
) -> None:
    assert run(ANSWERS[command], *command.split(), *form) == 0
    printed = capfdbinary.readouterr().out.decode()
    assert "]0;title" in printed
    assert not set(printed) & set("\x1b\x07\x9b\u202e")
    if form:
        assert all(isinstance(json.loads(line), dict) for line in printed.splitlines())


@pytest.mark.parametrize("command", ANSWERS)
@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"events": 5, "names": 5, "rooms": 5, "count": "x", "guests": "x", "upto": "x"},
        {"events": [5], "names": [], "rooms": [5], "upto": -1, "roles": [], "away": {}},
    ],
    ids=["nothing", "other types", "other elements"],
)
def test_an_answer_without_anything_in_it_is_nothing(command: str, answer: dict[str, Any]) -> None:
    assert run(answer, *command.split()) == 1


@pytest.mark.parametrize("time", ["x", -1, 10**30, None])
def test_a_time_that_is_none_is_no_traceback(
    capfdbinary: pytest.CaptureFixture[bytes], time: object
) -> None:
    event = {"seq": 7, "time": time, "author": "ana", "kind": "topic", "text": ""}
    assert run({"upto": 7, "events": [event]}, "tail") == 0
    assert b"1970" in capfdbinary.readouterr().out


def test_a_search_that_does_not_get_on_ends(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run({"upto": 9, "room": "ops", "events": [MARKED]}, "search", "x") == 0
    assert len(capfdbinary.readouterr().out.splitlines()) == 2


@pytest.mark.parametrize(("words", "is_told"), [([], True), (["--room", "ops"], False)])
def test_a_search_that_finds_nothing_in_the_lobby_says_where_else_to_look(
    capfd: pytest.CaptureFixture[str], words: list[str], is_told: bool
) -> None:
    assert run({"upto": 0, "room": "lobby", "events": []}, "search", *words, "x") == 1
    told = "chatd: nothing found in #lobby. --room ROOM or --all searches others.\n"
    assert capfd.readouterr().err == (told if is_told else "")


class TestPagesWithNothingNew:
    """A server that always has more lines, and sends none."""

    def test_the_last_lines_are_not_asked_for_without_end(self) -> None:
        assert run({"upto": 7, "more": True, "events": []}, "tail") == 1

    def test_nor_are_those_that_follow(self, capfd: pytest.CaptureFixture[str]) -> None:
        class Withholding(Hostile):
            def hear_request(self, peer: Peer, message: dict[str, Any]) -> bool:
                if message["type"] == "enter":
                    peer.tell("entered", id=message["id"], room="lobby", after=99, resumed=False)
                return message["type"] in ("enter", "leave") or super().hear_request(peer, message)

        with FakeServer(Withholding(upto=7, more=True, events=[MARKED])) as server:
            assert cli.main(["tail", "-f", *server.address]) == 2
        assert "does not send the lines of #" in capfd.readouterr().err
