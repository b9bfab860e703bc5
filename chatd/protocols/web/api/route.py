"""A row of the table of the API: a method and a path, their handler, and their description.

This module must not know the answers.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from chatd.protocols.web.api.operation import Operation
from chatd.protocols.web.api.request_session import Call
from chatd.protocols.web.http.messages import Answer
from chatd.protocols.web.http.upgrade import HandOver

Handler = Callable[[Call], Awaitable[Answer | HandOver]]


class Route(NamedTuple):
    """A route of the API.

    ``path`` is as in ``/api/rooms/{room}``: a part in braces matches any part, and the handler
    receives it under that name. A last part ``{rest*}`` matches all parts that are left, of which
    there is one at least. ``operation`` describes the route; a parameter of the query that it
    does not have is refused. ``cost`` is the rate-limit cost in lines, beside that of every
    request. ``ends`` is false if the connection becomes another one (a WebSocket, a stream of
    events); else GET allows HEAD, too.

    A ``foreign`` route is for requests that were made for another server: neither the host nor the
    page that sent one is checked, no proxy names its person, and the query may have any parameter.
    """

    method: str
    path: str
    handler: Handler
    operation: Operation
    cost: int = 0
    ends: bool = True
    foreign: bool = False

    @property
    def is_open(self) -> bool:
        """True if it matches paths of several lengths."""
        return self.path.endswith("*}")

    def match(self, path: Sequence[str]) -> dict[str, str] | None:
        """Return the parts of a path by their names; None if the path is not this route's."""
        parts = self.path[1:].split("/")
        if len(path) > len(parts) and self.is_open:
            last = len(parts) - 1
            path = [*path[:last], "/".join(path[last:])]
        if len(parts) != len(path):
            return None
        names = {}
        for part, given in zip(parts, path, strict=True):
            if part.startswith("{"):
                names[part[1:-1].removesuffix("*")] = given
            elif part != given:
                return None
        return names
