"""The table of the settings that one address has of its own, in the configuration file alone.

This module must not know where values come from, nor what is done with them.
"""

from __future__ import annotations

from chatd.daemon import value_kinds as kinds
from chatd.daemon.listener_settings import ListenerKind
from chatd.daemon.setting_row import Group, Row
from chatd.daemon.settings_table import ROWS

OWN_LIMITS = tuple(
    row._replace(default=None, option="")
    for row in ROWS
    if row.path.startswith("limits.") and not row.repeated
)

LISTENER_ROWS = (
    Row(
        "kind",
        "",
        kinds.one_of(
            *(kind.value for kind in ListenerKind), placeholder="KIND", parse=ListenerKind
        ),
        ListenerKind.CHAT.value,
        "Kind of what is served: chat or bare lines, web for browsers and HTTP, irc for IRC"
        " clients, or metrics for those who watch the daemon",
        Group.ADDRESSES,
    ),
    Row("endpoint", "", kinds.ADDRESS, None, "The address, a Twisted endpoint", Group.ADDRESSES),
    Row(
        "systemd",
        "",
        kinds.SOCKET_NAME,
        None,
        "In place of an endpoint, the name of sockets that systemd passes (FileDescriptorName=)",
        Group.ADDRESSES,
    ),
    Row(
        "tls.certificate",
        "",
        kinds.FILE,
        None,
        "The file of the certificate for TLS, in PEM",
        Group.ADDRESSES,
    ),
    Row(
        "tls.key",
        "",
        kinds.FILE,
        None,
        "The file of the private key; by default that of the certificate",
        Group.ADDRESSES,
    ),
    Row(
        "trusted_header",
        "",
        kinds.HEADER_NAME,
        None,
        "The header in which a proxy at this UNIX socket for browsers names the person",
        Group.ADDRESSES,
    ),
    Row(
        "trusted_uid",
        "",
        kinds.USER,
        None,
        "The user as whom that proxy runs",
        Group.ADDRESSES,
    ),
    Row(
        "proxies",
        "",
        kinds.NETWORK,
        None,
        "A network of the proxies at this haproxy: address. They alone may connect, and may say"
        " that a client came over TLS (may be repeated)",
        Group.ADDRESSES,
        repeated=True,
    ),
    *OWN_LIMITS,
)
"""The settings of one listener, which the configuration file alone has. Those of limits hold there,
in place of those of all; ``limits.connections`` and ``limits.connections_per_address`` beside
them."""
