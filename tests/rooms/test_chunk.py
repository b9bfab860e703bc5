"""`chatd.rooms.chunk`: to whom a chunk is shown as it is, and for whom it rings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.event import Change, Entry, Event, Kind, Notice, Presence
from chatd.rooms.chunk import Chunk, Mark
from chatd.rooms.view import EVERYTHING, Bell, View


def chunk_of(*entries: Entry) -> Chunk:
    before = Mark(0, 0)
    return Chunk(before, before.behind(entries), entries, b"")


def said(text: str, session: int = 1, author: str = "ana", kind: Kind = Kind.MESSAGE) -> Event:
    return Event("lobby", 1, 1, session, author, kind, text)


def joined(session: int = 1, name: str = "ana") -> Notice:
    return Notice("lobby", Change.JOINED, ((session, name),))


MENTIONED = View(bell=Bell.MENTIONS, names=frozenset({"luis"}))
ANY = View(bell=Bell.ON, names=frozenset({"luis"}))


class TestMark:
    def test_one_behind_entries_counts_all_of_them(self) -> None:
        entries = [said("hola")._replace(seq=8), joined(), joined()]
        assert Mark(5, 7).behind(entries) == Mark(8, 8)

    def test_notices_have_no_seq(self) -> None:
        assert Mark(5, 7).behind([joined()]) == Mark(6, 7)


class TestWeight:
    def test_is_that_of_the_bytes_twice(self) -> None:
        before = Mark(0, 0)
        light, heavy = (Chunk(before, before, [], b"x" * length) for length in (0, 1000))
        assert heavy.weight == light.weight + 2000
        assert light.weight > 0

    def test_is_that_of_each_entry_and_of_each_name_in_a_notice(self) -> None:
        two = joined()._replace(people=((1, "ana"), (2, "eva")))
        weights = [chunk_of(*entries).weight for entries in ([], [said("a")], [joined()], [two])]
        none, line, one_name, two_names = weights
        assert none < line
        assert one_name - line == two_names - one_name == line - none


class TestWhole:
    @pytest.mark.parametrize("view", [EVERYTHING, View(echo=False), MENTIONED])
    def test_it_is_for_those_of_whom_nothing_is_in_it(self, view: View) -> None:
        assert chunk_of(said("hola"), joined()).is_whole_for(view, 2)

    def test_it_is_not_for_whom_a_notice_is_about(self) -> None:
        assert not chunk_of(said("hola"), joined(2)).is_whole_for(EVERYTHING, 2)

    def test_it_is_not_for_whom_a_presence_is_about(self) -> None:
        chunk = chunk_of(said("hola"), Presence("lobby", Change.LEFT, 2, "ana"))
        assert not chunk.is_whole_for(EVERYTHING, 2)
        assert chunk.is_whole_for(EVERYTHING, 3)

    @pytest.mark.parametrize("view", [EVERYTHING, View(ignored=frozenset({"zoe"}))])
    def test_own_lines_are_echoed(self, view: View) -> None:
        assert chunk_of(said("hola", 2)).is_whole_for(view, 2)

    def test_it_is_not_for_those_without_echo(self) -> None:
        assert not chunk_of(said("a"), said("b", 2)).is_whole_for(View(echo=False), 2)

    def test_it_is_not_for_who_ignores_an_author_in_any_case(self) -> None:
        view = View(ignored=frozenset({"zoe", "ana"}))
        assert not chunk_of(said("a", author="eva"), said("b", author="ANA")).is_whole_for(view, 2)
        assert chunk_of(said("a", author="eva")).is_whole_for(view, 2)


class TestRinging:
    def test_it_rings_for_none_without_a_bell(self) -> None:
        assert not chunk_of(said("luis")).rings_for(EVERYTHING, 2)

    def test_a_name_rings_in_any_case(self) -> None:
        assert chunk_of(said("hola"), said("LUIS: hola")).rings_for(MENTIONED, 2)

    def test_part_of_a_word_does_not(self) -> None:
        assert not chunk_of(said("luisa")).rings_for(MENTIONED, 2)

    def test_any_line_of_others_rings_if_that_is_wanted(self) -> None:
        assert chunk_of(said("hola")).rings_for(ANY, 2)
        assert not chunk_of(joined()).rings_for(ANY, 2)

    @pytest.mark.parametrize("own", [said("luis", 2), said("luis", 3, "Luis")])
    @pytest.mark.parametrize("view", [MENTIONED, ANY])
    def test_own_lines_do_not_on_any_connection(self, own: Event, view: View) -> None:
        assert not chunk_of(own).rings_for(view, 2)

    def test_a_private_line_rings(self) -> None:
        assert chunk_of(said("hola", kind=Kind.PRIVATE)).rings_for(MENTIONED, 2)


ENTRIES = st.lists(
    st.one_of(
        st.builds(
            said,
            st.sampled_from(["hola", "luis", "Ana, luisa"]),
            st.integers(1, 3),
            st.sampled_from(["ana", "Luis", "eva"]),
            st.sampled_from([Kind.MESSAGE, Kind.TOPIC, Kind.PRIVATE]),
        ),
        st.builds(joined, st.integers(1, 3)),
    ),
    max_size=4,
)
VIEWS = st.builds(
    View,
    st.booleans(),
    st.frozensets(st.sampled_from(["ana", "eva", "luis"])),
    st.sampled_from(Bell),
    st.frozensets(st.sampled_from(["ana", "luis"])),
)


@given(entries=ENTRIES, view=VIEWS)
def test_it_tells_what_the_view_does(entries: list[Entry], view: View) -> None:
    chunk = chunk_of(*entries)
    if chunk.is_whole_for(view, 2):
        assert view.shown(entries, 2) is entries
        assert chunk.rings_for(view, 2) == view.rings(entries, 2)


class TestOfOthers:
    LINES = (said("hola luis", 2, "ana"), said("adiós", 3, "Eva"))

    @pytest.mark.parametrize(
        ("sessions", "names", "mentions", "is_so"),
        [
            ([], [], False, True),
            ([1, 4], ["luis"], False, True),
            ([1, 3], ["luis"], False, False),
            ([1], ["luis", "eva"], False, False),
            ([1], ["luis"], True, False),
        ],
    )
    def test_no_line_is_of_them(
        self, sessions: list[int], names: list[str], mentions: bool, is_so: bool
    ) -> None:
        chunk = chunk_of(*self.LINES, joined(4))
        assert chunk.is_of_others(frozenset(sessions), frozenset(names), mentions) == is_so

    def test_notices_mention_none(self) -> None:
        chunk = chunk_of(joined())
        assert chunk.is_of_others(frozenset({1}), frozenset({"ana"}), True)
        assert not chunk.has_authors

    def test_lines_have_authors(self) -> None:
        assert chunk_of(*self.LINES).has_authors
