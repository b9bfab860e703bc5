"""The verbs of acts of moderation."""

from __future__ import annotations

DEEDS = (
    *("kick", "mute", "unmute", "ban", "unban", "ban_address", "unban_address", "mode", "invite"),
    *("uninvite", "voice", "unvoice", "op", "unop", "close", "wall", "create", "disconnect"),
    *(
        "ban_network",
        "unban_network",
        "ban_prefix",
        "unban_prefix",
        "private_everyone",
        "private_members",
        "seen_on",
        "seen_off",
        "register_on",
        "register_off",
        "hook",
        "unhook",
        "endhook",
        "deadhook",
        "hookin",
        "unhookin",
        "endhookin",
    ),
)
"""The verbs of all acts of moderation: see `chatd.event.Deed`."""
