"""A row of the table of what can be asked over HTTP. Pure: it knows nothing of what is answered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from chatd.protocols.web.api.request_session import Call
from chatd.protocols.web.http.messages import Answer
from chatd.protocols.web.http.upgrade import HandOver

Handler = Callable[[Call], Awaitable[Answer | HandOver]]


class Route(NamedTuple):
    """``path`` is as in ``/api/rooms/{room}``: what is in braces is any part, and the handler is
    told which. ``cost`` is how many lines it counts for, beside what every request does. What can
    be asked with GET can be with HEAD, too, if it ``ends``: it does not where a connection becomes
    something else. ``parameters`` are those that its query may have; any other is refused."""

    method: str
    path: str
    handler: Handler
    cost: int = 0
    ends: bool = True
    parameters: tuple[str, ...] = ()

    def match(self, path: Sequence[str]) -> dict[str, str] | None:
        """What the names in its path stand for in that one; None if it is another path."""
        parts = self.path[1:].split("/")
        if len(parts) != len(path):
            return None
        names = {}
        for part, given in zip(parts, path, strict=True):
            if part.startswith("{"):
                names[part[1:-1]] = given
            elif part != given:
                return None
        return names
