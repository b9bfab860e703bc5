"""`chatd.chat.audit`: each thing that is done is recorded once, without a word that was said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.task import Clock

from chatd.accounts.credentials import BROWSER, PASSWORD, TOKEN, USER
from chatd.chat import audit as audit_module
from chatd.chat.actions import browser_sign_in
from chatd.chat.actions.policy import close
from chatd.chat.audit import (
    FAILURE_SECONDS,
    FAILURES_AT_ONCE,
    SIGN_IN_SECONDS,
    SIGN_INS_AT_ONCE,
    Audit,
    AuditEvent,
    Record,
)
from tests.support.browser import Browser
from tests.support.checkout import ROOT
from tests.support.http import SiteWorld
from tests.support.logs import Expect
from tests.support.machine import ANA, Machine
from tests.support.sessions import done, guest
from tests.support.world import FAR, HASH, Member, World
from tests.support.world import PASSWORD as SECRET

SAID = "xyzzy"
"""A word that people say and that no record may have."""


class Recorded:
    """A world whose audit is a list."""

    def __init__(self, make: Callable[..., Any] = World) -> None:
        clock = Clock()
        self.entries: list[Record] = []
        self.world: Any = make(clock=clock, audit=Audit(clock, self.entries.append))

    def taken(self, *kinds: AuditEvent) -> list[dict[str, Any]]:
        """Return the entries of some kinds, of all without one, and forget all."""
        words = {kind.value for kind in kinds or AuditEvent}
        found = [dict(entry) for entry in self.entries if entry["event"] in words]
        self.entries.clear()
        return found

    def administrator(self) -> Member:
        """Return an administrator, whose coming is forgotten."""
        root: Member = self.world.member("root", admin=True)
        self.entries.clear()
        return root


@pytest.fixture
def recorded() -> Recorded:
    return Recorded()


def by(name: str, door: str = "chat", **more: Any) -> dict[str, Any]:
    """Return who a record names: an account of that name, at a session of this machine."""
    return {"by": name, "account": name, "address": "127.0.0.1", "door": door, **more}


def check(entry: dict[str, Any], expected: dict[str, Any]) -> None:
    """Assert that an entry is what is expected, beside the number of a session."""
    entry.pop("session", None)
    assert entry == expected


class TestSigningIn:
    def test_by_a_password(self, recorded: Recorded) -> None:
        recorded.world.register("ana")
        recorded.world.person().type(f"/login ana {SECRET}")
        (entry,) = recorded.taken()
        check(entry, by("ana", event="sign-in", ok=True, way=PASSWORD))

    def test_that_fails(self, recorded: Recorded) -> None:
        recorded.world.register("ana")
        recorded.world.person(address=FAR)
        person = recorded.world.person()
        person.type("/login ana wrong horse")
        (entry,) = recorded.taken()
        assert entry["session"] == person.session.number
        at = {"address": "127.0.0.1", "door": "chat"}
        check(entry, {"event": "sign-in", "ok": False, "way": PASSWORD, "whom": "ana", **at})

    def test_with_no_possible_password_fails(self, recorded: Recorded) -> None:
        recorded.world.register("ana")
        recorded.world.person().type("/login ana x")
        (entry,) = recorded.taken()
        assert entry["ok"] is False

    def test_by_a_token_and_a_wrong_one(self, recorded: Recorded) -> None:
        recorded.world.register("ana")
        secret = recorded.world.secret("ana")
        recorded.entries.clear()
        for token in secret, "chatd_00":
            browser = Browser(recorded.world)
            browser.send("hello", token=token)
        right, wrong = recorded.taken()
        check(right, by("ana", "websocket", event="sign-in", ok=True, way=TOKEN))
        at = {"address": "127.0.0.1", "door": "websocket"}
        check(wrong, {"event": "sign-in", "ok": False, "way": TOKEN, **at})

    def test_of_a_request_by_a_token_and_a_wrong_one(self) -> None:
        recorded = Recorded(SiteWorld)
        recorded.world.world.register("ana")
        secret = recorded.world.token("ana")
        for token in secret, "chatd_00":
            recorded.world.ask("GET", "/api/me", authorization=f"Bearer {token}")
        right, wrong = recorded.taken()
        check(right, by("ana", "http", event="sign-in", ok=True, way=TOKEN))
        at = {"address": "127.0.0.1", "door": "http"}
        check(wrong, {"event": "sign-in", "ok": False, "way": TOKEN, **at})

    def test_of_a_browser_and_out(self, recorded: Recorded) -> None:
        world = recorded.world
        world.register("ana")
        signing = browser_sign_in.sign_in(
            world.server, guest(world), "ana", SECRET, "Firefox", new=False
        )
        signed = done(world, signing)
        recorded.entries.clear()
        Browser(world, cookies=[signed.cookie]).send("hello", proof=signed.proof)
        (entry,) = recorded.taken()
        check(entry, by("ana", "websocket", event="sign-in", ok=True, way=BROWSER))
        grant = world.server.credentials.sign_in_of([signed.cookie], signed.proof)
        done(world, browser_sign_in.sign_out(world.server, guest(world), grant))
        (entry,) = recorded.taken()
        assert (entry["event"], entry["whom"]) == ("sign-out", "ana")

    def test_of_a_user_of_the_machine_and_the_account_that_is_made(self) -> None:
        recorded = Recorded(Machine)
        recorded.world.user(ANA)
        made, entry = recorded.taken()
        assert (made["event"], made["whom"]) == ("register", "ana")
        assert (entry["event"], entry["way"], entry["account"]) == ("sign-in", USER, "ana")
        assert entry["address"] == f"uid{ANA}"

    def test_and_out(self, recorded: Recorded) -> None:
        ana = recorded.world.member("ana")
        recorded.entries.clear()
        ana.type("/logout")
        (entry,) = recorded.taken()
        check(entry, by("ana", event="sign-out"))

    def test_and_closing_the_other_sessions(self, recorded: Recorded) -> None:
        one, _ = recorded.world.member("ana"), recorded.world.member("ana")
        recorded.entries.clear()
        one.type("/logout others")
        (entry,) = recorded.taken()
        check(entry, by("ana", event="close-others", sessions=1, browsers=0))


class TestAccounts:
    def test_a_name_that_is_registered_and_given_up(self, recorded: Recorded) -> None:
        ana = recorded.world.person("ana")
        ana.type(f"/register {SECRET}")
        (entry,) = recorded.taken()
        check(entry, by("ana", event="register", whom="ana"))
        ana.type(f"/unregister {SECRET}")
        (entry,) = recorded.taken()
        assert (entry["event"], entry["account"], entry["whom"]) == ("unregister", "ana", "ana")

    def test_a_password_that_is_changed(self, recorded: Recorded) -> None:
        ana = recorded.world.member("ana")
        ana.type("/password battery staple")
        (entry,) = recorded.taken(AuditEvent.PASSWORD)
        check(entry, by("ana", event="password", whom="ana"))

    def test_a_token_that_is_made_and_revoked(self, recorded: Recorded) -> None:
        ana = recorded.world.member("ana")
        ana.type("/token new robot", "/token revoke robot")
        made, revoked = recorded.taken(AuditEvent.TOKEN, AuditEvent.REVOKE)
        check(made, by("ana", event="token", token="robot", scope="write"))
        check(revoked, by("ana", event="revoke", token="robot"))


class TestOperator:
    @pytest.mark.parametrize(
        ("request_", "expected"),
        [
            ({"do": "add", "name": "eva", "hash": HASH}, {"event": "register", "admin": False}),
            ({"do": "promote", "name": "ana"}, {"event": "promote"}),
            ({"do": "demote", "name": "ana"}, {"event": "demote"}),
            ({"do": "password", "name": "ana", "hash": HASH}, {"event": "password"}),
            ({"do": "remove", "name": "ana"}, {"event": "unregister"}),
            ({"do": "wall", "text": SAID}, {"event": "wall"}),
            ({"do": "clock"}, {"event": "clock"}),
        ],
    )
    def test_each_request_that_changes_something(
        self, recorded: Recorded, request_: dict[str, Any], expected: dict[str, Any]
    ) -> None:
        recorded.world.register("ana")
        recorded.world.person()
        recorded.world.ask_operator(**request_)
        whom = {"whom": request_["name"]} if "name" in request_ else {}
        assert recorded.taken() == [{"by": "operator", "door": "admin", **whom, **expected}]

    @pytest.mark.parametrize("do", ["list", "budgets", "promote", "wall", "nonsense"])
    def test_one_that_changes_nothing_is_not_recorded(self, recorded: Recorded, do: str) -> None:
        recorded.world.ask_operator(do, name="nobody", text=SAID)  # no person is in any room
        assert recorded.taken() == []


class TestDeeds:
    @pytest.mark.parametrize(
        ("typed", "deed"),
        [
            (f"/kick luis {SAID}", {"deed": "kick", "whom": "luis"}),
            (f"/mute luis 10m {SAID}", {"deed": "mute", "whom": "luis", "seconds": 600}),
            (f"/ban luis 10m {SAID}", {"deed": "ban", "whom": "luis", "seconds": 600}),
            ("/mode moderated", {"deed": "mode", "whom": "moderated"}),
            ("/invite luis", {"deed": "invite", "whom": "luis"}),
            ("/create ops", {"deed": "create", "whom": "open", "room": "ops"}),
        ],
    )
    def test_a_deed_is_recorded_without_its_reason(
        self, recorded: Recorded, typed: str, deed: dict[str, Any]
    ) -> None:
        root, luis = recorded.administrator(), recorded.world.person("luis")
        if typed.startswith("/invite"):
            root.type("/create den private")
            deed = {**deed, "room": "den"}
            recorded.entries.clear()
        root.type(typed)
        (entry,) = recorded.taken()
        if deed["whom"] == "luis":
            at = {"whom_session": luis.session.number, "whom_address": "127.0.0.1"}
            deed = {**deed, **at}
        check(entry, by("root", event="deed", **{"room": "lobby", **deed}))

    def test_a_deed_against_an_account_names_no_session(self, recorded: Recorded) -> None:
        recorded.world.member("luis")
        recorded.administrator().type("/mute luis 10m")
        (entry,) = recorded.taken()
        check(entry, by("root", event="deed", deed="mute", whom="luis", seconds=600, room="lobby"))

    def test_a_deed_that_is_about_no_name_names_none(self, recorded: Recorded) -> None:
        world, root = recorded.world, recorded.administrator()
        root.type("/create den private")
        recorded.entries.clear()
        done(world, close(world.server, root.session, world.server.rooms["den"]))
        (entry,) = recorded.taken()
        check(entry, by("root", event="deed", deed="close", room="den"))

    def test_a_deed_that_is_refused_is_not_recorded(self, recorded: Recorded) -> None:
        recorded.world.person("luis").type("/ban ana", f"/wall {SAID}", "/disconnect ana")
        assert recorded.taken() == []

    def test_a_deed_that_cannot_be_stored_is_not_recorded(self, expected_errors: Expect) -> None:
        recorded = Recorded(lambda **options: World(slow=True, **options))
        world = recorded.world
        server = world.server
        world.register("root", admin=True)
        world.release()
        root = world.person()
        server.logins.log_in(root.session, server.accounts.table["root"])
        recorded.entries.clear()
        root.type("/mode moderated")
        world.fail()
        assert recorded.taken() == []
        expected_errors()

    def test_an_announcement_is_recorded_once_without_its_text(self, recorded: Recorded) -> None:
        root = recorded.administrator()
        recorded.world.person("luis").type("/join ops")
        root.type(f"/wall {SAID}")
        (entry,) = recorded.taken()
        check(entry, by("root", event="wall"))

    def test_a_name_that_is_disconnected(self, recorded: Recorded) -> None:
        root, _ = recorded.administrator(), recorded.world.person("luis")
        root.type("/disconnect luis")
        deed, entry = recorded.taken()
        assert (deed["deed"], deed["room"]) == ("disconnect", "lobby")
        check(entry, by("root", event="disconnect", whom="luis", sessions=1))


class TestWhatIsSaid:
    def test_is_never_recorded(self, recorded: Recorded) -> None:
        root, luis = recorded.administrator(), recorded.world.member("luis")
        recorded.entries.clear()
        for person in root, luis:
            person.type(SAID, f"/me {SAID}", f"/topic {SAID}", f"/msg root {SAID}")
            person.type(f"/search {SAID}", f"/away {SAID}", f"/join {SAID}")
        assert not [entry for entry in recorded.taken() if entry["event"] != "deed"]

    def test_nor_is_a_password(self, recorded: Recorded) -> None:
        ana = recorded.world.person("ana")
        ana.type("/register correct horse", "/password battery staple", "/login ana wrong pony")
        ana.type("/unregister battery staple", "/register correct horse", "/login ana correct")
        text = repr(recorded.entries)
        assert recorded.entries
        assert not [word for word in ("horse", "staple", "pony", "correct") if word in text]


class TestFloods:
    def test_sign_ins_that_recur_are_left_out_and_counted(self, recorded: Recorded) -> None:
        world = recorded.world
        session = world.member("ana").session
        recorded.entries.clear()
        for _ in range(SIGN_INS_AT_ONCE + 5):
            world.server.audit.signed_in(session, TOKEN)
        assert len(recorded.taken()) == SIGN_INS_AT_ONCE
        world.server.audit.signed_in(session, PASSWORD)
        assert len(recorded.taken()) == 1, "another way"
        world.clock.advance(SIGN_IN_SECONDS)
        world.server.audit.signed_in(session, TOKEN)
        (entry,) = recorded.taken()
        assert entry["left_out"] == 5

    def test_failures_of_all_addresses_are_left_out_and_counted(self, recorded: Recorded) -> None:
        audit = recorded.world.server.audit
        for number in range(FAILURES_AT_ONCE + 7):
            audit.sign_in_failed(TOKEN, f"192.0.2.{number}", "http")
        assert len(recorded.taken()) == FAILURES_AT_ONCE
        audit.sign_in_failed(PASSWORD, "192.0.2.1", "http", "ana")
        assert len(recorded.taken()) == 1, "passwords are counted apart"
        recorded.world.clock.advance(FAILURE_SECONDS)
        audit.sign_in_failed(TOKEN, "198.51.100.1", "http")
        (entry,) = recorded.taken()
        assert entry["left_out"] == 7

    def test_of_one_address_do_not_hide_a_success_there(self, recorded: Recorded) -> None:
        world = recorded.world
        session = world.member("ana").session
        for _ in range(2 * SIGN_INS_AT_ONCE):
            world.server.audit.sign_in_failed(TOKEN, session.identity.host, "chat")
        recorded.entries.clear()
        world.server.audit.signed_in(session, TOKEN)
        assert len(recorded.taken()) == 1

    def test_those_that_are_left_out_of_one_address_take_no_place_of_others(
        self, recorded: Recorded
    ) -> None:
        audit = recorded.world.server.audit
        for _ in range(SIGN_INS_AT_ONCE + 50):
            audit.sign_in_failed(TOKEN, "203.0.113.1", "http")
        for number in range(FAILURES_AT_ONCE):
            audit.sign_in_failed(TOKEN, f"192.0.2.{number}", "http")
        assert len(recorded.taken()) == FAILURES_AT_ONCE

    def test_few_counts_of_what_was_left_out_are_remembered(
        self, recorded: Recorded, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(audit_module, "MOST_KEYS", 2)
        audit, addresses = recorded.world.server.audit, ("192.0.2.1", "192.0.2.2", "192.0.2.3")
        for address in addresses:
            for _ in range(SIGN_INS_AT_ONCE + 1):
                audit.sign_in_failed(PASSWORD, address, "chat", "ana")
        recorded.world.clock.advance(SIGN_IN_SECONDS)
        recorded.entries.clear()
        for address in addresses:
            audit.sign_in_failed(PASSWORD, address, "chat", "ana")
        assert [entry.get("left_out") for entry in recorded.taken()] == [None, 1, 1]


class TestEntries:
    def test_of_the_daemon_itself_name_no_person(self, recorded: Recorded) -> None:
        recorded.world.server.audit.by_daemon(AuditEvent.START, version="1")
        assert recorded.taken() == [{"event": "start", "version": "1"}]

    def test_of_a_guest_have_no_account(self, recorded: Recorded) -> None:
        luis = recorded.world.person("luis").session
        recorded.world.server.audit.record(AuditEvent.DEED, luis, room="lobby")
        (entry,) = recorded.taken()
        expected = by("luis", event="deed", room="lobby")
        del expected["account"]
        check(entry, expected)

    def test_have_no_character_that_a_terminal_would_obey(self, recorded: Recorded) -> None:
        recorded.world.server.audit.record(AuditEvent.DEED, whom="luis\x1b[2J")
        (entry,) = recorded.taken()
        assert entry["whom"] == "luis^[[2J"


def test_without_a_writer_nothing_is_recorded() -> None:
    audit = Audit(Clock())
    world = World()
    session = world.member("ana").session
    audit.record(AuditEvent.CLOCK, session)
    audit.by_daemon(AuditEvent.START)
    audit.signed_in(session, PASSWORD)
    audit.sign_in_failed(PASSWORD, "", "")


@pytest.mark.parametrize("page", ["docs/operating.md", "docs/operar.md"])
def test_each_kind_is_in_the_documents(page: str) -> None:
    text = Path(ROOT, page).read_text("utf-8")
    rows = {line.split("`")[1] for line in text.splitlines() if line.startswith("| `")}
    assert {kind.value for kind in AuditEvent} <= rows
