"""The changes of a MODE message."""

from __future__ import annotations

from chatd.protocols.irc.mode_changes import ModeChange, changes_of


def changes(modes: str, *parameters: str) -> list[tuple[bool, str, str]]:
    return [tuple(change) for change in changes_of(modes, parameters)]


class TestChanges:
    def test_signs_hold_until_the_next_one(self) -> None:
        assert changes("ms-i+t") == [
            (True, "m", ""),
            (True, "s", ""),
            (False, "i", ""),
            (True, "t", ""),
        ]

    def test_parameters_go_to_the_modes_that_take_one(self) -> None:
        assert changes("+om-v", "ana", "luis") == [
            (True, "o", "ana"),
            (True, "m", ""),
            (False, "v", "luis"),
        ]

    def test_a_limit_takes_one_only_if_it_is_set(self) -> None:
        assert changes("+l-l+o", "10", "ana") == [
            (True, "l", "10"),
            (False, "l", ""),
            (True, "o", "ana"),
        ]

    def test_one_that_lacks_its_parameter_is_left_out(self) -> None:
        assert changes("+ov", "ana") == [(True, "o", "ana")]

    def test_nothing(self) -> None:
        assert changes("") == changes("+-") == []


class TestLists:
    def test_one_without_a_parameter_is_asked_for(self) -> None:
        (change,) = changes_of("b", [])
        assert change.asks

    def test_a_change_of_it_is_not(self) -> None:
        assert not ModeChange(True, "b", "ana").asks
        assert not ModeChange(True, "o").asks
