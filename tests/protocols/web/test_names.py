"""Names that no client may take, and look-alikes, by every protocol in which names are taken."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chatd.i18n import Language, sentence
from tests.support.browser import browser
from tests.support.http import Served
from tests.support.world import CHEAP, PASSWORD


def nick(door: Served, name: str) -> str:
    person = door.world.person()
    person.type(f"/nick {name}")
    return "\n".join(person.seen())


def hello(door: Served, name: str) -> str:
    one = browser(door.world, greeted=False, name=name, key="k" * 16)
    return "\n".join(error["text"] for error in one.seen("error"))


def post(door: Served, name: str) -> str:
    got = door.ask("POST", f"/api/rooms/lobby/messages?name={name}", b"hola")
    return "" if got.status == 201 else got.json["error"]["text"]  # type: ignore[no-any-return]


def sign_up(door: Served, name: str) -> str:
    got = door.post("/api/signin", {"name": name, "password": PASSWORD, "register": True})
    return "" if got.status == 200 else got.json["error"]["text"]  # type: ignore[no-any-return]


def admin_add(door: Served, name: str) -> str:
    replies: list[dict[str, str]] = []
    reply = door.world.ask_operator("add", name=name, hash=CHEAP.hash(PASSWORD))
    reply.addCallback(replies.append)
    return replies[0].get("error", "")


DOORS = (nick, hello, post, sign_up, admin_add)


@pytest.fixture
def door() -> Served:
    door = Served()
    for name in "luis", "BOB":
        door.world.register(name)
    return door


@pytest.mark.parametrize("take", DOORS)
@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("chatd.", "reserved_name"),
        ("private-", "reserved_name"),
        ("guest-7", "reserved_name"),
        ("NickServ", "reserved_name"),
        ("administradora", "reserved_name"),
        ("10.1.2.3", "name_is_address"),
        ("127.1", "name_is_address"),
        ("ana.", "ends_in_dot"),
        ("Iuis", "looks_like_name"),
        ("B0B", "looks_like_name"),
    ],
)
def test_what_nobody_may_take_is_refused(
    door: Served, take: Callable[[Served, str], str], name: str, key: str
) -> None:
    other = {"Iuis": "luis", "B0B": "BOB"}.get(name)
    assert sentence(Language.ENGLISH, key, name=name, other=other) in take(door, name)


@pytest.mark.parametrize("take", DOORS)
@pytest.mark.parametrize("name", ["ana", "ana_", "ana-", "v1.2", "2026", "iuis", "b0b"])
def test_other_names_are_free(door: Served, take: Callable[[Served, str], str], name: str) -> None:
    assert "ERR" not in take(door, name)
    assert "Choose another name" not in take(Served(), name)


@pytest.mark.parametrize("name", ["chatd-", "NickServ", "10.1.2.3", "ana.", "guest-7"])
def test_an_account_keeps_such_a_name(door: Served, name: str) -> None:
    """It may come from a version in which it could be registered."""
    door.world.register(name)
    account = door.server.accounts.called(name)
    assert account is not None
    kept = door.server.accounts.store(account._replace(hash=CHEAP.hash(PASSWORD)))
    door.world.settle()
    assert kept.called
    person = door.world.person()
    person.type(f"/login {name} {PASSWORD}")
    assert person.session.name == name
    got = door.post("/api/signin", {"name": name, "password": PASSWORD})
    assert got.json["name"] == name
    headers = {"authorization": f"Bearer {door.token(name)}"}
    assert door.ask("POST", "/api/rooms/lobby/messages", b"hola", **headers).status == 201
    person.seen()
    other = door.world.person("eva")
    other.type(f"/msg {name} hola")
    assert "(private) <eva> hola" in person.seen()
