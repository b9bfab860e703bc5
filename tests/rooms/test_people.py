"""The people in a room, and of whose presence the others know."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chatd.rooms.people import Member, People


@pytest.fixture
def people() -> People:
    people = People()
    for number, name in enumerate(["ana", "luis", "ana"], 1):
        people.enter(name, False, number)
    return people


class TestCounting:
    def test_a_name_is_here_until_its_last_session_has_left(self, people: People) -> None:
        people.leave(1)
        assert list(people.named) == ["ana", "luis"]
        people.leave(3)
        assert list(people.named) == ["luis"]

    def test_guests_are_a_number(self, people: People) -> None:
        people.enter("guest5", True, 5)
        people.enter("guest6", True, 6)
        people.leave(5)
        assert people.guests == 1

    def test_every_session_is_a_member(self, people: People) -> None:
        people.enter("guest5", True, 5)
        people.leave(2)
        assert people.members == {
            1: Member("ana", False),
            3: Member("ana", False),
            5: Member("guest5", True),
        }

    def test_the_number_of_a_first_session_is_known(self, people: People) -> None:
        assert people.named["ana"].first == 1


class TestOrder:
    def test_it_is_that_of_another_process(self) -> None:
        before = People()
        before.stay("tom", "tom")
        for number, name in (7, "zoe"), (3, "ana"), (9, "luis"), (4, "ana"):
            before.enter(name, False, number)
        after = People()
        after.stay("tom", "tom")
        for number, name in (3, "ana"), (4, "ana"), (5, "new"), (9, "luis"):
            after.enter(name, False, number)
        assert after.names == ("ana", "new", "luis", "tom")
        after.put_in_order(before.order())
        assert list(after.members) == [3, 9, 4, 5]  # one did not come along, and one is new
        assert after.names == ("ana", "luis", "new", "tom")
        assert list(after.named) == ["tom", "ana", "luis", "new"]
        assert list(after.absent) == ["tom"]


class TestListing:
    def listed(self, people: People) -> list[str]:
        return [name for name, person in people.named.items() if person.listed]

    def test_the_first_names_are_listed(self, people: People) -> None:
        assert people.list_names(1, "guest4") == ["ana"]
        assert self.listed(people) == ["ana"]

    def test_an_own_look_lists_the_others(self, people: People) -> None:
        assert people.list_names(10, "ana") == ["ana", "luis"]
        assert self.listed(people) == ["luis"]


class TestNames:
    def test_all_who_ask_before_they_change_share_them(self, people: People) -> None:
        assert people.names is people.names
        assert people.shown_names() is people.names

    @pytest.mark.parametrize(
        ("change", "names"),
        [
            (lambda people: people.enter("noa", False, 4), ("ana", "luis", "noa")),
            (lambda people: people.leave(2), ("ana",)),
            (lambda people: people.stay("eva", "eva"), ("ana", "luis", "eva")),
        ],
    )
    def test_they_change_with_who_is_here(
        self, people: People, change: Callable[[People], None], names: tuple[str, ...]
    ) -> None:
        assert people.names == ("ana", "luis")
        change(people)
        assert people.names == names

    def test_they_change_when_a_stay_ends(self, people: People) -> None:
        people.stay("eva", "eva")
        assert people.names == ("ana", "luis", "eva")
        people.end_stay("eva")
        assert people.names == ("ana", "luis")


class TestTelling:
    def test_a_member_is_told_of_until_they_leave(self, people: People) -> None:
        people.tell("luis")
        assert people.named["luis"].told
        people.leave(2)
        people.enter("luis", False, 6)
        assert not people.named["luis"].told

    def test_a_name_that_is_not_here_is_no_news(self, people: People) -> None:
        people.tell("eva")
        assert "eva" not in people.named
