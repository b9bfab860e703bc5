"""The server as IRC clients know it, and the tags of their lines.

Pure. This module must not know commands, nor the lines that have the tags.
"""

from __future__ import annotations

import calendar
import re
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from chatd.event import Event
from chatd.text.folding import fold


def _no_account(name: str, at: int) -> str:
    return ""


def _no_real_name(session: int) -> str:
    return ""


def _not_cut(text: str) -> Sequence[str] | None:
    return None


def _no_time() -> float:
    return 0.0


class IrcServer(NamedTuple):
    """The server as IRC clients know it.

    ``name`` has a dot, by which clients tell a server from a person. ``account_of`` returns the
    name of the account that a person had, given the name and the time of a line (milliseconds since
    1970), or "". ``real_name_of`` returns what the client of a session said of its user, or "" if
    it is none of IRC. ``cuts_of`` returns the parts in which a client sent a text; None if whole.
    ``now`` returns the time in seconds since 1970, for lines that are stored nowhere.
    """

    name: str
    account_of: Callable[[str, int], str] = _no_account
    real_name_of: Callable[[int], str] = _no_real_name
    cuts_of: Callable[[str], Sequence[str] | None] = _not_cut
    now: Callable[[], float] = _no_time

    def mask(self, name: str) -> str:
        """Return the mask of a person."""
        return f"{name}!{name}@{self.name}"


@lru_cache(maxsize=1024)
def _second(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


def server_time(milliseconds: int) -> str:
    """Return a time as the tag ``time`` has it: ISO 8601, in UTC (IRCv3 server-time)."""
    seconds, rest = divmod(milliseconds, 1000)
    return f"{_second(seconds)}.{rest:03d}Z"


def msgid(event: Event) -> str:
    """Return the id of an event: the same at each start of the daemon (IRCv3 message-ids)."""
    return f"{event.seq}-{fold(event.room)}"


def marker(time: int | None) -> str:
    """Return a read marker, whose time is in milliseconds since 1970 (IRCv3 read-marker)."""
    return f"timestamp={server_time(time)}" if time else "*"


_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)\.(\d{3})Z",
    re.ASCII,
)


def time_of(text: str) -> int | None:
    """Return the milliseconds since 1970 of a time as `server_time` writes it; None for others."""
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    *parts, thousandths = map(int, found.groups())
    try:
        seconds = calendar.timegm(datetime(*parts).timetuple())  # type: ignore[arg-type]
    except ValueError:
        return None
    return max(0, seconds * 1000 + thousandths)
