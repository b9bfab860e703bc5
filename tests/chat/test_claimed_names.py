"""Names on a store that other servers share, and that takes a while to answer for a claim."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from twisted.internet.defer import Deferred

from chatd.accounts.accounts import Account
from chatd.chat.actions.rename import rename
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal
from chatd.storage.contract import StoreError
from chatd.text.validation import looks
from tests.support.browser import browser, browser_tab
from tests.support.claims import ClaimStore, Node, SharedClaims, SlowClaims
from tests.support.http import SiteWorld, error_of, request
from tests.support.sentences import EN
from tests.support.sessions import begin, guest
from tests.support.world import HASH, PASSWORD, log_in


def in_use(name: str) -> str:
    return EN.error(ErrorKind.NAME_IN_USE, "name_in_use", name=name)


class TestWhileTheStoreIsAsked:
    def test_a_session_keeps_its_name(self, node: Node) -> None:
        ana = node.person()
        assert ana.ask("/nick ana") == []
        assert ana.session.name == "guest1"
        node.answer()
        assert ana.seen() == [EN.notice("you_are", name="ana")]

    def test_what_it_says_next_waits_and_is_said_under_its_new_name(self, node: Node) -> None:
        ana = node.person()
        ana.type("/nick ana", "hola")
        assert node.stored("lobby") == []
        node.answer()
        assert [event.author for event in node.stored("lobby")] == ["ana"]

    def test_of_two_who_want_a_name_the_first_one_gets_it(self, node: Node) -> None:
        ana, eva = node.person(), node.person()
        ana.type("/nick Bob1")
        eva.type("/nick Bobl")
        node.answer()
        assert ana.seen() == [EN.notice("you_are", name="Bob1")]
        looks_like = EN.error(ErrorKind.NAME_IN_USE, "looks_like_name", name="Bobl", other="Bob1")
        assert looks_like in eva.seen()
        assert eva.session.is_guest

    def test_its_name_before_stays_its_own(self, node: Node) -> None:
        ana, eva = node.named("ana"), node.person()
        ana.type("/nick luis")
        assert eva.ask("/nick ana") == [in_use("ana")]
        node.answer()
        eva.type("/nick ana")
        node.answer()
        assert eva.session.name == "ana"

    def test_a_session_that_ends_gets_no_name(self, node: Node) -> None:
        ana = node.person()
        ana.type("/nick ana")
        node.server.finish(ana.session)
        node.answer()
        assert not node.server.names.of("ana")
        assert node.held == 0

    def test_a_client_that_goes_leaves_the_name_free(self, node: Node) -> None:
        ana = node.person()
        ana.type("/nick ana")
        ana.hang_up()
        node.answer()
        assert len(node.server.names) == len(node.server.sessions) == node.held == 0

    def test_a_name_that_is_registered_cannot_be_had(self, node: Node) -> None:
        ana = node.person()
        ana.type("/nick ana")
        node.register("ana")
        node.answer()
        refused = EN.error(ErrorKind.NAME_IN_USE, "registered_name", name="ana")
        assert ana.seen() == [refused]
        assert node.held == 0

    def test_a_name_that_its_holder_registers_elsewhere_can_be_logged_in_to(
        self, node: Node, other: Node
    ) -> None:
        other.named("ana")
        ana = node.person()
        ana.type("/nick ana")
        node.register("ana")  # as this server learns by the log
        node.answer()
        refused = EN.error(ErrorKind.NAME_IN_USE, "registered_name", name="ana")
        assert ana.seen() == [refused]

    def test_one_who_is_muted_keeps_its_name(self, node: Node) -> None:
        node.register("olga")
        owner, luis = node.member("olga"), node.named("luis")
        owner.type("/create ops")
        node.answer()
        luis.type("/join ops", "/nick otro")
        owner.type("/mute luis 1h")
        luis.seen()
        node.answer()
        assert luis.seen()[0] == EN.error(ErrorKind.NOT_ALLOWED, "name_stays", room="ops")
        assert luis.session.name == "luis"

    def test_another_tab_may_rename_both(self, node: Node) -> None:
        tabs = browser_tab(node, ""), browser_tab(node, "")
        tabs[0].say("/nick luis")
        tabs[1].say("/nick LUIS")
        node.store.claims.answer(1)
        node.answer()
        assert [tab.session.name for tab in tabs] == ["LUIS", "LUIS"]
        for tab in tabs:
            tab.hang_up()
        assert node.held == 0

    def test_the_person_holds_the_name_as_it_is_written_in_all_tabs(
        self, node: Node, other: Node
    ) -> None:
        tabs = browser_tab(node, ""), browser_tab(node, "")
        tabs[0].say("/nick luis")
        tabs[1].say("/nick LUIS")
        node.store.claims.answer(1)
        node.answer()
        tabs[1].hang_up()
        stranger = other.person()
        stranger.type("/nick LU1S")
        other.answer()
        assert stranger.session.is_guest


class TestAStoreThatFails:
    def test_gives_no_name(self, node: Node) -> None:
        ana = node.person()
        ana.type("/nick ana")
        node.fail()
        assert ana.seen() == [EN.error(ErrorKind.NOT_SAVED, "change_not_saved")]
        assert (ana.session.name, node.held) == ("guest1", 0)

    def test_registers_no_account(self, node: Node) -> None:
        registering = begin(node, node.server.registrations.register(Account("ana", HASH)))
        node.fail()
        assert isinstance(registering.result, StoreError)
        assert not node.server.accounts.table


class TestABrowser:
    def test_is_greeted_once_its_name_is_known(self, node: Node) -> None:
        tab = browser_tab(node)
        assert not tab.seen("hello")
        node.answer()
        (hello,) = tab.seen("hello")
        assert hello["name"] == "ana"
        assert tab.session.room is node.server.lobby

    @pytest.mark.parametrize("fails", [False, True])
    def test_comes_in_as_a_guest_if_it_cannot_have_it(
        self, node: Node, other: Node, fails: bool
    ) -> None:
        other.named("ana")
        tab = browser_tab(node)
        node.fail() if fails else node.answer()
        seen = tab.seen()
        names = [each["name"] for each in seen if each["type"] == "hello"]
        assert names == ["guest1"]
        keys = [each["key"] for each in seen if each["type"] == "error"]
        assert keys == ["change_not_saved" if fails else "name_in_use"]
        assert tab.session.room is node.server.lobby

    def test_that_is_closed_meanwhile_enters_nothing(self, node: Node) -> None:
        tab = browser_tab(node)
        node.server.finish(tab.session)
        node.answer()
        assert node.server.lobby.people == 0

    def test_without_a_name_waits_for_nothing(self, node: Node) -> None:
        assert browser(node, greeted=False).seen("hello")


class TestARequest:
    @pytest.fixture
    def web(self) -> SiteWorld:
        store = ClaimStore()
        return SiteWorld(clock=store.clock, store=store)

    def test_that_says_something_under_a_name_waits(self, web: SiteWorld) -> None:
        caller = web.caller()
        caller.send(request("POST", "/api/rooms/lobby/messages?name=bot", b"hola"))
        caller.settle()
        assert caller.got() == []
        web.world.store.claims.answer()
        caller.settle()
        assert [got.status for got in caller.got()] == [201]
        assert [event.author for event in web.world.stored("lobby")] == ["bot"]
        assert len(web.world.store.claims.shared) == 0

    def test_that_registers_a_name_holds_it_until_that_is_stored(self, web: SiteWorld) -> None:
        caller = web.caller()
        members = b'{"name": "ana", "password": "%s", "register": true}' % PASSWORD.encode()
        caller.send(request("POST", "/api/signin", members, content_type="application/json"))
        for _ in range(2):  # as a guest, and as an account
            caller.settle()
            assert caller.got() == []
            web.world.store.claims.answer()
        caller.settle()
        assert [got.status for got in caller.got()] == [200]
        assert len(web.world.store.claims.shared) == 0

    def test_for_a_name_of_another_server_is_refused(self, web: SiteWorld) -> None:
        Node(web.world.store.claims.shared, 1000).named("bot")
        caller = web.caller()
        caller.send(request("POST", "/api/rooms/lobby/messages?name=bot", b"hola"))
        caller.settle()
        web.world.store.claims.answer()
        caller.settle()
        assert [error_of(got) for got in caller.got()] == [(409, "name_in_use")]


class TestTwoServers:
    def test_give_a_name_to_one_of_two(self, node: Node, other: Node) -> None:
        node.named("ana")
        eva = other.person()
        eva.type("/nick ANA")
        other.answer()
        assert eva.seen() == [in_use("ANA")]

    def test_give_it_to_the_second_once_the_first_has_gone(self, node: Node, other: Node) -> None:
        node.named("ana").hang_up()
        assert other.named("ana").session.name == "ana"

    def test_give_one_browser_one_name_on_both(self, node: Node, other: Node) -> None:
        tabs = browser_tab(node), browser_tab(other)
        node.answer()
        other.answer()
        assert [tab.session.name for tab in tabs] == ["ana", "ana"]

    def test_register_one_of_two_names_that_look_alike(self, node: Node, other: Node) -> None:
        one, two = (
            begin(each, each.server.registrations.register(Account(name, HASH)))
            for each, name in ((node, "Bob1"), (other, "Bobl"))
        )
        node.store.holds = True
        node.answer()
        other.answer()
        assert isinstance(two.result, Refusal)
        assert (two.result.key, two.result.values["other"]) == ("looks_like_name", "Bob1")
        node.release()
        assert one.called
        assert node.held == 0

    def test_register_one_name_once(self, node: Node, other: Node) -> None:
        one, two = (
            begin(each, each.server.registrations.register(Account("ana", HASH)))
            for each in (node, other)
        )
        node.store.holds = True
        node.answer()
        other.answer()
        assert isinstance(two.result, Refusal)
        assert two.result.key == "registered_name"
        node.release()
        assert one.result is None

    def test_so_does_one_server(self, node: Node) -> None:
        one, two = (
            begin(node, node.server.registrations.register(Account("ana", HASH))) for _ in range(2)
        )
        node.answer()
        assert one.result is None
        assert isinstance(two.result, Refusal)
        assert two.result.key == "registered_name"

    def test_a_name_that_was_registered_meanwhile_is_not_registered_again(self, node: Node) -> None:
        one, two = (
            begin(node, node.server.registrations.register(Account("ana", HASH))) for _ in range(2)
        )
        node.store.claims.answer()
        node.settle()
        assert one.result is None
        assert node.held == 0
        node.answer()
        assert isinstance(two.result, Refusal)
        assert two.result.key == "registered_name"

    def test_hold_no_name_by_a_claim_that_is_stored(self, node: Node) -> None:
        tabs = browser_tab(node), browser_tab(node)
        node.answer()
        tabs[0].say(f"/register {PASSWORD}")
        node.answer()
        assert [tab.session.account for tab in tabs] == ["ana", "ana"]
        assert node.held == 0


NAMES = ("luis", "Iuis", "LUIS", "iuis")
names = st.sampled_from(NAMES)
"""Each looks like some of the others, and those not like each other."""

who = st.integers(0, 4)


class Asker:
    """A person on one of two servers, who waits for one name at a time. Two are one browser."""

    def __init__(self, nodes: list[Node], number: int) -> None:
        self.node = nodes[number % 2]
        self.session: Session = guest(self.node)
        self.client_id = "browser" if number < 3 else ""
        self.session.identity.set_client_id(self.client_id)
        self.outcomes: list[object] = []
        self.asked = 0

    @property
    def person(self) -> object:
        """The browser that this is a tab of, or this session: the holder of the name."""
        return self.client_id or self

    @property
    def waits(self) -> bool:
        return len(self.outcomes) < self.asked

    def ask(self, name: str) -> None:
        self.asked += 1
        asking: Deferred[Any] = Deferred.fromCoroutine(rename(self.node.server, self.session, name))
        asking.addErrback(lambda failure: failure.value).addCallback(self.outcomes.append)


class Claimed(RuleBasedStateMachine):
    """Five people on two servers take names, log in and out, and go, while claims are answered.

    The answers come in any order, and some fail.
    """

    def __init__(self) -> None:
        super().__init__()
        shared = SharedClaims()
        self.nodes = [Node(shared), Node(shared, 1000)]
        self.shared = shared
        for node in self.nodes:
            node.register("Ana")
        self.people = [Asker(self.nodes, number) for number in range(5)]
        self.gone: list[Asker] = []

    @rule(who=who, name=names)
    def ask(self, who: int, name: str) -> None:
        if not self.people[who].waits:
            self.people[who].ask(name)

    @rule(index=st.integers(0, 4))
    def answer(self, index: int) -> None:
        waiting = self.waiting
        if waiting:
            claims, number = waiting[index % len(waiting)]
            claims.answer(number)

    @rule(index=st.integers(0, 4))
    def fail(self, index: int) -> None:
        waiting = self.waiting
        if waiting:
            claims, number = waiting[index % len(waiting)]
            claims.fail(number)

    @property
    def waiting(self) -> list[tuple[SlowClaims, int]]:
        """The claims that wait for an answer: where, and their places there."""
        slow = [node.store.claims for node in self.nodes]
        return [(claims, number) for claims in slow for number in range(len(claims.asked))]

    @rule(who=who)
    def log_in(self, who: int) -> None:
        person = self.people[who]
        log_in(person.node.server, person.session, "ana")

    @rule(who=who)
    def log_out(self, who: int) -> None:
        person = self.people[who]
        if person.session.account is not None:
            person.node.server.logins.log_out(person.session)

    @rule(who=who)
    def become_a_guest(self, who: int) -> None:
        """Lose the name, as one does whose name another person registers."""
        person = self.people[who]
        if person.session.account is None:
            person.node.server.logins.make_guest(person.session)

    @rule(who=who)
    def come_again(self, who: int) -> None:
        person = self.people[who]
        person.node.server.disconnect(person.session)
        self.gone.append(person)
        self.people[who] = Asker(self.nodes, who)

    @invariant()
    def no_person_is_taken_for_another(self) -> None:
        named = [each for each in self.people if not each.session.is_guest]
        used = [(each.session.name, each.session.account or each.person) for each in named]
        for (one, owner), (other, another) in combinations(used, 2):
            assert owner == another or not looks(one) & looks(other), (one, other)

    @invariant()
    def an_account_has_its_own_name(self) -> None:
        for each in self.people:
            assert each.session.account is None or each.session.name == "Ana"

    @precondition(lambda self: not self.waiting)
    @invariant()
    def what_is_held_is_had(self) -> None:
        had = [
            looks(each.session.name)
            for each in self.people
            if not each.session.is_guest and each.session.account is None
        ]
        assert len(self.shared) == len(frozenset[str]().union(*had))

    @precondition(lambda self: not self.waiting)
    @invariant()
    def each_has_heard_one_outcome(self) -> None:
        for each in (*self.people, *self.gone):
            assert len(each.outcomes) == each.asked
            for outcome in each.outcomes:
                assert isinstance(outcome, bool | Refusal | StoreError), outcome

    def teardown(self) -> None:
        for node in self.nodes:
            node.answer()
        self.each_has_heard_one_outcome()
        for each in self.people:
            each.node.server.disconnect(each.session)
        assert len(self.shared) == 0
        for node in self.nodes:
            assert len(node.server.names) == len(node.server.names.claims) == 0


def test_no_name_is_held_twice_or_by_nobody(unmeasured: None) -> None:
    run_state_machine_as_test(
        Claimed, settings=settings(max_examples=60, stateful_step_count=30, deadline=None)
    )
