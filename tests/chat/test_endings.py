"""A login that has ended says, reads and does nothing more, over every protocol.

A table of doors (clients of each protocol) by endings. Ana is logged in through a door, the login
is ended elsewhere, and then the door tries all that it could do before.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.logger import LogEvent

from chatd.accounts.credentials import BROWSER, BROWSER_SECONDS, FRESH_SECONDS, TOKEN
from chatd.accounts.passwords import Hasher, Passwords
from chatd.chat.administration import Administration
from chatd.commands.table import TABLE as TABLE_OF_COMMANDS
from chatd.storage.contract import StoreError
from tests.support.browser import Browser
from tests.support.den import Town
from tests.support.http import Caller, request
from tests.support.world import CHEAP, PASSWORD

OTHER = "another horse"
HASH = CHEAP.hash("what the operator set")
LOBBY = "/api/rooms/lobby/messages"


class Door:
    """A client of one protocol that is logged in as Ana."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.come()

    def come(self) -> None:
        raise NotImplementedError

    def say(self, line: str) -> None:
        """Send a line."""

    def told(self) -> str:
        """Return all that it was sent since this was last called."""
        raise NotImplementedError

    @property
    def is_ana(self) -> bool:
        """Return True if it is still Ana's."""
        return self.session.account == "ana" and not self.session.stream.finished

    @property
    def session(self) -> Any:
        raise NotImplementedError


class Terminal(Door):
    def come(self) -> None:
        self.person = self.town.login()

    def say(self, line: str) -> None:
        self.person.type(line)

    def told(self) -> str:
        return "\n".join(self.person.seen())

    @property
    def session(self) -> Any:
        return self.person.session


class Text(Terminal):
    """A pipe."""

    def come(self) -> None:
        super().come()
        self.person.type("/text")


class Socket(Door):
    """A WebSocket, in which the password was typed."""

    def come(self) -> None:
        self.browser = Browser(self.town.world, grant=self.grant())
        self.browser.send("hello", rooms={"lobby": None})
        if self.browser.session.account is None:
            self.browser.say(f"/login ana {PASSWORD}", room="lobby")
        self.browser.send("enter", room="den")

    def grant(self) -> Any:
        return None

    def say(self, line: str) -> None:
        self.browser.say(line, room="den")
        self.browser.say(line, room="lobby")

    def told(self) -> str:
        return str(self.browser.seen())

    @property
    def session(self) -> Any:
        return self.browser.session


class CookieSocket(Socket):
    kind, scope = BROWSER, "write"

    def grant(self) -> Any:
        secret = self.town.secret(self.kind, self.scope)
        return self.town.server.credentials.grant_of(secret)


class TokenSocket(CookieSocket):
    kind = TOKEN


class ReadingSocket(TokenSocket):
    scope = "read"


class WaitingSocket(CookieSocket):
    """A WebSocket that was opened with a cookie, and says hello only once the login has ended."""

    def come(self) -> None:
        self.browser = Browser(self.town.world, grant=self.grant())

    def say(self, line: str) -> None:
        self.browser.send("hello", rooms={"lobby": None, "den": 0})
        super().say(line)


class Stream(Door):
    """An event stream of the private room."""

    kind = TOKEN

    def come(self) -> None:
        secret = self.town.secret(self.kind)
        headers = {"authorization": f"Bearer {secret}"}
        if self.kind == BROWSER:
            headers = {"cookie": f"chatd={secret}"}
        self.caller = self.town.web.caller()
        self.caller.send(request("GET", "/api/rooms/den/stream", **headers))
        self.caller.settle()

    def told(self) -> str:
        self.caller.settle()
        return self.caller.got_bytes().decode()

    @property
    def session(self) -> Any:
        return self.caller.protocol.connection.handler.session


class CookieStream(Stream):
    kind = BROWSER


class Http(Door):
    """Requests, each with the token."""

    kind = TOKEN

    def come(self) -> None:
        secret = self.town.secret(self.kind)
        self.headers = {"authorization": f"Bearer {secret}"}
        if self.kind == BROWSER:
            self.headers = {"cookie": f"chatd={secret}"}

    def say(self, line: str) -> None:
        for path in LOBBY, "/api/rooms/den/messages", "/api/rooms/new/messages":
            caller = self.town.web.caller()
            caller.send(request("POST", path, line.encode(), **self.headers))
            caller.settle()

    def told(self) -> str:
        got = self.town.web.ask("GET", "/api/rooms/den/messages", **self.headers)
        return got.body.decode()

    @property
    def is_ana(self) -> bool:
        got = self.town.web.ask("GET", "/api/me", **self.headers)
        return got.status == 200 and got.json["name"] == "ana"


class CookieHttp(Http):
    kind = BROWSER


# How it ends


def new_password(town: Town) -> None:
    town.owner.type(f"/password {OTHER}")
    assert town.owner.session.account == "ana"


def operators(town: Town) -> None:
    assert town.world.ask_operator("password", name="ana", hash=HASH).called


def others(town: Town) -> None:
    town.owner.type("/logout others")
    town.revoke(TOKEN)  # which let programs come again


def unregistered(town: Town) -> None:
    town.owner.type(f"/unregister {PASSWORD}")


def removed(town: Town) -> None:
    assert town.world.ask_operator("remove", name="ana").called


def somebody_elses(town: Town) -> None:
    """Give the name up; another person registers it at once, with the same password."""
    town.owner.type(f"/unregister {PASSWORD}", "/nick ana", f"/register {PASSWORD}")
    town.owner.type("/create den private")
    assert town.owner.session.account == "ana"


def at_once(town: Town) -> None:
    """Do the same as the operator, in one turn of the reactor."""
    hash = town.server.accounts.table["ana"].hash
    operator = Administration(town.server, town.world.watch)
    gone = Deferred.fromCoroutine(operator.perform({"do": "remove", "name": "ana"}))
    come = Deferred.fromCoroutine(
        operator.perform({"do": "add", "name": "ana", "hash": hash, "admin": True})
    )
    town.world.settle()
    assert gone.called
    assert come.called


def revoked(town: Town) -> None:
    town.revoke(TOKEN)


def signed_out(town: Town) -> None:
    town.revoke(BROWSER)


ENDINGS = (new_password, operators, others, unregistered, removed, somebody_elses, at_once)
TYPED = (Terminal, Text, Socket)
TOKENS = (TokenSocket, ReadingSocket, Stream, Http)
COOKIES = (CookieSocket, WaitingSocket, CookieStream, CookieHttp)
TABLE = [
    *((door, ending) for door in (*TYPED, *TOKENS, *COOKIES) for ending in ENDINGS),
    *((door, revoked) for door in TOKENS),
    *((door, signed_out) for door in COOKIES),
]

MISCHIEF = (
    "mischief",
    "/me makes mischief",
    "/msg olga mischief",
    "/msg #lobby mischief",
    "/topic mischief",
    "/create mischief",
    "/join mischief",
    "/away mischief",
    "/ignore luis",
    "/kick luis",
    "/mode open",
    "/op luis",
    "/token new mischief",
    "/password mischief-mischief",
    "/password keep-tokens mischief-mischief",
    "mischief-mischief",
    f"/hook add https://mischief.example/{PASSWORD}",
    "/unregister mischief",
    PASSWORD,
)


@pytest.mark.parametrize(("door", "ending"), TABLE, ids=lambda each: each.__name__)
def test_what_has_ended_does_nothing_more(
    door: Callable[[Town], Door], ending: Callable[[Town], None]
) -> None:
    town = Town()
    ana = door(town)
    ending(town)
    if not isinstance(ana, Http):
        ana.told()
    accounts = dict(town.server.accounts.table)
    credentials = dict(town.server.credentials.table)
    roles = dict(town.server.moderation.roles.rooms)
    for line in MISCHIEF:
        ana.say(line)
    town.luis.type("/msg ana for her alone", "for those in the den")
    town.owner.type("/join den", "the owner's own words")
    told = ana.told()
    assert not ana.is_ana
    assert town.said_by_ana() == []
    assert "for her alone" not in told
    assert "for those in the den" not in told
    assert "own words" not in told
    assert dict(town.server.accounts.table) == accounts
    assert dict(town.server.credentials.table) == credentials
    assert {
        key: run for key, run in town.server.moderation.roles.rooms.items() if key in roles
    } == roles
    assert "mischief" not in {run.owner for run in town.server.moderation.roles.rooms.values()}
    assert not town.server.hooks.of(town.server.lobby)


@pytest.mark.parametrize("door", [*TYPED, *TOKENS, *COOKIES], ids=lambda each: each.__name__)
def test_before_that_it_is_hers(door: Callable[[Town], Door]) -> None:
    town = Town()
    ana = door(town)
    if isinstance(ana, WaitingSocket):
        ana.say("mischief")
    assert ana.is_ana
    town.luis.type("for those in the den")
    assert "for those in the den" in ana.told()
    ana.say("mischief")
    silent = isinstance(ana, ReadingSocket | Stream)
    assert bool(town.said_by_ana()) != silent


# While the change is on its way to the disk


class Disk:
    """A town's disk, which commits nothing before it is told to."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.commit = town.world.store.commit
        self.held: list[tuple[Any, Deferred[Any]]] = []
        town.world.store.commit = self.hold

    def hold(self, batch: Any) -> Deferred[Any]:
        done: Deferred[Any] = Deferred()
        self.held.append((batch, done))
        return done

    def release(self) -> None:
        while self.held:
            batch, done = self.held.pop(0)
            self.commit(batch).chainDeferred(done)
            self.town.world.settle()

    def fail(self) -> None:
        _, done = self.held.pop(0)
        done.errback(StoreError("the disk is full."))
        self.town.world.settle()


SLOW = ("/password another horse", f"/unregister {PASSWORD}", "/logout others", "/token revoke t")
SLOWLY = [
    *((door, line) for door in (*TYPED, *TOKENS, *COOKIES) for line in SLOW[:2]),
    *((door, SLOW[2]) for door in COOKIES),
    *((door, SLOW[3]) for door in TOKENS),
]


@pytest.mark.parametrize(("door", "line"), SLOWLY)
def test_what_is_being_ended_does_nothing_more_either(
    door: Callable[[Town], Door], line: str
) -> None:
    town = Town()
    ana = door(town)
    disk = Disk(town)
    town.owner.type(line)
    for mischief in MISCHIEF:
        ana.say(mischief)
    disk.release()
    assert town.said_by_ana() == []
    assert not ana.is_ana
    assert not town.server.credentials.of("ana", TOKEN)


@pytest.mark.parametrize("door", [*TYPED, *TOKENS, *COOKIES], ids=lambda each: each.__name__)
def test_what_could_not_be_ended_goes_on(
    door: Callable[[Town], Door], expected_errors: Callable[..., list[LogEvent]]
) -> None:
    town = Town()
    ana = door(town)
    disk = Disk(town)
    town.owner.type("/password another horse")
    disk.fail()
    assert any(line.startswith("ERR Not saved") for line in town.owner.seen())
    assert town.owner.session.account == "ana"
    if isinstance(ana, WaitingSocket):
        ana.say("")
    assert ana.is_ana
    disk.release()
    expected_errors()


# Under way


def waiting_with_a_token(town: Town) -> tuple[Caller, Any]:
    """Return a program whose line must wait before it is said, and its session."""
    secret = town.secret(TOKEN)
    allowance = town.server.quotas.allowance
    town.server.quotas.allowance = lambda session: 0  # type: ignore[method-assign]
    caller = town.web.caller()
    caller.send(request("POST", LOBBY, b"mischief", authorization=f"Bearer {secret}"))
    caller.settle()
    town.server.quotas.allowance = allowance  # type: ignore[method-assign]
    (waiting,) = [each for each in town.server.sessions if each.text_only]
    return caller, waiting


def test_a_line_that_waits_with_a_token_is_not_said_as_a_guest_when_the_account_goes() -> None:
    """Nor as another person."""
    for line in f"/unregister {PASSWORD}", f"/password {OTHER}", "/token revoke t":
        town = Town()
        caller, waiting = waiting_with_a_token(town)
        town.owner.type(line)
        waiting.queue.changed()
        (got,) = caller.got()
        assert (got.status, got.json["error"]["key"]) == (401, "wrong_token")
        assert town.server.lobby.head == 0


def test_nor_while_the_change_is_on_its_way_to_the_disk() -> None:
    town = Town()
    caller, waiting = waiting_with_a_token(town)
    disk = Disk(town)
    town.owner.type(f"/password {OTHER}")
    waiting.queue.changed()
    (got,) = caller.got()
    assert (got.status, got.json["error"]["key"]) == (401, "wrong_token")
    disk.release()
    assert town.server.lobby.head == 0


def test_a_cookie_that_is_being_made_ends_with_the_password() -> None:
    town = Town()
    disk = Disk(town)
    caller = town.web.caller()
    body = json.dumps({"name": "ana", "password": PASSWORD}).encode()
    caller.send(request("POST", "/api/signin", body, content_type="application/json"))
    town.world.settle()
    town.owner.type(f"/password {OTHER}")
    disk.release()
    (got,) = caller.got()
    assert (got.status, got.json["error"]["key"]) == (401, "wrong_password")
    assert "set-cookie" not in got.headers
    assert not town.server.credentials.of("ana", BROWSER)


@pytest.mark.parametrize("line", ["/password", "/token new mischief", "/unregister"])
def test_an_answer_that_comes_after_the_end_does_nothing(line: str) -> None:
    town = Town()
    terminal = Terminal(town)
    town.world.clock.advance(FRESH_SECONDS)
    terminal.say(line)
    assert town.world.ask_operator("password", name="ana", hash=HASH).called
    before = dict(town.server.accounts.table)
    terminal.say(PASSWORD)
    terminal.say("mischief-mischief")
    assert town.server.accounts.table == before
    assert not town.server.credentials.table
    assert town.said_by_ana() == []
    assert "mischief" not in "".join(town.luis.seen())


@pytest.mark.parametrize("line", [f"/password {OTHER}", f"/unregister {PASSWORD}"])
def test_a_room_that_is_being_made_is_not_entered_by_who_is_signed_out_meanwhile(line: str) -> None:
    town = Town()
    terminal = Terminal(town)
    disk = Disk(town)
    terminal.say("/create vault private")
    town.owner.type(line)
    disk.release()
    assert "#vault" not in terminal.told()
    assert terminal.session.room.name != "vault"


def test_who_was_signed_out_is_so_for_ever_also_if_the_change_could_not_be_kept(
    expected_errors: Callable[..., list[LogEvent]],
) -> None:
    """The disk hangs for so long that connections are looked after meanwhile."""
    town = Town()
    terminal = Terminal(town)
    disk = Disk(town)
    town.owner.type(f"/password {OTHER}")
    town.server.check()
    disk.fail()
    assert terminal.session.is_guest
    assert terminal.session.account is None
    disk.release()
    terminal.say(f"/login ana {PASSWORD}")
    assert terminal.is_ana
    expected_errors()


def test_nor_does_a_change_of_its_own_that_failed_let_it_in_again(
    expected_errors: Callable[..., list[LogEvent]],
) -> None:
    """The operator changes the password meanwhile, which fails, too."""
    town = Town()
    disk = Disk(town)
    town.owner.type(f"/password {OTHER}")
    account = town.server.accounts.table["ana"]
    change = town.server.registrations.change_password(account, account.hash)
    operators = Deferred.fromCoroutine(change)
    town.server.check()
    assert town.owner.session.is_guest
    while disk.held:
        disk.fail()
    assert operators.result.check(StoreError)  # type: ignore[attr-defined]
    operators.addErrback(lambda _: None)
    assert town.owner.session.account is None
    expected_errors()


def test_one_password_that_is_hashed_twice_lets_both_in() -> None:
    """The first of the two renews the hash while the other is looked at."""
    town = Town()
    stronger = Hasher(time_cost=2, memory_cost=8, parallelism=1)
    town.server.logins.passwords = Passwords(town.world.hashing, stronger)
    town.world.hashing.held = True
    people = [town.world.person() for _ in range(2)]
    for person in people:
        person.type(f"/login ana {PASSWORD}")
    town.world.hashing.work()
    town.world.settle()
    assert [person.session.account for person in people] == ["ana", "ana"]


def test_a_renewed_hash_takes_nothing_of_a_password_back_that_is_changed_meanwhile() -> None:
    town = Town()
    stronger = Hasher(time_cost=2, memory_cost=8, parallelism=1)
    town.server.logins.passwords = Passwords(town.world.hashing, stronger)
    town.world.hashing.held = True
    person = town.world.person()
    person.type(f"/login ana {PASSWORD}")
    assert town.world.ask_operator("password", name="ana", hash=HASH).called
    town.world.hashing.work()
    town.world.settle()
    assert person.session.account is None
    assert town.server.accounts.table["ana"].hash == HASH


# Who was signed out


def test_who_was_signed_out_says_nothing_as_a_guest_and_may_log_in_or_out() -> None:
    town = Town()
    first, second = town.login(), town.login()
    town.owner.type(f"/password {OTHER}")
    told = first.seen()
    assert told[0] == (
        "*** The password was changed elsewhere, so you are signed out here."
        " /login NAME PASSWORD to go on, or /logout to be a guest."
    )
    assert f"*** You are now guest{first.session.number}." in told
    assert not first.closed
    for line in "hello", "/nick eva", "/who", "/join lobby", "/away", "/password x", "/token list":
        first.type(line)
        assert first.seen() == [
            "ERR Not allowed: you are signed out."
            " /login NAME PASSWORD to go on, or /logout to be a guest."
        ]
    town.world.clock.advance(10)  # they were put out of #den
    first.type("/help login", f"/login ana {OTHER}", "/join lobby", "hello")
    assert first.seen()[-1] == "<ana> hello"
    second.type("/logout", "/join lobby", "hello")
    assert second.seen()[-1] == f"<guest{second.session.number}> hello"


def test_who_changed_it_goes_on_and_its_own_cookie_with_it() -> None:
    town = Town()
    tab, other = CookieSocket(town), CookieSocket(town)
    second = Browser(town.world, grant=tab.session.grant)
    second.send("hello")
    tab.browser.say(f"/password {OTHER}", room="lobby")
    tab.browser.say(PASSWORD, room="lobby")
    assert tab.is_ana
    assert second.session.account == "ana"
    assert not other.is_ana
    assert "signed_out" in other.told()
    assert other.browser.closed


def test_a_browser_is_let_go_when_its_thirty_days_are_over() -> None:
    town = Town()
    tab, terminal = CookieSocket(town), Terminal(town)
    town.world.clock.advance(BROWSER_SECONDS)
    assert not tab.is_ana
    town.server.check()
    assert tab.browser.closed
    assert terminal.is_ana


def test_an_owner_of_a_name_begins_in_another_epoch_than_the_one_before() -> None:
    epochs = set()
    for _ in range(3):
        town = Town()
        epochs.add(town.server.accounts.table["ana"].epoch)
        somebody_elses(town)
        epochs.add(town.server.accounts.table["ana"].epoch)
    assert len(epochs) == 6
    assert 0 not in epochs


# Scopes


@pytest.mark.parametrize("door", [ReadingSocket, TokenSocket])
def test_what_only_a_token_for_reading_was_shown_waits_for_its_owner(
    door: type[ReadingSocket] | type[TokenSocket],
) -> None:
    town = Town()
    town.owner.hang_up()
    waits = door is ReadingSocket
    program = door(town)
    town.luis.type("/msg ana for her alone", "/join plaza", "in the plaza")
    assert "for her alone" in program.told()
    program.browser.send("enter", room="plaza")
    town.world.settle()
    town.server.unread.keep("ana")
    town.world.settle()
    assert ("plaza" in town.server.unread.read_marks.logs("ana")) != waits
    ana = town.world.person(greeted=True)
    ana.type(f"/login ana {PASSWORD}")
    assert any("for her alone" in line for line in ana.seen()) == waits


def test_with_a_token_for_reading_one_reads_and_makes_nothing() -> None:
    town = Town()
    reader = ReadingSocket(town)
    town.luis.type("/msg ana for her alone", "for those in the den")
    told = reader.told()
    assert "for her alone" in told
    assert "for those in the den" in told
    rooms = set(town.server.rooms)
    for line in MISCHIEF:
        reader.say(line)
    reader.browser.send("enter", room="mischief")
    reader.browser.send("seen", room="den", seq=1)
    kinds = {each["key"] for each in reader.browser.seen("error")}
    # The last one is that of the lobby, which nobody runs, for /mode.
    refused = {"token_reads_only", "not_with_a_token", "nobody_runs_room", "answer_to_nothing"}
    assert kinds == refused
    assert set(town.server.rooms) == rooms
    assert town.said_by_ana() == []


def test_over_http_a_token_for_reading_reads() -> None:
    town = Town()
    headers = {"authorization": f"Bearer {town.secret(TOKEN, 'read')}"}
    ask = town.web.ask
    assert ask("GET", "/api/rooms/den/messages", **headers).status == 200
    assert ask("GET", "/api/me", **headers).json["scope"] == "read"
    for path in LOBBY, "/api/rooms/den/messages", "/api/rooms/new/messages":
        got = ask("POST", path, b"mischief", **headers)
        assert (got.status, got.json["error"]["key"]) == (403, "token_reads_only")
    assert "new" not in town.server.rooms


def test_with_a_token_for_writing_one_is_an_ordinary_person() -> None:
    """The account is an administrator, and owns the room."""
    town = Town()
    assert town.world.ask_operator("promote", name="ana").called
    writer = TokenSocket(town)
    writer.told()
    before = dict(town.server.accounts.table), dict(town.server.moderation.roles.rooms)
    allowed = {"mischief", "/me makes mischief", "/msg olga mischief", "/msg #lobby mischief"}
    for line in (*MISCHIEF, "/wall mischief", "/disconnect luis", "/stats", "/close", "/bans"):
        if line in allowed or line in ("/join mischief", PASSWORD, "mischief-mischief"):
            continue
        writer.browser.say(line, room="den")
        keys = {each["key"] for each in writer.browser.seen("error")}
        assert keys == {"not_with_a_token"}, line
    assert (dict(town.server.accounts.table), dict(town.server.moderation.roles.rooms)) == before
    for line in sorted(allowed):
        writer.browser.say(line, room="den")
    assert len(town.said_by_ana()) == 4
    writer.browser.send("enter", room="tea")
    assert town.server.moderation.roles.name_of_owner(town.server.rooms["tea"]) == "ana"


def test_what_is_set_with_a_token_is_the_connections_own() -> None:
    town = Town()
    writer = TokenSocket(town)
    before = town.server.accounts.table["ana"]
    writer.browser.say("/language es", room="lobby")
    assert writer.session.language.value == "es"
    assert town.server.accounts.table["ana"] == before


def test_with_its_password_a_token_may_do_more() -> None:
    town = Town()
    writer = TokenSocket(town)
    writer.browser.say(f"/login ana {PASSWORD}", room="lobby")
    writer.browser.say("/token new more", room="lobby")
    assert len(town.server.credentials.of("ana", TOKEN)) == 2


def test_every_command_says_what_it_takes_of_a_token_or_takes_all() -> None:
    """A new command takes a full grant, unless this test is changed, too."""
    takes: dict[str, set[str]] = {}
    for command in TABLE_OF_COMMANDS:
        takes.setdefault(command.scope.name, set()).add(command.name)
    del takes["FULL"]
    # A row with another scope than FULL is listed in this table, too.
    assert takes == {
        "NOTHING": {"help", "quit", "login", "logout"},
        "READ": {
            *("rooms", "who", "join", "leave", "topic", "history", "since", "search", "mentions"),
            *("missed", "whois", "mode", "echo", "times", "language", "text", "bell", "quiet"),
        },
        "WRITE": {"nick", "me", "msg", "skip"},
    }
