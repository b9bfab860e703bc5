"""The table of who may do what, as a whole. What each cell does is tried in test_moderation."""

from __future__ import annotations

import pytest

from chatd.accounts.credentials import Scope
from chatd.chat.permissions import LEAST, Act, Mode, Role, least_scope, may

ALL = {(act, mode) for act in Act for mode in Mode}


def test_it_says_something_of_every_act_in_every_mode_and_nothing_else() -> None:
    assert set(LEAST) == ALL


@pytest.mark.parametrize("role", Role)
def test_each_role_may_do_all_that_those_before_it_may(role: Role) -> None:
    for act, mode in ALL:
        assert may(role, act, mode) == (role >= LEAST[act, mode])


def test_administrators_may_do_everything() -> None:
    assert all(may(Role.ADMINISTRATOR, act, mode) for act, mode in ALL)


def test_nobody_else_acts_on_the_whole_server_or_runs_what_nobody_runs() -> None:
    for act, mode in ALL:
        of_all = act in (Act.WALL, Act.DISCONNECT, Act.STATS, Act.PRIVATE_LINES)
        unrun = mode is Mode.FREE and act not in (Act.READ, Act.SPEAK, Act.ASK, Act.TOPIC)
        assert may(Role.OWNER, act, mode) == (not of_all and not unrun)


def test_a_token_uses_no_role_but_to_ask_and_to_see_who_was_there() -> None:
    with_a_role = {
        act
        for act, mode in ALL
        if least_scope(act, mode) < Scope.FULL and not may(Role.EVERYONE, act, mode)
    }
    assert with_a_role == {Act.ASK, Act.REGISTER}
    assert {least_scope(Act.ASK, mode) for mode in Mode} == {Scope.WRITE}
    assert {least_scope(Act.REGISTER, mode) for mode in Mode} == {Scope.READ}


def test_what_all_may_do_takes_a_token_that_writes() -> None:
    assert least_scope(Act.TOPIC, Mode.FREE) is Scope.WRITE
    assert least_scope(Act.TOPIC, Mode.OPEN) is Scope.FULL


def test_whoever_speaks_may_read() -> None:
    for mode in Mode:
        assert LEAST[Act.SPEAK, mode] >= LEAST[Act.READ, mode]


def test_in_a_closed_room_nobody_below_its_owner_may_do_anything() -> None:
    assert all(LEAST[act, Mode.CLOSED] >= Role.OWNER for act in Act)


def test_the_numbers_of_roles_are_those_that_stand_in_stores() -> None:
    assert [int(role) for role in Role] == [0, 1, 2, 3, 4, 5]
