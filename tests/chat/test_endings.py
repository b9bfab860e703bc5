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

from chatd.accounts.accounts import Account
from chatd.accounts.credentials import (
    BROWSER,
    BROWSER_SECONDS,
    FRESH_SECONDS,
    TOKEN,
    Credentials,
    Grant,
)
from chatd.accounts.passwords import Hasher, Passwords
from chatd.chat.admin_requests import Administration
from chatd.commands.dispatch import TABLE as TABLE_OF_COMMANDS
from chatd.errors import ErrorKind
from chatd.storage.contract import StoreError
from tests.support.browser import Browser
from tests.support.den import Den
from tests.support.http import HttpClient, half_headers, request
from tests.support.logs import Expect
from tests.support.sentences import EN
from tests.support.world import CHEAP, PASSWORD

OTHER = "another horse"
HASH = CHEAP.hash("what the operator set")
LOBBY = "/api/rooms/lobby/messages"


class Door:
    """A client of one protocol that is logged in as Ana."""

    def __init__(self, den: Den) -> None:
        self.den = den
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
        self.person = self.den.world.person()
        self.person.type(f"/login ana {PASSWORD}", "/join den")
        self.person.seen()

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
        self.browser = Browser(self.den.world, grant=self.grant())
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
        secret = self.den.world.secret("ana", self.kind, self.scope)
        return self.den.server.credentials.grant_of(secret)


class TokenSocket(CookieSocket):
    kind = TOKEN


class ReadingSocket(TokenSocket):
    scope = "read"


class WaitingSocket(CookieSocket):
    """A WebSocket that was opened with a cookie, and says hello only once the login has ended."""

    def come(self) -> None:
        self.browser = Browser(self.den.world, grant=self.grant())

    def say(self, line: str) -> None:
        self.browser.send("hello", rooms={"lobby": None, "den": 0})
        super().say(line)


class Stream(Door):
    """An event stream of the private room."""

    kind = TOKEN

    def come(self) -> None:
        secret = self.den.world.secret("ana", self.kind)
        headers = {"authorization": f"Bearer {secret}"}
        if self.kind == BROWSER:
            headers = half_headers(secret)
        self.caller = self.den.caller()
        self.caller.send(request("GET", "/api/rooms/den/stream", **headers))
        self.caller.settle()

    def told(self) -> str:
        self.caller.settle()
        return self.caller.bytes_seen().decode()

    @property
    def session(self) -> Any:
        return self.caller.protocol.connection.handler.session


class CookieStream(Stream):
    kind = BROWSER


class Http(Door):
    """Requests, each with the token."""

    kind = TOKEN

    def come(self) -> None:
        secret = self.den.world.secret("ana", self.kind)
        self.headers = {"authorization": f"Bearer {secret}"}
        if self.kind == BROWSER:
            self.headers = half_headers(secret)

    def say(self, line: str) -> None:
        for path in LOBBY, "/api/rooms/den/messages", "/api/rooms/new/messages":
            caller = self.den.caller()
            caller.send(request("POST", path, line.encode(), **self.headers))
            caller.settle()

    def told(self) -> str:
        got = self.den.ask("GET", "/api/rooms/den/messages", **self.headers)
        return got.body.decode()

    @property
    def is_ana(self) -> bool:
        got = self.den.ask("GET", "/api/me", **self.headers)
        return got.status == 200 and got.json["name"] == "ana"


class CookieHttp(Http):
    kind = BROWSER


# How it ends


def new_password(den: Den) -> None:
    den.owner.type(f"/password {OTHER}")
    assert den.owner.session.account == "ana"


def operators(den: Den) -> None:
    assert den.world.ask_operator("password", name="ana", hash=HASH).called


def others(den: Den) -> None:
    den.owner.type("/logout others")
    den.revoke(TOKEN)  # which let programs come again


def unregistered(den: Den) -> None:
    den.owner.type(f"/unregister {PASSWORD}")


def removed(den: Den) -> None:
    assert den.world.ask_operator("remove", name="ana").called


def somebody_elses(den: Den) -> None:
    """Give the name up; another person registers it at once, with the same password."""
    den.owner.type(f"/unregister {PASSWORD}", "/nick ana", f"/register {PASSWORD}")
    den.owner.type("/create den private")
    assert den.owner.session.account == "ana"


def at_once(den: Den) -> None:
    """Do the same as the operator, in one turn of the reactor."""
    hash = den.server.accounts.table["ana"].hash
    operator = Administration(den.server, den.world.watch)
    gone = Deferred.fromCoroutine(operator.perform({"do": "remove", "name": "ana"}))
    come = Deferred.fromCoroutine(
        operator.perform({"do": "add", "name": "ana", "hash": hash, "admin": True})
    )
    den.world.settle()
    assert gone.called
    assert come.called


def revoked(den: Den) -> None:
    den.revoke(TOKEN)


def signed_out(den: Den) -> None:
    den.revoke(BROWSER)


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
    door: Callable[[Den], Door], ending: Callable[[Den], None]
) -> None:
    den = Den()
    ana = door(den)
    ending(den)
    if not isinstance(ana, Http):
        ana.told()
    accounts = dict(den.server.accounts.table)
    credentials = dict(den.server.credentials.table)
    roles = dict(den.server.moderation.roles.rooms)
    for line in MISCHIEF:
        ana.say(line)
    den.luis.type("/msg ana for her alone", "for those in the den")
    den.owner.type("/join den", "the owner's own words")
    told = ana.told()
    assert not ana.is_ana
    assert den.said_by_ana() == []
    assert "for her alone" not in told
    assert "for those in the den" not in told
    assert "own words" not in told
    assert dict(den.server.accounts.table) == accounts
    assert dict(den.server.credentials.table) == credentials
    assert {
        key: run for key, run in den.server.moderation.roles.rooms.items() if key in roles
    } == roles
    assert "mischief" not in {run.owner for run in den.server.moderation.roles.rooms.values()}
    assert not den.server.hooks.of(den.server.lobby)


@pytest.mark.parametrize("door", [*TYPED, *TOKENS, *COOKIES], ids=lambda each: each.__name__)
def test_before_that_it_is_hers(door: Callable[[Den], Door]) -> None:
    den = Den()
    ana = door(den)
    if isinstance(ana, WaitingSocket):
        ana.say("mischief")
    assert ana.is_ana
    den.luis.type("for those in the den")
    assert "for those in the den" in ana.told()
    ana.say("mischief")
    silent = isinstance(ana, ReadingSocket | Stream)
    assert bool(den.said_by_ana()) != silent


# While the change is on its way to the disk


SLOW = ("/password another horse", f"/unregister {PASSWORD}", "/logout others", "/token revoke t")
SLOWLY = [
    *((door, line) for door in (*TYPED, *TOKENS, *COOKIES) for line in SLOW[:2]),
    *((door, SLOW[2]) for door in COOKIES),
    *((door, SLOW[3]) for door in TOKENS),
]


@pytest.mark.parametrize(("door", "line"), SLOWLY)
def test_what_is_being_ended_does_nothing_more_either(
    door: Callable[[Den], Door], line: str
) -> None:
    den = Den()
    ana = door(den)
    den.world.store.holds = True
    den.owner.type(line)
    for mischief in MISCHIEF:
        ana.say(mischief)
    den.world.release()
    assert den.said_by_ana() == []
    assert not ana.is_ana
    assert not den.server.credentials.of("ana", TOKEN)


@pytest.mark.parametrize("door", [*TYPED, *TOKENS, *COOKIES], ids=lambda each: each.__name__)
def test_what_could_not_be_ended_goes_on(
    door: Callable[[Den], Door], expected_errors: Expect
) -> None:
    den = Den()
    ana = door(den)
    den.world.store.holds = True
    den.owner.type("/password another horse")
    den.world.fail()
    assert any(line.startswith("ERR Not saved") for line in den.owner.seen())
    assert den.owner.session.account == "ana"
    if isinstance(ana, WaitingSocket):
        ana.say("")
    assert ana.is_ana
    den.world.release()
    expected_errors()


# Under way


def waiting_with_a_token(den: Den) -> tuple[HttpClient, Any]:
    """Return a program whose line must wait before it is said, and its session."""
    secret = den.world.secret("ana", TOKEN)
    allowance = den.server.quotas.allowance
    den.server.quotas.allowance = lambda session: 0  # type: ignore[method-assign]
    caller = den.caller()
    caller.send(request("POST", LOBBY, b"mischief", authorization=f"Bearer {secret}"))
    caller.settle()
    den.server.quotas.allowance = allowance  # type: ignore[method-assign]
    (waiting,) = [each for each in den.server.sessions if each.text_only]
    return caller, waiting


def test_a_line_that_waits_with_a_token_is_not_said_as_a_guest_when_the_account_goes() -> None:
    """Nor as another person."""
    for line in f"/unregister {PASSWORD}", f"/password {OTHER}", "/token revoke t":
        den = Den()
        caller, waiting = waiting_with_a_token(den)
        den.owner.type(line)
        waiting.queue.changed()
        (got,) = caller.got()
        assert (got.status, got.json["error"]["key"]) == (401, "wrong_token")
        assert den.server.lobby.head == 0


def test_nor_while_the_change_is_on_its_way_to_the_disk() -> None:
    den = Den()
    caller, waiting = waiting_with_a_token(den)
    den.world.store.holds = True
    den.owner.type(f"/password {OTHER}")
    waiting.queue.changed()
    (got,) = caller.got()
    assert (got.status, got.json["error"]["key"]) == (401, "wrong_token")
    den.world.release()
    assert den.server.lobby.head == 0


def test_a_cookie_that_is_being_made_ends_with_the_password() -> None:
    den = Den()
    den.world.store.holds = True
    caller = den.caller()
    body = json.dumps({"name": "ana", "password": PASSWORD}).encode()
    caller.send(request("POST", "/api/signin", body, content_type="application/json"))
    den.world.settle()
    den.owner.type(f"/password {OTHER}")
    den.world.release()
    (got,) = caller.got()
    assert (got.status, got.json["error"]["key"]) == (401, "wrong_password")
    assert "set-cookie" not in got.headers
    assert not den.server.credentials.of("ana", BROWSER)


@pytest.mark.parametrize("line", ["/password", "/token new mischief", "/unregister"])
def test_an_answer_that_comes_after_the_end_does_nothing(line: str) -> None:
    den = Den()
    terminal = Terminal(den)
    den.world.clock.advance(FRESH_SECONDS)
    terminal.say(line)
    assert den.world.ask_operator("password", name="ana", hash=HASH).called
    before = dict(den.server.accounts.table)
    terminal.say(PASSWORD)
    terminal.say("mischief-mischief")
    assert den.server.accounts.table == before
    assert not den.server.credentials.table
    assert den.said_by_ana() == []
    assert "mischief" not in "".join(den.luis.seen())


@pytest.mark.parametrize("line", [f"/password {OTHER}", f"/unregister {PASSWORD}"])
def test_a_room_that_is_being_made_is_not_entered_by_who_is_signed_out_meanwhile(line: str) -> None:
    den = Den()
    terminal = Terminal(den)
    den.world.store.holds = True
    terminal.say("/create vault private")
    den.owner.type(line)
    den.world.release()
    assert "#vault" not in terminal.told()
    assert terminal.session.room.name != "vault"


def test_who_was_signed_out_is_so_for_ever_also_if_the_change_could_not_be_kept(
    expected_errors: Expect,
) -> None:
    """The disk hangs for so long that connections are looked after meanwhile."""
    den = Den()
    terminal = Terminal(den)
    den.world.store.holds = True
    den.owner.type(f"/password {OTHER}")
    den.server.check()
    den.world.fail()
    assert terminal.session.is_guest
    assert terminal.session.account is None
    den.world.release()
    terminal.say(f"/login ana {PASSWORD}")
    assert terminal.is_ana
    expected_errors()


def test_nor_does_a_change_of_its_own_that_failed_let_it_in_again(
    expected_errors: Expect,
) -> None:
    """The operator changes the password meanwhile, which fails, too."""
    den = Den()
    den.world.store.holds = True
    den.owner.type(f"/password {OTHER}")
    account = den.server.accounts.table["ana"]
    change = den.server.registrations.change_password(account, account.hash)
    operators = Deferred.fromCoroutine(change)
    den.server.check()
    assert den.owner.session.is_guest
    while den.world.store.held:
        den.world.fail()
    assert operators.result.check(StoreError)  # type: ignore[attr-defined]
    operators.addErrback(lambda _: None)
    assert den.owner.session.account is None
    expected_errors()


def test_one_password_that_is_hashed_twice_lets_both_in() -> None:
    """The first of the two renews the hash while the other is looked at."""
    den = Den()
    stronger = Hasher(time_cost=2, memory_cost=8, parallelism=1)
    den.server.logins.passwords = Passwords(den.world.clock, den.world.hashing, stronger)
    den.world.hashing.held = True
    people = [den.world.person() for _ in range(2)]
    for person in people:
        person.type(f"/login ana {PASSWORD}")
    den.world.hashing.work()
    den.world.settle()
    assert [person.session.account for person in people] == ["ana", "ana"]


def test_a_renewed_hash_takes_nothing_of_a_password_back_that_is_changed_meanwhile() -> None:
    den = Den()
    stronger = Hasher(time_cost=2, memory_cost=8, parallelism=1)
    den.server.logins.passwords = Passwords(den.world.clock, den.world.hashing, stronger)
    den.world.hashing.held = True
    person = den.world.person()
    person.type(f"/login ana {PASSWORD}")
    assert den.world.ask_operator("password", name="ana", hash=HASH).called
    den.world.hashing.work()
    den.world.settle()
    assert person.session.account is None
    assert den.server.accounts.table["ana"].hash == HASH


# Who was signed out


def test_who_was_signed_out_says_nothing_as_a_guest_and_may_log_in_or_out() -> None:
    den = Den()
    first, second = Terminal(den).person, Terminal(den).person
    den.owner.type(f"/password {OTHER}")
    told = first.seen()
    assert told[0] == (EN.notice("password_changed_elsewhere"))
    assert EN.notice("you_are", name=f"guest{first.session.number}") in told
    assert not first.closed
    for line in "hello", "/nick eva", "/who", "/join lobby", "/away", "/password x", "/token list":
        first.type(line)
        assert first.seen() == [EN.error(ErrorKind.NOT_ALLOWED, "not_signed_in")]
    den.world.clock.advance(10)  # they were put out of #den
    first.type("/help login", f"/login ana {OTHER}", "/join lobby", "hello")
    assert first.seen()[-1] == "<ana> hello"
    second.type("/logout", "/join lobby", "hello")
    assert second.seen()[-1] == f"<guest{second.session.number}> hello"


def test_who_changed_it_goes_on_and_its_own_cookie_with_it() -> None:
    den = Den()
    tab, other = CookieSocket(den), CookieSocket(den)
    second = Browser(den.world, grant=tab.session.grant)
    second.send("hello")
    tab.browser.say(f"/password {OTHER}", room="lobby")
    tab.browser.say(PASSWORD, room="lobby")
    assert tab.is_ana
    assert second.session.account == "ana"
    assert not other.is_ana
    assert "signed_out" in other.told()
    assert other.browser.closed


def test_a_browser_is_let_go_when_its_thirty_days_are_over() -> None:
    den = Den()
    tab, terminal = CookieSocket(den), Terminal(den)
    den.world.clock.advance(BROWSER_SECONDS)
    assert not tab.is_ana
    den.server.check()
    assert tab.browser.closed
    assert terminal.is_ana


def test_a_change_of_an_account_concerns_no_session_of_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    den = Den()
    den.world.member("luis")
    den.server.check()
    asked: set[str] = set()
    account_of = Credentials.account_of

    def ask(credentials: Credentials, grant: Grant) -> Account | None:
        asked.add(grant.account)
        return account_of(credentials, grant)

    monkeypatch.setattr(Credentials, "account_of", ask)
    account = den.server.accounts.table["ana"]
    den.server.accounts.store(account._replace(settings={"quiet": True}))
    den.server.check()
    assert asked == {"ana"}


def test_an_owner_of_a_name_begins_in_another_epoch_than_the_one_before() -> None:
    epochs = set()
    for _ in range(3):
        den = Den()
        epochs.add(den.server.accounts.table["ana"].epoch)
        somebody_elses(den)
        epochs.add(den.server.accounts.table["ana"].epoch)
    assert len(epochs) == 6
    assert 0 not in epochs


# Scopes


@pytest.mark.parametrize("door", [ReadingSocket, TokenSocket])
def test_what_only_a_token_for_reading_was_shown_waits_for_its_owner(
    door: type[ReadingSocket] | type[TokenSocket],
) -> None:
    den = Den()
    den.owner.hang_up()
    waits = door is ReadingSocket
    program = door(den)
    den.luis.type("/msg ana for her alone", "/join plaza", "in the plaza")
    assert "for her alone" in program.told()
    program.browser.send("enter", room="plaza")
    den.world.settle()
    den.server.unread.keep("ana")
    den.world.settle()
    assert ("plaza" in den.server.unread.read_marks.logs("ana")) != waits
    ana = den.world.person(greeted=True)
    ana.type(f"/login ana {PASSWORD}")
    assert any("for her alone" in line for line in ana.seen()) == waits


def test_with_a_token_for_reading_one_reads_and_makes_nothing() -> None:
    den = Den()
    reader = ReadingSocket(den)
    den.luis.type("/msg ana for her alone", "for those in the den")
    told = reader.told()
    assert "for her alone" in told
    assert "for those in the den" in told
    rooms = set(den.server.rooms)
    for line in MISCHIEF:
        reader.say(line)
    reader.browser.send("enter", room="mischief")
    reader.browser.send("seen", room="den", seq=1)
    kinds = {each["key"] for each in reader.browser.seen("error")}
    # The last one is that of the lobby, which nobody runs, for /mode.
    refused = {"token_reads_only", "not_with_a_token", "nobody_runs_room", "answer_to_nothing"}
    assert kinds == refused
    assert set(den.server.rooms) == rooms
    assert den.said_by_ana() == []


def test_over_http_a_token_for_reading_reads() -> None:
    den = Den()
    headers = {"authorization": f"Bearer {den.world.secret('ana', TOKEN, 'read')}"}
    ask = den.ask
    assert ask("GET", "/api/rooms/den/messages", **headers).status == 200
    assert ask("GET", "/api/me", **headers).json["scope"] == "read"
    for path in LOBBY, "/api/rooms/den/messages", "/api/rooms/new/messages":
        got = ask("POST", path, b"mischief", **headers)
        assert (got.status, got.json["error"]["key"]) == (403, "token_reads_only")
    assert "new" not in den.server.rooms


def test_with_a_token_for_writing_one_is_an_ordinary_person() -> None:
    """The account is an administrator, and owns the room."""
    den = Den()
    assert den.world.ask_operator("promote", name="ana").called
    writer = TokenSocket(den)
    writer.told()
    before = dict(den.server.accounts.table), dict(den.server.moderation.roles.rooms)
    allowed = {"mischief", "/me makes mischief", "/msg olga mischief", "/msg #lobby mischief"}
    for line in (
        *MISCHIEF,
        "/wall mischief",
        "/disconnect luis",
        "/stats server",
        "/close",
        "/bans",
    ):
        if line in allowed or line in ("/join mischief", PASSWORD, "mischief-mischief"):
            continue
        writer.browser.say(line, room="den")
        keys = {each["key"] for each in writer.browser.seen("error")}
        assert keys == {"not_with_a_token"}, line
    assert (dict(den.server.accounts.table), dict(den.server.moderation.roles.rooms)) == before
    for line in sorted(allowed):
        writer.browser.say(line, room="den")
    assert len(den.said_by_ana()) == 4
    writer.browser.send("enter", room="tea")
    assert den.server.moderation.roles.name_of_owner(den.server.rooms["tea"]) == "ana"


def test_what_is_set_with_a_token_is_the_connections_own() -> None:
    den = Den()
    writer = TokenSocket(den)
    before = den.server.accounts.table["ana"]
    writer.browser.say("/language es", room="lobby")
    assert writer.session.language.value == "es"
    assert den.server.accounts.table["ana"] == before


def test_with_its_password_a_token_may_do_more() -> None:
    den = Den()
    writer = TokenSocket(den)
    writer.browser.say(f"/login ana {PASSWORD}", room="lobby")
    writer.browser.say("/token new more", room="lobby")
    assert len(den.server.credentials.of("ana", TOKEN)) == 2


def test_every_command_says_what_it_takes_of_a_token_or_takes_all() -> None:
    """A new command takes a full grant, unless this test is changed, too."""
    takes: dict[str, set[str]] = {}
    for command in TABLE_OF_COMMANDS:
        takes.setdefault(command.scope.name, set()).add(command.name)
    del takes["FULL"]
    # A row with another scope than FULL is listed in this table, too.
    assert takes == {
        "NOTHING": {"help", "quit", "login", "logout", "paste"},
        "READ": {
            *("rooms", "who", "join", "leave", "topic", "history", "since", "search", "mentions"),
            "seen",
            *("missed", "whois", "mode", "echo", "times", "language", "text", "bell", "quiet"),
            *("json", "answers", "marks", "acks"),
        },
        "WRITE": {"nick", "me", "msg", "skip", "ask", "a", "show", "mark", "ack"},
    }
