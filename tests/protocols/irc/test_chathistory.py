"""CHATHISTORY: parts of the past of channels, and of talks with one person."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chatd.event import Kind
from chatd.formats.irc_tags import server_time
from tests.support.irc_client import IrcClient, irc_person
from tests.support.sentences import EN
from tests.support.world import World, log_in

CAPABILITIES = "batch message-tags server-time labeled-response draft/chathistory"


def spoken(world: World, room: str = "ops") -> IrcClient:
    """Return a client in a room where ten lines were said, a second apart, with topics between."""
    ana = irc_person(world, "ana", room, capabilities=CAPABILITIES)
    for number in range(10):
        world.wait(1)
        ana.send(f"PRIVMSG #{room} :{number}")
        ana.handler.session.say(f"topic {number}", kind=Kind.TOPIC, room=world.room(room))
    ana.seen()
    return ana


def history(client: IrcClient, command: str, target: str = "#ops") -> list[str]:
    """Return the texts that a client is sent for a command."""
    first, *lines, last = client.ask(f"CHATHISTORY {command}")
    assert first == f":irc.example BATCH +history chathistory {target}"
    assert last == ":irc.example BATCH -history"
    assert all(line.startswith("@batch=history;time=") for line in lines)
    return [line.rpartition(" :")[2] for line in lines]


def at(number: int) -> str:
    """Return the time at which a line was said."""
    return f"timestamp={server_time((number + 1) * 1000)}"


def id_of(number: int) -> str:
    """Return the id of a line: a topic was set after each."""
    return f"msgid={number * 2 + 1}-ops"


def texts(*numbers: int) -> list[str]:
    return [str(number) for number in numbers]


@pytest.mark.one_node("the past is read at the node where it was said")
class TestChannels:
    def test_the_latest(self, world: World) -> None:
        ana = spoken(world)
        assert history(ana, "LATEST #ops * 3") == texts(7, 8, 9)
        assert history(ana, "latest #ops * 100") == texts(*range(10))
        for place in (id_of(6), at(6)):
            assert history(ana, f"LATEST #ops {place} 100") == texts(7, 8, 9)

    @pytest.mark.parametrize("place", [id_of, at])
    def test_before_and_after(self, world: World, place: Callable[[int], str]) -> None:
        ana = spoken(world)
        assert history(ana, f"BEFORE #ops {place(4)} 2") == texts(2, 3)
        assert history(ana, f"AFTER #ops {place(4)} 2") == texts(5, 6)
        assert history(ana, f"AROUND #ops {place(4)} 1") == texts(4)
        assert history(ana, f"AROUND #ops {place(4)} 4") == texts(2, 3, 4, 5)

    @pytest.mark.parametrize("place", [id_of, at])
    def test_between(self, world: World, place: Callable[[int], str]) -> None:
        ana = spoken(world)
        assert history(ana, f"BETWEEN #ops {place(1)} {place(8)} 3") == texts(2, 3, 4)
        assert history(ana, f"BETWEEN #ops {place(8)} {place(1)} 3") == texts(5, 6, 7)
        assert history(ana, f"BETWEEN #ops {place(8)} {place(8)} 3") == []

    def test_the_label_is_on_the_batch(self, world: World) -> None:
        first, *_ = spoken(world).ask("@label=x CHATHISTORY LATEST #ops * 1")
        assert first == "@label=x :irc.example BATCH +history chathistory #ops"

    def test_a_message_of_several_lines_is_one(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops", capabilities=CAPABILITIES)
        ana.handler.session.say("a\nb\nc", room=world.room("ops"))
        ana.send("PRIVMSG #ops :d")
        assert history(ana, "LATEST #ops * 2") == ["a", "b", "c", "d"]
        assert history(ana, "AFTER #ops msgid=1-ops 1") == ["d"]

    def test_without_batches_lines_have_their_times(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops", capabilities="draft/chathistory")
        ana.send("PRIVMSG #ops :hola")
        (line,) = ana.ask("CHATHISTORY LATEST #ops * 1")
        assert line.startswith(":ana!ana@irc.example PRIVMSG #ops :[1970-01-01")

    def test_targets(self, world: World) -> None:
        ana = spoken(world)
        world.wait(1)
        ana.send("JOIN #tea", "PRIVMSG #tea :x")
        always = "timestamp=1970-01-01T00:00:00.000Z timestamp=2026-01-01T00:00:00.000Z"

        def targets(rest: str) -> list[str]:
            _, *lines, _ = ana.ask(f"CHATHISTORY TARGETS {rest}")
            return [line.split(" ")[4] for line in lines]

        ana.seen()
        assert targets(f"{always} 10") == ["#ops", "#tea"]
        assert targets(f"{always} 1") == ["#ops"]
        assert targets(f"{at(9)} {always.split()[1]} 10") == ["#tea"]


class TestRefusals:
    @pytest.mark.parametrize(
        ("command", "code"),
        [
            ("PAST #ops * 1", "UNKNOWN_COMMAND PAST"),
            ("LATEST #ops *", "INVALID_PARAMS LATEST"),
            ("BEFORE #ops * 1", "INVALID_MSGREFTYPE BEFORE *"),
            ("BEFORE #ops seq=1 1", "INVALID_MSGREFTYPE BEFORE seq=1"),
            ("BEFORE #ops msgid=x 1", "INVALID_PARAMS BEFORE msgid=x"),
            ("BEFORE #ops msgid=1-tea 1", "INVALID_PARAMS BEFORE msgid=1-tea"),
            ("BEFORE #ops timestamp=now 1", "INVALID_PARAMS BEFORE timestamp=now"),
            ("LATEST #ops * 0", "INVALID_PARAMS LATEST 0"),
            ("LATEST #ops * ten", "INVALID_PARAMS LATEST ten"),
            ("LATEST #nowhere * 1", "INVALID_TARGET LATEST #nowhere"),
            ("LATEST nobody * 1", "INVALID_TARGET LATEST nobody"),
            ("TARGETS msgid=1-ops msgid=1-ops 1", "INVALID_PARAMS TARGETS"),
        ],
    )
    def test_codes(self, world: World, command: str, code: str) -> None:
        ana = irc_person(world, "ana", "ops", capabilities=CAPABILITIES)
        (line,) = ana.ask(f"CHATHISTORY {command}")
        text = EN.sentence("irc_history_wrong")
        assert line == f":irc.example FAIL CHATHISTORY {code} :{text}"

    def test_a_channel_that_the_client_is_not_in(self, world: World) -> None:
        irc_person(world, "luis", "tea")
        ana = irc_person(world, "ana", capabilities=CAPABILITIES)
        (line,) = ana.ask("CHATHISTORY LATEST #tea * 1")
        assert " INVALID_TARGET LATEST #tea " in line


@pytest.mark.one_node("the past is read at the node where it was said")
class TestTalks:
    def test_both_sides(self, world: World) -> None:
        ana = irc_person(world, "ana", capabilities=CAPABILITIES, account=True)
        luis = irc_person(world, "luis", capabilities=CAPABILITIES, account=True)
        eva = irc_person(world, "eva", account=True)
        for number in range(3):
            world.wait(1)
            ana.send(f"PRIVMSG luis :a{number}")
            eva.send("PRIVMSG luis :secret", "PRIVMSG ana :secret")
            luis.send(f"PRIVMSG ana :l{number}")
        both = ["a0", "l0", "a1", "l1", "a2", "l2"]
        assert sorted(history(ana, "LATEST luis * 10", "luis")) == sorted(both)
        assert sorted(history(luis, "LATEST ana * 10", "ana")) == sorted(both)
        assert sorted(history(ana, f"BEFORE luis {at(1)} 10", "luis")) == ["a0", "l0"]
        assert sorted(history(ana, f"AFTER luis {at(1)} 10", "luis")) == ["a2", "l2"]
        assert history(ana, "AROUND luis msgid=1-@luis 1", "luis") == ["a0"]
        assert sorted(history(ana, f"AROUND luis {at(1)} 3", "luis")[1:]) == ["a1", "l1"]

    def test_a_line_of_another_talk_is_no_place_in_it(self, world: World) -> None:
        ana = irc_person(world, "ana", capabilities=CAPABILITIES, account=True)
        luis = irc_person(world, "luis", account=True)
        eva = irc_person(world, "eva", account=True)
        for client, target in (ana, "luis"), (eva, "luis"), (luis, "ana"):
            world.wait(1)
            client.send(f"PRIVMSG {target} :x{target}")
        assert history(ana, "AFTER luis msgid=2-@luis 10", "luis") == ["xluis", "xana"]

    def test_with_oneself_has_each_line_once(self, world: World) -> None:
        ana = irc_person(world, "ana", capabilities=CAPABILITIES, account=True)
        ana.send("PRIVMSG ana :note")
        assert history(ana, "LATEST ana * 10", "ana") == ["note"]

    def test_lines_of_who_had_the_name_before_are_those_of_another_person(
        self, world: World
    ) -> None:
        ana = irc_person(world, "ana", capabilities=CAPABILITIES, account=True)
        guest = irc_person(world, "luis")
        guest.send("PRIVMSG ana :between us")
        guest.send("QUIT")
        world.wait(10)
        luis = irc_person(world, "luis", capabilities=CAPABILITIES, account=True)
        luis.send("PRIVMSG ana :hola")
        assert history(luis, "LATEST ana * 10", "ana") == ["hola"]
        assert history(ana, "LATEST luis * 10", "luis") == ["hola"]

    def test_with_a_guest_has_what_both_said(self, world: World) -> None:
        ana = irc_person(world, "ana", capabilities=CAPABILITIES, account=True)
        luis = irc_person(world, "luis", capabilities=f"{CAPABILITIES} echo-message")
        ana.send("PRIVMSG luis :one")
        world.wait(1)
        luis.send("PRIVMSG ana :two")
        world.wait(1)
        ana.send("PRIVMSG LUIS :\x01ACTION waves\x01")
        received = [line.partition(";msgid=")[0].partition(" ")[0] for line in luis.seen()]
        begin, *lines, _ = ana.ask("CHATHISTORY LATEST Luis * 10")
        assert begin == ":irc.example BATCH +history chathistory Luis"
        assert [line.partition(";msgid=")[0].partition(" ")[0] for line in lines] == [
            tags.replace("@", "@batch=history;") for tags in received
        ]
        assert [line.partition(" PRIVMSG ")[2] for line in lines] == [
            "luis :one",
            "ana :two",
            "luis :\x01ACTION waves\x01",
        ]
        assert [";msgid=" in line for line in lines] == [False, True, False]
        assert history(ana, f"BEFORE luis {at(0)} 10", "luis") == ["one"]
        assert history(ana, f"AFTER luis {at(0)} 10", "luis") == ["\x01ACTION waves\x01"]

    def test_a_guest_has_none(self, world: World) -> None:
        ana = irc_person(world, "ana", account=True)
        luis = irc_person(world, "luis", capabilities=CAPABILITIES)
        luis.send("PRIVMSG ana :hola")
        ana.send("PRIVMSG luis :hola")
        luis.seen()
        assert history(luis, "LATEST ana * 10", "ana") == []

    def test_what_was_said_to_a_guest_is_of_the_account_that_said_it(self, world: World) -> None:
        one = irc_person(world, "ana", capabilities=CAPABILITIES, account=True)
        irc_person(world, "luis")
        one.send("PRIVMSG luis :hola")
        world.register("eva")
        log_in(one.server, one.handler.session, "eva")
        one.seen()
        assert history(one, "LATEST luis * 10", "luis") == []

    def test_targets(self, world: World) -> None:
        ana = irc_person(world, "ana", capabilities=CAPABILITIES, account=True)
        irc_person(world, "luis", account=True)
        eva = irc_person(world, "eva", account=True)
        world.wait(1)
        ana.send("PRIVMSG luis :hola")
        world.wait(1)
        eva.send("PRIVMSG ana :hola")
        ana.seen()
        always = "timestamp=1970-01-01T00:00:00.000Z timestamp=2026-01-01T00:00:00.000Z"
        _, *lines, _ = ana.ask(f"CHATHISTORY TARGETS {always} 10")
        assert [line.split(" ")[4:] for line in lines] == [
            ["luis", server_time(1000)],
            ["eva", server_time(2000)],
        ]


@pytest.mark.one_node("the past is read at the node where it was said")
class TestJoining:
    def test_the_last_lines_in_a_batch(self, world: World) -> None:
        luis = irc_person(world, "luis", "ops")
        luis.send("PRIVMSG #ops :hola")
        ana = irc_person(world, "ana", capabilities="batch server-time")
        *_, first, line, last = ana.ask("JOIN #ops")
        assert first == ":irc.example BATCH +history chathistory #ops"
        assert line.endswith(":luis!luis@irc.example PRIVMSG #ops :hola")
        assert last == ":irc.example BATCH -history"

    def test_with_times_in_the_text(self, world: World) -> None:
        luis = irc_person(world, "luis", "ops")
        luis.send("PRIVMSG #ops :hola")
        ana = irc_person(world, "ana")
        assert ana.ask("JOIN #ops")[-1].startswith(":luis!luis@irc.example PRIVMSG #ops :[1970-")

    def test_nothing_for_clients_that_ask(self, world: World) -> None:
        luis = irc_person(world, "luis", "ops")
        luis.send("PRIVMSG #ops :hola")
        ana = irc_person(world, "ana", capabilities=CAPABILITIES)
        assert " 366 " in ana.ask("JOIN #ops")[-1]

    def test_an_account_is_sent_what_it_missed_once(self, world: World) -> None:
        luis = irc_person(world, "luis", "ops")
        ana = irc_person(world, "ana", "ops", account=True)
        luis.send("PRIVMSG #ops :seen")
        ana.seen()
        ana.hang_up()
        lines = [f"PRIVMSG #ops :{number}" for number in range(20)]
        luis.send(*lines)
        back = irc_person(world, "ana", account=True, capabilities="batch server-time")
        again = [line.rpartition(" :")[2] for line in back.ask("JOIN #ops") if "PRIVMSG" in line]
        assert [line.rpartition(":")[2] for line in again] == [str(each) for each in range(20)]
        luis.send("PRIVMSG #ops :live")
        assert back.seen()[-1].endswith(":live")
