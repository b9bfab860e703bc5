"""The wiring of the listeners: for each address the factory that serves it, bound.

This module must not know what is done in a protocol.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from functools import cache, partial
from typing import TYPE_CHECKING, Any, NoReturn, cast

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IReactorTime, IReadDescriptor

from chatd.accounts.local_users import LocalUsers
from chatd.chat.server import ChatServer
from chatd.daemon import exposition
from chatd.daemon.addresses import address_of
from chatd.daemon.figure_row import Door
from chatd.daemon.listener_settings import ListenerKind, ListenerSettings, Trust, UnknownUser
from chatd.daemon.listeners import HandedOver, bind_all, nothing_handed_over
from chatd.daemon.monitor import Monitor
from chatd.daemon.os_process import refuse
from chatd.daemon.passed_sockets import PassedSockets
from chatd.daemon.server_certificate import ServerCertificate
from chatd.daemon.service import Listener
from chatd.daemon.settings import Settings
from chatd.daemon.settings_checks import tls_port
from chatd.daemon.tls_endpoints import Place, files_of, places_of
from chatd.protocols.irc.at_door import IRC
from chatd.protocols.irc.door import Door as IrcDoor
from chatd.protocols.irc.door import TransportSecurity
from chatd.protocols.irc.handler import IrcProtocol
from chatd.protocols.lines.bare import BARE_LENGTH, BareProtocol
from chatd.protocols.lines.chat import ChatProtocol
from chatd.protocols.transport import sockets
from chatd.protocols.transport.factory import ChatFactory, Client
from chatd.protocols.transport.limits import Admission, Limits
from chatd.protocols.transport.scheduler import TurnScheduler
from chatd.protocols.web.http.same_origin import Hosts
from chatd.text.validation import is_host_name
from chatd.util.budgets import Budgets
from chatd.util.extras import how_to_install
from chatd.util.privileges import Identity

if TYPE_CHECKING:
    from chatd.protocols.web.site import Site


def listeners_of(
    settings: Settings,
    server: ChatServer,
    clock: IReactorTime,
    user: Identity,
    reactor: Any,
    local_users: LocalUsers | None,
    passed: PassedSockets,
    monitor: Monitor,
    token: str = "",
    certificates: Iterable[ServerCertificate] = (),
    handed_over: HandedOver = nothing_handed_over,
) -> list[Listener]:
    """Return the listeners, all of them bound. One `Admission` counts all connections of clients.

    All sockets that were ``passed`` are theirs. ``monitor`` tells those who watch, with the
    ``token``, and its figures are of all clients.
    ``certificates`` are those that were read already. Sockets that another process has bound are
    ``handed_over``.
    """
    admission = Admission(settings.limits, server.budgets)
    kinds = {each.kind for each in settings.listeners}
    door = IrcDoor(settings.irc_name or irc_name(_machine_name()), security_of(settings))
    server.beside["irc"] = door
    through_web = door if ListenerKind.IRC in kinds else None
    site = _site(settings, server, clock, through_web) if ListenerKind.WEB in kinds else None
    hosts = Hosts(host_names(settings))

    turns = {kind: TurnScheduler(clock, server.error_log) for kind in ListenerKind}

    def serving(listener: ListenerSettings, place: Place) -> ChatFactory:
        own = Budgets(clock, listener.own.budgets)
        if listener.kind is ListenerKind.METRICS:
            here = Admission(listener.limits, own)
            asked_by = hosts if address_of(place.endpoint).is_loopback else None
            build = _watching(server, clock, monitor, asked_by, token)
            return build(listener.limits, here, turns[listener.kind])
        here = admission.at_address(listener.limits, own)
        if site is not None and listener.kind is ListenerKind.WEB:
            from chatd.protocols.web.site import factory_of

            certificate = place.certificate
            here_site = site if certificate is None else site.with_certificate(certificate)
            if listener.trust is not None:
                here_site = _trusting(here_site, listener.trust, clock)
            return factory_of(here_site, listener.limits, here, turns[listener.kind])
        is_bare = listener.kind is ListenerKind.BARE
        irc = partial(IrcProtocol, door)
        protocols: dict[ListenerKind, Callable[[ChatServer, IReactorTime, int], Client]]
        protocols = {ListenerKind.BARE: BareProtocol, ListenerKind.IRC: irc}
        return ChatFactory(
            server,
            clock,
            protocols.get(listener.kind, ChatProtocol),
            BARE_LENGTH if is_bare else settings.max_length,
            listener.limits,
            here,
            None if is_bare else local_users,
            turns[listener.kind],
        )

    places = places_of(settings.listeners, certificates)
    factories = list(map(serving, settings.listeners, places))
    for listener, place, factory in zip(settings.listeners, places, factories, strict=True):
        if listener.kind is not ListenerKind.METRICS:
            monitor.figures.add_door(Door(listener.kind, factory, place.certificate))
    bind_all(list(zip(factories, places, strict=True)), user, reactor, passed, handed_over)
    for listener, factory in zip(settings.listeners, factories, strict=True):
        for port in factory.ports:
            sockets.prepare(
                cast(IReadDescriptor, port), listener.limits.dead_after, *listener.buffers
            )
    irc_port = _port_of(ListenerKind.IRC, settings.listeners, factories)
    for factory in factories:
        factory.irc_port = irc_port
    hosts_of = {ListenerKind.METRICS: hosts}
    if site is not None:
        hosts_of[ListenerKind.WEB] = site.hosts
    return [
        Listener(
            listener.kind,
            place.name,
            factory,
            place.certificate,
            is_behind_proxy=address_of(place.endpoint).behind_proxy,
            hosts=hosts_of.get(listener.kind),
        )
        for listener, factory, place in zip(settings.listeners, factories, places, strict=True)
    ]


def make_ready(settings: Settings) -> None:
    """Import and make what listeners need, before a daemon stands still for its successor.

    The page takes 80 ms to be packed, the description of the API 30, and the import of the library
    of the figures 70. The name of this machine may be asked for in the network.
    """
    _machine_name()
    kinds = {each.kind for each in settings.listeners}
    if ListenerKind.WEB in kinds:
        import chatd.protocols.irc.websocket
        from chatd.protocols.web import site

        site.page()
        site.description()
    if ListenerKind.METRICS in kinds:
        import chatd.protocols.web.monitoring

        exposition.load_library()
    if any(files_of(each) is not None for each in settings.listeners):
        import chatd.protocols.transport.tls  # noqa: F401


def _trusting(site: Site, trust: Trust, clock: IReactorTime) -> Site:
    """Return a site at an address with a trusted proxy. Refuse a user who is not there."""
    from chatd.protocols.web.api.trusted_header import TrustedHeader

    try:
        return site.with_trusted(TrustedHeader(trust.header, trust.uid, clock))
    except UnknownUser as error:
        refuse(str(error))


def _site(
    settings: Settings, server: ChatServer, clock: IReactorTime, door: IrcDoor | None
) -> Site:
    """Return the site for browsers and HTTP. Refuse if a library that it needs is missing.

    Clients of the ``door``, if any, may come through WebSockets.
    """
    try:
        from chatd.protocols.irc.websocket import (
            PATH,
            SUBPROTOCOL,
            IrcWebSocketHandler,
        )
        from chatd.protocols.web.http.upgrade import Subprotocol
        from chatd.protocols.web.site import site_of
    except ImportError as error:
        _refuse_without(error, "web")
    spoken = []
    if door is not None:
        make = partial(IrcWebSocketHandler, door)
        spoken = [Subprotocol(SUBPROTOCOL, PATH, IRC, make)]
    return site_of(server, clock, settings.max_length, host_names(settings), spoken)


def _watching(
    server: ChatServer, clock: IReactorTime, monitor: Monitor, hosts: Hosts | None, token: str
) -> Callable[[Limits, Admission, TurnScheduler], ChatFactory]:
    """Return the maker of the factory of an address for those who watch, asked by ``hosts``."""
    try:
        from chatd.protocols.web.monitoring import MonitoringSite, monitoring_factory
    except ImportError as error:
        _refuse_without(error, "metrics")
    return partial(monitoring_factory, MonitoringSite(server, monitor, hosts, token), server, clock)


def _refuse_without(error: ImportError, extra: str) -> NoReturn:
    """Refuse an option of the name of an extra, because a library of it is missing."""
    missing = (error.name or "").partition(".")[0]
    refuse(f"--{extra} needs {missing}, which is not installed: {how_to_install(extra)}.")


def _port_of(
    kind: ListenerKind, listeners: Iterable[ListenerSettings], factories: Iterable[ChatFactory]
) -> int:
    """Return the first TCP port of a kind; 0 if there is none."""
    hosts = (
        port.getHost()
        for listener, factory in zip(listeners, factories, strict=True)
        for port in (factory.ports if listener.kind is kind else ())
    )
    return next((host.port for host in hosts if isinstance(host, IPv4Address | IPv6Address)), 0)


def security_of(settings: Settings) -> TransportSecurity | None:
    """Return where IRC clients have to come by TLS; None if they need not."""
    seconds = settings.irc_sts_seconds
    return None if seconds is None else TransportSecurity(tls_port(settings.listeners), seconds)


@cache
def _machine_name() -> str:
    return socket.getfqdn()


def irc_name(full_name: str) -> str:
    """Return the name of the server for IRC clients: that of the machine, if it has a dot.

    By a dot, clients tell a server from a person.
    """
    return full_name if "." in full_name and is_host_name(full_name) else "chatd.local"


def host_names(settings: Settings) -> list[str]:
    """Return the names by which browsers know this machine."""
    hostname = socket.gethostname()
    short = hostname.partition(".")[0]
    # A network knows this machine by its hostname, and by the name that zeroconf makes of that.
    return [hostname, short, f"{short}.local", *settings.web_names]
