"""`chatd.daemon.tools_address`: the address that the URLs of incoming hooks begin with."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress

from chatd.daemon import tools_address as module
from chatd.daemon.listener_settings import ListenerKind
from chatd.daemon.tools_address import tools_address


def listener(kind: ListenerKind, *hosts: Any, tls: bool = False) -> Any:
    ports = [SimpleNamespace(getHost=lambda host=host: host) for host in hosts]
    return SimpleNamespace(kind=kind, ports=ports, certificate=object() if tls else None)


ANY = IPv4Address("TCP", "0.0.0.0", 60080)
ANY_6 = IPv6Address("TCP", "::", 60443)
HERE = IPv4Address("TCP", "127.0.0.1", 60080)
HERE_6 = IPv6Address("TCP", "::1", 60080)
WEB = ListenerKind.WEB


@pytest.mark.parametrize(
    ("listeners", "names", "address"),
    [
        ([], (), ""),
        ([listener(ListenerKind.CHAT, ANY)], (), ""),
        ([listener(WEB, UNIXAddress("/run/web"))], (), ""),
        ([listener(WEB, HERE)], (), "http://127.0.0.1:60080"),
        ([listener(WEB, HERE_6)], ("chat.lan",), "http://[::1]:60080"),
        ([listener(WEB, ANY)], (), "http://vault:60080"),
        ([listener(WEB, HERE), listener(WEB, ANY)], ("chat.lan", "x"), "http://chat.lan:60080"),
        ([listener(WEB, ANY), listener(WEB, ANY_6, tls=True)], (), "https://vault:60443"),
        ([listener(WEB, HERE, tls=True), listener(WEB, ANY)], (), "http://vault:60080"),
    ],
)
def test_is_the_one_by_which_most_come(
    monkeypatch: pytest.MonkeyPatch, listeners: list[Any], names: tuple[str, ...], address: str
) -> None:
    monkeypatch.setattr(module.socket, "gethostname", lambda: "vault")
    settings = cast(Any, SimpleNamespace(web_names=names))
    assert tools_address(listeners, settings) == address
