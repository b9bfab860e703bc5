"""`chatd.chat.admin_requests`: the operator's requests, their replies and their effects."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred, ensureDeferred

from chatd import __version__
from chatd.chat.admin_requests import MOST_CHARACTERS, Administration, asks_for_upgrade
from chatd.chat.room_deeds import OPERATOR
from chatd.storage.shared.lease import BEAT_SECONDS
from chatd.text.times import local_time
from chatd.text.validation import InvalidName, check_new_name
from chatd.util.budget_table import Kind
from tests.support.logs import Expect
from tests.support.sentences import EN
from tests.support.sessions import begin
from tests.support.world import HASH, World


def request(world: World, request: object) -> Deferred[Any]:
    """Return the reply to a request, which may have to wait for a slow store."""
    return begin(world, Administration(world.server, world.watch).perform(request))


def ask(world: World, do: str, name: str, **more: Any) -> dict[str, Any]:
    """Return the reply to a request that names an account."""
    reply: dict[str, Any] = world.ask_operator(do, name=name, **more).result
    return reply


def test_the_operator_sees_what_all_use_and_who_uses_most() -> None:
    world = World(budgets={"lines.address": 200, "lines.64": 400})
    for host, lines in ("192.0.2.1", 1), ("192.0.2.2", 3):
        guest = world.person(address=IPv4Address("TCP", host, 1))
        guest.type(*["hola"] * lines)
        guest.hang_up()
    reply = world.ask_operator("budgets").result["budgets"]
    assert [use["budget"] for use in reply] == [f"{kind.value}.all" for kind in Kind]
    assert reply[1] == {"budget": "lines.all", "owner": "", "used": "4", "most": ""}
    assert world.ask_operator("budgets", kind="lines").result["budgets"] == [
        {"budget": f"lines.{level}", "owner": host, "used": used, "most": most}
        for level, most in (("address", "100"), ("64", "200"))
        for host, used in (("192.0.2.2", "3"), ("192.0.2.1", "1"))
    ]
    wrong = world.ask_operator("budgets", kind="apples").result
    assert wrong["error"].startswith("the kinds of budgets are connections, lines, ")


def test_the_operator_can_confirm_the_clock(world: World) -> None:
    world.ahead = 2.0 * 86_400
    world.watch.check()
    assert world.watch.doubted
    said = world.ask_operator("clock").result["said"]
    assert said == f"the clock is right: it is {local_time(2 * 86_400)}."
    assert not world.watch.doubted


class TestUpgrades:
    @pytest.mark.parametrize("restarts", [False, True])
    def test_are_the_daemons(self, world: World, restarts: bool) -> None:
        async def upgrade(restarts: bool) -> dict[str, Any]:
            return {"said": f"{restarts}"}

        operator = Administration(world.server, world.watch, upgrade=upgrade)
        asked = {"do": "upgrade", "restart": restarts}
        assert asks_for_upgrade(asked)
        assert begin(world, operator.perform(asked)).result == {"said": f"{restarts}"}
        wrong = begin(world, operator.perform({"do": "upgrade", "restart": "/bin/sh"})).result
        assert wrong == {"error": "restart is true or false."}

    def test_there_are_none_without_a_daemon(self, world: World) -> None:
        assert "the next one that starts" in world.ask_operator("upgrade").result["error"]

    def test_no_other_request_asks_for_one(self) -> None:
        assert not any(map(asks_for_upgrade, [{"do": "stats"}, {}, None, "upgrade", ["upgrade"]]))

    def test_the_process_tells_who_it_is(self, world: World) -> None:
        told = world.ask_operator("process").result
        assert told == {"process": os.getpid(), "version": __version__}


class TestStats:
    def test_are_those_of_the_daemon(self, world: World) -> None:
        async def stats(exposed: bool) -> dict[str, Any]:
            return {"exposed": exposed}

        operator = Administration(world.server, world.watch, stats=stats)
        for request, exposed in ({"do": "stats"}, False), ({"do": "stats", "exposed": True}, True):
            assert begin(world, operator.perform(request)).result == {"exposed": exposed}
        wrong = begin(world, operator.perform({"do": "stats", "exposed": 1})).result
        assert wrong == {"error": "exposed is true or false."}

    def test_there_are_none_without_a_daemon(self, world: World) -> None:
        assert world.ask_operator("stats").result["error"].startswith("no daemon uses this store")


def test_what_is_used_at_other_nodes_is_not_counted_and_that_is_said() -> None:
    assert "note" not in World(nodes=1).ask_operator("budgets").result
    assert World(nodes=2).ask_operator("budgets").result["note"].startswith("each daemon")


class TestNodes:
    def test_are_those_that_share_the_store(self) -> None:
        world = World(nodes=2)
        world.wait(BEAT_SECONDS)
        reply = world.ask_operator("nodes").result
        assert [node["is_this"] for node in reply["nodes"]] == [
            node["number"] == world.store.number for node in reply["nodes"]
        ]
        assert [(node["live"], node["beat_seconds"]) for node in reply["nodes"]] == [(True, 0)] * 2
        log = reply["log"]
        assert log["read"] == log["safe"] == log["published"] == len(world.shared_log.batches)
        assert (log["lag"], log["is_cut_off"]) == (0, False)
        json.dumps(reply)

    def test_commands_that_were_nodes_are_left_out(self, monkeypatch: pytest.MonkeyPatch) -> None:
        world = World(nodes=2)
        world.wait(BEAT_SECONDS)
        state = world.store.log_state()
        assert state is not None
        one = state.nodes[0]
        names = ("alba", True), ("admin-host", True), ("brisa", False), ("admin-host", False)
        nodes = [one._replace(name=name, live=live) for name, live in names]
        monkeypatch.setattr(world.store, "log_state", lambda: state._replace(nodes=nodes))
        reply = world.ask_operator("nodes").result
        assert [(each["name"], each["live"]) for each in reply["nodes"]] == list(names[:3])

    def test_are_known_while_this_one_is_cut_off(self) -> None:
        world = World(nodes=2)
        world.wait(BEAT_SECONDS)
        world.store.cut = True
        world.wait(10)
        reply = world.ask_operator("nodes").result
        assert [node["beat_seconds"] for node in reply["nodes"]] == [10, 10]
        assert reply["log"]["is_cut_off"]

    def test_there_are_none_beside_a_store_in_a_file(self) -> None:
        world = World(nodes=1)
        assert "error" in world.ask_operator("nodes").result


class TestWall:
    def test_is_said_in_every_room_with_people(self, world: World) -> None:
        ana, luis = world.person("ana"), world.person("luis")
        luis.type("/join ops")
        assert "error" not in world.ask_operator("wall", text="tea").result
        told = EN.deed("wall", OPERATOR, reason="tea")
        assert [told in each.seen() for each in (ana, luis)] == [True, True]
        assert world.deeds("ops")[-1] == (OPERATOR, "wall - 0 tea")

    def test_is_by_a_name_that_no_person_has(self) -> None:
        with pytest.raises(InvalidName):
            check_new_name(OPERATOR)

    def test_tells_the_operator_if_nobody_is_here(self, world: World) -> None:
        said = world.ask_operator("wall", text="tea").result["said"]
        assert said == "nothing was said: there is nobody in any room."

    @pytest.mark.parametrize("text", ["", "  ", "x" * (MOST_CHARACTERS + 1), "\ud800"])
    def test_refuses_what_is_no_line(self, world: World, text: str) -> None:
        world.person("ana")
        error = world.ask_operator("wall", text=text).result["error"]
        assert error.startswith("nothing was said: the text is ")
        assert not world.deeds("lobby")


def test_a_name_can_be_registered_and_logged_in_to(world: World) -> None:
    assert ask(world, "add", "Ana", hash=HASH) == {
        "said": EN.sentence("whois_registered", name="Ana")
    }
    ana = world.person()
    ana.type("/login ana correct horse")
    assert ana.seen() == [EN.notice("you_are", name="Ana")]
    assert world.ask_operator("list").result == {
        "accounts": [{"name": "Ana", "admin": False, "created": 0, "connections": 1, "failures": 0}]
    }


def test_a_name_can_be_registered_as_an_administrator(world: World) -> None:
    said = ask(world, "add", "ana", hash=HASH, admin=True)
    assert said == {"said": "ana is registered, and an administrator."}
    assert world.server.accounts.table["ana"].admin


@pytest.mark.parametrize("admin", ["true", "yes", 1, 0, None, []])
def test_a_value_that_is_neither_true_nor_false_registers_nothing(
    world: World, admin: object
) -> None:
    assert ask(world, "add", "ana", hash=HASH, admin=admin) == {"error": "admin is true or false."}
    assert not world.server.accounts.table


def test_an_account_can_be_made_an_administrator_and_unmade(world: World) -> None:
    ask(world, "add", "ana", hash=HASH)
    accounts = world.server.accounts
    assert not accounts.has_administrator
    assert ask(world, "promote", "ANA") == {"said": "ana is an administrator."}
    assert accounts.has_administrator
    assert ask(world, "demote", "ana") == {"said": "ana is no administrator."}
    assert not accounts.has_administrator


def test_a_password_can_be_set(world: World) -> None:
    ask(world, "add", "ana", hash="$argon2id$old")
    assert ask(world, "password", "ana", hash=HASH) == {"said": "the password of ana is changed."}
    ana = world.person()
    ana.type("/login ana correct horse")
    assert ana.seen() == [EN.notice("you_are", name="ana")]


def test_a_password_that_is_set_ends_all_grants(world: World) -> None:
    ask(world, "add", "ana", hash=HASH)
    server = world.server
    token, browser = (
        server.credentials.issue(server.accounts.table["ana"], kind, "mine")
        for kind in ("token", "browser")
    )
    ensureDeferred(server.registrations.change_credentials(*token[1], *browser[1]))
    person = world.person()
    grant = server.credentials.grant_of(browser[0])
    server.logins.log_in(person.session, server.accounts.table["ana"], grant)
    ask(world, "password", "ana", hash=HASH)
    assert person.closed
    assert not server.credentials.table


def test_a_session_is_logged_out_when_its_account_is_removed(world: World) -> None:
    ask(world, "add", "ana", hash=HASH)
    ana = world.person()
    ana.type("/login ana correct horse")
    ana.seen()
    assert ask(world, "remove", "ana") == {"said": EN.sentence("unregistered", name="ana")}
    assert ana.seen() == [
        EN.notice("unregistered", name="ana"),
        EN.notice("you_are", name="guest1"),
    ]
    assert world.ask_operator("list").result == {"accounts": []}


def test_a_guest_who_has_the_name_or_one_that_looks_like_it_loses_it(world: World) -> None:
    for held, added in ("ana", "Ana"), ("Bobl", "Bob1"):
        guest = world.person(held)
        guest.seen()
        ask(world, "add", added, hash=HASH)
        seen = guest.seen()
        assert seen[0] == EN.notice("registered_elsewhere", name=held)
        assert seen[1] == EN.notice("you_are", name=guest.session.name)
        guest.type(f"/nick {held}")
        assert guest.seen()[0].startswith("ERR Name in use: ")


@pytest.mark.parametrize(
    ("request_", "why"),
    [
        ({"do": "add", "name": "ana", "hash": HASH}, "ana is registered already."),
        ({"do": "add", "name": "ANA", "hash": HASH}, "ANA is registered already."),
        ({"do": "add", "name": "a b", "hash": HASH}, "that cannot be a name: 1 to 32 letters"),
        ({"do": "add", "name": "guest7", "hash": HASH}, "guest7 is reserved for the server."),
        ({"do": "add", "name": "aпa", "hash": HASH}, "that cannot be a name"),
        ({"do": "add", "name": "eva"}, "the hash is missing."),
        ({"do": "add", "name": "eva", "hash": "correct horse"}, "that is not what is kept"),
        ({"do": "add", "name": 7, "hash": HASH}, "the name is missing."),
        ({"do": "promote", "name": "eva"}, "nobody is registered by that name."),
        ({"do": "remove", "name": "eva"}, "nobody is registered by that name."),
        ({"do": "password", "name": "ana", "hash": None}, "the hash is missing."),
        ({"do": "_account", "name": "ana"}, "this chatd does not know how to do that."),
        ({}, "this chatd does not know how to do that."),
        (None, "this chatd does not know how to do that."),
        ([], "this chatd does not know how to do that."),
        ({"do": []}, "this chatd does not know how to do that."),
    ],
)
def test_an_invalid_request_is_refused_with_the_reason(
    world: World, request_: object, why: str
) -> None:
    ask(world, "add", "ana", hash=HASH)
    reply = request(world, request_).result
    assert reply["error"].startswith(why)
    assert set(world.server.accounts.table) == {"ana"}


def test_a_name_that_looks_like_a_registered_one_is_refused(world: World) -> None:
    ask(world, "add", "Bob1", hash=HASH)
    reply = ask(world, "add", "Bobl", hash=HASH)
    assert reply["error"].startswith("Bobl looks like Bob1, which is taken.")


def test_a_change_that_cannot_be_stored_is_an_error(
    expected_errors: Expect,
) -> None:
    world = World(slow=True)
    reply = world.ask_operator("add", name="ana", hash=HASH)
    assert not reply.called
    world.fail()
    assert reply.result["error"].startswith("that could not be stored, so nothing was changed: ")
    assert not world.server.accounts.table
    expected_errors()


def test_of_two_who_register_a_name_at_once_one_is_refused() -> None:
    world = World(slow=True)
    reply = world.ask_operator("add", name="ana", hash=HASH)
    assert ask(world, "add", "Ana", hash=HASH) == {"error": "Ana is registered already."}
    world.release()
    assert reply.result == {"said": EN.sentence("whois_registered", name="ana")}


def test_a_member_is_no_administrator_by_default(world: World) -> None:
    ana = world.person("ana")
    ana.type("/register correct horse")
    assert not world.server.accounts.has_administrator
