"""A fault in any handler costs one client an error, or its connection, and the others nothing.

An error is injected into one function after another, as if it had a bug, while another client is in
the same room.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NoReturn

import pytest
from twisted.internet.task import deferLater

from chatd.accounts import passwords
from chatd.accounts.accounts import Account, Accounts
from chatd.accounts.passwords import Hasher, PasswordsFailed
from chatd.chat.action_queue import ActionQueue
from chatd.chat.inboxes import Inboxes
from chatd.chat.joined_rooms import JoinedRooms
from chatd.chat.line_quotas import Limited
from chatd.chat.login_limits import LoginLimits
from chatd.chat.logins import Logins
from chatd.chat.missed_lines import MissedLines
from chatd.chat.names import Names
from chatd.chat.prompt import Prompt
from chatd.chat.read_marks import ReadMarks, ReadTracker
from chatd.chat.registrations import Registrations
from chatd.chat.replies import READING_SECONDS
from chatd.chat.roles import Roles
from chatd.chat.room_moves import RoomMoves
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.chat.subscriptions import Subscriptions
from chatd.chat.unread import UnreadTracker
from chatd.commands import dispatch
from chatd.commands.dispatch import COMMANDS, TABLE
from chatd.daemon.listener_settings import ListenerKind
from chatd.daemon.log_lines import LogFormat, LogLines, LogStyle
from chatd.daemon.service import ChatService, Listener
from chatd.formats.chat import ChatFormat
from chatd.protocols.lines import chat as line_module
from chatd.protocols.lines.framing import Framer
from chatd.protocols.lines.telnet import TelnetFilter
from chatd.protocols.transport import typed_text as typed_module
from chatd.protocols.transport.writer import ConnectionWriter
from chatd.rooms.cursor import Cursor
from chatd.rooms.room import Room
from chatd.rooms.stream import Stream
from chatd.storage.memory import MemoryStore
from tests.support.faults import Fault, Injected, is_undisturbed
from tests.support.logs import Expect, logged
from tests.support.loopback import LoopbackServer
from tests.support.sentences import EN
from tests.support.world import CHEAP, Member, World

SERVER_ERROR = "ERR Server error: "
NOT_READABLE = "ERR Not readable: "


def fail(*_: object, **__: object) -> NoReturn:
    raise Injected


TELNET = b"\xff\xf1"
"""A command of telnet without an effect. The client that sends it has a filter of its own."""


class ClientAndBystander:
    """Luis, who must notice nothing, and Ana, who meets the faults. Both are in the lobby."""

    def __init__(self) -> None:
        self.world = World()
        self.luis = self.world.person("luis")
        self.ana = self.world.person("ana")
        self.ana.send(TELNET)
        self.world.server.accounts.store(Account("eva", CHEAP.hash("correct horse")))
        self.world.say("what was said before")
        self.seen()

    def seen(self) -> None:
        self.luis.seen()
        self.ana.seen()

    def everything_is_right(self) -> None:
        """Assert that members are counted, can talk, and are received once, after the faults."""
        here = {"luis": self.luis}
        if self.ana.closed:
            self.ana.hang_up()
        if self.ana.protocol in self.world.chat.clients:
            here["ana"] = self.ana
        server = self.world.server
        sessions = server.sessions
        assert (
            {session.name for session in sessions}
            == {name for name in here if server.names.of(name)}
            == set(here)
        )
        for room in server.rooms._rooms.values():
            assert set(room.here.named) == {
                session.name for session in sessions if session.room is room
            }
            assert not room.here.guests
        for person in here.values():
            person.type("/leave")  # back to the lobby
        assert set(server.lobby.here.named) == set(here)
        self.world.introduce("lobby")
        for name, speaker in here.items():
            self.seen()
            speaker.type("all is well")
            for person in here.values():
                (line,) = person.seen()
                assert line.endswith(f"<{name}> all is well")
        stored = list(self.world.store._logs["lobby"].events)
        assert [event.seq for event in stored] == list(range(1, len(stored) + 1))


@pytest.fixture
def pair() -> ClientAndBystander:
    return ClientAndBystander()


# Commands


@pytest.mark.parametrize("kind", ["at once", "later"])
@pytest.mark.parametrize("name", [command.name for command in TABLE])
def test_a_command(
    pair: ClientAndBystander,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    kind: str,
    expected_errors: Expect,
) -> None:
    async def fail_later(*_: object) -> None:
        fail()

    handler = fail if kind == "at once" else fail_later
    with monkeypatch.context() as patched:
        patched.setitem(dispatch.COMMANDS, name, replace(COMMANDS["nick"], handler=handler))
        pair.ana.type(f"/{name} x", "and on")
        said = pair.ana.seen()
        assert said[0].startswith(SERVER_ERROR)
        assert said[1:] == ["<ana> and on"]
        assert pair.luis.seen() == ["<ana> and on"]
        is_undisturbed(pair.luis, "ana")
    pair.everything_is_right()
    assert not pair.ana.closed
    expected_errors(Injected)


# What Ana does

DEEDS = {
    "what is read": lambda ana: ana.send(b"hola\n"),
    "a line": lambda ana: ana.type("hola"),
    "a doubled slash": lambda ana: ana.type("//hola"),
    "an answer": lambda ana: ana.type("/topic"),
    "past lines": lambda ana: ana.type("/history 5"),
    "a time": lambda ana: ana.type("/since 1m"),
    "another room": lambda ana: ana.type("/join elsewhere"),
    "the end of the input": lambda ana: (ana.send(b"hola"), ana.half_close()),
    "going": lambda ana: ana.hang_up(),
    "quitting": lambda ana: ana.type("/quit"),
    "registering": lambda ana: ana.type("/register correct horse"),
    "logging in": lambda ana: ana.type("/login eva correct horse"),
    "answering": lambda ana: ana.type("/register", "correct horse"),
    "nearly logging in": lambda ana: ana.type(" /login eva hola"),
    "being said to": lambda ana: None,
}
PLACES: dict[str, tuple[str, Any, str]] = {
    "telnet": ("what is read", TelnetFilter, "feed"),
    "framing": ("a line", Framer, "feed"),
    "framing the last line": ("the end of the input", Framer, "finish"),
    "validation": ("a line", line_module, "validate_line"),
    "taking a slash off": ("a doubled slash", dispatch, "text_of"),
    "saying": ("a line", Session, "say"),
    "the room": ("a line", Room, "append"),
    "the store": ("a line", MemoryStore, "append"),
    "how much may be said": ("a line", Limited, "allowance"),
    "publishing to the author": ("a line", Session, "published"),
    "an answer": ("an answer", ChatFormat, "say"),
    "putting an answer": ("an answer", Stream, "put"),
    "a replay": ("past lines", Stream, "replay"),
    "reading the log": ("past lines", Room, "page"),
    "looking for a time": ("a time", MemoryStore, "seq_before"),
    "rendering the log": ("past lines", ChatFormat, "render"),
    "taking": ("an answer", Stream, "take"),
    "sending": ("an answer", ConnectionWriter, "_send"),
    "pushing": ("being said to", ConnectionWriter, "_send"),
    "entering": ("another room", Session, "enter"),
    "following": ("another room", Subscriptions, "follow"),
    "ceasing to follow": ("another room", Subscriptions, "unfollow"),
    "the half-close": ("the end of the input", ConnectionWriter, "end"),
    "finishing": ("the end of the input", ChatServer, "finish"),
    "a lost connection": ("going", ConnectionWriter, "lost"),
    "closing the cursor": ("going", Cursor, "close"),
    "the end of the stream": ("going", Stream, "abandon"),
    "quitting": ("quitting", ChatServer, "finish"),
    "quitting, the connection": ("quitting", ConnectionWriter, "_close"),
    "hashing": ("registering", Hasher, "hash"),
    "registering": ("registering", Registrations, "register"),
    "storing an account": ("registering", Accounts, "store"),
    "checking": ("logging in", Hasher, "check"),
    "counting tries": ("logging in", LoginLimits, "begin"),
    "logging in": ("logging in", Logins, "log_in"),
    "taking a name": ("logging in", Names, "take"),
    "having a name": ("logging in", Session, "rename"),
    "asking": ("answering", Prompt, "ask"),
    "being answered": ("answering", Prompt, "take"),
    "hiding what is typed": ("answering", TelnetFilter, "hide"),
    "looking for passwords": ("nearly logging in", typed_module, "holds_a_password"),
}
"""Actions of a client, by the function that fails."""


def belongs_to(ana: Member) -> Callable[..., bool]:
    """Return a predicate that is true of the arguments of calls for Ana."""
    protocol = ana.protocol
    session = ana.session
    connection: Any = protocol.connection
    decoder = connection.handler.decoder
    parts: list[Any] = [session, protocol, connection.output.writer, session.stream]
    parts += [session.queue, session.prompt, session.subscriptions, session.joined]
    parts += [session.memberships[session.room].cursor]
    parts += [connection.handler, decoder._framer, decoder._telnet]

    def for_ana(*args: Any) -> bool:
        if args and isinstance(args[0], Room | MemoryStore):
            return len(args) < 2 or getattr(args[1], "session", ana.session.number) == (
                ana.session.number
            )
        if args and isinstance(args[0], ChatFormat):
            return bool(args[0] == ana.session.replies.format)
        if args and isinstance(args[0], ChatServer | Logins | Names | Registrations):
            return args[1] is ana.session or ana.session in args[2:]
        if args and isinstance(args[0], Hasher | Accounts | LoginLimits):
            return True
        if args and isinstance(args[0], str | bytes):
            return b"hola" in args[0] if isinstance(args[0], bytes) else "hola" in args[0]
        return any(args[0] is part for part in parts)

    return for_ana


@pytest.mark.parametrize("place", PLACES)
def test_a_fault_in(
    pair: ClientAndBystander, fault: Fault, place: str, expected_errors: Expect
) -> None:
    deed, owner, name = PLACES[place]
    # She has a format of her own, so it renders for no other client.
    pair.ana.type("/times on")
    pair.seen()
    fault.inject(owner, name, belongs_to(pair.ana))
    DEEDS[deed](pair.ana)
    pair.world.settle()
    is_undisturbed(pair.luis, "ana")
    assert fault.happened
    fault.armed = False
    seen = pair.ana.bytes_seen().decode()
    told = SERVER_ERROR in seen or NOT_READABLE in seen
    assert told or pair.ana.closed or deed == "going"
    if pair.ana.session.prompt.pending:
        pair.ana.type("")
    pair.everything_is_right()
    expected_errors(Injected, PasswordsFailed)


def test_a_room_that_cannot_be_rendered_once_loses_nobody_a_line(
    pair: ClientAndBystander, fault: Fault, expected_errors: Expect
) -> None:
    pair.ana.type("/times on")
    pair.seen()
    own = pair.ana.session.replies.format
    fault.inject(ChatFormat, "render", lambda format, _: format == own and not fault.happened)
    is_undisturbed(pair.luis, "ana")
    assert [line.split("] ")[1] for line in pair.ana.seen()] == ["<luis> one", "<luis> two"]
    pair.everything_is_right()
    assert not pair.ana.closed
    expected_errors(Injected)


SECRET = "correct horse"
TELLING: list[tuple[Any, str]] = [
    (owner, name)
    for deed, owner, name in PLACES.values()
    if deed in ("registering", "logging in", "answering", "nearly logging in")
] + [
    (TelnetFilter, "feed"),
    (Framer, "feed"),
    (line_module, "validate_line"),
    (dispatch, "parse"),
    (dispatch, "run"),
    (passwords, "password_of"),
    (Session, "answer"),
    (Session, "error"),
    (ActionQueue, "when_settled"),
    (ChatFormat, "error"),
    (Stream, "put"),
]


@pytest.mark.parametrize(("owner", "name"), TELLING)
def test_the_log_never_holds_a_password_whatever_fails(
    pair: ClientAndBystander,
    monkeypatch: pytest.MonkeyPatch,
    owner: Any,
    name: str,
    expected_errors: Expect,
) -> None:
    """The log, in each format, has no password, although each fault quotes all its arguments."""
    server = pair.world.server
    server.accounts.store(Account("eva", CHEAP.hash(SECRET)))
    pair.world.settle()
    shown: list[str] = []
    letters = iter("abcdefghijklmnopqrstuvwxyz")
    original = getattr(owner, name)
    happened = 0

    def quote(*args: Any, **kwargs: Any) -> Any:
        nonlocal happened
        if any(SECRET in repr(vars(each) if hasattr(each, "__dict__") else each) for each in args):
            happened += 1
        if happened:
            raise Injected(f"{args} {kwargs} {SECRET}")
        return original(*args, **kwargs)

    styles = [LogStyle(format, "debug") for format in LogFormat]
    renders = [LogLines(style).render for style in styles]
    with logged(*renders) as log, monkeypatch.context() as patched:
        patched.setattr(owner, name, quote)
        for lines in (
            [f"/register {SECRET}"],
            ["/register", SECRET],
            [f"/login eva {SECRET}"],
            ["/login eva", SECRET],
            [f"/password {SECRET}"],
            [f"/unregister {SECRET}"],
            [f" /login eva {SECRET}"],
        ):
            for _ in range(2):  # also with the fault at every call
                person = pair.world.person()
                person.send(TELNET)
                person.type(f"/nick nico{next(letters)}")
                person.type(*lines)
                if len(lines) == 1:  # else the prompt may not have been sent
                    shown.append(person.bytes_seen().decode())
                person.hang_up()
            happened += 1
    assert log
    assert not [line for line in log if "correct" in line]
    assert "correct" not in "".join(shown)
    if pair.world.clock.getDelayedCalls():
        pair.world.clock.advance(60)
    expected_errors(Injected, PasswordsFailed)


# Members who are logged in

KEPT: dict[str, tuple[str, Any, str]] = {
    "coming back": ("coming", UnreadTracker, "arrive"),
    "having one's settings": ("coming", Subscriptions, "apply"),
    "beginning a visit": ("coming", Subscriptions, "begin_tracking"),
    "keeping a place": ("coming", ReadMarks, "puts"),
    "looking for what was missed": ("coming", ReadTracker, "due"),
    "showing what was missed": ("coming", MissedLines, "greet"),
    "saying it": ("said to", UnreadTracker, "say_to"),
    "beginning an inbox": ("said to", Inboxes, "of"),
    "the receipt": ("said to", ActionQueue, "delivered"),
    "who is here": ("said to", UnreadTracker, "sessions"),
    "showing it": ("said to", Stream, "push"),
    "going into a room": ("moving", UnreadTracker, "entered"),
    "what is shown": ("moving", ReadTracker, "follow"),
    "forgetting what was shown": ("going", ReadTracker, "prune"),
    "how far it was shown": ("going", ConnectionWriter, "acknowledged"),
    "keeping on going": ("going", UnreadTracker, "keep"),
    "departing": ("going", UnreadTracker, "depart"),
    "ending a visit": ("going", Subscriptions, "end_tracking"),
    "what was missed": ("asking", MissedLines, "of"),
    "skipping": ("asking", MissedLines, "everywhere"),
}
"""Actions around a member who is logged in, by the function that fails."""


@pytest.mark.parametrize("place", KEPT)
def test_with_somebody_who_is_logged_in_a_fault_in(
    pair: ClientAndBystander, fault: Fault, place: str, expected_errors: Expect
) -> None:
    deed, owner, name = KEPT[place]
    eva = pair.world.person() if deed == "coming" else pair.world.member("eva")
    pair.seen()
    if name == "acknowledged":
        fault.happened = 1
        fail_to_tell = property(fail)
        fault._patch.setattr(owner, name, fail_to_tell)
    elif owner is Stream:
        fault.inject(owner, name, lambda stream, *_: stream is eva.session.stream)
    else:
        fault.inject(owner, name)
    if deed == "coming":
        eva.type("/login eva correct horse")
    elif deed == "said to":
        pair.ana.type("/msg eva hola")
    elif deed == "moving":
        eva.type("/join ops", "/leave")
    elif deed == "asking":
        eva.type("/missed", "/skip")
    else:
        eva.hang_up()
    pair.world.settle()
    assert fault.happened
    fault.armed = False
    fault._patch.undo()
    is_undisturbed(pair.luis, "ana")
    if not eva.closed and deed != "going":
        eva.type("/quit")
    if deed != "going":
        eva.hang_up()
    pair.everything_is_right()
    # She may come again, and is written to.
    again = pair.world.member("eva")
    pair.luis.type("/msg eva psst")
    assert again.seen()[-1] == "(private) <luis> psst"
    expected_errors(Injected)


# Coming


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (ConnectionWriter, "__init__"),
        (Stream, "__init__"),
        (ChatServer, "connect"),
        (ChatServer, "enter"),
        (Session, "enter"),
        (Room, "enter"),
        (Stream, "put"),
    ],
)
def test_a_fault_when_somebody_comes(
    pair: ClientAndBystander, fault: Fault, owner: Any, name: str, expected_errors: Expect
) -> None:
    fault.inject(owner, name)
    eva = pair.world.person(greeted=True)
    fault.armed = False
    assert fault.happened
    assert eva.closed
    eva.send(b"hola\n")
    eva.hang_up()
    is_undisturbed(pair.luis, "ana")
    pair.everything_is_right()
    assert not pair.ana.closed
    expected_errors(Injected)


# Being put out of a room by a moderator


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (Roles, "role_of"),
        (JoinedRooms, "leave"),
        (Session, "sentence"),
        (Session, "enter"),
        (Subscriptions, "follow"),
        (Subscriptions, "unfollow"),
        (Stream, "put"),
        (Stream, "unfollow"),
    ],
)
def test_a_fault_while_people_are_put_out(
    fault: Fault, owner: Any, name: str, expected_errors: Expect
) -> None:
    world = World()
    eva, luis, ana, max_ = (world.member(name) for name in ("eva", "luis", "ana", "max"))
    for person in eva, luis, ana, max_:
        person.type("/join ops")
    session = ana.session
    parts = (session, session.stream, session.joined, session.subscriptions)
    fault.inject(
        owner,
        name,
        lambda *args: any(arg is part for arg in args for part in parts),
    )
    eva.seen()
    eva.type("/mode private")
    assert fault.happened
    fault.armed = False
    assert eva.seen() == [EN.deed("mode", "eva", "private")]
    for person in luis, max_:
        assert person.session.room is world.server.lobby
        person.seen()
    assert ana.session.stream.finished or ana.session.room is not world.room("ops")
    ana.hang_up()
    eva.type("hola")
    assert eva.seen() == ["<eva> hola"]
    world.clock.advance(READING_SECONDS)
    world.introduce("lobby")
    luis.type("hola")
    assert luis.seen() == max_.seen() == ["<luis> hola"]
    expected_errors(Injected)


@pytest.mark.parametrize(("owner", "name"), [(Session, "answer"), (RoomMoves, "leave")])
def test_a_fault_while_a_name_is_disconnected(
    fault: Fault, owner: Any, name: str, expected_errors: Expect
) -> None:
    world = World()
    root = world.member("root", admin=True)
    people = [world.member("ana") for _ in range(3)]
    fault.inject(owner, name, lambda *args: people[1].session in args)
    root.type("/disconnect ana")
    fault.armed = False
    assert fault.happened
    assert EN.notice("disconnected", count=3, name="ana") in root.seen()
    assert all(person.closed for person in people)
    expected_errors(Injected)


# Stopping


@pytest.mark.parametrize(("owner", "name"), [(ConnectionWriter, "end"), (Session, "answer")])
def test_a_fault_while_the_daemon_stops(
    pair: ClientAndBystander, fault: Fault, owner: Any, name: str, expected_errors: Expect
) -> None:
    world = pair.world
    service = ChatService(
        world.store, [Listener(ListenerKind.CHAT, "chat", world.chat)], world.clock
    )
    service.startService()
    fault.inject(owner, name, belongs_to(pair.ana))
    stopped = service.stopService()
    world.settle()
    assert fault.happened
    assert pair.luis.seen()[-1] == EN.notice("stopping")
    for person in pair.luis, pair.ana:
        assert person.closed
        person.hang_up()
    assert stopped.called
    expected_errors(Injected)


# On real sockets, where Twisted calls


@pytest.mark.parametrize(
    ("owner", "name", "deed"),
    [
        (ConnectionWriter, "_send", "/help"),
        (TelnetFilter, "feed", "hola"),
        (Framer, "feed", "hola"),
        (Framer, "finish", "half-close"),
        (ConnectionWriter, "end", "half-close"),
    ],
)
async def test_on_a_socket_a_fault_in(
    fault: Fault, owner: Any, name: str, deed: str, expected_errors: Expect
) -> None:
    loopback = LoopbackServer()
    await loopback.listen()
    luis, ana = await loopback.guest(), await loopback.guest()
    clients: Any = loopback.chat.clients
    (protocol,) = (each for each in clients if each.session.name == "guest2")
    connection: Any = protocol.connection
    decoder = connection.handler.decoder
    decoder.feed(TELNET)
    parts = connection.output.writer, decoder._framer, decoder._telnet
    fault.inject(owner, name, lambda it, *_: any(it is part for part in parts))
    if deed == "half-close":
        ana.send_raw(b"no end")
        ana.half_close()
    else:
        ana.send(deed)
    while protocol in loopback.chat.clients:
        luis.send("one", "two")
        lines = await luis.until("> two")
        assert lines[-2:] == ["<guest1> one", "<guest1> two"]
        if not ana.gone.called and protocol.session.stream.finished:
            ana.transport.loseConnection()
        await deferLater(loopback.reactor, 0)
    assert fault.happened
    luis.send("/who")
    assert "guest" not in (await luis.until("In #lobby"))[-1].replace("1 guest.", "")
    await loopback.close()
    expected_errors(Injected)
