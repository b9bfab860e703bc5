"""Messages of several lines, as clients send them."""

from __future__ import annotations

import pytest

from chatd.formats.irc_spoken import CONCAT, MULTILINE
from chatd.protocols.irc.batches import CUTS_KEPT, Batch, Cuts, Wrong
from chatd.text.messages import MOST_MESSAGE_BYTES, MOST_MESSAGE_LINES
from chatd.util.state import decode, encode
from tests.support.irc_client import IrcClient, irc_person
from tests.support.sentences import EN
from tests.support.world import World

CAPABILITIES = f"batch echo-message labeled-response message-tags {MULTILINE}"
MASK = ":ana!ana@irc.example"


@pytest.fixture
def ana(world: World) -> IrcClient:
    return irc_person(world, "ana", "ops", capabilities=CAPABILITIES)


def batch(*lines: str, target: str = "#ops", opening: str = "") -> list[str]:
    """Return the lines of a batch; one that begins with + is joined to the one before."""
    joined = {True: f";{CONCAT}", False: ""}
    return [
        f"{opening}BATCH +1 {MULTILINE} {target}",
        *(
            f"@batch=1{joined[line[:1] == '+']} PRIVMSG {target} :{line.removeprefix('+')}"
            for line in lines
        ),
        "BATCH -1",
    ]


class TestMessages:
    def test_one_message_in_the_log(self, world: World, ana: IrcClient) -> None:
        luis = world.person("luis")
        luis.type("/join ops")
        luis.seen()
        ana.send(*batch("a", "b", "+c", "", "d"))
        assert luis.seen()[-4:] == ["<ana> a", "<ana> bc", "<ana> ", "<ana> d"]
        assert {event.part_of for event in world.room("ops").latest} == {1}

    def test_clients_are_sent_it_as_it_was_cut(self, world: World, ana: IrcClient) -> None:
        luis = irc_person(world, "luis", "ops", capabilities="message-tags")
        ana.seen()
        lines = ana.ask(*batch("", "a ", "+b", opening="@label=x "))
        assert lines == [
            f"@label=x;msgid=1-ops {MASK} BATCH +m1 {MULTILINE} #ops",
            f"@batch=m1 {MASK} PRIVMSG #ops :",
            f"@batch=m1 {MASK} PRIVMSG #ops :a ",
            f"@batch=m1;{CONCAT} {MASK} PRIVMSG #ops :b",
            ":irc.example BATCH -m1",
        ]
        assert luis.seen() == [f"@msgid=1-ops {MASK} PRIVMSG #ops :a ", f"{MASK} PRIVMSG #ops :b"]

    def test_one_line(self, ana: IrcClient) -> None:
        assert ana.ask(*batch("a")) == [f"@msgid=1-ops {MASK} PRIVMSG #ops :a"]

    def test_to_a_person(self, world: World, ana: IrcClient) -> None:
        luis = irc_person(world, "luis")
        ana.send(*batch("a", "b", target="luis"))
        assert luis.seen() == [f"{MASK} PRIVMSG luis :a", f"{MASK} PRIVMSG luis :b"]

    def test_other_lines_may_come_between(self, ana: IrcClient) -> None:
        first, line, last = batch("b")
        texts = [each.rpartition(":")[2] for each in ana.ask(first, line, "PRIVMSG #ops :a", last)]
        assert texts == ["a", "b"]


class TestFaults:
    def failed(self, ana: IrcClient, *lines: str) -> str:
        (line,) = ana.ask(*lines)
        assert line.startswith(":irc.example FAIL BATCH ")
        return line.removeprefix(":irc.example FAIL BATCH ").rpartition(" :")[0]

    def test_a_blank_part_that_is_joined(self, ana: IrcClient) -> None:
        assert self.failed(ana, *batch("a", "+", "b")) == "MULTILINE_INVALID"

    def test_nothing_but_blanks(self, ana: IrcClient) -> None:
        assert self.failed(ana, *batch("", " ")) == "MULTILINE_INVALID"

    def test_another_target(self, ana: IrcClient) -> None:
        first, *_ = batch()
        code = self.failed(ana, first, "@batch=1 PRIVMSG #tea :a")
        assert code == "MULTILINE_INVALID_TARGET #ops #tea"

    def test_ctcp(self, ana: IrcClient) -> None:
        assert self.failed(ana, *batch("\x01VERSION\x01")) == "MULTILINE_INVALID"

    @pytest.mark.parametrize(
        "lines",
        [
            ["BATCH -1"],
            ["BATCH +1 netsplit a b"],
            [f"BATCH +1 {MULTILINE}"],
            ["@batch=2 PRIVMSG #ops :a"],
            [batch()[0], "@batch=2 PRIVMSG #ops :a", "BATCH -1"],
            [batch()[0], batch()[0]],
        ],
    )
    def test_what_is_no_batch(self, ana: IrcClient, lines: list[str]) -> None:
        assert self.failed(ana, *lines) == "MULTILINE_INVALID"

    def test_a_password_by_mistake(self, ana: IrcClient) -> None:
        (line,) = ana.ask(*batch("login ana secret", "b", opening="@label=x "))
        text = EN.sentence("irc_perhaps_a_password")
        assert line == f"@label=x :irc.example NOTICE ana :{text}"


class TestLimits:
    def test_lines(self) -> None:
        message = Batch("1", "#ops", "")
        for _ in range(MOST_MESSAGE_LINES):
            message.add("PRIVMSG", "#ops", "a", joined=False)
        with pytest.raises(Wrong, match="MULTILINE_MAX_LINES"):
            message.add("PRIVMSG", "#ops", "a", joined=False)

    def test_bytes(self) -> None:
        message = Batch("1", "#ops", "")
        message.add("PRIVMSG", "#ops", "a" * MOST_MESSAGE_BYTES, joined=False)
        with pytest.raises(Wrong, match="MULTILINE_MAX_BYTES"):
            message.add("PRIVMSG", "#ops", "", joined=False)


def test_cuts_of_the_last_texts_are_kept() -> None:
    cuts = Cuts()
    for number in range(CUTS_KEPT + 1):
        cuts.add(f"{number}x", [f"{number}", "x"])
    assert cuts.of("0x") is None
    assert cuts.of("1x") == ["1", "x"]


class TestGoingOnInAnotherProcess:
    def test_a_batch_has_its_lines_and_its_size(self) -> None:
        before = Batch("1", "#ops", "x")
        before.add("PRIVMSG", "#ops", "é" * 100, False)
        before.add("PRIVMSG", "#ops", "b", True)
        after = Batch.resume(decode(encode(before.state())))
        with pytest.raises(Wrong, match="MULTILINE_INVALID"):
            after.add("NOTICE", "#ops", "c", False)
        for each in before, after:
            each.add("PRIVMSG", "#ops", "a" * (MOST_MESSAGE_BYTES - 203), False)
            with pytest.raises(Wrong, match="MULTILINE_MAX_BYTES"):
                each.add("PRIVMSG", "#ops", "a", False)
        assert (after.reference, after.label, after.spoiled) == ("1", "x", False)

    def test_texts_are_cut_as_they_were(self) -> None:
        before, after = Cuts(), Cuts()
        before.add("ab", ["a", "b"])
        after.resume(decode(encode(before.state())))
        assert after.of("ab") == ["a", "b"]
