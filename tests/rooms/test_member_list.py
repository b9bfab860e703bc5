"""The list of people that clients keep who are shown each presence."""

from __future__ import annotations

from chatd.event import Change, Deed, Event, Kind, Presence
from chatd.rooms.member_list import MemberList
from chatd.rooms.people import People


class Listed:
    """The people of a room, and a list of them."""

    def __init__(self, *names: str) -> None:
        self.people = People()
        self.roles: dict[str, str] = {}
        self.elsewhere: set[str] = set()
        for number, name in enumerate(names):
            self.people.enter(name, False, number)
        self.list = MemberList(self.people, self.role_of, self.is_connected)

    def role_of(self, name: str) -> str:
        return self.roles.get(name, "")

    def is_connected(self, name: str, besides: int) -> bool:
        return name in self.elsewhere

    def rename(self, name: str, new_name: str) -> list[Presence]:
        """Rename the session with the number 0."""
        self.people.leave(0)
        self.people.enter(new_name, False, 0)
        return self.all_shown(Change.RENAMED, name, new_name)

    def shown(self, change: Change, name: str, new_name: str = "", **fields: object) -> Presence:
        (presence,) = self.all_shown(change, name, new_name, **fields)
        return presence

    def all_shown(
        self, change: Change, name: str, new_name: str = "", **fields: object
    ) -> list[Presence]:
        presence = Presence("ops", change, 7, name, new_name=new_name)._replace(**fields)
        return [each for each in self.list.shown([presence]) if isinstance(each, Presence)]


class TestSessionsOfOneName:
    def test_it_comes_with_the_first(self) -> None:
        listed = Listed()
        assert listed.shown(Change.JOINED, "ana").name == "ana"
        assert listed.all_shown(Change.JOINED, "ana") == []

    def test_it_leaves_with_the_last(self) -> None:
        listed = Listed("ana", "ana")
        listed.people.leave(0)
        assert listed.all_shown(Change.LEFT, "ana") == []
        listed.people.leave(1)
        assert listed.shown(Change.LEFT, "ana").name == "ana"
        assert listed.all_shown(Change.LEFT, "ana") == []

    def test_two_that_leave_at_once_at_two_nodes(self) -> None:
        listed = Listed("ana", "ana")
        listed.people.leave(0)
        listed.people.leave(1)
        assert listed.shown(Change.LEFT, "ana").name == "ana"
        assert listed.all_shown(Change.LEFT, "ana") == []

    def test_one_that_may_not_speak_is_not_counted(self) -> None:
        listed = Listed("ana")
        listed.people.enter("ana", False, 9)
        listed.people.hidden[9] = Presence("ops", Change.JOINED, 9, "ana")
        listed.people.leave(0)
        assert listed.shown(Change.LEFT, "ana").name == "ana"

    def test_hidden_ones_are_left_out(self) -> None:
        assert Listed().all_shown(Change.JOINED, "ana", hidden=True) == []


class TestSessionsOfOtherNodes:
    """It is published that one leaves, before it is known to be here no more."""

    def test_one_that_leaves(self) -> None:
        listed = Listed("ana")
        assert listed.shown(Change.LEFT, "ana", session=0).name == "ana"

    def test_one_of_two_that_leaves(self) -> None:
        listed = Listed("ana", "ana")
        assert listed.all_shown(Change.LEFT, "ana", session=0) == []
        assert listed.shown(Change.LEFT, "ana", session=1).name == "ana"

    def test_one_that_is_back_counts_again(self) -> None:
        listed = Listed("ana", "ana")
        listed.all_shown(Change.LEFT, "ana", session=0)
        listed.all_shown(Change.JOINED, "ana", session=0)
        assert listed.all_shown(Change.LEFT, "ana", session=1) == []

    def test_one_that_comes_again_later_counts(self) -> None:
        listed = Listed("ana", "ana")
        listed.all_shown(Change.LEFT, "ana", session=0)
        listed.people.leave(0)
        listed.people.enter("eva", False, 0)
        listed.people.enter("eva", False, 5)
        assert listed.shown(Change.JOINED, "eva", session=0).name == "eva"
        listed.people.leave(5)
        assert listed.all_shown(Change.LEFT, "eva", session=5) == []

    def test_one_that_has_a_new_name(self) -> None:
        (renamed,) = Listed("ana").all_shown(Change.RENAMED, "ana", "eva", session=0)
        assert (renamed.change, renamed.new_name) == (Change.RENAMED, "eva")

    def test_those_that_are_gone_are_forgotten(self) -> None:
        listed = Listed("ana", "eva", "luis", "tom")
        for number, name in enumerate(("ana", "eva", "luis")):
            listed.all_shown(Change.LEFT, name, session=number)
            listed.people.leave(number)
        listed.all_shown(Change.LEFT, "tom", session=3)
        assert list(listed.list.leaving) == ["tom"]


class TestQuitting:
    def test_one_that_is_nowhere_else(self) -> None:
        listed = Listed("ana")
        listed.people.leave(0)
        assert listed.shown(Change.LEFT, "ana", quits=True).quits

    def test_one_that_is_elsewhere_has_only_left(self) -> None:
        listed = Listed("ana")
        listed.people.leave(0)
        listed.elsewhere.add("ana")
        assert not listed.shown(Change.LEFT, "ana", quits=True).quits


class TestNewNames:
    def test_a_name_that_none_has_any_more(self) -> None:
        (renamed,) = Listed("ana").rename("ana", "eva")
        assert renamed.change is Change.RENAMED
        assert renamed.quits

    def test_one_that_another_session_has_elsewhere(self) -> None:
        listed = Listed("ana")
        listed.elsewhere.add("ana")
        (renamed,) = listed.rename("ana", "eva")
        assert not renamed.quits

    def test_one_that_another_session_has_here(self) -> None:
        (come,) = Listed("ana", "ana").rename("ana", "eva")
        assert (come.change, come.name) == (Change.JOINED, "eva")
        remains = come.without(7)
        assert remains is not None
        assert (remains.change, remains.name) == (Change.JOINED, "ana")

    def test_a_name_that_is_here_already(self) -> None:
        (left,) = Listed("ana", "eva").rename("ana", "eva")
        assert (left.change, left.name, left.new_name) == (Change.LEFT, "ana", "")

    def test_both(self) -> None:
        (again,) = Listed("ana", "ana", "eva").rename("ana", "eva")
        assert (again.change, again.name, again.session) == (Change.JOINED, "ana", 0)

    def test_one_that_was_not_known(self) -> None:
        listed = Listed()
        (come,) = listed.all_shown(Change.RENAMED, "ana", "eva")
        assert (come.change, come.name) == (Change.JOINED, "eva")
        assert listed.all_shown(Change.RENAMED, "max", "eva") == []


class TestRoles:
    def deed(self, listed: Listed, verb: str, name: str) -> None:
        listed.list.shown([Event("ops", 1, 0, 0, "olga", Kind.DEED, Deed(verb, name).text())])

    def test_a_name_brings_its_own(self) -> None:
        listed = Listed()
        listed.roles["ana"] = "operator"
        assert listed.shown(Change.JOINED, "ana").role == "operator"

    def test_a_new_name_may_have_another(self) -> None:
        listed = Listed("ana")
        listed.roles.update(ana="voiced", eva="owner")
        (renamed,) = listed.rename("ana", "eva")
        assert (renamed.had, renamed.role) == ("voiced", "owner")

    def test_deeds_change_them(self) -> None:
        listed = Listed("ana")
        self.deed(listed, "voice", "ana")
        assert listed.rename("ana", "eva")[0].had == "voiced"
        self.deed(listed, "op", "eva")
        assert listed.rename("eva", "ana")[0].had == "operator"
        self.deed(listed, "unop", "ana")
        self.deed(listed, "kick", "ana")
        assert listed.rename("ana", "eva")[0].had == ""


class TestOtherChanges:
    def test_of_those_who_are_known(self) -> None:
        listed = Listed("ana")
        assert listed.shown(Change.AWAY, "ana", reason="lunch").reason == "lunch"
        assert listed.all_shown(Change.AWAY, "max", reason="lunch") == []
