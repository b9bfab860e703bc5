"""The handshake that turns an HTTP connection into a WebSocket."""

from __future__ import annotations

import pytest

from chatd.protocols.web.http.messages import Problem, Request
from chatd.protocols.web.live.handshake import opened

HEADERS = {
    "upgrade": ["websocket"],
    "connection": ["Upgrade"],
    "sec-websocket-version": ["13"],
    "sec-websocket-key": ["dGhlIHNhbXBsZSBub25jZQ=="],
}
"""With the key of the example in RFC 6455 section 1.3."""


def asked(method: str = "GET", **changed: list[str]) -> Request:
    headers = HEADERS | {name.replace("_", "-"): value for name, value in changed.items()}
    return Request(method, ("ws",), headers=headers)


def test_is_answered_as_the_rfc_has_it() -> None:
    head, *lines, end, rest = opened(asked()).split(b"\r\n")
    assert head == b"HTTP/1.1 101 Switching Protocols"
    assert b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in lines
    assert (end, rest) == (b"", b"")


def test_what_else_its_headers_name_makes_no_difference() -> None:
    browser = asked(
        connection=["keep-alive, upgrade"],
        upgrade=["WebSocket"],
        sec_websocket_extensions=["permessage-deflate"],
        sec_websocket_protocol=["chat"],
    )
    assert b"101" in opened(browser)
    assert b"deflate" not in opened(browser)
    assert b"Protocol:" not in opened(browser)


@pytest.mark.parametrize(
    ("request_", "key", "status"),
    [
        (asked("POST"), "websocket_wanted", 426),
        (asked(upgrade=["h2c"]), "websocket_wanted", 426),
        (asked(connection=["close"]), "websocket_wanted", 426),
        (asked(sec_websocket_version=["8"]), "websocket_version", 426),
        (asked(sec_websocket_key=["short"]), "websocket_key", 400),
        (asked(sec_websocket_key=["dGhlIHNhbXBsZQ=="]), "websocket_key", 400),
        (asked(sec_websocket_key=["ñ" * 24]), "websocket_key", 400),
        (asked(sec_websocket_key=["dGhlIHNhbXBsZSBub25j!ZQ=="]), "websocket_key", 400),
        (Request("GET", ("ws",)), "websocket_wanted", 426),
        (
            Request("GET", ("ws",), headers={**HEADERS, "sec-websocket-key": []}),
            "websocket_key",
            400,
        ),
    ],
)
def test_what_is_none_is_told_so(request_: Request, key: str, status: int) -> None:
    with pytest.raises(Problem) as caught:
        opened(request_)
    assert (caught.value.key, caught.value.status) == (key, status)
    if status == 426:
        assert ("Sec-WebSocket-Version", "13") in caught.value.headers
