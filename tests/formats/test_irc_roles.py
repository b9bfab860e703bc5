"""Roles and modes of rooms as letters."""

from __future__ import annotations

import pytest

from chatd.chat.permissions import Mode, Role
from chatd.formats.irc_roles import PREFIX, mode_letter, prefixes_of_role, role_letters


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

    @pytest.mark.parametrize(
        ("role", "all_of_them", "one"),
        [
            ("owner", "~@", "@"),
            ("administrator", "&@", "@"),
            ("operator", "@", "@"),
            ("voiced", "+", "+"),
        ],
    )
    def test_prefixes(self, role: str, all_of_them: str, one: str) -> None:
        assert prefixes_of_role(role, several=True) == all_of_them
        assert prefixes_of_role(role, several=False) == one

    def test_the_token_has_each_letter_and_its_prefix(self) -> None:
        assert PREFIX == "(qaov)~&@+"


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
