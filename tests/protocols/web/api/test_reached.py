"""The answer over HTTP to who has a line."""

from __future__ import annotations

import pytest

from tests.support.http import Got, SiteWorld, error_of, request
from tests.support.world import Member

OPS = "/api/rooms/ops/messages"


@pytest.fixture
def web() -> SiteWorld:
    return SiteWorld()


@pytest.fixture
def ana(web: SiteWorld) -> Member:
    """She owns #ops."""
    ana = web.world.member("ana")
    ana.type("/create ops")
    return ana


@pytest.fixture
def luis(web: SiteWorld, ana: Member) -> Member:
    luis = web.world.person("luis")
    luis.type("/join ops")
    return luis


def ask(web: SiteWorld, seq: object, name: str = "") -> Got:
    """Ask with a token of an account, or as a guest, and wait for the answer."""
    caller = web.caller()
    headers = {"authorization": f"Bearer {web.token(name)}"} if name else {}
    caller.send(request("GET", f"{OPS}/{seq}/reached", **headers))
    for _ in range(12):
        web.world.wait(0.1)
    (got,) = caller.got()
    return got


def test_the_author_is_told_who_has_it(web: SiteWorld, ana: Member, luis: Member) -> None:
    eva = web.world.person("eva")
    eva.type("/join ops", "/away lunch")
    eva.stall()
    ana.type("before", "hola")
    got = ask(web, 3, "ana")
    assert got.status == 200
    assert got.json == {
        "room": "ops",
        "seq": 3,
        "time": got.json["time"],
        "author": "ana",
        "has": [{"name": "luis", "away": False}],
        "sent": [],
        "not_yet": [{"name": "eva", "away": True}],
        "not_known": [],
    }


def test_a_client_behind_a_proxy_was_sent_it(web: SiteWorld, ana: Member, luis: Member) -> None:
    luis.protocol.connection.output.note_proxy()
    ana.type("hola")
    got = ask(web, 2, "ana")
    assert (got.json["has"], got.json["sent"]) == ([], [{"name": "luis", "away": False}])


def test_a_guest_asks_in_vain(web: SiteWorld, ana: Member, luis: Member) -> None:
    luis.type("hola")
    assert error_of(ask(web, 2)) == (403, "only_operators")


def test_a_token_gives_no_role(web: SiteWorld, ana: Member, luis: Member) -> None:
    luis.type("hola")
    assert error_of(ask(web, 2, "ana")) == (403, "not_with_a_token")


@pytest.mark.parametrize("seq", ["0x1", "-1", "1" * 16, "last"])
def test_what_is_no_seq_is_refused(web: SiteWorld, ana: Member, seq: str) -> None:
    assert error_of(ask(web, seq, "ana")) == (422, "not_a_seq")


def test_a_line_that_is_not_there_is_not_found(web: SiteWorld, ana: Member) -> None:
    assert error_of(ask(web, 99, "ana")) == (404, "no_such_line")
