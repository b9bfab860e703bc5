"""Roles and modes of rooms as letters."""

from __future__ import annotations

from chatd.chat.permissions import Mode, Role
from chatd.formats.irc_roles import mode_letter, role_letters


class TestRoles:
    def test_each_rank_has_the_mode_of_operators(self) -> None:
        letters = {role: role_letters(role.name.lower()) for role in Role}
        assert letters == {
            Role.EVERYONE: "",
            Role.INVITED: "",
            Role.VOICED: "v",
            Role.OPERATOR: "o",
            Role.OWNER: "qo",
            Role.ADMINISTRATOR: "ao",
        }


class TestModes:
    def test_each_mode_has_one_letter_at_most(self) -> None:
        assert {mode: mode_letter(mode.value) for mode in Mode} == {
            Mode.FREE: "",
            Mode.OPEN: "",
            Mode.PRIVATE: "i",
            Mode.MODERATED: "m",
            Mode.ANNOUNCE: "m",
            Mode.CLOSED: "i",
        }
