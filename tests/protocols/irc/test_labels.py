"""Labels of answers, and of a client's own lines at their places in a room."""

from __future__ import annotations

import pytest

from chatd.event import Event, Kind
from chatd.protocols.irc.labels import LABEL_BYTES, LABELS_KEPT, OwnLabels
from chatd.util.state import decode, encode
from tests.support.irc_client import IrcClient, irc_person
from tests.support.logs import Expect
from tests.support.sentences import EN
from tests.support.world import World

LABELLING = "batch labeled-response"
ECHO = f"{LABELLING} echo-message"
MASK = ":ana!ana@irc.example"
ACK = ":irc.example ACK"


@pytest.fixture
def ana(world: World) -> IrcClient:
    return irc_person(world, "ana", "ops", capabilities=LABELLING)


@pytest.fixture
def echoing(world: World) -> IrcClient:
    return irc_person(world, "ana", "ops", capabilities=ECHO)


class TestAnswers:
    def test_one_line_has_the_label(self, ana: IrcClient) -> None:
        assert ana.ask("@label=x PING y") == ["@label=x :irc.example PONG irc.example :y"]

    def test_several_lines_are_in_a_batch(self, ana: IrcClient) -> None:
        first, *lines, last = ana.ask("@label=x JOIN #tea")
        assert first == "@label=x :irc.example BATCH +labeled labeled-response"
        assert all(line.startswith("@batch=labeled :") for line in lines)
        assert last == ":irc.example BATCH -labeled"

    def test_no_line_is_acknowledged(self, ana: IrcClient) -> None:
        assert ana.ask("@label=x PONG y") == [f"@label=x {ACK}"]

    def test_an_error_has_the_label(self, ana: IrcClient) -> None:
        assert ana.ask("@label=x XYZ")[0].startswith("@label=x :irc.example 421 ")

    def test_a_line_that_is_too_long(self, ana: IrcClient) -> None:
        text = EN.sentence("irc_line_too_long")
        line = "@label=x PRIVMSG #ops :" + "a" * 600
        assert ana.ask(line) == [f"@label=x :irc.example 417 ana :{text}"]

    def test_characters_are_escaped(self, ana: IrcClient) -> None:
        assert ana.ask(r"@label=a\:b PONG y") == [rf"@label=a\:b {ACK}"]

    @pytest.mark.parametrize("label", ["a" * (LABEL_BYTES + 1), "\x1b[2J", ""])
    def test_what_is_no_label(self, ana: IrcClient, label: str) -> None:
        assert ana.ask(f"@label={label} PONG y") == []

    def test_clients_that_did_not_ask_for_them(self, world: World) -> None:
        ana = irc_person(world, "ana", capabilities="labeled-response")
        assert ana.ask("@label=x PONG y") == []

    def test_a_line_of_another_person_in_between_has_none(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops", capabilities=LABELLING)
        luis = irc_person(world, "luis", "ops")
        ana.seen()
        luis.send("PRIVMSG #ops :hola")
        ana.send("@label=x PONG y")
        assert ana.seen() == [
            ":luis!luis@irc.example PRIVMSG #ops :hola",
            f"@label=x {ACK}",
        ]


class TestOwnLines:
    def test_without_echo_the_receipt_is_acknowledged(self, ana: IrcClient) -> None:
        assert ana.ask("@label=x PRIVMSG #ops :hola") == [f"@label=x {ACK}"]

    def test_the_line_has_the_label(self, echoing: IrcClient) -> None:
        lines = echoing.ask("@label=x PRIVMSG #ops :a", "PRIVMSG #ops :b", "@label=y NOTICE #ops c")
        assert lines == [
            f"@label=x {MASK} PRIVMSG #ops :a",
            f"{MASK} PRIVMSG #ops :b",
            f"@label=y {MASK} NOTICE #ops :c",
        ]

    @pytest.mark.one_node("what a client says of itself, and what it sees at once, is of its node")
    def test_it_is_at_its_place(self) -> None:
        world = World()
        ana = irc_person(world, "ana", "ops", capabilities=ECHO)
        luis = irc_person(world, "luis", "ops", capabilities="echo-message")
        ana.seen()
        world.store.holds = True
        luis.send("PRIVMSG #ops :1")
        ana.send("@label=x PRIVMSG #ops :2")
        luis.send("PRIVMSG #ops :3")
        world.store.holds = False
        world.release()
        texts = [line.rpartition(":")[2] for line in luis.seen()]
        assert texts == ["1", "2", "3"]
        assert [line.rpartition(":")[2] for line in ana.seen()] == texts

    def test_a_long_line_is_a_batch(self, echoing: IrcClient) -> None:
        first, *parts, last = echoing.ask("@label=x PRIVMSG #ops :" + "ñ" * 240)
        assert first == "@label=x :irc.example BATCH +labeled labeled-response"
        assert all(part.startswith(f"@batch=labeled {MASK} PRIVMSG #ops :") for part in parts)
        assert last == ":irc.example BATCH -labeled"

    @pytest.mark.one_node("what a client says of itself, and what it sees at once, is of its node")
    def test_a_line_that_cannot_be_stored(self, world: World, expected_errors: Expect) -> None:
        ana = irc_person(world, "ana", "ops", capabilities=ECHO)
        world.store.holds = True
        ana.send("@label=x PRIVMSG #ops :a")
        world.store.holds = False
        world.store.fail()
        (line,) = ana.seen()
        assert line.startswith("@label=x :irc.example 404 ana #ops :")
        assert ana.ask("@label=y PRIVMSG #ops :b") == [f"@label=y {MASK} PRIVMSG #ops :b"]
        expected_errors()

    def test_a_channel_that_the_client_is_not_in(self, echoing: IrcClient) -> None:
        (line,) = echoing.ask("@label=x PRIVMSG #tea :a")
        assert line.startswith("@label=x :irc.example 404 ana #tea :")


def line(seq: int) -> Event:
    return Event("ops", seq, 0, 1, "ana", Kind.MESSAGE, "x")


class TestOwnLabels:
    def test_a_line_that_is_shown_before_its_receipt(self) -> None:
        labels = OwnLabels()
        labels.said("ops", "a", 5)
        assert labels.label_of(line(6)) == "a"

    def test_lines_that_were_not_shown_are_passed_over(self) -> None:
        labels = OwnLabels()
        for seq, label in enumerate("abc", 6):
            labels.said("ops", label, 5).seq = seq
        assert labels.label_of(line(7)) == "b"
        assert labels.label_of(line(8)) == "c"

    def test_lines_that_were_said_before(self) -> None:
        labels = OwnLabels()
        labels.said("ops", "a", 5)
        assert labels.label_of(line(5)) == ""
        assert labels.label_of(line(6)) == "a"

    def test_a_line_without_a_note(self) -> None:
        labels = OwnLabels()
        labels.said("ops", "a", 5).seq = 9
        assert labels.label_of(line(6)) == ""
        assert labels.label_of(line(9)) == "a"
        assert labels.label_of(line(10)) == ""

    def test_refused_ones_are_forgotten(self) -> None:
        labels = OwnLabels()
        refused = labels.said("ops", "a", 5)
        labels.said("ops", "b", 5)
        labels.refused("ops", refused)
        labels.refused("tea", refused)
        assert labels.label_of(line(6)) == "b"

    def test_the_oldest_are_dropped(self) -> None:
        labels = OwnLabels()
        for seq in range(LABELS_KEPT + 1):
            labels.said("ops", str(seq), 0)
        assert labels.label_of(line(1)) == "1"

    def test_they_go_on_in_another_process(self) -> None:
        labels, after = OwnLabels(), OwnLabels()
        labels.said("ops", "a", 5).seq = 6
        labels.said("ops", "b", 5)
        after.resume(decode(encode(labels.state())))
        assert [after.label_of(line(seq)) for seq in (5, 6, 7, 8)] == ["", "a", "b", ""]
        assert labels.state() == {"ops": [["a", 5, 6], ["b", 5, None]]}
