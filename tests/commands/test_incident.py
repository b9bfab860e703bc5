"""`chatd.commands.incident`: decisions, acks and alerts, as people at a terminal see them."""

from __future__ import annotations

import pytest

from chatd.chat.actions.decisions import DECISIONS_ASKED
from chatd.errors import ErrorKind
from chatd.event import Event
from chatd.storage.contract import StoreError
from chatd.text.times import local_time
from tests.support.alerts import post_alert
from tests.support.sentences import EN, ES
from tests.support.world import Member, World

EPOCH = local_time(0)


def marked(by: str, author: str, excerpt: str, words: str = "") -> str:
    """Return the line of a decision."""
    words = f" ({words})" if words else ""
    line = f"<{author}> {excerpt}"
    return EN.notice("remark_decision", name=by, line=line, words=words)


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
        line = ES.notice("remark_decision", name="ana", line="<ana> hola", words="")
        assert ana.ask("/marcar") == [line]


def taken(by: str, line: str, words: str = "") -> str:
    """Return the line of an ack."""
    return EN.notice("remark_ack", name=by, line=line, words=f" ({words})" if words else "")


def row(number: int, line: str, by: str = "", words: str = "") -> str:
    """Return the row of an alert in a list."""
    key = "alert_of_nobody"
    if by:
        key = "alert_of_with_words" if words else "alert_of"
    return EN.notice(key, number=number, line=line, name=by, words=words)


class TestAck:
    def test_takes_the_only_alert(self, world: World, ana: Member, luis: Member) -> None:
        post_alert(world, "lobby", "DiskFull")
        ana.seen()
        shown = taken("luis", "FIRING DiskFull", "on it")
        assert luis.ask("/ack on it")[-1] == shown
        assert shown in ana.seen()

    def test_of_several_shows_them_and_asks_which(
        self, world: World, ana: Member, luis: Member
    ) -> None:
        post_alert(world, "lobby", "DiskFull", "LoadHigh", "WebDown")
        luis.ask("/ack 1")
        ana.seen()
        assert ana.ask("/ack coming") == [
            row(2, "FIRING LoadHigh"),
            row(3, "FIRING WebDown"),
            EN.error(ErrorKind.WRONG_USE, "which_alert", room="lobby", alerts=2, number=2),
        ]

    @pytest.mark.parametrize(
        ("command", "line", "words"),
        [
            ("/ack 2", "FIRING LoadHigh", ""),
            ("/ack 2 a minute", "FIRING LoadHigh", "a minute"),
            ("/ack loadhigh a minute", "FIRING LoadHigh", "a minute"),
            ("/ack /WebDown", "FIRING WebDown", ""),
            ("/ack 9", "another line", ""),
            ("/asumir 3 voy", "FIRING WebDown", "voy"),
            ("/enterado 1", "FIRING DiskFull", ""),
        ],
    )
    def test_names_one_of_several(
        self, world: World, ana: Member, command: str, line: str, words: str
    ) -> None:
        post_alert(world, "lobby", "DiskFull", "LoadHigh", "WebDown")
        ana.type("4", "5", "6", "7", "8", "another line")
        ana.seen()
        assert ana.ask(command) == [taken("ana", line, words)]

    def test_of_nothing_is_refused(self, ana: Member) -> None:
        assert ana.ask("/ack") == [EN.error(ErrorKind.NO_LINE, "no_alert", room="lobby")]


class TestAcks:
    def test_has_first_the_alerts_that_nobody_has(
        self, world: World, ana: Member, luis: Member
    ) -> None:
        post_alert(world, "lobby", "DiskFull", "LoadHigh", "WebDown", "DbDown")
        ana.seen()
        luis.ask("/ack 1")
        ana.ask("/ack 3 on it")
        assert ana.ask("/acks") == [
            EN.notice("alerts_of_nobody", count=2),
            row(2, "FIRING LoadHigh"),
            row(4, "FIRING DbDown"),
            row(1, "FIRING DiskFull", "luis"),
            row(3, "FIRING WebDown", "ana", "on it"),
        ]

    def test_says_that_each_has_somebody(self, world: World, ana: Member) -> None:
        post_alert(world, "lobby", "DiskFull")
        ana.type("/ack")
        ana.seen()
        assert ana.ask("/acks") == [
            EN.notice("all_alerts_taken", room="lobby"),
            row(1, "FIRING DiskFull", "ana"),
        ]
        post_alert(world, "lobby", "DiskFull", over=True)
        ana.seen()
        assert ana.ask("/acks") == [EN.notice("no_alerts", room="lobby")]

    def test_has_who_has_read_a_question(self, ana: Member, luis: Member) -> None:
        ana.type("/ask all here?")
        luis.type("/ack")
        ana.seen()
        none = EN.notice("no_alerts", room="lobby")
        assert ana.ask("/acks") == [
            none,
            EN.notice("has_read", people="luis", line="all here?"),
        ]
        ana.ask("/ack")
        assert ana.ask("/acks") == [
            none,
            EN.notice("have_read", people="luis and ana", line="all here?"),
        ]

    def test_takes_nothing(self, ana: Member) -> None:
        assert ana.ask("/acks all")[0].startswith("ERR Wrong use")

    def test_that_cannot_be_read_is_refused(
        self, world: World, ana: Member, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def unreadable(*_: object) -> list[Event]:
            raise StoreError("it is damaged.")

        ana.ask("/ask all here?")
        monkeypatch.setattr(type(world.server.store), "remarks", unreadable)
        assert ana.ask("/acks") == [
            EN.error(ErrorKind.NOT_READABLE, "not_readable", first=1, last=1)
        ]
