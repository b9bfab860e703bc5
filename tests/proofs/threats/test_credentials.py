"""Each door takes the credentials that it should, and each credential allows what it should."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pytest

from chatd.accounts.credentials import TOKEN
from chatd.webhooks.incoming.registry import IncomingRules
from chatd.webhooks.pushes import PushRecord
from tests.proofs.threats.doors import (
    COOKIE,
    DOORS,
    NONE,
    PUBLIC,
    SECRET,
    House,
    Json,
    Lines,
    Requests,
    Socket,
    UnixLines,
    Visitor,
)
from tests.proofs.threats.tables import TABLES, check, yes_or_no
from tests.support.world import HASH

MISCHIEF = "mischief-mischief"
OTHER = "another horse"
OF_THE_ACCOUNT = (Lines, UnixLines, Json, Socket, Requests)
"""The doors at which each action is tried with each credential that they take."""


def outcome(door: str, credential: str) -> str:
    """Return how a door takes a credential."""
    kind, address = DOORS[door]
    return kind(House(), credential, address).outcome


def test_the_table_of_doors_has_all_of_them() -> None:
    assert list(TABLES["doors"]) == list(DOORS)


@pytest.mark.parametrize("door", DOORS)
def test_a_door_takes_the_credentials_that_the_document_says(door: str) -> None:
    check("doors", door, lambda credential: {door: outcome(door, credential)})


# What may be done. Each action is tried, and returns True if it was done.


def read_the_lobby(house: House, one: Visitor) -> bool:
    return PUBLIC in one.read("lobby")


def speak_in_the_lobby(house: House, one: Visitor) -> bool:
    one.type(MISCHIEF)
    return bool(house.said(MISCHIEF))


def make_a_room(house: House, one: Visitor) -> bool:
    one.enter("new")
    return "new" in house.server.rooms


def speak_as_the_account(house: House, one: Visitor) -> bool:
    one.type(MISCHIEF)
    return "ana" in house.said(MISCHIEF)


def read_a_private_room(house: House, one: Visitor) -> bool:
    return SECRET in one.read("den")


def learn_of_a_private_room(house: House, one: Visitor) -> bool:
    if isinstance(one, Requests):
        one.ask("GET", "/api/rooms")
    else:
        one.type("/rooms")
    return "den" in one.told()


def receive_private_lines(house: House, one: Visitor) -> bool:
    house.luis.type(f"/msg ana {MISCHIEF}")
    return MISCHIEF in one.told()


def write_private_lines(house: House, one: Visitor) -> bool:
    house.luis.seen()
    one.type(f"/msg luis {MISCHIEF}")
    return any(MISCHIEF in line for line in house.luis.seen())


def mark_lines_as_read(house: House, one: Visitor) -> bool:
    house.luis.type(MISCHIEF)
    one.type("/skip")
    if isinstance(one, Socket):
        one.enter("den")
        one.send("seen", room="den", seq=house.world.room("den").head)
    return MISCHIEF not in "\n".join(house.world.member("ana", greeted=True).seen())


def change_settings(house: House, one: Visitor) -> bool:
    one.type("/away gone")
    return bool(house.server.accounts.table["ana"].settings.get("away"))


def register_a_name(house: House, one: Visitor) -> bool:
    one.type("/nick eva")
    one.type(f"/register {OTHER}")
    return house.server.accounts.called("eva") is not None


def make_a_token(house: House, one: Visitor) -> bool:
    before = len(house.server.credentials.of("ana", TOKEN))
    one.type("/token new mischief")
    return len(house.server.credentials.of("ana", TOKEN)) > before


def change_the_password(house: House, one: Visitor) -> bool:
    one.type(f"/password {OTHER}")
    return house.server.accounts.table["ana"].hash != HASH


def end_other_sessions(house: House, one: Visitor) -> bool:
    other = house.world.member("ana")
    one.type("/logout others")
    return other.closed


def give_up_the_name(house: House, one: Visitor) -> bool:
    one.type("/unregister")
    one.type(MISCHIEF)
    return house.server.accounts.called("ana") is None


def add_a_webhook(house: House, one: Visitor) -> bool:
    room, incoming = house.world.room("den"), house.server.incoming
    incoming.use_rules(IncomingRules("http://chat.lan"))
    one.type("/hook add https://example.com/", "den")
    one.type("/hook in alerts", "den")
    assert bool(house.server.hooks.of(room)) == bool(incoming.of(room))
    return bool(incoming.of(room))


def set_where_it_is_notified(house: House, one: Visitor) -> bool:
    codes = ["000000"]

    async def send(account: str, new: PushRecord, code: str) -> None:
        codes.append(code)

    pushes = house.server.alerts.pushes
    pushes.send_code = send
    one.type("/push https://example.com/")
    one.type(f"/push confirm {codes[-1]}")
    return "ana" in pushes.all


def run_a_room(house: House, one: Visitor) -> bool:
    one.type("/mute luis", "den")
    house.luis.type(MISCHIEF)
    return not house.said(MISCHIEF)


def act_as_administrator(house: House, one: Visitor) -> bool:
    house.luis.seen()
    one.type(f"/wall {MISCHIEF}")
    return any(MISCHIEF in line for line in house.luis.seen())


ACTIONS: dict[str, Callable[[House, Visitor], bool]] = {
    "read an open room": read_the_lobby,
    "speak in an open room": speak_in_the_lobby,
    "make a room by entering it": make_a_room,
    "write a private line": write_private_lines,
    "register a name": register_a_name,
    "learn of the account's private room": learn_of_a_private_room,
    "read the account's private room": read_a_private_room,
    "receive private lines to the account": receive_private_lines,
    "speak as the account": speak_as_the_account,
    "mark the account's lines as read": mark_lines_as_read,
    "change the account's settings": change_settings,
    "run the account's room": run_a_room,
    "act as the administrator who the account is": act_as_administrator,
    "end the account's other sessions": end_other_sessions,
    "make a token of the account": make_a_token,
    "add a webhook to the account's room, or let a tool post there": add_a_webhook,
    "set where the account is notified": set_where_it_is_notified,
    "change the account's password": change_the_password,
    "give up the account, without its password": give_up_the_name,
}
"""The actions, as the document calls them."""

BY_REQUEST = {
    read_the_lobby,
    speak_in_the_lobby,
    make_a_room,
    learn_of_a_private_room,
    read_a_private_room,
    speak_as_the_account,
}
"""The actions that HTTP has, too. All others take a command."""


def visitors(action: Callable[[House, Visitor], bool], credential: str) -> Iterator[Visitor]:
    """Return a visitor with a credential at each door that takes it, each in a house of its own."""
    wanted = "guest" if credential in (NONE, COOKIE) else "account"
    for kind in OF_THE_ACCOUNT:
        if kind.takes_commands or action in BY_REQUEST:
            one = kind(House(admin=action is act_as_administrator), credential)
            if one.outcome == wanted:
                one.told()
                yield one


def tried(action: Callable[[House, Visitor], bool], credential: str) -> Mapping[str, str]:
    """Try an action with a credential at each door; return the cell that would be right there."""
    return {
        type(one).__name__: yes_or_no(action(one.house, one))
        for one in visitors(action, credential)
    }


def test_the_table_of_actions_has_all_of_them() -> None:
    assert list(TABLES["credentials"]) == list(ACTIONS)


@pytest.mark.parametrize("action", ACTIONS)
def test_a_credential_allows_what_the_document_says(action: str) -> None:
    check("credentials", action, lambda credential: tried(ACTIONS[action], credential))
