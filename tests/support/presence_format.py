"""A format that shows the presence of other sessions, as the clients of some doors need it."""

from __future__ import annotations

from dataclasses import dataclass

from chatd.event import Change, Presence
from chatd.formats.chat import ChatFormat


@dataclass(frozen=True)
class PresenceFormat(ChatFormat):
    """Chat lines without notices, and a line for each presence, such as ``+ guest3 (guest)``."""

    shows_presence = True

    quiet: bool = True

    def presence(self, presence: Presence) -> bytes:
        name = presence.name
        about = [name]
        if presence.change is Change.RENAMED:
            about += ["is", presence.new_name]
        if presence.guest:
            about.append("(guest)")
        if presence.account:
            about.append(f"(account {presence.account})")
        if presence.by:
            about += ["by", presence.by]
        if presence.quits and presence.change is Change.LEFT:
            about.append("quits")
        if presence.role != presence.had:
            about.append(f"(now {presence.role})")
        if presence.absent:
            about.append("(absent)")
        if presence.reason:
            about.append(f"({presence.reason})")
        return f"{_SIGNS[presence.change]} {' '.join(about)}\n".encode()


_SIGNS = {
    Change.JOINED: "+",
    Change.LEFT: "-",
    Change.RENAMED: "=",
    Change.AWAY: "away:",
    Change.REALNAME: "realname:",
    Change.ACCOUNT: "account:",
}
