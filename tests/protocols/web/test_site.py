"""`chatd.protocols.web.site`: what there is, and who may ask for it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from twisted.internet.defer import Deferred

from chatd.i18n import Language, sentence_over_http
from chatd.protocols.web.http.messages import Request
from chatd.protocols.web.http.same_origin import Host
from chatd.rooms.stream import Stream
from chatd.util.meter import FREE
from tests.support.http import SiteWorld, error_of

OURS = {"origin": "http://localhost", "sec_fetch_site": "same-origin"}


def test_the_page_is_there() -> None:
    got = SiteWorld().ask("GET", "/")
    assert (got.status, got.body) == (200, b"<!doctype html>")
    assert got.headers["x-content-type-options"] == "nosniff"
    assert "script-src 'self'" in got.headers["content-security-policy"]
    assert SiteWorld().ask("GET", "/main.js").body == b"1"
    assert SiteWorld().ask("GET", "/api/openapi.json").json == {}


@pytest.mark.parametrize(
    "path", ["/nothing", "/api", "/api/rooms/", "/index.html/", "//", "/main.js/x"]
)
def test_what_is_not_there_is_said_to_be_so(path: str) -> None:
    assert error_of(SiteWorld().ask("GET", path)) == (404, "unknown_path")


@pytest.mark.parametrize(
    ("headers", "is_direct"),
    [
        ({}, True),
        ({"x_forwarded_for": "203.0.113.7"}, False),
        ({"forwarded": "for=203.0.113.7"}, False),
        ({"via": "1.1 proxy"}, False),
    ],
)
def test_a_proxy_is_known_by_its_headers(headers: dict[str, str], is_direct: bool) -> None:
    web = SiteWorld()
    caller = web.caller()
    caller.ask("GET", "/healthz", **headers)
    assert caller.protocol.connection.output.is_direct is is_direct


def test_a_path_says_how_it_can_be_asked() -> None:
    web = SiteWorld()
    got = web.ask("DELETE", "/api/rooms/ops/messages")
    assert error_of(got) == (405, "wrong_method")
    assert got.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert web.ask("POST", "/").headers["allow"] == "GET, HEAD, OPTIONS"
    assert web.ask("GET", "/api/signin").headers["allow"] == "OPTIONS, POST"
    for path in "/", "/api/rooms", "*":
        got = web.ask("OPTIONS", path)
        assert got.status == 204
        assert "GET" in got.headers["allow"]
        assert not [name for name in got.headers if name.startswith("access-control")]


def test_what_can_be_got_has_a_head() -> None:
    web = SiteWorld()
    caller = web.caller()
    for path in "/", "/api/rooms":
        caller.send(f"HEAD {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        caller.settle()
        sent = caller.bytes_seen()
        assert sent.startswith(b"HTTP/1.1 200 ")
        assert sent.endswith(b"\r\n\r\n")


@pytest.mark.parametrize(
    "host", ["localhost:60080", "127.0.0.1", "[::1]:1", "vault", "a.localhost"]
)
def test_who_asks_this_daemon_is_answered(host: str) -> None:
    assert SiteWorld().ask("GET", "/", host=host).status == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "vault.evil.example:80"]
)
@pytest.mark.parametrize("path", ["/", "/main.js", "/api/rooms", "/healthz", "/nothing"])
def test_who_asks_another_host_is_not(host: str, path: str) -> None:
    assert error_of(SiteWorld().ask("GET", path, host=host)) == (421, "unknown_host")


@pytest.mark.parametrize(
    ("path", "host", "key"),
    [("/", "evil.example", "unknown_host"), ("/nothing", "localhost", "unknown_path")],
)
@pytest.mark.parametrize("language", Language)
def test_a_person_reads_a_sentence(path: str, host: str, key: str, language: Language) -> None:
    accept = {"accept": "text/html,*/*;q=0.8", "accept_language": language.value}
    got = SiteWorld().ask("GET", path, host=host, **accept)
    assert got.headers["content-type"] == "text/plain; charset=utf-8"
    text = sentence_over_http(language, key)
    assert got.body.decode() == f"{text[0].upper()}{text[1:]}\n"


def test_a_program_that_takes_pages_is_answered_with_an_object() -> None:
    got = SiteWorld().ask("GET", "/api/nothing", accept="text/html")
    assert error_of(got) == (404, "unknown_path")


def test_a_host_in_the_path_counts_more_than_the_header() -> None:
    assert SiteWorld().ask("GET", "http://evil.example/").status == 421


def test_who_says_no_host_is_no_browser() -> None:
    caller = SiteWorld().caller()
    caller.send(b"GET /api/rooms HTTP/1.0\r\n\r\n")
    assert [got.status for got in caller.got()] == [200]
    caller = SiteWorld().caller()
    caller.send(b"GET /api/rooms HTTP/1.0\r\nOrigin: http://localhost\r\n\r\n")
    assert [got.status for got in caller.got()] == [403]


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:8080"},
        {"origin": "http://127.0.0.1"},
        {"origin": "https://localhost"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {
            "sec_fetch_site": "cross-site",
            "sec_fetch_mode": "navigate",
            "sec_fetch_dest": "document",
        },
        {"origin": "http://localhost", "sec_fetch_site": "cross-site"},
    ],
)
@pytest.mark.parametrize("with_token", [False, True])
def test_what_another_page_asks_is_not_done(headers: dict[str, str], with_token: bool) -> None:
    web = SiteWorld()
    if with_token:
        web.world.register("ana")
        headers = {**headers, "authorization": f"Bearer {web.token('ana')}"}
    for method, path in ("POST", "/api/rooms/lobby/messages"), ("GET", "/api/rooms"):
        host = "localhost:80" if headers.get("origin") == "https://localhost" else "localhost"
        got = web.ask(method, path, b"text", host=host, **headers)
        assert error_of(got) == (403, "other_origin")
    assert web.server.lobby.head == 0


class OverTls:
    """A requester over TLS."""

    host = origin = whence = "127.0.0.1"
    uid = None
    confidential = encrypted = True
    meter = FREE

    def charge(self, lines: float) -> None:
        """Charge nothing."""

    def stream(self) -> Stream:
        return Stream()


def headers_over_tls(
    host: str, path: tuple[str, ...] = (), *, self_signed: bool = False
) -> dict[str, str]:
    """Return the headers of the answer to a request over TLS."""
    got: list[Any] = []
    request = Request("GET", path, host=Host(host, None))
    certificate: Any = SimpleNamespace(is_self_signed=self_signed)
    site = SiteWorld().site.with_certificate(certificate)
    Deferred.fromCoroutine(site.answer(request, OverTls())).addCallback(got.append)
    return dict(got[0].headers)


@pytest.mark.parametrize("path", [(), ("api", "me"), ("nothing",)])
def test_over_tls_the_browser_has_to_go_on_with_tls(path: tuple[str, ...]) -> None:
    headers = headers_over_tls("vault", path)
    assert headers["Strict-Transport-Security"] == "max-age=2592000"


def test_no_browser_is_bound_to_a_certificate_that_no_authority_vouches_for() -> None:
    assert "Strict-Transport-Security" not in headers_over_tls("vault", self_signed=True)


@pytest.mark.parametrize("host", ["localhost", "a.localhost", "localhost."])
def test_other_programs_on_the_machine_may_do_without_tls(host: str) -> None:
    assert "Strict-Transport-Security" not in headers_over_tls(host)


def test_in_the_clear_nothing_is_said_of_tls() -> None:
    got = SiteWorld().ask("GET", "/", host="vault")
    assert "strict-transport-security" not in got.headers


@pytest.mark.parametrize(("origin", "status"), [("https://vault", 200), ("http://vault", 403)])
def test_over_tls_a_page_that_came_in_the_clear_is_another(origin: str, status: int) -> None:
    request = Request("GET", ("api", "me"), host=Host("vault", None), headers={"origin": [origin]})
    got: list[Any] = []
    Deferred.fromCoroutine(SiteWorld().site.answer(request, OverTls())).addCallback(got.append)
    assert got[0].status == status


def test_what_our_page_asks_is_done() -> None:
    assert SiteWorld().ask("POST", "/api/rooms/lobby/messages", b"text", **OURS).status == 201


def test_a_link_from_elsewhere_leads_to_the_page() -> None:
    link = {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate"}
    assert SiteWorld().ask("GET", "/", **link, sec_fetch_dest="document").status == 200
    assert SiteWorld().ask("GET", "/", **link, sec_fetch_dest="iframe").status == 403
    assert SiteWorld().ask("GET", "/main.js", **link, sec_fetch_dest="document").status == 403


def test_errors_are_told_in_the_language_that_was_asked_for() -> None:
    web = SiteWorld()
    assert "no hay nada" in web.ask("GET", "/x", accept_language="es").json["error"]["text"]
    assert "nothing" in web.ask("GET", "/x").json["error"]["text"]
