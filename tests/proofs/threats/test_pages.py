"""Requests to the port for browsers, by the page that had a browser send them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import pytest

from tests.proofs.threats.tables import TABLES, check, yes_or_no
from tests.support.http import HANDSHAKE, SiteWorld, request
from tests.support.world import PASSWORD

HERE = {"host": "localhost:60080"}

PAGES: dict[str, list[dict[str, str]]] = {
    "its own page": [{**HERE, "origin": "http://localhost:60080", "sec_fetch_site": "same-origin"}],
    "no page": [HERE],
    "page of another port": [
        {**HERE, "origin": "http://localhost:8000", "sec_fetch_site": "same-site"},
        {**HERE, "origin": "http://localhost:8000"},
        {**HERE, "sec_fetch_site": "same-site"},
    ],
    "page of another site": [
        {**HERE, "origin": "https://evil.example", "sec_fetch_site": "cross-site"},
        {**HERE, "origin": "https://evil.example"},
        {**HERE, "origin": "null"},
        {**HERE, "sec_fetch_site": "cross-site"},
    ],
    "page by a rebound name": [
        {
            "host": "evil.example:60080",
            "origin": "http://evil.example:60080",
            "sec_fetch_site": "same-origin",
        },
        {"host": "evil.example:60080"},
    ],
}
"""The headers of requests, by the page that the document names: of browsers that say where a
request comes from, and of those that say less."""


class Attempt(NamedTuple):
    """A request: its method and target, the body, and headers of its own."""

    method: str
    target: str
    body: bytes = b""
    headers: Mapping[str, str] = {}


ACTIONS = {
    "read messages": Attempt("GET", "/api/rooms/lobby/messages"),
    "say a line": Attempt("POST", "/api/rooms/lobby/messages", b"mischief"),
    "sign in": Attempt(
        "POST",
        "/api/signin",
        b'{"name": "ana", "password": "%s"}' % PASSWORD.encode(),
        {"content_type": "application/json"},
    ),
    "sign out": Attempt("POST", "/api/signout"),
    "open a WebSocket": Attempt("GET", "/ws", b"", HANDSHAKE),
    "open a WebSocket for IRC": Attempt("GET", "/irc", b"", HANDSHAKE),
    "read an event stream": Attempt("GET", "/api/rooms/lobby/stream"),
}
"""The actions, as the document calls them."""


def tried(attempt: Attempt, page: str) -> Mapping[str, str]:
    """Send a request as a page has a browser send it; return the cell that would be right."""
    found = {}
    for headers in PAGES[page]:
        web = SiteWorld()
        web.world.register("ana")
        caller = web.caller()
        sent = {**headers, **attempt.headers}
        caller.send(request(attempt.method, attempt.target, attempt.body, **sent))
        caller.settle()
        status = int(caller.bytes_seen().split(b" ")[1])
        found[str(headers)] = yes_or_no(status < 400)
    return found


def test_the_table_of_pages_has_all_actions() -> None:
    assert list(TABLES["pages"]) == list(ACTIONS)


@pytest.mark.parametrize("action", ACTIONS)
def test_a_page_may_do_what_the_document_says(action: str) -> None:
    check("pages", action, lambda page: tried(ACTIONS[action], page))
