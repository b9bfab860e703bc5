"""`chatd.commands.incident`: decisions, as people at a terminal make and see them."""

from __future__ import annotations

import pytest

from chatd.chat.actions.decisions import DECISIONS_ASKED
from chatd.errors import ErrorKind
from chatd.event import Event
from chatd.storage.contract import StoreError
from chatd.text.times import local_time
from tests.support.sentences import EN, ES
from tests.support.world import Member, World

EPOCH = local_time(0)


def marked(by: str, author: str, excerpt: str, words: str = "") -> str:
    """Return the line of a decision."""
    words = f" ({words})" if words else ""
    line = f"<{author}> {excerpt}"
    return EN.notice("did_decision_line", name=by, line=line, words=words)


class TestMark:
    def test_is_shown_to_all_and_answers_its_author(self, ana: Member, luis: Member) -> None:
        luis.type("we go back")
        ana.seen()
        shown = marked("ana", "luis", "we go back", "to 1.2")
        assert ana.ask("/mark to 1.2") == [shown]
        assert shown in luis.seen()

    @pytest.mark.parametrize(
        ("command", "excerpt", "words"),
        [
            ("/mark", "three, no more", ""),
            ("/mark 1", "one and only", ""),
            ("/mark 2 the second", "two", "the second"),
            ("/mark /only", "one and only", ""),
            ("/mark /TWO  it is two", "two", "it is two"),
            ("/mark 2nd try", "three, no more", "2nd try"),
            ("/mark / or not", "three, no more", "/ or not"),
            ("/marcar /two", "two", ""),
            ("/decision", "three, no more", ""),
        ],
    )
    def test_names_the_line(
        self, ana: Member, luis: Member, command: str, excerpt: str, words: str
    ) -> None:
        luis.type("one and only", "two", "three, no more")
        ana.seen()
        assert ana.ask(command) == [marked("ana", "luis", excerpt, words)]

    def test_cuts_a_long_line(self, ana: Member) -> None:
        ana.type("x" * 300)
        ana.seen()
        assert ana.ask("/mark") == [marked("ana", "ana", "x" * 199 + "…")]

    def test_of_no_line_is_refused(self, ana: Member) -> None:
        assert ana.ask("/mark") == [EN.error(ErrorKind.NO_LINE, "no_line_to_mark", room="lobby")]
        assert ana.ask("/mark 7") == [
            EN.error(ErrorKind.NO_LINE, "no_such_line", room="lobby", seq=7)
        ]
        assert ana.ask("/mark /tea") == [
            EN.error(ErrorKind.NO_LINE, "no_line_with", room="lobby", word="tea")
        ]


class TestMarks:
    def test_are_listed_with_their_times_in_the_order_of_the_log(
        self, ana: Member, luis: Member
    ) -> None:
        luis.type("one", "two")
        for line in 1, 2:
            luis.ask(f"/mark {line}")
        ana.seen()
        assert ana.ask("/marks") == [
            EN.notice("decisions", count=2, room="lobby"),
            f"[{EPOCH}] {marked('luis', 'luis', 'one')}",
            f"[{EPOCH}] {marked('luis', 'luis', 'two')}",
        ]

    def test_may_be_none(self, ana: Member) -> None:
        assert ana.ask("/marks") == [EN.notice("no_decisions", room="lobby")]

    def test_go_on_with_earlier_ones(self, ana: Member) -> None:
        ana.type("here")
        for number in range(DECISIONS_ASKED + 1):
            ana.world.clock.advance(9)
            ana.ask(f"/mark 1 number {number}")
        ana.world.clock.advance(9)
        heading, *shown, older = ana.ask("/marks")
        assert heading == EN.notice("decisions", count=DECISIONS_ASKED, room="lobby")
        assert len(shown) == DECISIONS_ASKED
        assert older == EN.notice("older_decisions", seq=3)
        ana.world.clock.advance(9)
        (first,) = ana.ask("/marks 3")[1:]
        assert first.endswith(marked("ana", "ana", "here", "number 0"))

    def test_take_a_number_alone(self, ana: Member) -> None:
        assert ana.ask("/marks all")[0].startswith("ERR Wrong use")

    def test_that_cannot_be_read_are_refused(
        self, world: World, ana: Member, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def unreadable(*_: object) -> list[Event]:
            raise StoreError("it is damaged.")

        ana.type("here")
        ana.seen()
        monkeypatch.setattr(type(world.server.store), "remarks", unreadable)
        assert ana.ask("/marks") == [
            EN.error(ErrorKind.NOT_READABLE, "not_readable", first=1, last=1)
        ]

    def test_are_told_in_the_language_of_the_reader(self, world: World, ana: Member) -> None:
        ana.type("hola", "/idioma es")
        ana.seen()
        line = ES.notice("did_decision_line", name="ana", line="<ana> hola", words="")
        assert ana.ask("/marcar") == [line]
