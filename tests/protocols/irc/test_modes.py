"""MODE: roles, bans and the mode of a room, in letters; and what the table of rights says."""

from __future__ import annotations

import pytest

from chatd.chat.permissions import Act, Mode, Role, may
from chatd.chat.roles import RoleRecord, RoomPolicy
from chatd.formats.irc_roles import mode_letter
from chatd.protocols.irc.modes import MODES, letters_of_room
from chatd.storage.records import change
from tests.support.irc_client import IrcClient, codes, irc_person
from tests.support.world import World


def shown(client: IrcClient) -> str:
    """Return the modes of the channel #ops."""
    return client.ask("MODE #ops")[0].split(" ")[4]


class TestRoom:
    @pytest.mark.parametrize(
        ("modes", "then"), [("+i", "+int"), ("+s", "+int"), ("+m", "+mnt"), ("+im", "+mnt")]
    )
    def test_a_mode_is_set_and_taken_back(self, world: World, modes: str, then: str) -> None:
        ana = irc_person(world, "ana", "ops", account=True)
        assert shown(ana) == "+nt"
        (line,) = ana.ask(f"MODE #ops {modes}")
        assert line == f":ana!ana@irc.example MODE #ops {then[:2]}"
        assert shown(ana) == then
        assert ana.ask(f"MODE #ops -{modes[-1]}") == [":ana!ana@irc.example MODE #ops -im"]
        assert shown(ana) == "+nt"

    def test_nothing_is_said_if_nothing_changes(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops", account=True)
        assert ana.ask("MODE #ops +nt-ims") == []

    def test_an_announcing_room_is_moderated(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops", account=True)
        chat = world.member("ana")
        chat.type("/join ops", "/mode announce")
        assert codes(ana.seen())[-2:] == ["MODE", "NOTICE"]
        assert shown(ana) == "+mnt"
        assert ana.ask("MODE #ops +m") == []

    def test_a_room_that_nobody_runs(self, world: World) -> None:
        assert shown(irc_person(world, "ana", "ops")) == "+n"

    def test_when_it_was_made(self, world: World) -> None:
        ana = irc_person(world, "ana", account=True)
        world.wait(1000)
        ana.send("JOIN #ops")
        assert ana.ask("MODE #ops")[1] == ":irc.example 329 ana #ops 1000"

    def test_what_does_not_change(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops", account=True)
        assert codes(ana.ask("MODE #ops -n")) == ["NOTICE"]

    @pytest.mark.parametrize("modes", ["+k x", "-k x", "+l 9", "+e x", "+I x", "+q ana", "+C"])
    def test_what_there_is_not(self, world: World, modes: str) -> None:
        ana = irc_person(world, "ana", "ops", account=True)
        letter = modes[1]
        (line,) = ana.ask(f"MODE #ops {modes}")
        assert line.startswith(f":irc.example 472 ana {letter} :")

    def test_rooms_of_others(self, world: World) -> None:
        irc_person(world, "ana", "ops", account=True)
        eva = irc_person(world, "eva")
        assert codes(eva.ask("MODE #ops +m", "MODE #none +m", "MODE #none")) == [
            "442",
            "403",
            "403",
        ]


class TestRoles:
    def test_given_and_taken(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops", account=True)
        luis = irc_person(world, "luis", "ops", account=True)
        luis.seen()
        for modes in ("+v", "-v", "+o"):
            line = f":ana!ana@irc.example MODE #ops {modes} luis"
            assert ana.ask(f"MODE #ops {modes} luis")[-1:] == [line]
            assert luis.seen() == [line]
        assert ana.ask("MODE #ops -o luis") == [":ana!ana@irc.example MODE #ops -ov luis luis"]

    def test_refusals(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops", account=True)
        luis, eva = irc_person(world, "luis", "ops"), irc_person(world, "eva")
        assert luis.ask("MODE #ops +o luis")[0].startswith(":irc.example 482 luis #ops :")
        assert ana.ask("MODE #ops +o eva")[-1].startswith(":irc.example 441 ana eva #ops :")
        assert ana.ask("MODE #ops +o nobody")[-1].startswith(":irc.example 401 ana nobody :")
        assert codes(eva.ask("MODE #ops +o ana", "MODE #none +o ana")) == ["442", "403"]

    def test_several_in_one_message(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops", account=True)
        for name in ("luis", "eva"):
            irc_person(world, name, "ops")
        ana.seen()
        assert [line.split(" ", 3)[3] for line in ana.ask("MODE #ops +mv-v+v luis luis eva")] == [
            "+v luis",
            "-v luis",
            "+v eva",
            "+m",
        ]

    def test_no_more_than_so_many(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops", account=True)
        assert len(ana.ask(f"MODE #ops +{'X' * (MODES + 3)}")) == MODES


class TestBans:
    def test_a_name_and_its_mask(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops", account=True)
        line = ":ana!ana@irc.example MODE #ops +b luis!*@*"
        assert ana.ask("MODE #ops +b luis") == [line]
        assert ana.ask("MODE #ops b")[0] == ":irc.example 367 ana #ops luis!*@*"
        assert ana.ask("MODE #ops -b luis!*@*") == [":ana!ana@irc.example MODE #ops -b luis!*@*"]
        assert codes(ana.ask("MODE #ops +b")) == ["368"]

    @pytest.mark.one_node("what a client says of itself, and what it sees at once, is of its node")
    def test_one_who_is_there_is_put_out(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops", account=True)
        irc_person(world, "luis", "ops")
        ana.seen()
        assert codes(ana.ask("MODE #ops +b luis")) == ["MODE", "KICK"]

    def test_masks_of_several_people(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops", account=True)
        assert codes(ana.ask("MODE #ops +b *!*@*")) == ["NOTICE"]

    def test_the_list_is_for_those_who_may_ban(self, world: World) -> None:
        irc_person(world, "ana", "ops", account=True)
        luis = irc_person(world, "luis", "ops")
        assert codes(luis.ask("MODE #ops b")) == ["482"]


class TestPeople:
    def test_ones_own(self, world: World) -> None:
        ana = irc_person(world, "ana")
        assert ana.ask("MODE ana") == [":irc.example 221 ana +i"]
        assert ana.ask("MODE ana +i") == []
        assert codes(ana.ask("MODE ana +x")) == ["501"]

    def test_of_others(self, world: World) -> None:
        irc_person(world, "luis")
        assert codes(irc_person(world, "ana").ask("MODE luis", "MODE luis +i")) == ["502", "502"]


COMMANDS = {
    Act.TOPIC: "TOPIC #ops :x",
    Act.INVITE: "INVITE tom #ops",
    Act.BAN: "MODE #ops +b someone",
    Act.VOICE: "MODE #ops +v eva",
    Act.OP: "MODE #ops +o eva",
    Act.KICK: "KICK #ops bob",
}
"""The command for each act that a client of IRC can do in a room that it is in."""


class TestRights:
    """Commands of IRC allow what the table of rights does, cell by cell."""

    @pytest.mark.parametrize("mode", list(Mode), ids=lambda mode: mode.value)
    @pytest.mark.parametrize("role", list(Role), ids=lambda role: role.name.lower())
    @pytest.mark.one_node("what a client says of itself, and what it sees at once, is of its node")
    def test_a_role_in_a_mode(self, world: World, role: Role, mode: Mode) -> None:
        client = member(world, role, mode)
        if client is None:
            assert not may(role, Act.READ, mode)
            return
        assert may(role, Act.READ, mode)
        for act, command in COMMANDS.items():
            allowed = "482" not in codes(client.ask(command))
            assert allowed is may(role, act, mode), act
        sign = "-" if mode_letter(mode.value) == "i" else "+"
        refused = "482" in codes(client.ask(f"MODE #ops {sign}i"))
        assert refused is not may(role, Act.MODE, mode)

    @pytest.mark.parametrize("mode", list(Mode), ids=lambda mode: mode.value)
    def test_the_letters_of_a_room(self, mode: Mode) -> None:
        letters = letters_of_room(mode)
        assert ("i" in letters) is not may(Role.EVERYONE, Act.READ, mode)
        assert ("t" in letters) is not may(Role.EVERYONE, Act.TOPIC, mode)
        speaks = may(Role.EVERYONE, Act.SPEAK, mode)
        assert ("m" in letters) is (may(Role.EVERYONE, Act.READ, mode) and not speaks)


def member(world: World, role: Role, mode: Mode) -> IrcClient | None:
    """Return a client with that role in #ops, a room of that mode; None if it may not come in."""
    server = world.server
    world.register("ana", admin=role is Role.ADMINISTRATOR)
    room = server.rooms.add("ops")
    room.expected += 1
    for name in ("eva", "bob"):
        irc_person(world, name, "ops", account=True)
        change(
            world.store, server.moderation.roles.table.put(f"ops/{name}", RoleRecord(Role.INVITED))
        )
    irc_person(world, "tom")
    roles = server.moderation.roles
    if mode is not Mode.FREE:
        owner = "ana" if role is Role.OWNER else ""
        change(world.store, roles.rooms.put("ops", RoomPolicy("ops", mode.value, owner)))
    if Role.EVERYONE < role < Role.OWNER:
        change(world.store, roles.table.put("ops/ana", RoleRecord(role)))
    world.settle()
    if mode is Mode.FREE and role is Role.OWNER:
        pytest.skip("a room that nobody runs has no owner")
    ana = irc_person(world, "ana", account=True)
    return ana if "JOIN" in codes(ana.ask("JOIN #ops")) else None
