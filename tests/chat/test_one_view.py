"""The settings of an account are one view over every protocol.

The lines that an account said are its own, from any connection.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, ClassVar

import pytest

from chatd.chat.read_marks import ReadMarks
from chatd.rooms.paging import EVENTS_LOOKED_AT, EVENTS_READ
from chatd.text.times import local_time
from tests.support.browser import browser
from tests.support.http import SiteWorld, request
from tests.support.sentences import EN
from tests.support.world import PASSWORD, Member

RUDE, KIND = "rude words", "kind words"
OWN = "ana says something"


@pytest.fixture
def door() -> SiteWorld:
    """Ana ignores trol, who said something in the lobby, as luis did."""
    door = SiteWorld()
    ana = door.world.member("ana")
    ana.type("/ignore trol")
    ana.hang_up()
    for name, text in ("trol", RUDE), ("luis", KIND):
        person = door.world.person(name)
        person.type(text, f"/me says {text}")
        person.hang_up()
    return door


def bearer(door: SiteWorld) -> str:
    return f"Bearer {door.token('ana')}"


def ana_of(door: SiteWorld) -> Member:
    ana = door.world.person()
    ana.type(f"/login ana {PASSWORD}")
    return ana


def over_lines(line: str) -> Callable[[SiteWorld], str]:
    def read(door: SiteWorld) -> str:
        ana = ana_of(door)
        ana.type(line)
        return "\n".join(ana.seen())

    return read


def over_http(target: str) -> Callable[[SiteWorld], str]:
    def read(door: SiteWorld) -> str:
        target_ = f"/api/rooms/lobby/{target}"
        return door.ask("GET", target_, authorization=bearer(door)).body.decode()

    return read


def event_stream(door: SiteWorld) -> str:
    caller = door.caller()
    caller.send(request("GET", "/api/rooms/lobby/stream?after=0", authorization=bearer(door)))
    caller.settle()
    return caller.bytes_seen().decode()


def over_websocket(type: str, **members: object) -> Callable[[SiteWorld], str]:
    def read(door: SiteWorld) -> str:
        ana = browser(door.world)
        ana.say(f"/login ana {PASSWORD}")
        ana.seen()
        ana.send(type, room="lobby", **members)
        return json.dumps(ana.seen())

    return read


DOORS = {
    "coming in": lambda door: "\n".join(ana_of(door).seen()),
    "history": over_lines("/history"),
    "since": over_lines("/since 1d"),
    "search": over_lines("/search words"),
    "messages": over_http("messages"),
    "messages after": over_http("messages?after=0"),
    "messages before": over_http("messages?before=99"),
    "stream": event_stream,
    "websocket history": over_websocket("history"),
    "websocket search": over_websocket("search", text="words"),
}


@pytest.mark.parametrize("read", DOORS.values(), ids=DOORS)
def test_nothing_of_whom_one_ignores(door: SiteWorld, read: Callable[[SiteWorld], str]) -> None:
    seen = read(door)
    assert KIND in seen
    if read is not DOORS["coming in"]:  # logged in only after the greeting
        assert RUDE not in seen


def test_a_page_goes_on_behind_what_is_not_shown(door: SiteWorld) -> None:
    trol = door.world.person("trol")
    for _ in range(EVENTS_LOOKED_AT // 100 + 1):
        trol.type(*[RUDE] * 100)
        door.clock.advance(60)
    shown = bearer(door)

    def ask(query: str) -> Any:
        return door.ask("GET", f"/api/rooms/lobby/messages?{query}", authorization=shown).json

    got = ask("limit=1")
    assert (got["events"], got["more"]) == ([], True)
    assert EVENTS_LOOKED_AT <= got["upto"] - got["after"] < EVENTS_LOOKED_AT + EVENTS_READ
    found: list[Any] = []
    while got["more"]:
        got = ask(f"before={got['after'] + 1}")
        found = [*got["events"], *found]
    assert [event["text"] for event in found] == [KIND, f"says {KIND}"]
    got = ask("after=4")
    assert (got["upto"], got["more"]) == (4 + EVENTS_LOOKED_AT, True)
    while got["more"]:
        assert got["events"] == []
        got = ask(f"after={got['upto']}")
    assert (got["events"], got["upto"]) == ([], got["head"])


def test_the_last_line_that_is_shown_is_found_behind_others(door: SiteWorld) -> None:
    door.world.person("trol").type(*[RUDE] * 30)
    got = door.ask("GET", "/api/rooms/lobby/messages?limit=1", authorization=bearer(door)).json
    assert [event["text"] for event in got["events"]] == [f"says {KIND}"]
    assert got["after"] == 3
    assert got["more"]


def test_without_a_token_all_is_shown(door: SiteWorld) -> None:
    assert RUDE in door.ask("GET", "/api/rooms/lobby/messages").body.decode()


@pytest.mark.parametrize("back", [False, True])
def test_whom_one_ignores_from_now_on_holds_on_connections_that_are_there(
    door: SiteWorld, back: bool
) -> None:
    """A terminal, a browser and an event stream."""
    terminal, visitor, stream = ana_of(door), browser(door.world), door.caller()
    visitor.say(f"/login ana {PASSWORD}")
    stream.send(request("GET", "/api/rooms/lobby/stream", authorization=bearer(door)))
    stream.settle()
    other = ana_of(door)
    other.type("/ignore luis", "/unignore trol")
    if back:
        other.type("/unignore luis", "/ignore trol")
    for seen in terminal.seen, visitor.seen, stream.bytes_seen:
        seen()  # type: ignore[operator]
    for name, text in ("trol", RUDE), ("luis", KIND):
        door.world.person(name).type(text)
    stream.settle()
    shown, hidden = (KIND, RUDE) if back else (RUDE, KIND)
    for seen in terminal.seen, visitor.seen, stream.bytes_seen:
        text = str(seen())  # type: ignore[operator]
        assert shown in text
        assert hidden not in text


class TestOwnLines:
    """Own lines ring nowhere, mention no account, and are not missed.

    Echo is a setting of a connection.
    """

    WAYS: ClassVar = {
        "terminal": lambda door: _say(ana_of(door)),
        "elsewhere": lambda door: _say(ana_of(door), "/join tea", f"/msg #lobby {OWN}"),
        "browser": lambda door: _say_in_browser(door),
        "token": lambda door: door.ask(
            "POST",
            "/api/rooms/lobby/messages",
            OWN.encode(),
            authorization=bearer(door),
        ),
    }

    @pytest.mark.parametrize("bell", ["on", "mentions"])
    @pytest.mark.parametrize("way", WAYS)
    def test_do_not_ring(self, door: SiteWorld, way: str, bell: str) -> None:
        ana = ana_of(door)
        visitor = browser(door.world)
        visitor.say(f"/login ana {PASSWORD}")
        ana.type(f"/bell {bell}")
        visitor.say(f"/bell {bell}")
        ana.seen()
        visitor.seen()
        self.WAYS[way](door)
        seen = ana.seen()
        assert f"<ana> {OWN}" in seen
        assert "\x07" not in str(seen)
        assert [each for each in visitor.seen() if each["type"] == "bell"] == []
        door.world.say("hola ana")
        assert ana.bytes_seen().startswith(b"\x07")
        assert [each["type"] for each in visitor.seen() if each["type"] == "bell"] == ["bell"]

    def test_nor_do_deeds_and_private_lines_to_oneself(self, door: SiteWorld) -> None:
        ana = ana_of(door)
        ana.type("/create den", "/bell on", "/msg ana remember", "/mute trol")
        assert b"\x07" not in ana.bytes_seen()

    def test_under_another_name_ring_no_more(self, door: SiteWorld) -> None:
        zoe, other = door.world.person("zoe"), door.world.person("zed")
        zoe.type("/bell on")
        other.type("hola")
        assert zoe.bytes_seen().startswith(b"***")
        zoe.type("/nick zoey")
        zoe.seen()
        other.type("/nick zoe")
        zoe.seen()
        other.type("hola")
        assert b"\x07<zoe> hola" in zoe.bytes_seen()

    @pytest.mark.parametrize("way", WAYS)
    def test_do_not_mention(self, door: SiteWorld, way: str) -> None:
        self.WAYS[way](door)
        ana = ana_of(door)
        ana.seen()
        ana.type("/mentions")
        assert OWN not in str(ana.seen())

    @pytest.mark.parametrize("way", WAYS)
    def test_are_not_missed(self, door: SiteWorld, way: str) -> None:
        ana_of(door).hang_up()
        self.WAYS[way](door)
        ana = ana_of(door)
        assert "/missed" not in str(ana.seen())
        ana.type("/missed")
        assert ana.seen() == [EN.notice("nothing_missed")]

    def test_are_not_counted_among_what_is_missed(self, door: SiteWorld) -> None:
        ana_of(door).hang_up()
        token, path = bearer(door), "/api/rooms/lobby/messages"
        for texts in ["hola"], ["hola", "hola"]:
            door.world.say(*texts)
            for _ in range(2):
                door.ask("POST", path, OWN.encode(), authorization=token)
                door.server.unread.checks.check()
        ana = ana_of(door)
        assert EN.notice("missed", count=3, room="lobby") in ana.seen()
        ana.type("/missed")
        ana.hang_up()
        assert not list(door.server.unread._own_lines.accounts), "her place is behind them"

    def test_are_behind_ones_place_after_a_restart(self, door: SiteWorld) -> None:
        ana_of(door).hang_up()
        self.WAYS["token"](door)
        door.server.unread.stop()
        door.world.settle()
        places = ReadMarks(door.world.store)
        assert places.of("ana", "lobby") == door.server.lobby.head

    def test_of_a_guest_who_had_the_name_before_do(self) -> None:
        door = SiteWorld()
        somebody = door.world.person("ana")
        somebody.type(OWN)
        somebody.hang_up()
        door.clock.advance(60)
        door.world.register("ana")
        ana = ana_of(door)
        ana.type(OWN)
        ana.seen()
        ana.type("/mentions")
        assert [line for line in ana.seen() if OWN in line] == [f"[{local_time(0)}] <ana> {OWN}"]


def _say(ana: Member, *lines: str) -> None:
    ana.type(*(lines or [OWN]))
    ana.hang_up()


def _say_in_browser(door: SiteWorld) -> None:
    visitor = browser(door.world)
    visitor.say(f"/login ana {PASSWORD}")
    visitor.say(OWN, room="lobby")
    visitor.hang_up()
