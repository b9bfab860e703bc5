"""The rows of the settings for webhooks, outgoing and incoming.

This module must not know where values come from, nor what is done with them.
"""

from __future__ import annotations

from chatd.daemon import value_kinds as kinds
from chatd.daemon.setting_row import Group, Reload, Row

WEBHOOK_ROWS = (
    Row(
        "webhooks.to",
        "hooks-to",
        kinds.NETWORK,
        None,
        "A network that webhooks may lead to, besides public addresses: 10.0.0.0/8, an address, or"
        " any (may be repeated)",
        Group.WEBHOOKS,
        Reload.AT_ONCE,
        repeated=True,
        example="10.0.0.0/8",
    ),
    Row(
        "webhooks.allow_plaintext",
        "allow-plaintext-hooks",
        kinds.YES_NO,
        "false",
        "Let tools post by webhooks over connections that others may read also into rooms where"
        " guests may not speak",
        Group.WEBHOOKS,
        Reload.AT_ONCE,
    ),
)
