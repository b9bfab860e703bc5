"""The site for those who watch the daemon: its health, whether it is ready, and its figures.

It is apart from the site for browsers: the figures are the operator's. They need the token of the
operator, where there is one. This module must not know sessions, rooms, or what the figures are.
"""

from __future__ import annotations

from functools import partial
from hmac import compare_digest
from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from chatd.chat.server import ChatServer
from chatd.errors import ErrorKind, Refusal
from chatd.protocols.transport.factory import ChatFactory
from chatd.protocols.transport.limits import Admission, Limits
from chatd.protocols.transport.scheduler import TurnScheduler
from chatd.protocols.web.connection import WebFactory, WebProtocol
from chatd.protocols.web.http.messages import (
    NO_STORE,
    Answer,
    Problem,
    Request,
    bad_request,
    error_answer,
    json_answer,
)
from chatd.protocols.web.http.same_origin import Hosts
from chatd.protocols.web.http.upgrade import Requester

PATHS = ("metrics", "healthz", "readyz")
"""The paths, of one segment each."""

FINE = "ok"
"""The state of health and readiness that is answered with 200."""

SCRAPE_COST = 20
"""Cost of the figures, in lines: writing them takes some 2 ms."""

_READING = ("GET", "HEAD")


class Watched(Protocol):
    """The daemon that is watched."""

    @property
    def health(self) -> str:
        """The state of the store: `FINE`, or what is wrong."""

    @property
    def readiness(self) -> str:
        """`FINE` if clients are served and their lines are saved, or the reason why not."""

    async def expose(self, accept: str) -> tuple[bytes, str] | None:
        """Return the figures in a format of an ``Accept`` header, and its media type.

        None if the library that writes them is not installed.
        """


class MonitoringSite:
    """Answers requests of those who watch.

    ``hosts`` are the names by which it may be asked, None for all. ``token`` is what a request for
    the figures needs; "" for nothing.
    """

    def __init__(
        self, server: ChatServer, watched: Watched, hosts: Hosts | None, token: str
    ) -> None:
        self._server = server
        self._watched = watched
        self._hosts = hosts
        self._token = token

    async def answer(self, request: Request, asker: Requester) -> Answer:
        """Return the answer to a request."""
        try:
            return await self._answer(request, asker)
        except Refusal as refusal:
            return error_answer(refusal, request.language(self._server.language))

    def successor(self, kind: str) -> None:
        """Return None: no connection is given to another handler here."""

    async def _answer(self, request: Request, asker: Requester) -> Answer:
        if self._hosts is not None and not (request.host and self._hosts.are(request.host)):
            raise bad_request("unknown_host", 421)
        path = request.path or ()
        if len(path) != 1 or path[0] not in PATHS:
            raise bad_request("unknown_path_to_watch", 404)
        if request.method not in _READING:
            allowed = ", ".join(_READING)
            raise Problem(
                ErrorKind.BAD_REQUEST,
                "wrong_method",
                status=405,
                headers=[("Allow", allowed)],
                allowed=allowed,
            )
        if path[0] == "healthz":
            return _state(self._watched.health)
        if path[0] == "readyz":
            return _state(self._watched.readiness)
        if self._token and not self._has_token(request):
            raise Problem(ErrorKind.NOT_ALLOWED, "needs_metrics_token", status=401)
        asker.charge(SCRAPE_COST)
        written = await self._watched.expose(request.header("accept") or "")
        if written is None:
            raise Problem(ErrorKind.SERVER_ERROR, "no_metrics_library", status=501)
        data, media_type = written
        return Answer(200, [("Content-Type", media_type), NO_STORE], data)

    def _has_token(self, request: Request) -> bool:
        scheme, _, token = (request.header("authorization") or "").partition(" ")
        token = token.strip()
        return scheme.lower() == "bearer" and token.isascii() and compare_digest(token, self._token)


def _state(word: str) -> Answer:
    return json_answer(200 if word == FINE else 503, {"status": word})


def monitoring_factory(
    site: MonitoringSite,
    server: ChatServer,
    clock: IReactorTime,
    limits: Limits,
    admission: Admission,
    turns: TurnScheduler,
) -> ChatFactory:
    """Return the factory of an address for those who watch; see `ChatFactory`."""
    build = partial(WebProtocol, site=site)
    return WebFactory(server, clock, build, 0, limits, admission, turns=turns)
