"""MARKREAD: markers of accounts, which all their clients share, and of guests."""

from __future__ import annotations

import pytest

from chatd.protocols.irc.read_marker import MARKERS_KEPT, READ_MARKER
from tests.support.irc_client import IrcClient, irc_person
from tests.support.sentences import EN
from tests.support.world import World

EARLY, LATE = "timestamp=1970-01-01T00:00:00.007Z", "timestamp=2030-01-04T14:33:26.123Z"


def told(target: str, marker: str) -> list[str]:
    return [f":irc.example MARKREAD {target} {marker}"]


def person(world: World, account: bool = False) -> IrcClient:
    return irc_person(world, "ana", capabilities=READ_MARKER, account=account)


@pytest.mark.one_node("another node tells of the mark later")
@pytest.mark.parametrize("account", [True, False])
class TestMarkers:
    def test_of_a_channel_that_there_is_not(self, world: World, account: bool) -> None:
        assert person(world, account).ask("MARKREAD #none") == told("#none", "*")

    def test_it_is_told_as_it_was_set(self, world: World, account: bool) -> None:
        ana = person(world, account)
        ana.send("JOIN #ops")
        assert ana.ask(f"MARKREAD #ops {EARLY}") == told("#ops", EARLY)
        assert ana.ask("MARKREAD #ops") == told("#ops", EARLY)

    def test_it_only_grows(self, world: World, account: bool) -> None:
        ana = person(world, account)
        ana.send("JOIN #ops", f"MARKREAD #ops {LATE}")
        assert ana.ask(f"MARKREAD #ops {EARLY}") == told("#ops", LATE)

    def test_it_is_told_on_joining_before_the_names(self, world: World, account: bool) -> None:
        ana = person(world, account)
        lines = ana.ask("JOIN #ops")
        assert lines[1:2] == told("#ops", "*")
        ana.send(f"MARKREAD #ops {LATE}", "PART #ops")
        lines = ana.ask("JOIN #ops")
        assert [line for line in lines if "MARKREAD" in line] == told("#ops", LATE)
        assert " MARKREAD " in lines[1]

    def test_of_a_talk(self, world: World, account: bool) -> None:
        ana = person(world, account)
        assert ana.ask(f"MARKREAD Luis {LATE}") == told("Luis", LATE)
        assert ana.ask("MARKREAD luis") == told("luis", LATE)

    @pytest.mark.parametrize("value", ["*", "timestamp=now", LATE.removeprefix("timestamp=")])
    def test_what_is_no_marker(self, world: World, account: bool, value: str) -> None:
        text = EN.sentence("irc_marker_invalid")
        answer = f":irc.example FAIL MARKREAD INVALID_PARAMS #ops :{text}"
        assert person(world, account).ask(f"MARKREAD #ops {value}") == [answer]


@pytest.mark.one_node("another node tells of the mark later")
class TestAccounts:
    def test_its_other_clients_are_told(self, world: World) -> None:
        ana, other = person(world, account=True), person(world, account=True)
        ana.send("JOIN #ops")
        ana.send(f"MARKREAD #ops {LATE}")
        assert other.seen() == told("#ops", LATE)

    def test_lines_up_to_it_are_read(self, world: World) -> None:
        luis = irc_person(world, "luis", "ops")
        ana = person(world, account=True)
        ana.send("JOIN #ops")
        world.wait(1)
        luis.send("PRIVMSG #ops :hola")
        ana.send(f"MARKREAD #ops {LATE}")
        assert world.server.unread.read_marks.of("ana", "ops") == 1


def test_a_target_has_to_be_given(world: World) -> None:
    text = EN.sentence("irc_needs_parameters")
    answer = f":irc.example FAIL MARKREAD NEED_MORE_PARAMS :{text}"
    assert person(world).ask("MARKREAD") == [answer]


def test_the_last_markers_are_kept(world: World) -> None:
    ana = person(world)
    ana.send(*(f"MARKREAD n{number} {LATE}" for number in range(MARKERS_KEPT + 1)))
    world.wait(60)
    assert len(ana.handler.client.markers) == MARKERS_KEPT
