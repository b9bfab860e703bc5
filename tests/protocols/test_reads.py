"""Each door that reads the store does so in the turns of its own client."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chatd.rooms.bookmarks import Return
from chatd.rooms.feed import PUSH_BYTES
from chatd.rooms.read_queue import ReadQueue
from chatd.rooms.tail import TAIL_BYTES
from chatd.util.fair_queue import Asker
from tests.support.browser import Browser, browser
from tests.support.event_stream import Reader
from tests.support.http import SiteWorld
from tests.support.world import HERE, Member

GUEST, ANA = Asker(HERE.host, ""), Asker(HERE.host, "ana")


class ReadWorld(SiteWorld):
    """A lobby with a past that is not in memory, and Ana's account."""

    def __init__(self) -> None:
        super().__init__()
        self.world.register("ana")
        self.author = self.world.person("luis")
        self.author.type(*(f"line {number} for guest2" for number in range(40)))
        self.forget()

    def forget(self) -> None:
        """Have the next read of the lobby go to the store."""
        for server in self.world.servers:
            server.lobby.forget(server.lobby.head)

    def member(self) -> Member:
        ana = self.world.member("ana", network=HERE.host)
        self.forget()
        return ana

    def tab(self) -> Browser:
        one = browser(self.world)
        self.forget()
        return one


@pytest.fixture
def read_world() -> ReadWorld:
    return ReadWorld()


@pytest.fixture
def askers(monkeypatch: pytest.MonkeyPatch) -> list[Asker]:
    """Return the list into which the asker of each read comes."""
    found: list[Asker] = []
    for name in "read", "seq_before", "search":
        method: Callable[..., Any] = getattr(ReadQueue, name)

        def note(*args: Any, method: Callable[..., Any] = method) -> Any:
            found.append(args[-1])
            return method(*args)

        monkeypatch.setattr(ReadQueue, name, note)
    return found


@pytest.mark.parametrize(
    "command", ["/history", "/since 1h", "/search line", "/mentions", "/missed"]
)
def test_a_command_asks_for_the_account(
    read_world: ReadWorld, askers: list[Asker], command: str
) -> None:
    ana = read_world.member()
    ana.hang_up()
    read_world.author.type(*["again"] * 200)
    ana = read_world.member()
    askers.clear()
    ana.type(command)
    assert set(askers) == {ANA}


def test_who_enters_asks_as_a_guest(read_world: ReadWorld, askers: list[Asker]) -> None:
    read_world.world.person(greeted=True)
    assert set(askers) == {GUEST}


def test_who_reads_slowly_asks_for_the_rest(read_world: ReadWorld, askers: list[Asker]) -> None:
    ana = read_world.member()
    ana.stop_taking()
    for _ in range(2 * TAIL_BYTES // 4000 + PUSH_BYTES // 4000):
        read_world.author.type("x" * 4000)
    read_world.forget()
    askers.clear()
    ana.take_again()
    assert set(askers) == {ANA}


@pytest.mark.parametrize(
    ("verb", "members"),
    [
        ("history", {"before": 10}),
        ("history", {"after": 10}),
        ("search", {"text": "line"}),
        ("enter", {"after": "3-0"}),
    ],
)
def test_a_browser_asks_as_its_session(
    read_world: ReadWorld, askers: list[Asker], verb: str, members: dict[str, Any]
) -> None:
    one = read_world.tab()
    if verb == "enter":
        one.send("leave", room="lobby")
    askers.clear()
    one.send(verb, room="lobby", **members)
    assert set(askers) == {GUEST}


def test_an_event_stream_asks_as_its_session(read_world: ReadWorld, askers: list[Asker]) -> None:
    Reader(read_world.world, Return(3))
    assert set(askers) == {GUEST}


@pytest.mark.parametrize("query", ["after=3-0", "before=10", "limit=5"])
def test_a_request_asks_for_the_account_of_its_token(
    read_world: ReadWorld, askers: list[Asker], query: str
) -> None:
    token = f"Bearer {read_world.token('ana')}"
    read_world.ask("GET", f"/api/rooms/lobby/messages?{query}", authorization=token)
    assert set(askers) == {ANA}


def test_a_line_that_is_sent_again_asks_for_the_account(
    read_world: ReadWorld, askers: list[Asker]
) -> None:
    token = f"Bearer {read_world.token('ana')}"
    sent = {"idempotency_key": "k", "authorization": token}
    read_world.ask("POST", "/api/rooms/lobby/messages", b"one", **sent)
    read_world.forget()
    askers.clear()
    read_world.ask("POST", "/api/rooms/lobby/messages", b"one", **sent)
    assert set(askers) == {ANA}
