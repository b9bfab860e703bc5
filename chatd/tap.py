"""The twistd plugin: options, and the one place where everything is made and wired.

All that can be refused is refused here, in `makeService`, before twistd forks: one line that says
what and why, and exit status 1, in both modes. (The same in ``startService`` would leave a
daemonising twistd hanging.) Bound sockets and the store's lock survive the fork.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
from chatd.service import ChatService
from chatd.store import Store, StoreError
from chatd.stores import path_of
from chatd.stores.memory import MemoryStore
from chatd.stores.sqlite import IStoreReactor, SqliteStore
from chatd.texts import Language
from chatd.validation import InvalidName, validate_room_name

DEFAULT_LISTEN = "tcp:60060:interface=127.0.0.1:backlog=1024"


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
    rundir = Path(twistd.get("rundir") or ".").absolute()
    max_length = _number(options, "max-length", 1)
    recent = _number(options, "recent", 0)
    language = _language(options["language"])
    lobby = _lobby(options["lobby"])
    motd = _motd(options["motd"], rundir)
    store = _store(options["store"], rundir, clock)
    server = ChatServer(store, clock, lobby=lobby, recent=recent, language=language, motd=motd)
    chat = ChatFactory(server, clock, max_length)
    bare = ChatFactory(server, clock, BARE_LENGTH, BareProtocol)
    wanted = [(description, chat) for description in options["listen"] or [DEFAULT_LISTEN]]
    wanted += [(description, bare) for description in options["bare"]]
    ports = _listen(wanted, reactor)
    foreground = bool(twistd.get("nodaemon", True))
    return ChatService(store, [chat, bare], ports, clock, foreground=foreground)


def _refuse(why: str) -> NoReturn:
    raise SystemExit(f"chatd: {why}")


def _number(options: Options, name: str, least: int) -> int:
    value = options[name]
    if not value.isascii() or not value.isdecimal() or int(value) < least:
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
        _refuse(f"--lobby takes a room's name: 1 to 32 letters, digits, _, - or .; not {value!r}.")


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


def _store(where: str, rundir: Path, reactor: IStoreReactor) -> Store:
    try:
        path = path_of(where, rundir)
        return MemoryStore(reactor) if path is None else SqliteStore(reactor, path)
    except StoreError as error:
        _refuse(f"cannot use --store {where}: {error}")


def _listen(wanted: Iterable[tuple[str, ChatFactory]], reactor: Any) -> list[IListeningPort]:
    ports: list[IListeningPort] = []
    try:
        for description, factory in wanted:
            ports.append(_bind(description, factory, reactor))
    except SystemExit:
        for port in ports:
            port.stopListening()
        raise
    return ports


def _bind(description: str, factory: ChatFactory, reactor: Any) -> IListeningPort:
    results: list[IListeningPort | Failure] = []
    try:
        serverFromString(reactor, description).listen(factory).addBoth(results.append)
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
