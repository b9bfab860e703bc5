"""Users of the machine may do at a UNIX socket with ``--unix-names`` what the document says."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.proofs.threats.tables import TABLES, check, yes_or_no
from tests.support.machine import ANA, GROUP, LUIS, OTHER, Machine
from tests.support.world import PASSWORD, Member

MISCHIEF = "mischief"


class Host(Machine):
    """Ana has been here, and Olga has a password; user ``uid`` of the columns is Luis."""

    def __init__(self, column: str) -> None:
        super().__init__(budgets={"connections.64": 3})
        self.register("olga")
        self.ana = self.user(ANA)
        self.uid, self.groups = self.columns()[column]

    def columns(self) -> dict[str, tuple[int, tuple[int, ...]]]:
        users = self.at_socket.local_users
        assert users is not None
        return {
            "a user": (LUIS, ()),
            "a member of `chatd`": (LUIS, (GROUP,)),
            "a user without a login": (OTHER, (GROUP,)),
            "a user of another namespace": (users.overflow, (GROUP,)),
            "root": (0, (GROUP,)),
        }

    def come(self) -> Member:
        return self.user(self.uid, *self.groups)


def have_the_login_for_a_name(host: Host) -> bool:
    return bool(host.come().session.account == "luis")


def act_as_another_user(host: Host) -> bool:
    host.ana.hang_up()
    one = host.come()
    one.type("/nick ana", f"/login ana {PASSWORD}", "/login ana", "", MISCHIEF)
    return "ana" in [event.author for event in host.stored("lobby")]


def have_the_login_of_a_removed_user(host: Host) -> bool:
    host.logins[host.uid] = host.logins.pop(ANA)
    return bool(host.come().session.account == "ana")


def have_a_registered_name(host: Host) -> bool:
    host.logins[host.uid] = "Olga"
    return bool(host.come().session.account == "olga")


def say_something_in_every_room(host: Host) -> bool:
    host.come().type(f"/wall {MISCHIEF}")
    return any(MISCHIEF in line for line in host.ana.seen())


def keep_the_right_elsewhere(host: Host) -> bool:
    one = host.come()
    one.type(f"/password {PASSWORD}")
    elsewhere = host.person()
    elsewhere.type(f"/login {one.session.name} {PASSWORD}", f"/wall {MISCHIEF}")
    return any(MISCHIEF in line for line in host.ana.seen())


def shut_another_user_out(host: Host) -> bool:
    for _ in range(4):
        host.come()
    return bool(host.user(ANA).session.stream.finished)


ACTIONS: dict[str, Callable[[Host], bool]] = {
    "have the login name": have_the_login_for_a_name,
    "act as another user": act_as_another_user,
    "have the account of the user who had the login before": have_the_login_of_a_removed_user,
    "have a name that is registered with a password": have_a_registered_name,
    "say something in every room": say_something_in_every_room,
    "do so at another door, logged in to the same account": keep_the_right_elsewhere,
    "shut another user out by many connections": shut_another_user_out,
}
"""The actions, as the document calls them."""


def test_all_rows_are_tried() -> None:
    assert list(TABLES["users"]) == list(ACTIONS)


@pytest.mark.parametrize("action", TABLES["users"])
def test_users_may_do_what_the_document_says(action: str) -> None:
    def did(column: str) -> dict[str, str]:
        return {"the socket": yes_or_no(ACTIONS[action](Host(column)))}

    check("users", action, did)
