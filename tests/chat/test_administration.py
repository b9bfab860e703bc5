"""`chatd.chat.administration`: the operator's requests, their replies and their effects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from twisted.internet.defer import Deferred, ensureDeferred
from twisted.logger import LogEvent

from chatd.chat.administration import Administration
from chatd.text.times import local_time
from tests.support.world import HASH, World


class Scene:
    def __init__(self, **options: Any) -> None:
        self.world = World(**options)
        self.administration = Administration(self.world.server, self.world.watch)

    def ask(self, do: str, name: str | None = None, **more: Any) -> dict[str, Any]:
        """Return the reply to a request."""
        request = {"do": do, **({} if name is None else {"name": name}), **more}
        (reply,) = self.begin(request)
        return reply

    def begin(self, request: object) -> list[Any]:
        replies: list[Any] = []
        Deferred.fromCoroutine(self.administration.perform(request)).addBoth(replies.append)
        self.world.settle()
        return replies


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_the_operator_can_confirm_the_clock(scene: Scene) -> None:
    scene.world.ahead = 2.0 * 86_400
    scene.world.watch.check()
    assert scene.world.watch.doubted
    said = scene.ask("clock")["said"]
    assert said == f"the clock is right: it is {local_time(2 * 86_400)}."
    assert not scene.world.watch.doubted


def test_a_name_can_be_registered_and_logged_in_to(scene: Scene) -> None:
    assert scene.ask("add", "Ana", hash=HASH) == {"said": "Ana is registered."}
    ana = scene.world.person()
    ana.type("/login ana correct horse")
    assert ana.seen() == ["*** You are now Ana."]
    assert scene.ask("list") == {
        "accounts": [{"name": "Ana", "admin": False, "created": 0, "connections": 1}]
    }


def test_a_name_can_be_registered_as_an_administrator(scene: Scene) -> None:
    said = scene.ask("add", "ana", hash=HASH, admin=True)
    assert said == {"said": "ana is registered, and an administrator."}
    assert scene.world.server.accounts.table["ana"].admin


@pytest.mark.parametrize("admin", ["true", "yes", 1, 0, None, []])
def test_a_value_that_is_neither_true_nor_false_registers_nothing(
    scene: Scene, admin: object
) -> None:
    assert scene.ask("add", "ana", hash=HASH, admin=admin) == {"error": "admin is true or false."}
    assert not scene.world.server.accounts.table


def test_an_account_can_be_made_an_administrator_and_unmade(scene: Scene) -> None:
    scene.ask("add", "ana", hash=HASH)
    accounts = scene.world.server.accounts
    assert not accounts.has_administrator
    assert scene.ask("promote", "ANA") == {"said": "ana is an administrator."}
    assert accounts.has_administrator
    assert scene.ask("demote", "ana") == {"said": "ana is no administrator."}
    assert not accounts.has_administrator


def test_a_password_can_be_set(scene: Scene) -> None:
    scene.ask("add", "ana", hash="$argon2id$old")
    assert scene.ask("password", "ana", hash=HASH) == {"said": "the password of ana is changed."}
    ana = scene.world.person()
    ana.type("/login ana correct horse")
    assert ana.seen() == ["*** You are now ana."]


def test_a_password_that_is_set_ends_all_grants(scene: Scene) -> None:
    scene.ask("add", "ana", hash=HASH)
    server = scene.world.server
    token, browser = (
        server.credentials.issue(server.accounts.table["ana"], kind, "mine")
        for kind in ("token", "browser")
    )
    ensureDeferred(server.registrations.change_credentials(*token[1], *browser[1]))
    person = scene.world.person()
    grant = server.credentials.grant_of(browser[0])
    server.logins.log_in(person.session, server.accounts.table["ana"], grant)
    scene.ask("password", "ana", hash=HASH)
    assert person.closed
    assert not server.credentials.table


def test_a_session_is_logged_out_when_its_account_is_removed(scene: Scene) -> None:
    scene.ask("add", "ana", hash=HASH)
    ana = scene.world.person()
    ana.type("/login ana correct horse")
    ana.seen()
    assert scene.ask("remove", "ana") == {"said": "ana is not registered any more."}
    assert ana.seen() == ["*** ana is not registered any more.", "*** You are now guest1."]
    assert scene.ask("list") == {"accounts": []}


def test_a_guest_who_has_the_name_or_one_that_looks_like_it_loses_it(scene: Scene) -> None:
    for held, added in ("ana", "Ana"), ("Bobl", "Bob1"):
        guest = scene.world.person(held)
        guest.seen()
        scene.ask("add", added, hash=HASH)
        seen = guest.seen()
        assert seen[0] == f"*** {held} is registered to somebody else now."
        assert seen[1].startswith("*** You are now guest")
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
    scene: Scene, request_: object, why: str
) -> None:
    scene.ask("add", "ana", hash=HASH)
    (reply,) = scene.begin(request_)
    assert reply["error"].startswith(why)
    assert set(scene.world.server.accounts.table) == {"ana"}


def test_a_name_that_looks_like_a_registered_one_is_refused(scene: Scene) -> None:
    scene.ask("add", "Bob1", hash=HASH)
    reply = scene.ask("add", "Bobl", hash=HASH)
    assert reply["error"].startswith("Bobl looks like Bob1, which is taken.")


def test_a_change_that_cannot_be_stored_is_an_error(
    expected_errors: Callable[..., list[LogEvent]],
) -> None:
    scene = Scene(slow=True)
    replies = scene.begin({"do": "add", "name": "ana", "hash": HASH})
    assert replies == []
    scene.world.store.fail()
    scene.world.settle()
    assert replies[0]["error"].startswith("that could not be stored, so nothing was changed: ")
    assert not scene.world.server.accounts.table
    expected_errors()


def test_of_two_who_register_a_name_at_once_one_is_refused() -> None:
    scene = Scene(slow=True)
    replies = scene.begin({"do": "add", "name": "ana", "hash": HASH})
    assert scene.ask("add", "Ana", hash=HASH) == {"error": "Ana is registered already."}
    scene.world.release()
    assert replies == [{"said": "ana is registered."}]


def test_a_member_is_no_administrator_by_default(scene: Scene) -> None:
    ana = scene.world.person("ana")
    ana.type("/register correct horse")
    assert not scene.world.server.accounts.has_administrator
