"""The wiring of the daemon: `makeService` makes every part once and hands it to those that use it.

All that can be refused is refused here, before twistd forks: one line that says what and why, and
exit status 1, in both modes. (The same in ``startService`` would leave a daemonising twistd
hanging.) Bound sockets and the store's lock survive the fork.

`makeService` reads as a table of contents: the process, the settings, the store and the server, the
listeners, and what runs beside them. This module must not know how any part works.
"""

from __future__ import annotations

import os
import time
from collections.abc import MutableMapping
from functools import partial
from pathlib import Path
from typing import Any, cast

from twisted.application.service import IService
from twisted.internet.interfaces import IReactorTime
from twisted.internet.selectreactor import SelectReactor
from twisted.logger import Logger

from chatd.accounts.check_counts import CheckCounts
from chatd.accounts.local_users import LocalUsers
from chatd.accounts.passwords import NICENESS, THREADS, Hasher, Passwords, Unavailable
from chatd.accounts.sign_in import SignIn
from chatd.accounts.sign_in_helper import SignInHelper
from chatd.chat.actions.hook_answers import say_answer
from chatd.chat.admin_requests import Administration
from chatd.chat.audit import Audit
from chatd.chat.server import ChatServer
from chatd.chat.store_names import names_of
from chatd.daemon.address_sentences import listening_sentence
from chatd.daemon.audit_file import AuditError, AuditFile
from chatd.daemon.certificates import Certificates, utc_now
from chatd.daemon.configuration import Configuration
from chatd.daemon.figure_row import Parts as FigureParts
from chatd.daemon.figures import Figures
from chatd.daemon.handover.giving import Given
from chatd.daemon.handover.process import Start
from chatd.daemon.handover.standing import StandingStill
from chatd.daemon.handover.taking import Succession, Taking
from chatd.daemon.handover.twistd import PidFile, stay_in_place
from chatd.daemon.lan import LanDoors, doors_of
from chatd.daemon.lan_guide import guide
from chatd.daemon.listener_settings import Lan
from chatd.daemon.listener_wiring import listeners_of, make_ready
from chatd.daemon.listeners import nothing_handed_over
from chatd.daemon.log_lines import LogFormat
from chatd.daemon.log_output import LogOutput, is_terminal
from chatd.daemon.metrics_token import TokenError, read_token
from chatd.daemon.monitor import Monitor, missing_library
from chatd.daemon.motd import MotdError, read_motd
from chatd.daemon.options import Options
from chatd.daemon.os_process import (
    acting_as,
    check_files_of_twistd,
    collect_garbage_rarely,
    cores,
    fail_in_the_end,
    has_terminal,
    raise_open_files,
    refuse,
    run_timers_on_monotonic_clock,
    rundir_of,
    show_stacks_when_aborted,
    switch_threads_often,
    user_of,
    within_open_files,
)
from chatd.daemon.passed_sockets import passed_sockets
from chatd.daemon.reactor_lag import ReactorLag
from chatd.daemon.readiness import Readiness
from chatd.daemon.reload import Parts, Reload
from chatd.daemon.retention import Retention
from chatd.daemon.service import ByItself, ChatService
from chatd.daemon.service_manager import manager_of
from chatd.daemon.settings import Settings
from chatd.daemon.signals import (
    end_in_time,
    ignore_upgrades,
    renew_on_hangup,
    stop_in_time,
    upgrade_on_signal,
)
from chatd.daemon.store_wiring import control_of, schema_of, store_of
from chatd.daemon.tools_address import tools_address
from chatd.daemon.upgrade_wiring import ThisProcess, upgrade_of, why_fixed
from chatd.storage.clock_watch import ClockWatch
from chatd.storage.contract import Store, StoreError
from chatd.storage.sqlite.store import IStoreReactor
from chatd.storage.turn import Turn, Work
from chatd.util.budget_table import Budget, Kind, Level, limits_with
from chatd.util.budget_table import Limits as BudgetLimits
from chatd.util.budgets import Budgets
from chatd.util.interfaces import addresses
from chatd.util.privileges import Identity
from chatd.util.worker import Worker
from chatd.webhooks.attempts import Means
from chatd.webhooks.delivery import Answered, Deliveries
from chatd.webhooks.http_client import Gate, Poster, has_tls
from chatd.webhooks.incoming.registry import IncomingRules
from chatd.webhooks.lanes import Lanes
from chatd.webhooks.outgoing import Outgoing
from chatd.webhooks.push_delivery import PushDeliveries
from chatd.webhooks.registry import Rules


def makeService(options: Options) -> IService:
    """Make the daemon: open its store, bind its addresses; or take over both.

    Raises `SystemExit` with one line when anything is not as it must be; then nothing is bound.
    """
    ignore_upgrades()
    start = Start.of_this_process()
    taking = Taking.of_this_process(os.environ)
    if taking is None:
        return _make(options, start)
    with taking.telling_failures():
        return _make(options, start, taking)


def _make(options: Options, start: Start, taking: Taking | None = None) -> IService:
    from twisted.internet import reactor

    run_timers_on_monotonic_clock(reactor)
    clock = cast(IStoreReactor, reactor)

    # What the operator asked for
    twistd: MutableMapping[str, Any] = options.parent or {}
    started = dict(twistd)
    pid_file = PidFile(twistd)
    if taking is not None:
        stay_in_place(twistd)
    rundir = rundir_of(twistd)
    user = user_of(twistd)
    configuration = _configuration(options, rundir, user)
    settings = configuration.read_or_refuse()
    motd_path = rundir / settings.motd if settings.motd is not None else None
    motd = _motd(motd_path, user)
    hook_rules = Rules(settings.hook_networks, has_tls())
    check_files_of_twistd(twistd, rundir)

    raise_open_files()
    budgets = Budgets(clock, _limits_of_budgets(settings, reactor))

    # What takes time, and needs no store
    checks = CheckCounts()
    passwords = _passwords(clock, checks)
    passed = passed_sockets(os.environ, reactor)

    # The store, and the chat server on it
    if taking is not None:
        make_ready(settings)
        taking.be_ready(schema_of(settings))
    store = store_of(settings, rundir, user, clock, taking)
    if taking is not None:
        taking.receive()
    store.when_broken(partial(_stop_for, reactor))
    foreground = bool(twistd.get("nodaemon", True))
    manager = manager_of(os.environ, clock, lambda: store.commit_seconds, foreground=foreground)
    sign_in = _sign_in(settings, reactor, checks)
    audit_file = _audit_file(settings, rundir, user, reactor)
    audit = None if audit_file is None else Audit(clock, audit_file.write)
    server, watch = _server(settings, store, clock, motd, passwords, sign_in, budgets, audit)
    server.hooks.use_rules(hook_rules)
    gate = Gate(hook_rules.allowed)
    lanes = Lanes(Poster(reactor, gate), Poster(reactor, gate), clock)
    means = Means(lanes, clock, server.error_log)
    outgoing = _outgoing(server, means, partial(say_answer, server, settings.max_length))

    # Those who watch
    lag = ReactorLag(clock)
    readiness = Readiness(lambda: server.saves, lambda: store.cut_off_seconds)
    figures = Figures(FigureParts(server, checks, lag, readiness, []))
    monitor = Monitor(figures, readiness, Worker(clock, "chatd-figures"))
    token = _token(settings, rundir, user)

    # The addresses, and the protocols there
    local_users = _local_users(clock) if settings.unix_names else None
    doors = _lan(settings, store, rundir, user)
    opened, known = settings, []
    if doors is not None:
        opened = settings._replace(listeners=(*settings.listeners, *doors.listeners))
        known = [doors.certificate]
    listeners = listeners_of(
        opened,
        server,
        clock,
        user,
        reactor,
        local_users,
        passed,
        monitor,
        token,
        known,
        nothing_handed_over if taking is None else taking.ports_of,
    )
    server.incoming.use_rules(
        IncomingRules(tools_address(listeners, settings), settings.plaintext_hooks)
    )
    shown = dict.fromkeys(each.certificate for each in listeners if each.certificate is not None)
    certificates = Certificates(shown, clock)
    retention = Retention(server, store, clock, settings.retention, watch)
    limits = partial(_limits_of_budgets, reactor=reactor)
    log = LogOutput(twistd, settings.log, reactor)
    parts = Parts(server, retention, gate, listeners, certificates, limits, log, audit_file)
    reload = Reload(configuration, settings, rundir, parts, manager.reloading)
    upgrade = upgrade_of(
        lambda: Given(listeners, server, store, schema_of(settings), control),
        StandingStill(listeners, [server], store, [outgoing, retention], clock),
        ThisProcess(
            start, pid_file, manager, log, audit_file, foreground, why_fixed(started, settings)
        ),
        reactor,
    )
    administration = Administration(server, watch, reload.request, monitor.stats, upgrade.request)
    control = control_of(
        store, administration, user, reactor, None if taking is None else taking.control
    )

    is_watched = any(each.is_watched for each in listeners)
    watching = lag if is_watched else None  # it would cost an idle daemon more than all else
    helpers = passwords, local_users, certificates, audit_file, watching, monitor

    # The process
    succession: Any = ByItself()
    if taking is not None:
        succession = Succession(taking, store, listeners, server, pid_file, log, reactor)
    collect_garbage_rarely()
    switch_threads_often()
    show_stacks_when_aborted()
    on_terminal = settings.log.format is LogFormat.TEXT and is_terminal(twistd)
    lines = [] if doors is None else guide(doors, settings, on_terminal=on_terminal)
    if is_watched and not monitor.exposition:
        lines.append(f"/metrics answers 501, for {missing_library()}")
    reactor.callWhenRunning(stop_in_time, upgrade.handover.tell_to_stop)
    # Also for a signal that arrives before the reactor runs:
    reactor.addSystemEventTrigger("before", "shutdown", end_in_time)
    reactor.addSystemEventTrigger("before", "shutdown", upgrade.handover.stop)
    renew_on_hangup(clock, reload.reload)
    upgrade_on_signal(clock, upgrade.by_signal)
    if manager.listens:
        ports = [port for listener in listeners for port in listener.ports]
        status = listening_sentence(settings.language, [port.getHost() for port in ports])
        reactor.callWhenRunning(manager.ready, status)
        reactor.addSystemEventTrigger("before", "shutdown", manager.stopping)

    return ChatService(
        store,
        listeners,
        clock,
        watch=watch,
        retention=retention,
        language=settings.language,
        on_terminal=foreground and has_terminal(),
        helpers=[each for each in helpers if each is not None],
        control=control,
        readiness=readiness,
        outgoing=outgoing,
        guide=lines,
        begin_log=log.begin if taking is None else taking.told(log.begin),
        succession=succession,
    )


def _stop_for(reactor: Any, why: StoreError) -> None:
    """Stop the daemon, and leave it to the service manager to start it again."""
    Logger().critical("the store cannot go on, so this daemon stops: {why}", why=str(why))
    fail_in_the_end()
    reactor.stop()


def _configuration(options: Options, rundir: Path, user: Identity) -> Configuration:
    file = None if options.config is None else rundir / options.config
    return Configuration(options.given, os.environ, file, options.config or "", user)


def _lan(settings: Settings, store: Store, rundir: Path, user: Identity) -> LanDoors | None:
    """Return the ways in for the local network; None if it is not let in."""
    if settings.lan is Lan.NOBODY:
        return None
    folder = rundir if store.place is None else store.place.parent
    return doors_of(settings, folder, user, addresses(), utc_now())


def _outgoing(server: ChatServer, means: Means, answered: Answered) -> Outgoing:
    """Return the deliveries of the server's hooks and pushes."""
    alerts = server.alerts
    return Outgoing(
        means,
        Deliveries(server.hooks, server.rooms.get, means, server.now, answered),
        PushDeliveries(alerts.pushes, means, alerts.is_away, alerts.language_of),
        Turn(server.store.claims, Work.DELIVERING),
    )


def _limits_of_budgets(settings: Settings, reactor: object) -> BudgetLimits:
    """Return the limits of all budgets, with no more connections than open files allow."""
    every = Budget(Kind.CONNECTIONS, Level.ALL)
    uses_select = isinstance(reactor, SelectReactor)
    most = within_open_files(settings.budgets[every], uses_select=uses_select)
    return limits_with({**settings.budgets, every: most})


def _motd(path: Path | None, user: Identity) -> str:
    with acting_as(user):
        try:
            return read_motd(path)
        except MotdError as error:
            refuse(str(error))


def _token(settings: Settings, rundir: Path, user: Identity) -> str:
    """Return the token for the figures; "" if they need none."""
    if settings.token_file is None:
        return ""
    with acting_as(user):
        try:
            return read_token(rundir / settings.token_file)
        except TokenError as error:
            refuse(str(error))


def _audit_file(settings: Settings, rundir: Path, user: Identity, reactor: Any) -> AuditFile | None:
    """Return the file of the audit, opened with the rights of the user; None without one."""
    if settings.audit is None:
        return None
    with acting_as(user):
        try:
            return AuditFile(rundir / settings.audit, reactor, time.time)
        except AuditError as error:
            refuse(str(error))


def _passwords(reactor: IStoreReactor, counts: CheckCounts) -> Passwords | None:
    """Return the hashing of passwords, or None if the library for it is not installed."""
    try:
        hasher = Hasher()
    except Unavailable:
        return None
    # On one core, two threads hash no more passwords than one, and each of them takes longer; and
    # beside the reactor they take two shares of the core.
    threads = min(THREADS, cores())
    worker = Worker(reactor, "chatd-passwords", threads, NICENESS)
    return Passwords(reactor, worker, hasher, threads, counts)


def _sign_in(settings: Settings, reactor: Any, counts: CheckCounts) -> SignIn:
    """Return the sign-in of an organisation."""
    socket, timeout, at_once, creates, local, admins = settings.sign_in
    helper = None
    if socket is not None:
        path = Path(socket)
        helper = SignInHelper(reactor, path, timeout=timeout, at_once=at_once, counts=counts)
    return SignIn(helper, creates, local, admins)


def _local_users(reactor: IStoreReactor) -> LocalUsers:
    return LocalUsers(Worker(reactor, "chatd-users"), reactor)


def _server(
    settings: Settings,
    store: Store,
    clock: IReactorTime,
    motd: str,
    passwords: Passwords | None,
    sign_in: SignIn,
    budgets: Budgets,
    audit: Audit | None,
) -> tuple[ChatServer, ClockWatch]:
    """Return the chat server and the watch of its clock. Refuse a store with damaged records."""
    try:
        names = names_of(store, settings.language)
        server = ChatServer(
            store,
            clock,
            lobby=settings.lobby or names.lobby,
            guest=names.guest,
            recent=settings.recent,
            language=settings.language,
            motd=motd,
            passwords=passwords,
            plaintext_passwords=settings.plaintext_passwords,
            sign_in=sign_in,
            budgets=budgets,
            audit=audit,
        )
        return server, ClockWatch(store, clock, server.now)
    except StoreError as error:
        refuse(f"cannot use --store {settings.store}: {error}")
