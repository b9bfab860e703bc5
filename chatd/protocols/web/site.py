"""The site: the table of paths that are answered over HTTP, and the pages that may ask.

Before a path is looked up, the host that the request was meant for is checked, and the page that
sent it. To add a path, add a row to the table of a module of `api`, and tests. This module must not
know how a request is answered.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from copy import copy
from dataclasses import replace
from functools import cache, partial
from itertools import chain
from typing import Any, Protocol

from twisted.internet.interfaces import IReactorTime

from chatd.chat.server import ChatServer
from chatd.errors import ErrorKind, Refusal
from chatd.protocols.transport.factory import ChatFactory
from chatd.protocols.transport.handler import Handler
from chatd.protocols.transport.limits import Admission, Limits
from chatd.protocols.transport.scheduler import TurnScheduler
from chatd.protocols.web.api import (
    hooks,
    incident,
    openapi,
    posting,
    questions,
    reached,
    registers,
    rooms,
    sign_in,
    subscribe,
)
from chatd.protocols.web.api.request_session import Call
from chatd.protocols.web.api.route import Route
from chatd.protocols.web.api.trusted_header import TrustedHeader
from chatd.protocols.web.connection import WebFactory, WebProtocol
from chatd.protocols.web.http.messages import Answer, Problem, Request, bad_request, error_answer
from chatd.protocols.web.http.same_origin import Hosts, from_elsewhere, is_secure, same_origin
from chatd.protocols.web.http.security_headers import HSTS
from chatd.protocols.web.http.upgrade import HandOver, Requester, Subprotocol
from chatd.protocols.web.live.handshake import listed
from chatd.protocols.web.static_files import File, StaticFiles, json_file, page_of
from chatd.storage.contract import StoreError
from chatd.util.meter import SHORT_ANSWER

ROUTES = (
    *(*rooms.TABLE, *posting.TABLE, *incident.TABLE, *reached.TABLE, *registers.TABLE),
    *(*questions.TABLE, *sign_in.TABLE, *subscribe.TABLE, *hooks.TABLE),
)

_READING = ("GET", "HEAD")

_PROXIES = frozenset(("forwarded", "via", "x-forwarded-for", "x-real-ip"))
"""Headers that proxies add to the requests that they pass on (RFC 7239, RFC 9110, and custom)."""


def site_of(
    server: ChatServer,
    clock: IReactorTime,
    max_length: int,
    names: Iterable[str],
    subprotocols: Collection[Subprotocol] = (),
) -> Site:
    """Return the site with the page of the package. ``names`` are those of this machine."""
    hosts = Hosts(names)
    return Site(server, clock, max_length, hosts, page(), description(), subprotocols=subprotocols)


@cache
def page() -> StaticFiles:
    """Return the files of the package's page, which are put together and packed once."""
    return page_of()


@cache
def description() -> File:
    """Return the description of the HTTP interface."""
    return json_file(openapi.document(ROUTES))


def factory_of(
    site: Site, limits: Limits, admission: Admission, turns: TurnScheduler | None = None
) -> ChatFactory:
    """Return the factory for browsers and HTTP at an address; see `ChatFactory`."""
    build = partial(WebProtocol, site=site)
    length = site.max_length
    return WebFactory(
        site.server,
        site.clock,
        build,
        length,
        limits,
        admission,
        turns=turns,
    )


def _parts(path: str) -> tuple[str, ...]:
    return tuple(path[1:].split("/"))


Routes = dict[str, tuple[Route, Mapping[str, str]]]
"""Routes by their methods, each with the parts of the path that it has names for."""


class Vouched(Protocol):
    """A certificate of this server."""

    @property
    def is_self_signed(self) -> bool:
        """True if no authority vouches for it."""


class Site:
    """Answers requests.

    ``hosts`` are those that this daemon is, ``page`` the files of the page, ``description`` that of
    the interface, and ``routes`` the other paths. ``subprotocols`` may be spoken through a
    WebSocket.
    """

    def __init__(
        self,
        server: ChatServer,
        clock: IReactorTime,
        max_length: int,
        hosts: Hosts,
        page: StaticFiles,
        description: File,
        routes: Iterable[Route] = ROUTES,
        subprotocols: Collection[Subprotocol] = (),
    ) -> None:
        self.server = server
        self.clock = clock
        self.max_length = max_length
        self.hosts = hosts
        self._certificate: Vouched | None = None
        self._trusted: TrustedHeader | None = None
        # A client that offers one of these names, at any path, is answered as at the path here.
        self._spoken = {each.name: _parts(each.path) for each in subprotocols}
        self._makers = subscribe.makers_of(subprotocols)
        self._files: Mapping[tuple[str, ...], File] = {
            **page,
            _parts(openapi.PATH): description,
        }
        self._routes: dict[int, list[Route]] = {}  # by the number of their parts
        self._open: dict[str, list[Route]] = {}  # those of several lengths, by their first part
        for route in (*routes, *map(subscribe.route_of, subprotocols)):
            if route.is_open:
                self._open.setdefault(route.path.split("/")[1], []).append(route)
            else:
                self._routes.setdefault(route.path.count("/"), []).append(route)

    def successor(self, kind: str) -> Handler[Any] | None:
        """Return a handler for a client of another process; None if it was in no place of HTTP."""
        make = self._makers.get(kind)
        return None if make is None else make(self.server, self.clock, self.max_length)

    def with_certificate(self, certificate: Vouched) -> Site:
        """Return this site at an address with TLS, where clients are shown a certificate."""
        site = copy(self)
        site._certificate = certificate
        return site

    def with_trusted(self, header: TrustedHeader) -> Site:
        """Return this site at an address where a proxy names the persons who send requests."""
        site = copy(self)
        site._trusted = header
        return site

    async def answer(self, request: Request, asker: Requester) -> Answer | HandOver:
        """Answer a request, also one that fails."""
        language = request.language(self.server.language)
        try:
            path, routes, foreign = self._find(request)
            if not foreign:
                self._check(request, asker)
            answer = await self._answer(request, asker, path, routes)
        except Refusal as refusal:
            answer = error_answer(refusal, language, is_shown=request.is_shown)
        except StoreError as error:
            answer = error_answer(error.refusal, language)
        if asker.encrypted and isinstance(answer, Answer) and self._may_insist_on_tls(request):
            return replace(answer, headers=(*answer.headers, HSTS))
        return answer

    def _may_insist_on_tls(self, request: Request) -> bool:
        if self._certificate is not None and self._certificate.is_self_signed:
            return False  # a browser that was told to trust it would lock its user out later
        return request.host is not None and not request.host.is_localhost

    def _check(self, request: Request, asker: Requester) -> None:
        """Raise `Problem` if a request was not meant for this daemon, or another page sent it."""
        host, origin = request.host, request.header("origin")
        if host is not None and not self.hosts.are(host):
            raise bad_request("unknown_host", 421)
        elsewhere = from_elsewhere(
            request.header("sec-fetch-site"),
            request.header("sec-fetch-mode") or "",
            request.header("sec-fetch-dest") or "",
            to_page=request.path == () and request.method in _READING,
        )
        if origin is not None and (host is None or not same_origin(origin, host)):
            elsewhere = True
        if origin is not None and asker.encrypted and not is_secure(origin):
            elsewhere = True  # a third party on the way can write pages that come in the clear
        if elsewhere:
            raise Problem(ErrorKind.NOT_ALLOWED, "other_origin")

    def _find(self, request: Request) -> tuple[tuple[str, ...] | None, Routes, bool]:
        """Return the path at which a request is answered, its routes, and if these are foreign.

        The path is that of what the request offers to speak, if any; None for the server as a
        whole. The routes are by their methods; of several, those that come first.
        """
        path = request.path
        if path is not None and (offered := request.header("sec-websocket-protocol")):
            path = next(filter(None, map(self._spoken.get, listed(offered))), path)
        found: Routes = {}
        foreign = False
        if path:
            candidates = self._routes.get(len(path), ()), self._open.get(path[0], ())
            for route in chain(*candidates):
                if route.method not in found and (names := route.match(path)) is not None:
                    found[route.method] = route, names
                    foreign = route.foreign
        return path, found, foreign

    async def _answer(
        self,
        request: Request,
        asker: Requester,
        path: tuple[str, ...] | None,
        routes: Routes,
    ) -> Answer | HandOver:
        if path is None:
            return Answer(204, [("Allow", "GET, HEAD, OPTIONS, POST")])
        file = self._files.get(path)
        if file is None and not routes:
            raise bad_request("unknown_path", 404)
        methods = {*routes, "OPTIONS"} | ({"GET"} if file is not None else set())
        if file is not None or ("GET" in routes and routes["GET"][0].ends):
            methods.add("HEAD")
        allowed = ", ".join(sorted(methods))
        if request.method == "OPTIONS":
            return Answer(204, [("Allow", allowed)])
        if request.method not in methods:
            headers = [("Allow", allowed)]
            raise Problem(
                ErrorKind.BAD_REQUEST, "wrong_method", status=405, headers=headers, allowed=allowed
            )
        if file is not None:
            return file.answer(request)
        route, names = routes["GET" if request.method == "HEAD" else request.method]
        if not route.foreign:
            request.check_parameters(route.operation.query)
        if route.cost:
            asker.charge(route.cost)
        server, language = self.server, request.language(self.server.language)
        call = Call(server, self.clock, self.max_length, request, asker, language, names)
        if self._trusted is not None or not _PROXIES.isdisjoint(request.headers):
            asker.note_proxy()
        if self._trusted is not None and not route.foreign:
            call = replace(call, vouched=await self._trusted.grant_for(call))
        answer = await route.handler(call)
        if isinstance(answer, Answer) and len(answer.body) > SHORT_ANSWER:
            asker.meter.made(len(answer.body))
        return answer
