"""The address of this server for tools, which the URLs of incoming hooks begin with.

A tool may come by another one, through a proxy say: only the path counts. This module must not know
webhooks.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from ipaddress import ip_address

from twisted.internet.address import IPv4Address, IPv6Address

from chatd.daemon.listener_settings import ListenerKind
from chatd.daemon.service import Listener
from chatd.daemon.settings import Settings


def tools_address(listeners: Sequence[Listener], settings: Settings) -> str:
    """Return the beginning of a URL, ``http://chat.lan:60080``; "" if no address takes HTTP.

    It is that of an address which other machines can reach, if there is one, and of those one with
    TLS. The name is the first of --web-name, or that of this machine.
    """
    name = next(iter(settings.web_names), socket.gethostname())
    found = []
    for listener in listeners:
        if listener.kind is not ListenerKind.WEB:
            continue
        for port in listener.ports:
            host = port.getHost()
            if isinstance(host, IPv4Address | IPv6Address):
                address = ip_address(host.host)
                has_tls = listener.certificate is not None
                scheme = "https" if has_tls else "http"
                shown = address.compressed if address.is_loopback else name
                shown = f"[{shown}]" if ":" in shown else shown
                url = f"{scheme}://{shown}:{host.port}"
                found.append((address.is_loopback, not has_tls, url))
    return min(found)[-1] if found else ""
