"""The twistd plugin: options, and the one place where everything is made and wired.

All that can be refused is refused here, in `makeService`, before twistd forks: one line that says
what and why, and exit status 1, in both modes. (The same in ``startService`` would leave a
daemonising twistd hanging.) Bound sockets and the store's lock survive the fork.
"""

from __future__ import annotations

import gc
import os
import re
import resource
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, NoReturn, cast

from twisted.application.service import IService
from twisted.internet.endpoints import serverFromString
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import (
    IListeningPort,
    IProtocolFactory,
    IReactorTime,
    IReadDescriptor,
)
from twisted.internet.selectreactor import SelectReactor
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.python.usage import Options as TwistedOptions

from chatd.accounts.passwords import NICENESS, THREADS, Hasher, Passwords, Unavailable
from chatd.chat.administration import Administration
from chatd.chat.server import ChatServer
from chatd.daemon.log_pipe import LogPipe
from chatd.daemon.retention import Retention, RetentionPolicy
from chatd.daemon.service import ChatService, Listener, ListenerKind
from chatd.daemon.signals import end_in_time, renew_on_hangup, stop_in_time
from chatd.i18n import Language
from chatd.protocols.control import Control, control_path
from chatd.protocols.lines.protocol import BARE_LENGTH, BareProtocol, ChatProtocol
from chatd.protocols.proxy.protocol import BehindProxy
from chatd.protocols.transport import sockets
from chatd.protocols.transport.factory import ChatFactory
from chatd.protocols.transport.limits import Admission, Limits
from chatd.storage.clock_watch import ClockWatch
from chatd.storage.contract import Store, StoreError
from chatd.storage.memory import MemoryStore
from chatd.storage.paths import path_of
from chatd.storage.sqlite.store import IStoreReactor, SqliteStore
from chatd.text.escaping import visible
from chatd.text.folding import fold
from chatd.text.times import seconds_of
from chatd.text.validation import InvalidName, validate_room_name
from chatd.util.private_files import UnsafePath, resolve
from chatd.util.privileges import Identity, current, identity_of
from chatd.util.worker import Worker
from chatd.webhooks.delivery import Deliveries
from chatd.webhooks.http_client import Gate, Poster, has_tls
from chatd.webhooks.registry import Rules
from chatd.webhooks.urls import Network, networks_of

DEFAULT_LISTEN = "tcp:60060:interface=127.0.0.1"

BACKLOG = 1024
"""How many may wait to be accepted. With Twisted's own 50, of 200 at once some are reset."""

OWN_FILES = 60
"""How many files the daemon keeps for itself: some twenty, and for those told that it is full."""

OPEN_MAX = 10_240
"""The most files of a process on macOS (sys/syslimits.h): setrlimit(2) there takes no more."""

SELECT_FILES = 1024
"""The files that select(2) takes: FD_SETSIZE of Linux, macOS and the BSDs."""

MOST_NUMBER = 999_999_999

DEAD_AFTER_MOST = 90_000
"""Linux takes no more than 32,767 seconds for a time of keepalive: a third of this is asked for."""

SWITCH_SECONDS = 0.0005
"""How long the store's threads may keep the interpreter from the reactor's. With Python's own 5 ms,
a client that catches up makes everybody's lines take 9 ms instead of 2 on one core."""

_MOST = {"dead_after": DEAD_AFTER_MOST}

_log = Logger()

# As browsers send it: other letters come in Punycode.
_HOST_NAME = re.compile(r"[a-z0-9_][a-z0-9_.-]*", re.IGNORECASE | re.ASCII)

# The path may come after other arguments (mode=660), and have escaped colons in it.
_UNIX = re.compile(
    r"(?:haproxy:)?unix:(?:(?!address=)\w+=(?:\\.|[^:\\])*:)*(?:address=)?((?:\\.|[^:\\])+)",
    re.DOTALL,
)
_TAKES_BACKLOG = re.compile(r"(haproxy:)?(tcp6?|ssl|unix):(?!.*:backlog=)", re.DOTALL)


class Options(TwistedOptions):
    """What ``twistd chat`` takes. Values are checked in `makeService`."""

    synopsis = "[options]"
    longdesc = "A chat room that any terminal can join. A limit of 0 is no limit."
    optParameters = [
        ["store", "s", "sqlite:chatd.sqlite", "Where history is kept: sqlite:PATH or memory:"],
        ["max-length", None, "4096", "Characters in one chat line."],
        ["recent", None, "10", "Past lines that a newcomer to a room is shown."],
        ["lobby", None, "lobby", "The room that everyone enters."],
        ["language", None, "en", "What the server speaks: en or es."],
        ["motd", None, None, "File with a text shown after the welcome."],
        ["lines-per-second", None, "100", "Lines taken from a connection, after a burst."],
        ["bytes-per-second", None, "65536", "Bytes taken from a connection, after a burst."],
        ["line-seconds", None, "300", "How long a line may take to end."],
        ["connections", None, "10000", "How many may be connected."],
        ["connections-per-address", None, "100", "How many from one IPv4 address or IPv6 /64."],
        ["dead-after", None, "90", "Seconds after which a peer that does not answer is let go."],
        ["send-buffer", None, "32768", "Bytes that the kernel keeps for a client."],
        ["receive-buffer", None, "32768", "Bytes that the kernel keeps from a client."],
    ]

    optFlags = [
        [
            "allow-plaintext-passwords",
            None,
            "Take passwords also where others may read them on the way.",
        ],
    ]

    def __init__(self) -> None:
        super().__init__()
        self["listen"] = []
        self["bare"] = []
        self["web"] = []
        self["web-name"] = []
        self["keep"] = []
        self["hooks-to"] = []

    def opt_listen(self, endpoint: str) -> None:
        """An address for chat lines, a Twisted endpoint (may be repeated) [default:
        tcp:60060:interface=127.0.0.1]"""
        self["listen"].append(endpoint)

    def opt_bare(self, endpoint: str) -> None:
        """An address for bare lines, a Twisted endpoint (may be repeated)"""
        self["bare"].append(endpoint)

    def opt_web(self, endpoint: str) -> None:
        """An address for browsers and HTTP, a Twisted endpoint (may be repeated)"""
        self["web"].append(endpoint)

    def opt_web_name(self, name: str) -> None:
        """A name by which browsers know this machine, beside its addresses and its hostname (may be
        repeated)"""
        self["web-name"].append(name)

    def opt_keep(self, kept: str) -> None:
        """How long lines are kept: 90d for all rooms, ROOM=30d for one (may be repeated) [default:
        for ever]"""
        self["keep"].append(kept)

    def opt_hooks_to(self, network: str) -> None:
        """Where else than to public addresses /hook may lead: a network like 10.0.0.0/8, an
        address, or any (may be repeated)"""
        self["hooks-to"].append(network)

    def parseArgs(self, *values: str) -> None:
        """Raise `SystemExit` for anything that is no option."""
        if values:
            _refuse(f"there are options only, such as --listen; not {values[0]!r}.")

    opt_l = opt_listen
    opt_b = opt_bare
    opt_w = opt_web


def makeService(options: Options) -> IService:
    """Make the daemon: open its store, bind its addresses.

    Raises `SystemExit` with one line when anything is not as it must be; then nothing is bound.
    """
    from twisted.internet import reactor

    _measure_time_steadily(reactor)
    clock = cast(IStoreReactor, reactor)
    twistd: Mapping[str, Any] = options.parent or {}
    rundir = _rundir(twistd)
    max_length = _number(options, "max-length", 1)
    recent = _number(options, "recent", 0)
    language = _language(options["language"])
    lobby = _lobby(options["lobby"])
    motd_path = rundir / options["motd"] if options["motd"] is not None else None
    user = _user(twistd)
    with _acting(user):
        motd = _motd(motd_path)
    limits = _limits(options)
    buffers = _number(options, "send-buffer", 0), _number(options, "receive-buffer", 0)
    kept = _kept(options["keep"])
    hook_rules = Rules(_networks(options["hooks-to"]), has_tls())
    _check_twistds_files(twistd, rundir)
    store = _store(options["store"], rundir, user, clock)
    passwords = _passwords(clock)
    try:
        server = ChatServer(
            store,
            clock,
            lobby=lobby,
            recent=recent,
            language=language,
            motd=motd,
            passwords=passwords,
            plaintext_passwords=bool(options["allow-plaintext-passwords"]),
        )
        watch = ClockWatch(store, clock, server.now)
    except StoreError as error:
        _refuse(f"cannot use --store {options['store']}: {error}")
    server.hooks.rules = hook_rules
    poster = Poster(reactor, Gate(hook_rules.allowed))
    deliveries = Deliveries(
        server.hooks, server.rooms.get, poster, clock, server.error_log, server.now
    )
    _raise_open_files()
    limits = _within_open_files(limits, isinstance(reactor, SelectReactor))
    admission = Admission(limits)
    chat = ChatFactory(server, clock, ChatProtocol, max_length, limits, admission)
    bare = ChatFactory(server, clock, BareProtocol, BARE_LENGTH, limits, admission)
    wanted = [(chat, description) for description in options["listen"] or [DEFAULT_LISTEN]]
    wanted += [(bare, description) for description in options["bare"]]
    web = None
    if options["web"]:
        web = _web(options, server, clock, max_length, limits, admission)
        wanted += [(web, description) for description in options["web"]]
    _listen(wanted, user, reactor)
    doors = [Listener(ListenerKind.CHAT, chat), Listener(ListenerKind.BARE, bare)]
    if web is not None:
        listening = zip(web.ports, options["web"], strict=True)
        secure = [port for port, description in listening if description.startswith("ssl:")]
        doors.append(Listener(ListenerKind.WEB, web, secure))
    control = _control(store, server, watch, user, reactor)
    for port in (port for door in doors for port in door.ports):
        sockets.prepare(cast(IReadDescriptor, port), limits.dead_after, *buffers)
    _collect_garbage_rarely()
    sys.setswitchinterval(SWITCH_SECONDS)
    _never_wait_for_the_log(twistd, reactor)
    reactor.callWhenRunning(stop_in_time)
    reactor.addSystemEventTrigger("before", "shutdown", end_in_time)  # for one sent before that
    renew_on_hangup(clock, partial(_renew_motd, server, motd_path))
    foreground = bool(twistd.get("nodaemon", True))
    retention = Retention(server, store, clock, kept, watch) if kept != RetentionPolicy() else None
    return ChatService(
        store,
        doors,
        clock,
        watch=watch,
        retention=retention,
        foreground=foreground,
        passwords=passwords,
        control=control,
        deliveries=deliveries,
    )


def _measure_time_steadily(reactor: Any) -> None:
    """Have timers run on a clock that nobody sets.

    Twisted's is the time of day: set an hour forward, all timers fire at once, and set back, none
    does for an hour. That its clock may be replaced is not written anywhere, so a test holds it.
    What was scheduled before moves along.
    """
    ahead = time.monotonic() - reactor.seconds()
    reactor.seconds = time.monotonic
    for call in reactor.getDelayedCalls():
        call.delay(ahead)


def _never_wait_for_the_log(twistd: Mapping[str, Any], reactor: Any) -> None:
    """Have twistd, which begins its log behind this, log to a pipe that holds nobody.

    (Where it logs to a file of its own, nothing waits longer than a disk does.)
    """
    to_file = twistd.get("logfile") not in (None, "", "-") or not twistd.get("nodaemon")
    if to_file or twistd.get("syslog") or twistd.get("logger") or sys.stdout is None:
        return
    pipe = LogPipe(sys.stdout.fileno(), sys.stdout.encoding)
    sys.stdout = pipe
    reactor.addSystemEventTrigger("after", "shutdown", pipe.end)


def _raise_open_files() -> None:
    """Raise the soft limit of open files to the hard one, for this process and the one that it
    forks.

    Each client is an open file, and the soft limit is often 1024, for programs that use select(2).
    On macOS it is 256, and no limit above `OPEN_MAX` is accepted, whatever the hard one is.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for limit in (hard, max(soft, OPEN_MAX)):
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
            return


def _collect_garbage_rarely() -> None:
    """Keep the collector of cycles from holding the reactor.

    It looks at every object when their number has grown by a quarter: with 10,000 clients, for
    80 ms at a time. What exists now stays for good, and need not be looked at; and what clients
    leave behind are no cycles. The youngest, where cycles come from if any do, are looked at often.
    """
    gc.freeze()
    gc.set_threshold(5_000, 4, 100)


def _refuse(why: str) -> NoReturn:
    raise SystemExit(f"chatd: {why}")


def _number(options: Options, name: str, least: int, most: int = MOST_NUMBER) -> int:
    value = options[name]
    if not re.fullmatch("[0-9]{1,9}", value) or not least <= int(value) <= most:
        range_ = f"{least} or more" if most == MOST_NUMBER else f"{least} to {most}"
        _refuse(f"--{name} takes a whole number, {range_}; not {value!r}.")
    return int(value)


def _limits(options: Options) -> Limits:
    return Limits(
        *(
            _number(options, field.replace("_", "-"), 0, _MOST.get(field, MOST_NUMBER))
            for field in Limits._fields
        )
    )


def _web(
    options: Options,
    server: ChatServer,
    clock: IReactorTime,
    max_length: int,
    limits: Limits,
    admission: Admission,
) -> ChatFactory:
    """What serves browsers and HTTP."""
    try:
        from chatd.protocols.web.site import factory_of
    except ImportError as error:
        missing = (error.name or "").partition(".")[0]
        _refuse(f"--web needs {missing}, which is not installed: pip install 'chatd[web]'.")
    for name in options["web-name"]:
        if not _HOST_NAME.fullmatch(name):
            _refuse(f"--web-name takes a name such as chat.example.com; not {name!r}.")
    hostname = socket.gethostname()
    short = hostname.partition(".")[0]
    # Its own name is known on networks by itself, and by what zeroconf makes of it.
    names = [hostname, short, f"{short}.local", *options["web-name"]]
    return factory_of(server, clock, max_length, limits, admission, names)


def _within_open_files(limits: Limits, selecting: bool) -> Limits:
    """No more connections than there may be open files, so that the store has what it needs.

    ``selecting`` is whether the reactor uses select(2), which takes none above `SELECT_FILES`. Then
    0, no limit, becomes that one.
    """
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = limits.connections
    if selecting:
        most = SELECT_FILES if most == resource.RLIM_INFINITY else min(most, SELECT_FILES)
        wanted = wanted or most
    if not wanted or most == resource.RLIM_INFINITY:
        return limits
    return limits._replace(connections=min(wanted, max(1, most - OWN_FILES)))


def _language(value: str) -> Language:
    try:
        return Language(value)
    except ValueError:
        _refuse(f"--language takes en or es; not {value!r}.")


def _lobby(value: str) -> str:
    try:
        return validate_room_name(value)
    except InvalidName:
        _refuse(
            "--lobby takes a room's name: 1 to 32 letters of one alphabet, digits, _, - or .;"
            f" not {value!r}."
        )


def _kept(values: list[str]) -> RetentionPolicy:
    """What --keep says, each time that it is given; of two for the same rooms the last one."""
    kept = RetentionPolicy()
    for value in values:
        room, is_room, span = value.rpartition("=")
        try:
            seconds = 0 if span == "0" else seconds_of(span)
            if is_room:
                kept = kept._replace(rooms={**kept.rooms, fold(validate_room_name(room)): seconds})
            else:
                kept = kept._replace(others=seconds)
            if not seconds and span != "0":
                raise ValueError
        except ValueError:
            _refuse(
                "--keep takes a time span like 90d or 12h (0: for ever), or one for a room, like"
                f" ops=30d; not {value!r}."
            )
    return kept


def _networks(values: list[str]) -> tuple[Network, ...]:
    """What all of --hooks-to say."""
    networks: list[Network] = []
    for value in values:
        try:
            networks += networks_of(value)
        except ValueError:
            _refuse(
                f"--hooks-to takes a network like 10.0.0.0/8, an address, or any; not {value!r}."
            )
    return tuple(networks)


class _MotdError(Exception):
    """The motd cannot be read. Its text says which and why: one line, for operators."""


def _motd(path: Path | None) -> str:
    try:
        return "" if path is None else _read_motd(path)
    except _MotdError as error:
        _refuse(str(error))


def _read_motd(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig").rstrip("\n")
    except OSError as error:
        why = error.strerror
    except UnicodeDecodeError:
        why = "it is not UTF-8"
    raise _MotdError(f"cannot read --motd {path}: {why}.")


def _renew_motd(server: ChatServer, path: Path | None) -> None:
    """Have those who come from now on told what the file says by now."""
    if path is None:
        return
    try:
        server.motd = _read_motd(path)
    except _MotdError as error:
        _log.error("{why} The old one stays.", why=visible(str(error)))
    else:
        _log.info("read --motd {path} again.", path=visible(str(path)))


def _rundir(twistd: Mapping[str, Any]) -> Path:
    """The directory that twistd will go to, in which relative paths are meant."""
    rundir = Path(twistd.get("rundir") or ".").absolute()
    if not rundir.is_dir():
        _refuse(f"cannot run in --rundir {rundir}: it is not a directory. Make it first.")
    return rundir


def _user(twistd: Mapping[str, Any]) -> Identity:
    """The user that the daemon will be, once twistd has given its rights up."""
    if twistd.get("uid") is None or os.geteuid() != 0:
        return current()
    return identity_of(twistd["uid"], twistd.get("gid"))


@contextmanager
def _acting(user: Identity) -> Iterator[None]:
    """Work as the daemon's user: root must not be led by links of that user's."""
    try:
        with user.acting():
            yield
    except PermissionError as error:
        _refuse(f"cannot act as the user that --uid names: {error.strerror}.")


def _check_twistds_files(twistd: Mapping[str, Any], rundir: Path) -> None:
    """Refuse to have twistd, as root, write its own files where the daemon's user may put links."""
    if os.geteuid() != 0:
        return
    log = twistd.get("logfile")
    if log is None and not (twistd.get("nodaemon", True) or twistd.get("syslog")):
        log = "twistd.log"
    for option, name in ("--pidfile", twistd.get("pidfile")), ("--logfile", log):
        if not name or name == "-":
            continue
        try:
            resolve(rundir / name, {0})
        except UnsafePath as unsafe:
            none = "--pidfile= for none" if option == "--pidfile" else "--syslog"
            _refuse(
                f"cannot have root write {option} {name}: {unsafe} Use another path, or {none}."
            )


def _store(where: str, rundir: Path, user: Identity, reactor: IStoreReactor) -> Store:
    try:
        path = path_of(where, rundir, {0, user.uid} if os.geteuid() == 0 else None)
        if path is None:
            return MemoryStore(reactor)
        with _acting(user):
            return SqliteStore(reactor, path)
    except StoreError as error:
        _refuse(f"cannot use --store {where}: {error}")


def _passwords(reactor: IStoreReactor) -> Passwords | None:
    """Who hashes passwords; None when what that takes is not installed."""
    try:
        hasher = Hasher()
    except Unavailable:
        return None
    return Passwords(Worker(reactor, "chatd-passwords", THREADS, NICENESS), hasher)


def _control(
    store: Store, server: ChatServer, watch: ClockWatch, user: Identity, reactor: Any
) -> Control | None:
    """The socket at which `chatd admin` asks. Without one the daemon starts all the same."""
    if not isinstance(store, SqliteStore):
        return None
    control = Control(Administration(server, watch).perform, server.error_log)
    with _acting(user):
        control.bind(control_path(store.path), reactor)
    return control


def _listen(wanted: list[tuple[ChatFactory, str]], user: Identity, reactor: Any) -> None:
    """Bind every address, or none."""
    try:
        for factory, description in wanted:
            unix = _UNIX.match(description)
            if unix is not None and os.geteuid() == 0:
                # Twisted makes a socket, and changes its mode, by its path.
                try:
                    resolve(Path(re.sub(r"\\(.)", r"\1", unix[1])), {0, user.uid})
                except UnsafePath as unsafe:
                    _refuse_address(description, unsafe)
            with _acting(user if unix else current()):
                factory.accept_at(_bind(description, factory, reactor))
    except SystemExit:
        for factory, _ in wanted:
            while factory.ports:
                factory.ports.pop().stopListening()
        raise


def _bind(description: str, factory: ChatFactory, reactor: Any) -> IListeningPort:
    results: list[IListeningPort | Failure] = []
    endpoint = description
    if _TAKES_BACKLOG.match(description):
        endpoint += f":backlog={BACKLOG}"
    serves: IProtocolFactory = factory
    if endpoint.startswith("haproxy:"):
        endpoint = endpoint.removeprefix("haproxy:")
        serves = BehindProxy(factory, reactor)
    try:
        serverFromString(reactor, endpoint).listen(serves).addBoth(results.append)
    except Exception as error:
        # Whatever an endpoint's parser raises is about what the operator wrote.
        _refuse_address(description, error)
    if not results:
        _refuse_address(description, "it is of a kind that is not bound at once")
    (result,) = results
    if isinstance(result, Failure):
        _refuse_address(description, result.value)
    return result


def _refuse_address(description: str, why: object) -> NoReturn:
    if isinstance(why, CannotListenError):
        why = why.socketError
    if isinstance(why, OSError) and why.strerror:
        why = why.strerror
    why = str(why).rstrip(".")
    _refuse(f"cannot listen on {description!r}: {why}. Put that right, or give another address.")
