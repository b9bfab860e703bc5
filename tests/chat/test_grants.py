"""A state machine of accounts, sessions and what lets them in, against a model that is two sets."""

from __future__ import annotations

from itertools import count
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from chatd.accounts.credentials import BROWSER, FRESH_SECONDS, TOKEN
from chatd.util.fair_queue import Asker
from tests.support.den import Den
from tests.support.http import sign_in_of
from tests.support.sessions import done
from tests.support.world import CHEAP

PASSWORDS = ("correct horse", "another horse", "one more horse")
MANY = 12

passwords = st.sampled_from(PASSWORDS)
numbers = st.integers(0, 1000)


class Connection:
    """``alive`` is whether it is Ana's, ``secret`` what it came with, "" for a password."""

    def __init__(self, peer: Any, secret: str = "", *, writes: bool = True) -> None:
        self.peer = peer
        self.secret = secret
        self.writes = writes
        self.alive = True

    def say(self, text: str) -> None:
        if self.secret:
            self.peer.say(text, room="lobby")
        else:
            self.peer.type(text)

    @property
    def is_anas(self) -> bool:
        session = self.peer.session
        return session.account == "ana" and not session.stream.finished


class Grants(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.den = Den()
        self.den.luis.hang_up()
        self.den.owner.type("/join lobby")
        self.world, self.server = self.den.world, self.den.server
        self.password = PASSWORDS[0]
        self.connections = [Connection(self.den.owner)]
        self.kinds: dict[str, str] = {}  # of secrets, all that ever were
        self.valid: set[str] = set()
        self.names = count()

    # What is drawn

    def one(self, number: int, *, full: bool = False) -> Connection | None:
        """Return a connection of Ana's; one that may do all, if ``full`` is True."""
        found = [
            each
            for each in self.connections
            if each.alive and not (full and self.kinds.get(each.secret) == TOKEN)
        ]
        return found[number % len(found)] if found else None

    def ask(self, one: Connection, line: str) -> None:
        """Send a command, and the password if a prompt asks for it."""
        one.say(line)
        if one.peer.session.prompt.pending is not None:
            one.say(self.password)

    def end(self, *, but: Connection | None = None, secrets: set[str] | None = None) -> None:
        """End all connections in the model but one and its browser's, and these secrets."""
        kept = "" if but is None else but.secret
        for each in self.connections:
            each.alive = each.alive and (each is but or bool(kept and each.secret == kept))
        self.valid -= {each for each in secrets or set() if each != kept}

    # What happens

    @precondition(lambda self: len(self.connections) < MANY)
    @rule(password=passwords)
    def log_in(self, password: str) -> None:
        person = self.world.person()
        person.type(f"/login ana {password}")
        one = Connection(person)
        one.alive = password == self.password
        self.connections.append(one)
        self.world.clock.advance(30)  # so many tries are not slowed

    @precondition(lambda self: len(self.valid) < MANY)
    @rule(password=passwords)
    def sign_in(self, password: str) -> None:
        got = self.den.post("/api/signin", {"name": "ana", "password": password})
        assert (got.status == 200) == (password == self.password)
        if got.status == 200:
            sent = sign_in_of(got)
            secret = f"{sent['cookie'].partition('=')[2]}.{sent['chatd_proof']}"
            self.keep(secret, BROWSER)
        self.world.clock.advance(30)

    def keep(self, secret: str, kind: str) -> None:
        self.kinds[secret] = kind
        self.valid.add(secret)

    @precondition(lambda self: len(self.valid) < MANY)
    @rule(number=numbers, scope=st.sampled_from(["read", "write"]))
    def make_token(self, number: int, scope: str) -> None:
        one = self.one(number)
        if one is None:
            return
        before = set(self.server.credentials.table)
        issued: list[str] = []
        issue = self.server.credentials.issue

        def watched(*args: Any) -> Any:
            made = issue(*args)
            issued.append(made[0])
            return made

        self.server.credentials.issue = watched  # type: ignore[method-assign]
        self.ask(one, f"/token new t{next(self.names)} {scope}")
        self.server.credentials.issue = issue  # type: ignore[method-assign]
        assert bool(issued) == (self.kinds.get(one.secret) != TOKEN)
        assert len(self.server.credentials.table) == len(before) + len(issued)
        for secret in issued:
            self.keep(secret, TOKEN)

    @precondition(lambda self: self.kinds and len(self.connections) < MANY)
    @rule(number=numbers)
    def come_with_a_secret(self, number: int) -> None:
        """Return a secret that is valid, or was."""
        from tests.support.browser import Browser

        secret = list(self.kinds)[number % len(self.kinds)]
        grant = self.server.credentials.grant_of(secret)
        assert (grant is not None) == (secret in self.valid)
        if grant is not None:
            browser = Browser(self.world, grant=grant)
            browser.send("hello")
            self.connections.append(
                Connection(browser, secret, writes=grant.scope.name.lower() != "read")
            )

    @rule(number=numbers, password=passwords, keep=st.booleans())
    def change_password(self, number: int, password: str, keep: bool) -> None:
        one = self.one(number)
        if one is None:
            return
        self.ask(one, f"/password {'keep-tokens ' if keep else ''}{password}")
        if self.kinds.get(one.secret) == TOKEN:
            return
        self.password = password
        tokens = {each for each in self.valid if self.kinds[each] == TOKEN} if keep else set()
        kept = [each for each in self.connections if each.alive and each.secret in tokens]
        self.end(but=one, secrets=self.valid - tokens)
        for each in kept:
            each.alive = True

    @precondition(lambda self: self.password)
    @rule(password=passwords)
    def operator_sets_it(self, password: str) -> None:
        reply = self.world.ask_operator("password", name="ana", hash=CHEAP.hash(password))
        assert reply.called
        self.password = password
        self.end(secrets=set(self.valid))

    @rule(number=numbers)
    def log_the_others_out(self, number: int) -> None:
        one = self.one(number)
        if one is None:
            return
        one.say("/logout others")
        if self.kinds.get(one.secret) != TOKEN:
            self.end(secrets={each for each in self.valid if self.kinds[each] == BROWSER})
            one.alive = True
            if one.secret:
                self.valid.add(one.secret)

    @rule(number=numbers)
    def log_out(self, number: int) -> None:
        one = self.one(number)
        if one is None:
            return
        one.say("/logout")
        one.alive = False
        if self.kinds.get(one.secret) == BROWSER:
            self.valid.discard(one.secret)
            for each in self.connections:
                each.alive = each.alive and each.secret != one.secret

    @rule(number=numbers)
    def revoke(self, number: int) -> None:
        one = self.one(number, full=True)
        tokens = [each for each in self.kinds if each in self.valid and self.kinds[each] == TOKEN]
        if one is None or not tokens:
            return
        secret = tokens[number % len(tokens)]
        grant = self.server.credentials.grant_of(secret)
        assert grant is not None
        name = self.server.credentials.table[grant.credential].name
        one.say(f"/token revoke {name}")
        self.valid.discard(secret)
        for each in self.connections:
            each.alive = each.alive and each.secret != secret

    @precondition(lambda self: self.password)
    @rule(number=numbers)
    def give_up(self, number: int) -> None:
        one = self.one(number)
        if one is None:
            return
        one.say(f"/unregister {self.password}")
        if self.kinds.get(one.secret) != TOKEN:
            self.password = ""
            self.end(secrets=set(self.valid))
            self.valid.clear()
            for each in self.connections:
                each.alive = False

    @precondition(lambda self: not self.password)
    @rule(password=passwords)
    def register_anew(self, password: str) -> None:
        """Register the name as another person, perhaps with an earlier password."""
        person = self.world.person("ana")
        person.type(f"/register {password}")
        self.password = password
        self.connections.append(Connection(person))

    @rule(seconds=st.sampled_from([1, FRESH_SECONDS]))
    def time_passes(self, seconds: int) -> None:
        self.world.clock.advance(seconds)
        self.server.check()

    @rule()
    def the_gone_are_forgotten(self) -> None:
        for each in [each for each in self.connections if not each.alive]:
            each.peer.hang_up()
            self.connections.remove(each)

    @rule(number=numbers)
    def speak(self, number: int) -> None:
        if not self.connections:
            return
        one = self.connections[number % len(self.connections)]
        text = f"words {next(self.names)}"
        one.say(text)
        events = done(self.world, self.server.lobby.read(0, self.server.lobby.head, Asker("", "")))
        said = [event.author for event in events if event.text == text]
        assert ("ana" in said) == (one.alive and one.writes)

    # What is always so

    @invariant()
    def who_is_ana(self) -> None:
        assert [each.is_anas for each in self.connections] == [
            each.alive for each in self.connections
        ]

    @invariant()
    def what_is_valid(self) -> None:
        of = self.server.credentials.grant_of
        assert {each for each in self.kinds if of(each) is not None} == self.valid
        kept = self.server.credentials.table
        assert len(kept) == len(self.valid)
        assert all(each.account == "ana" for each in kept.values())


TestGrants = Grants.TestCase
TestGrants.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
