"""`chatd.protocols.live.whispers`: private lines that are said once, over frames and over lines."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.live_client import LiveClient
from tests.support.logs import Expect
from tests.support.world import World

Live = type[LiveClient]

KEY = "k" * 16
OTHER = "l" * 16


@pytest.fixture
def luis(live: Live, world: World) -> Any:
    return live.come(world, name="luis", key="q" * 16)


def heard(client: Any) -> list[tuple[str, str]]:
    """Return the authors and the texts of the private lines that a client received."""
    return [(each["author"], each["text"]) for each in client.seen("private")]


def test_a_guest_is_told_once(live: Live, world: World, luis: Any) -> None:
    eva = live.come(world, name="eva")
    for number in range(2):
        luis.send("whisper", to="Eva", text="psst", key=KEY, id=number)
        assert luis.seen("whispered") == [{"type": "whispered", "id": number, "to": "eva"}]
    assert heard(eva) == [("luis", "psst")]


def test_an_account_is_told_once_also_if_it_is_away(live: Live, world: World, luis: Any) -> None:
    world.register("ana")
    for number in range(2):
        luis.send("whisper", to="ana", text="psst", key=KEY, id=number)
        assert luis.seen("whispered", "error") == [{"type": "whispered", "id": number, "to": "ana"}]
    assert [event.text for event in world.stored("@ana")] == ["psst"]


def test_it_is_known_after_a_restart_and_from_another_connection(
    live: Live, world: World, luis: Any
) -> None:
    world.register("ana")
    keys = {"ana": KEY, "luis": OTHER}
    for to, key in keys.items():
        luis.send("whisper", to=to, text="psst", key=key)
    again = world.restarted()
    luis = live.come(again, name="luis", key="q" * 16)
    for to, key in keys.items():
        luis.send("whisper", to=to, text="psst", key=key)
    assert [each["to"] for each in luis.seen("whispered")] == ["ana", "luis"]
    assert [event.text for event in again.stored("@ana")] == ["psst"]
    assert not luis.seen("private")


def test_without_a_key_it_is_said_again(live: Live, world: World, luis: Any) -> None:
    eva = live.come(world, name="eva")
    for _ in range(2):
        luis.send("whisper", to="eva", text="psst")
    assert heard(eva) == [("luis", "psst")] * 2
    assert not world.server.idempotency.table


@pytest.mark.parametrize("other", [{"text": "pst"}, {"to": "luis"}])
def test_another_one_with_the_key_is_refused(
    live: Live, world: World, luis: Any, other: dict[str, str]
) -> None:
    eva = live.come(world, name="eva")
    line = {"to": "eva", "text": "psst", "key": KEY}
    luis.send("whisper", **line)
    luis.send("whisper", **{**line, **other})
    luis.send("line", room="lobby", text="psst", key=KEY)
    assert [each["key"] for each in luis.seen("error")] == ["other_lines_with_key"] * 2
    assert heard(eva) == [("luis", "psst")]


def test_it_is_answered_also_if_the_guest_has_gone(live: Live, world: World, luis: Any) -> None:
    eva = live.come(world, name="eva")
    luis.send("whisper", to="eva", text="psst", key=KEY)
    eva.hang_up()
    luis.send("whisper", to="eva", text="psst", key=KEY)
    luis.send("whisper", to="eva", text="psst", key=OTHER)
    assert [each["to"] for each in luis.seen("whispered")] == ["eva", "eva"]
    assert [key for server in world.servers for key in server.idempotency.table]


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ({"to": "nobody", "text": "psst"}, "nobody"),
        ({"to": "eva", "text": " "}, "nothing_to_say"),
        ({"to": "eva", "text": "one\ntwo"}, "private_line_is_one"),
        ({"to": "eva", "text": "x" * 5000}, "too_long"),
        ({"to": "eva", "text": "\ud800"}, "not_text"),
        ({"to": 7, "text": "psst"}, "wrong_member"),
        ({"to": "eva"}, "wrong_member"),
        ({"to": "eva", "text": "psst", "key": "short"}, "wrong_member"),
    ],
)
def test_a_wrong_one_is_refused(
    live: Live, world: World, luis: Any, line: dict[str, Any], key: str
) -> None:
    eva = live.come(world, name="eva")
    luis.send("whisper", **{"key": KEY, **line}, id=7)
    assert [(each["id"], each["key"]) for each in luis.seen("error")] == [(7, key)]
    assert not heard(eva)
    assert not world.server.idempotency.table


def test_one_that_guests_may_not_say_is_refused_and_not_kept(
    live: Live, world: World, luis: Any
) -> None:
    world.register("ana", guests=False)
    luis.send("whisper", to="ana", text="psst", key=KEY)
    assert [each["key"] for each in luis.seen("error")] == ["takes_no_guests"]
    assert not world.server.idempotency.table


@pytest.mark.one_node("its store is held back")
@pytest.mark.parametrize("to", ["eva", "ana"])
def test_one_that_could_not_be_stored_is_not_said(
    live: Live, world: World, luis: Any, to: str, expected_errors: Expect
) -> None:
    eva = live.come(world, name="eva")
    world.register("ana")
    world.store.holds = True
    luis.send("whisper", to=to, text="psst", key=KEY)
    assert not heard(eva)
    world.fail()
    assert [each["key"] for each in luis.seen("error")] == ["not_saved"]
    world.store.holds = False
    luis.send("whisper", to=to, text="psst", key=KEY)
    assert luis.seen("whispered")
    assert len(heard(eva)) == (to == "eva")
    assert len(world.stored("@ana")) == (to == "ana")
    expected_errors()
