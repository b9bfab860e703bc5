"""Names that no client may take, and look-alikes, by every protocol in which names are taken."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chatd.i18n import Language, sentence
from tests.support.browser import browser
from tests.support.http import SiteWorld
from tests.support.world import CHEAP, PASSWORD


def nick(web: SiteWorld, name: str) -> str:
    person = web.world.person()
    person.type(f"/nick {name}")
    return "\n".join(person.seen())


def hello(web: SiteWorld, name: str) -> str:
    one = browser(web.world, greeted=False, name=name, key="k" * 16)
    return "\n".join(error["text"] for error in one.seen("error"))


def post(web: SiteWorld, name: str) -> str:
    got = web.ask("POST", f"/api/rooms/lobby/messages?name={name}", b"hola")
    return "" if got.status == 201 else got.json["error"]["text"]  # type: ignore[no-any-return]


def sign_up(web: SiteWorld, name: str) -> str:
    got = web.post("/api/signin", {"name": name, "password": PASSWORD, "register": True})
    return "" if got.status == 200 else got.json["error"]["text"]  # type: ignore[no-any-return]


def admin_add(web: SiteWorld, name: str) -> str:
    replies: list[dict[str, str]] = []
    reply = web.world.ask_operator("add", name=name, hash=CHEAP.hash(PASSWORD))
    reply.addCallback(replies.append)
    return replies[0].get("error", "")


DOORS = (nick, hello, post, sign_up, admin_add)


@pytest.fixture
def web() -> SiteWorld:
    web = SiteWorld()
    for name in "luis", "BOB":
        web.world.register(name)
    return web


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
    web: SiteWorld, take: Callable[[SiteWorld, str], str], name: str, key: str
) -> None:
    other = {"Iuis": "luis", "B0B": "BOB"}.get(name)
    assert sentence(Language.ENGLISH, key, name=name, other=other) in take(web, name)


@pytest.mark.parametrize("take", DOORS)
@pytest.mark.parametrize("name", ["ana", "ana_", "ana-", "v1.2", "2026", "iuis", "b0b"])
def test_other_names_are_free(
    web: SiteWorld, take: Callable[[SiteWorld, str], str], name: str
) -> None:
    assert "ERR" not in take(web, name)
    assert "Choose another name" not in take(SiteWorld(), name)


@pytest.mark.parametrize("name", ["chatd-", "NickServ", "10.1.2.3", "ana.", "guest-7"])
def test_an_account_keeps_such_a_name(web: SiteWorld, name: str) -> None:
    """It may come from a version in which it could be registered."""
    web.world.register(name)
    account = web.server.accounts.called(name)
    assert account is not None
    kept = web.server.accounts.store(account._replace(hash=CHEAP.hash(PASSWORD)))
    web.world.settle()
    assert kept.called
    person = web.world.person()
    person.type(f"/login {name} {PASSWORD}")
    assert person.session.name == name
    got = web.post("/api/signin", {"name": name, "password": PASSWORD})
    assert got.json["name"] == name
    headers = {"authorization": f"Bearer {web.token(name)}"}
    assert web.ask("POST", "/api/rooms/lobby/messages", b"hola", **headers).status == 201
    person.seen()
    other = web.world.person("eva")
    other.type(f"/msg {name} hola")
    assert "(private) <eva> hola" in person.seen()
