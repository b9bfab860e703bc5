"""`chatd.protocols.web.api.sign_in`: cookies for passwords."""

from __future__ import annotations

from typing import Any

import pytest

from chatd.accounts.credentials import BROWSER
from tests.support.http import Got, Served, error_of
from tests.support.world import FAR, PASSWORD


def sign_in(door: Served, name: str = "ana", password: str = PASSWORD, **headers: Any) -> Got:
    return door.post("/api/signin", {"name": name, "password": password}, **headers)


def cookie_of(got: Got) -> str:
    return got.headers["set-cookie"].partition(";")[0]


def who(door: Served, cookie: str, **headers: Any) -> str | None:
    return door.ask("GET", "/api/me", cookie=cookie, **headers).json["name"]  # type: ignore[no-any-return]


@pytest.fixture
def door() -> Served:
    door = Served()
    door.account("Ana")
    return door


def test_a_password_gives_a_cookie_that_stands_for_its_account(door: Served) -> None:
    got = sign_in(door)
    assert (got.status, got.json) == (200, {"name": "Ana", "guest": False, "account": True})
    value, *attributes = got.headers["set-cookie"].split("; ")
    assert value.startswith("chatd=chatd_")
    assert attributes == ["Path=/", "Max-Age=2592000", "HttpOnly", "SameSite=Strict"]
    assert got.headers["cache-control"] == "no-store"
    assert who(door, value) == "Ana"
    assert who(door, f"a=b; {value}; c") == "Ana"


def test_over_tls_the_cookie_is_valid_for_tls_alone(door: Served) -> None:
    got = sign_in(door, origin="https://localhost")
    assert got.headers["set-cookie"].startswith("__Host-chatd=")
    assert got.headers["set-cookie"].endswith("; Secure")
    assert who(door, cookie_of(got)) == "Ana"


def test_over_tls_a_cookie_that_was_set_in_the_clear_is_ignored(door: Served) -> None:
    cookie = cookie_of(sign_in(door))
    assert who(door, cookie) == "Ana"
    got = door.ask("GET", "/api/me", cookie=cookie, origin="https://localhost")
    assert got.json["name"] is None


@pytest.mark.parametrize(
    "cookie", ["chatd=", "chatd=x", "Chatd={}", "chatd={}x", "chatd={}; chatd=y", "session={}", "x"]
)
def test_a_forged_cookie_makes_a_guest(door: Served, cookie: str) -> None:
    secret = cookie_of(sign_in(door)).partition("=")[2]
    assert who(door, cookie.format(secret)) is None


def test_a_token_is_no_cookie_and_a_cookie_no_token(door: Served) -> None:
    assert who(door, f"chatd={door.token('ana')}") is None
    secret = cookie_of(sign_in(door)).partition("=")[2]
    assert door.ask("GET", "/api/me", authorization=f"Bearer {secret}").status == 401


def test_signing_out_ends_the_cookie_and_its_copies(door: Served) -> None:
    cookie, other = cookie_of(sign_in(door)), cookie_of(sign_in(door))
    got = door.ask("POST", "/api/signout", cookie=cookie)
    assert got.status == 200
    assert got.headers["set-cookie"].startswith("chatd=; Path=/; Max-Age=0;")
    assert who(door, cookie) is None
    assert who(door, other) == "Ana"
    assert door.ask("POST", "/api/signout", cookie=cookie).status == 200


def test_signing_in_again_ends_the_sign_in_before(door: Served) -> None:
    cookie = cookie_of(sign_in(door))
    sign_in(door, cookie=cookie)
    assert who(door, cookie) is None
    assert len(door.server.credentials.of("ana", BROWSER)) == 1


def test_a_wrong_password_is_refused_and_tries_are_limited(door: Served) -> None:
    statuses = [sign_in(door, password="wrong password", address=FAR).status for _ in range(3)]
    assert statuses == [403, 403, 403]  # others could read it
    statuses = [error_of(sign_in(door, password="wrong password")) for _ in range(6)]
    assert statuses == [(401, "wrong_password")] * 5 + [(429, "too_many_tries")]
    got = sign_in(door)
    assert got.status == 429
    assert got.headers["retry-after"] == "5"
    assert "set-cookie" not in got.headers
    door.clock.advance(30)
    assert sign_in(door).status == 200


def test_tries_are_counted_together_with_those_over_chat(door: Served) -> None:
    for _ in range(5):
        sign_in(door, password="wrong password")
    person = door.world.person()
    person.type(f"/login ana {PASSWORD}")
    assert person.seen()[0].startswith("ERR Too many tries")


@pytest.mark.parametrize(
    ("members", "error"),
    [
        ({"name": "ana"}, (422, "not_json")),
        ({"name": 1, "password": "x"}, (422, "not_a_text")),
        ({"name": "ana", "password": ["x"]}, (422, "not_a_text")),
        ({"name": "ana", "password": ""}, (422, "password_too_short")),
        ({"name": "ana", "password": "short"}, (401, "wrong_password")),
        ({"name": "ana x", "password": PASSWORD}, (422, "invalid_name")),
        ({"name": "", "password": PASSWORD}, (422, "invalid_name")),
        ({"name": "luis", "password": PASSWORD}, (404, "not_registered")),
        ({"name": "ana", "password": PASSWORD, "register": True}, (409, "registered_name")),
        ({"name": "luis", "password": "short", "register": True}, (422, "password_too_short")),
        ({"name": "server", "password": PASSWORD, "register": True}, (422, "reserved_name")),
    ],
)
def test_an_invalid_request_is_refused(door: Served, members: Any, error: tuple[int, str]) -> None:
    got = door.post("/api/signin", members)
    assert error_of(got) == error
    assert "set-cookie" not in got.headers


def test_an_account_can_be_registered(door: Served) -> None:
    got = door.post("/api/signin", {"name": "Luis", "password": PASSWORD, "register": True})
    assert got.json["name"] == "Luis"
    assert who(door, cookie_of(got)) == "Luis"
    person = door.world.person()
    person.type(f"/login luis {PASSWORD}")
    assert person.seen()[0] == "*** You are now Luis."


def test_a_name_of_the_browsers_own_tabs_can_be_registered(door: Served) -> None:
    tab = door.world.person("luis")
    members = {"name": "luis", "password": PASSWORD, "register": True, "key": "k" * 16}
    assert error_of(door.post("/api/signin", members)) == (409, "name_in_use")
    tab.session.identity.client_id = f"browser {'k' * 16}"
    assert door.post("/api/signin", members).status == 200
    assert tab.session.is_guest


def test_without_a_hasher_a_sign_in_is_refused() -> None:
    assert error_of(sign_in(Served(passwords=None), "luis")) == (404, "not_registered")


def test_a_password_changed_elsewhere_ends_the_cookie(door: Served) -> None:
    cookie = cookie_of(sign_in(door))
    ana = door.world.person()
    ana.type(f"/login ana {PASSWORD}", "/password another horse")
    assert who(door, cookie) is None


def test_a_sign_in_reads_no_missed_lines(door: Served) -> None:
    luis = door.world.person("luis")
    luis.type("/msg ana psst")
    luis.seen()
    sign_in(door)
    door.clock.advance(60)
    ana = door.world.person()
    ana.type(f"/login ana {PASSWORD}")
    assert any("psst" in line for line in ana.seen())
    assert not [line for line in luis.seen() if "left" in line]
    assert len(list(door.server.sessions)) == 2


def test_a_cookie_that_others_can_read_is_ignored(door: Served) -> None:
    cookie = cookie_of(sign_in(door))
    assert who(door, cookie, address=FAR) is None
