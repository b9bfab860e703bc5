"""The settings of the door for IRC clients: rows of the table of settings.

This module must not know where values come from, nor what is done with them.
"""

from __future__ import annotations

from chatd.daemon import value_kinds as kinds
from chatd.daemon.setting_row import Group, Row

IRC_ROWS = (
    Row(
        "listen.irc",
        "irc",
        kinds.ADDRESS,
        None,
        "An address for IRC clients, a Twisted endpoint (may be repeated)",
        Group.ADDRESSES,
        repeated=True,
    ),
    Row(
        "irc.name",
        "irc-name",
        kinds.DOTTED_NAME,
        None,
        "The name of the server for IRC clients, with a dot; by default the full name of this"
        " machine",
        Group.ADDRESSES,
        without="that of this machine",
        example="irc.example.org",
    ),
    Row(
        "irc.sts_seconds",
        "irc-sts",
        kinds.SECONDS_OF_TLS,
        None,
        "Have IRC clients come by TLS alone, to the first --irc with TLS, and remember it for so"
        " many seconds (STS); 0 has them forget it",
        Group.ADDRESSES,
        without="clients may come without TLS",
        example="2592000",
    ),
)
