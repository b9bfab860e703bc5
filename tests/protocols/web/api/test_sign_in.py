"""`chatd.protocols.web.api.sign_in`: a cookie and its proof for a password."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chatd.accounts.credentials import BROWSER
from chatd.accounts.passwords import THREADS
from chatd.accounts.sign_in import SignIn
from tests.support.http import Got, SiteWorld, error_of, request, sign_in_of
from tests.support.sentences import EN
from tests.support.sign_in import StandInHelper
from tests.support.world import FAR, PASSWORD


def sign_in(web: SiteWorld, name: str = "ana", password: str = PASSWORD, **headers: Any) -> Got:
    return web.post("/api/signin", {"name": name, "password": password}, **headers)


def who(web: SiteWorld, **headers: Any) -> str | None:
    return web.ask("GET", "/api/me", **headers).json["name"]  # type: ignore[no-any-return]


@pytest.fixture
def web() -> SiteWorld:
    web = SiteWorld()
    web.world.register("Ana")
    return web


def test_a_password_gives_a_cookie_that_stands_for_its_account(web: SiteWorld) -> None:
    got = sign_in(web)
    proof = got.json["proof"]
    assert got.status == 200
    assert got.json == {"name": "Ana", "guest": False, "account": True, "proof": proof}
    value, *attributes = got.headers["set-cookie"].split("; ")
    assert value.startswith("chatd=chatd_")
    assert attributes == ["Path=/", "Max-Age=2592000", "HttpOnly", "SameSite=Strict"]
    assert got.headers["cache-control"] == "no-store"
    assert who(web, cookie=value, chatd_proof=proof) == "Ana"
    assert who(web, cookie=f"a=b; {value}; c", chatd_proof=proof) == "Ana"


def test_over_tls_the_cookie_is_valid_for_tls_alone(web: SiteWorld) -> None:
    got = sign_in(web, origin="https://localhost")
    assert got.headers["set-cookie"].startswith("__Host-chatd=")
    assert got.headers["set-cookie"].endswith("; Secure")
    assert who(web, **sign_in_of(got)) == "Ana"


def test_over_tls_a_cookie_that_was_set_in_the_clear_is_ignored(web: SiteWorld) -> None:
    signed_in = sign_in_of(sign_in(web))
    assert who(web, **signed_in) == "Ana"
    assert who(web, **signed_in, origin="https://localhost") is None


def test_no_password_is_hashed_for_a_client_that_has_gone(web: SiteWorld) -> None:
    web.world.hashing.held = True
    body = json.dumps({"name": "ana", "password": PASSWORD}).encode()
    caller = web.caller()
    caller.send(request("POST", "/api/signin", body, content_type="application/json") * 3)
    caller.settle()
    caller.hang_up()
    web.world.hashing.held = False
    web.world.hashing.work()  # the one that had begun
    web.world.settle()
    assert len(web.world.server.credentials.of("ana", BROWSER)) == 1


@pytest.mark.one_node("each node has its own threads for passwords")
def test_no_password_is_hashed_for_a_client_that_goes_while_it_waits(web: SiteWorld) -> None:
    web.world.hashing.held = True
    body = json.dumps({"name": "ana", "password": PASSWORD}).encode()
    callers = [web.caller() for _ in range(THREADS + 3)]
    for caller in callers:
        caller.send(request("POST", "/api/signin", body, content_type="application/json"))
        caller.settle()
    for caller in callers:
        caller.hang_up()
    web.world.hashing.held = False
    web.world.hashing.work()  # those that had begun
    web.world.settle()
    assert len(web.world.server.credentials.of("ana", BROWSER)) == THREADS
    assert not web.clients()


class TestAnotherPortOfTheHost:
    """It is sent the cookie, and may set it, but is not shown the proof."""

    def test_a_cookie_alone_makes_a_guest(self, web: SiteWorld) -> None:
        cookie = sign_in_of(sign_in(web))["cookie"]
        assert who(web, cookie=cookie) is None
        assert who(web, cookie=cookie, chatd_proof="") is None
        assert who(web, cookie=cookie, chatd_proof="0" * 64) is None

    def test_a_proof_alone_makes_a_guest(self, web: SiteWorld) -> None:
        assert who(web, chatd_proof=sign_in_of(sign_in(web))["chatd_proof"]) is None

    def test_a_cookie_that_it_set_signs_in_to_nothing(self, web: SiteWorld) -> None:
        web.world.register("eve")
        eves = sign_in_of(sign_in(web, "eve"))
        signed_in = sign_in_of(sign_in(web))
        assert who(web, **{**signed_in, "cookie": eves["cookie"]}) is None

    def test_a_cookie_that_it_added_takes_nothing_away(self, web: SiteWorld) -> None:
        web.world.register("eve")
        eves = sign_in_of(sign_in(web, "eve"))
        signed_in = sign_in_of(sign_in(web))
        for added in "chatd=x", eves["cookie"]:
            for cookie in f"{added}; {signed_in['cookie']}", f"{signed_in['cookie']}; {added}":
                assert who(web, **{**signed_in, "cookie": cookie}) == "Ana"

    def test_a_cookie_that_it_was_sent_ends_no_sign_in(self, web: SiteWorld) -> None:
        signed_in = sign_in_of(sign_in(web))
        web.ask("POST", "/api/signout", cookie=signed_in["cookie"])
        sign_in(web, cookie=signed_in["cookie"])
        assert who(web, **signed_in) == "Ana"


@pytest.mark.parametrize(
    "cookie", ["chatd=", "chatd=x", "Chatd={}", "chatd={}x", "session={}", "x"]
)
def test_a_forged_cookie_makes_a_guest(web: SiteWorld, cookie: str) -> None:
    signed_in = sign_in_of(sign_in(web))
    forged = cookie.format(signed_in["cookie"].partition("=")[2])
    assert who(web, **{**signed_in, "cookie": forged}) is None


def test_a_token_is_no_cookie_and_a_cookie_no_token(web: SiteWorld) -> None:
    signed_in = sign_in_of(sign_in(web))
    token = web.token("ana")
    for proof in "", signed_in["chatd_proof"]:
        assert who(web, cookie=f"chatd={token}", chatd_proof=proof) is None
    cookie = signed_in["cookie"].partition("=")[2]
    for secret in cookie, f"{cookie}.{signed_in['chatd_proof']}":
        assert web.ask("GET", "/api/me", authorization=f"Bearer {secret}").status == 401


def test_signing_out_ends_the_sign_in_and_its_copies(web: SiteWorld) -> None:
    signed_in, other = sign_in_of(sign_in(web)), sign_in_of(sign_in(web))
    got = web.ask("POST", "/api/signout", **signed_in)
    assert got.status == 200
    assert got.headers["set-cookie"].startswith("chatd=; Path=/; Max-Age=0;")
    assert who(web, **signed_in) is None
    assert who(web, **other) == "Ana"
    assert web.ask("POST", "/api/signout", **signed_in).status == 200


def test_signing_in_again_ends_the_sign_in_before(web: SiteWorld) -> None:
    signed_in = sign_in_of(sign_in(web))
    sign_in(web, **signed_in)
    assert who(web, **signed_in) is None
    assert len(web.server.credentials.of("ana", BROWSER)) == 1


@pytest.mark.one_node("each node counts the tries for an account")
def test_a_wrong_password_is_refused_and_tries_are_limited(web: SiteWorld) -> None:
    statuses = [sign_in(web, password="wrong password", address=FAR).status for _ in range(3)]
    assert statuses == [403, 403, 403]  # others could read it
    statuses = [error_of(sign_in(web, password="wrong password")) for _ in range(6)]
    assert statuses == [(401, "wrong_password")] * 5 + [(429, "too_many_tries")]
    got = sign_in(web)
    assert got.status == 429
    assert got.headers["retry-after"] == "5"
    assert "set-cookie" not in got.headers
    web.clock.advance(30)
    assert sign_in(web).status == 200


@pytest.mark.one_node("each node counts the tries for an account")
def test_tries_are_counted_together_with_those_over_chat(web: SiteWorld) -> None:
    for _ in range(5):
        sign_in(web, password="wrong password")
    person = web.world.person()
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
def test_an_invalid_request_is_refused(
    web: SiteWorld, members: Any, error: tuple[int, str]
) -> None:
    got = web.post("/api/signin", members)
    assert error_of(got) == error
    assert "set-cookie" not in got.headers


def test_an_account_can_be_registered(web: SiteWorld) -> None:
    got = web.post("/api/signin", {"name": "Luis", "password": PASSWORD, "register": True})
    assert got.json["name"] == "Luis"
    assert who(web, **sign_in_of(got)) == "Luis"
    person = web.world.person()
    person.type(f"/login luis {PASSWORD}")
    assert person.seen()[0] == EN.notice("you_are", name="Luis")


@pytest.mark.one_node("the tabs of a browser are known to their own node")
def test_a_name_of_the_browsers_own_tabs_can_be_registered(web: SiteWorld) -> None:
    tab = web.world.person()
    tab.session.identity.client_id = f"browser {'k' * 16}"
    tab.type("/nick luis")
    members = {"name": "luis", "password": PASSWORD, "register": True, "key": "o" * 16}
    assert error_of(web.post("/api/signin", members)) == (409, "name_in_use")
    members["key"] = "k" * 16
    stranger = web.world.person("eva")
    tab.seen()
    assert web.post("/api/signin", members).status == 200
    assert tab.session.account == "luis"
    assert not tab.session.identity.typed_its_password
    assert [*tab.seen(), *stranger.seen()] == []


def test_without_a_hasher_a_sign_in_is_refused() -> None:
    assert error_of(sign_in(SiteWorld(passwords=None), "luis")) == (404, "not_registered")


def test_a_password_changed_elsewhere_ends_the_cookie(web: SiteWorld) -> None:
    signed_in = sign_in_of(sign_in(web))
    ana = web.world.person()
    ana.type(f"/login ana {PASSWORD}", "/password another horse")
    assert who(web, **signed_in) is None


def test_a_sign_in_reads_no_missed_lines(web: SiteWorld) -> None:
    luis = web.world.person("luis")
    luis.type("/msg ana psst")
    luis.seen()
    sign_in(web)
    web.clock.advance(60)
    ana = web.world.person()
    ana.type(f"/login ana {PASSWORD}")
    assert any("psst" in line for line in ana.seen())
    assert not [line for line in luis.seen() if "left" in line]
    assert sum(len(server.sessions) for server in web.world.servers) == 2


def test_a_cookie_that_others_can_read_is_ignored(web: SiteWorld) -> None:
    signed_in = sign_in_of(sign_in(web))
    assert who(web, **signed_in, address=FAR) is None


def test_a_helper_of_an_organisation_that_fails_is_told_as_a_failure_for_a_while() -> None:
    helper = StandInHelper()
    helper.fails = True
    web = SiteWorld(sign_in=SignIn(helper, creates=True))
    assert error_of(sign_in(web)) == (503, "sign_in_fails")
