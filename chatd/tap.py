"""The twistd plugin: options, and the one place where everything is made and wired.

All that can be refused is refused here, in `makeService`, before twistd forks: one line that says
what and why, and exit status 1, in both modes. (The same in ``startService`` would leave a
daemonising twistd hanging.) Bound sockets and the store's lock survive the fork.
"""

from __future__ import annotations

import gc
import re
import resource
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn, cast

from twisted.application.service import IService
from twisted.internet.endpoints import serverFromString
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IListeningPort
from twisted.python.failure import Failure
from twisted.python.usage import Options as TwistedOptions

from chatd.protocols.line import BARE_LENGTH, BareProtocol, ChatFactory
from chatd.server import ChatServer
from chatd.service import ChatService, Door, Kind
from chatd.store import Store, StoreError
from chatd.stores import path_of
from chatd.stores.memory import MemoryStore
from chatd.stores.sqlite import IStoreReactor, SqliteStore
from chatd.texts import Language
from chatd.validation import InvalidName, validate_room_name

DEFAULT_LISTEN = "tcp:60060:interface=127.0.0.1"

BACKLOG = 1024
"""How many may wait to be accepted. With Twisted's own 50, of 200 at once some are reset."""

SWITCH_SECONDS = 0.0005
"""How long the store's threads may keep the interpreter from the reactor's. With Python's own 5 ms,
a client that catches up makes everybody's lines take 9 ms instead of 2 on one core."""

_TAKES_BACKLOG = re.compile(r"(haproxy:)?(tcp6?|ssl|unix):(?!.*:backlog=)", re.DOTALL)


class Options(TwistedOptions):
    """What ``twistd chat`` takes. Values are checked in `makeService`."""

    synopsis = "[options]"
    longdesc = "A chat room that any terminal can join."
    optParameters = [
        ["store", "s", "sqlite:chatd.sqlite", "Where history is kept: sqlite:PATH or memory:"],
        ["max-length", None, "4096", "Characters in one chat line."],
        ["recent", None, "10", "Past lines that a newcomer to a room is shown."],
        ["lobby", None, "lobby", "The room that everyone enters."],
        ["language", None, "en", "What the server speaks: en or es."],
        ["motd", None, None, "File with a text shown after the welcome."],
    ]

    def __init__(self) -> None:
        super().__init__()
        self["listen"] = []
        self["bare"] = []

    def opt_listen(self, endpoint: str) -> None:
        """An address for chat lines, a Twisted endpoint (may be repeated) [default:
        tcp:60060:interface=127.0.0.1]"""
        self["listen"].append(endpoint)

    def opt_bare(self, endpoint: str) -> None:
        """An address for bare lines, a Twisted endpoint (may be repeated)"""
        self["bare"].append(endpoint)

    opt_l = opt_listen
    opt_b = opt_bare


def makeService(options: Options) -> IService:
    """Make the daemon: open its store, bind its addresses.

    Raises `SystemExit` with one line when anything is not as it must be; then nothing is bound.
    """
    from twisted.internet import reactor

    clock = cast(IStoreReactor, reactor)
    twistd: Mapping[str, Any] = options.parent or {}
    rundir = _rundir(twistd)
    max_length = _number(options, "max-length", 1)
    recent = _number(options, "recent", 0)
    language = _language(options["language"])
    lobby = _lobby(options["lobby"])
    motd = _motd(options["motd"], rundir)
    store = _store(options["store"], rundir, twistd, clock)
    server = ChatServer(store, clock, lobby=lobby, recent=recent, language=language, motd=motd)
    chat = Door(Kind.CHAT, ChatFactory(server, clock, max_length))
    bare = Door(Kind.BARE, ChatFactory(server, clock, BARE_LENGTH, BareProtocol))
    wanted = [(chat, description) for description in options["listen"] or [DEFAULT_LISTEN]]
    wanted += [(bare, description) for description in options["bare"]]
    _listen(wanted, reactor)
    _raise_open_files()
    _collect_garbage_rarely()
    sys.setswitchinterval(SWITCH_SECONDS)
    reactor.addSystemEventTrigger("before", "shutdown", _stop_once)
    foreground = bool(twistd.get("nodaemon", True))
    return ChatService(store, [chat, bare], clock, foreground=foreground)


def _stop_once() -> None:
    """Heed no second Ctrl+C while stopping, which Twisted answers with a traceback."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def _raise_open_files() -> None:
    """Let this process, and the one that it forks, have as many files open as it may.

    Each client is an open file, and the soft limit is often 1024, for programs that use select(2).
    """
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # Some systems take no soft limit as high as the hard one that they name; then it stays.
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


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


def _number(options: Options, name: str, least: int) -> int:
    value = options[name]
    if not re.fullmatch("[0-9]{1,9}", value) or int(value) < least:
        _refuse(f"--{name} takes a whole number, {least} or more; not {value!r}.")
    return int(value)


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


def _motd(value: str | None, rundir: Path) -> str:
    if value is None:
        return ""
    path = rundir / value
    try:
        return path.read_text("utf-8").rstrip("\n")
    except OSError as error:
        _refuse(f"cannot read --motd {path}: {error.strerror}.")
    except UnicodeDecodeError:
        _refuse(f"cannot read --motd {path}: it is not UTF-8.")


def _rundir(twistd: Mapping[str, Any]) -> Path:
    """The directory that twistd will go to, in which relative paths are meant."""
    rundir = Path(twistd.get("rundir") or ".").absolute()
    if not rundir.is_dir():
        _refuse(f"cannot run in --rundir {rundir}: it is not a directory. Make it first.")
    return rundir


def _store(where: str, rundir: Path, twistd: Mapping[str, Any], reactor: IStoreReactor) -> Store:
    try:
        path = path_of(where, rundir)
        if path is None:
            return MemoryStore(reactor)
        store = SqliteStore(reactor, path)
        store.hand_over(*_becomes(twistd))
        return store
    except StoreError as error:
        _refuse(f"cannot use --store {where}: {error}")
    except OSError as error:
        _refuse(f"cannot give --store {where} to the user that --uid names: {error.strerror}.")


def _becomes(twistd: Mapping[str, Any]) -> tuple[int, int]:
    """The user and group that twistd gives its rights up for; -1 for none."""
    uid, gid = twistd.get("uid"), twistd.get("gid")
    return -1 if uid is None else uid, -1 if gid is None else gid


def _listen(wanted: list[tuple[Door, str]], reactor: Any) -> None:
    """Bind every address, or none."""
    try:
        for door, description in wanted:
            door.ports.append(_bind(description, door.factory, reactor))
    except SystemExit:
        for door, _ in wanted:
            while door.ports:
                door.ports.pop().stopListening()
        raise


def _bind(description: str, factory: ChatFactory, reactor: Any) -> IListeningPort:
    results: list[IListeningPort | Failure] = []
    endpoint = description
    if _TAKES_BACKLOG.match(description):
        endpoint += f":backlog={BACKLOG}"
    try:
        serverFromString(reactor, endpoint).listen(factory).addBoth(results.append)
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
