"""Rights hold everywhere: each cell of the table, each path, and after a restart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred

from chatd.accounts.credentials import TOKEN, Scope
from chatd.chat.permissions import LEAST, Act, Mode, Role
from chatd.chat.replies import READING_SECONDS
from chatd.errors import ErrorKind
from chatd.event import Record
from chatd.i18n import Moment
from chatd.storage.contract import Found, StoreError
from chatd.text.times import local_time
from tests.support.loopback import LoopbackServer
from tests.support.rights import give_role, set_mode
from tests.support.sentences import EN
from tests.support.world import Member, World

SECRET = "the launch code is 0000"

AFTER_ERROR = ([], [EN.notice("in_no_room_now")])
"""The lines after an error: a refused /join takes one who has not spoken out of the room."""

REFUSED = (
    "ERR Not allowed: ",
    *(EN.error(ErrorKind.NO_ROOM, "unknown_room", room=room) for room in ("ops", "OPS")),
    EN.error(ErrorKind.NO_ROOM, "no_room_for_topic", name="#ops", here=...),
    *(EN.error(ErrorKind.NAME_IN_USE, "unusable_room", room=room) for room in ("ops", "OPS")),
)
"""Beginnings of refusals. tests/chat/test_hidden_rooms.py tests the answers for rooms that are
hidden from the session."""

LINES = {
    Act.READ: "/join ops",
    Act.SPEAK: "/msg #ops hola",
    Act.ASK: "/ask #ops hola?",
    Act.TOPIC: "/topic #ops hola",
    Act.INVITE: "/invite #ops luis",
    Act.VOICE: "/voice #ops luis",
    Act.KICK: "/kick #ops luis",
    Act.MUTE: "/mute #ops luis",
    Act.BAN: "/ban #ops luis",
    Act.MODE: "/mode #ops open",
    Act.OP: "/op #ops eva",
    Act.CLOSE: "/close #ops",
    Act.HOOK: "/hook #ops add http://example.com/",
    Act.SEEN: "/mode #ops seen off",
    Act.WALL: "/wall hola",
    Act.DISCONNECT: "/disconnect luis",
    Act.STATS: "/stats server",
    Act.PRIVATE_LINES: "/mode private-lines members",
}
"""A line for each act, by a member who is elsewhere. The register is read over HTTP alone: see
tests/protocols/web/api/test_registers.py."""

OTHERS = {
    Act.INVITE: ["/uninvite #ops luis"],
    Act.VOICE: ["/unvoice #ops luis"],
    Act.MUTE: ["/unmute #ops luis"],
    Act.BAN: [
        "/unban #ops luis",
        "/bans #ops",
        "/ban #ops @luis",
        "/ban #ops 192.0.2.1",
        "/unban #ops 192.0.2.1",
    ],
    Act.OP: ["/unop #ops eva"],
    Act.HOOK: ["/hook #ops list", "/hook #ops remove 1"],
    Act.READ: ["/who ops", "/topic #ops", "/mode #ops"],
}
"""Further lines that take the same right."""


CELLS = [
    (act, mode, role)
    for act in LINES
    for mode in Mode
    for role in Role
    if (mode, role) != (Mode.FREE, Role.OWNER)  # a room with an owner is one that somebody runs
    if (act, mode, role) != (Act.SEEN, Mode.FREE, Role.ADMINISTRATOR)  # nor is there /seen
]


def world_with_ops(mode: Mode) -> World:
    """With #ops, run so, which luis, a guest, is in if he may be; eva is registered."""
    world = World()
    luis = world.person("luis", network="192.0.2.1")
    luis.type("/join ops", SECRET)
    world.register("eva")
    set_mode(world, "ops", mode)
    return world


class TestTable:
    """Each cell, by command: it is done, or refused, with ``Not allowed``."""

    @pytest.mark.parametrize(("act", "mode", "role"), CELLS)
    def test_a_cell(self, act: Act, mode: Mode, role: Role) -> None:
        for line in LINES[act], *OTHERS.get(act, ()):
            world = world_with_ops(mode)
            zoe = world.member("zoe")
            if role is not Role.EVERYONE:
                give_role(zoe, role, "ops")
            zoe.seen()
            zoe.type(line)
            seen = zoe.seen()
            refused = [each for each in seen if each.startswith(REFUSED)]
            assert bool(refused) == (role < LEAST[act, mode]), (line, seen)
            if refused:
                assert seen[0] in refused
                assert seen[1:] in AFTER_ERROR, "an error and nothing else"

    @pytest.mark.parametrize("act", LINES)
    @pytest.mark.parametrize("mode", Mode)
    def test_a_guest_is_everyone(self, act: Act, mode: Mode) -> None:
        world = world_with_ops(mode)
        zoe = world.person("zoe")
        zoe.type(LINES[act])
        refused = [line for line in zoe.seen() if line.startswith(REFUSED)]
        assert bool(refused) == (LEAST[act, mode] > Role.EVERYONE)

    @pytest.mark.parametrize("act", [act for act in LINES if act not in (Act.READ, Act.SPEAK)])
    def test_what_is_refused_changes_nothing_and_nobody_notices(self, act: Act) -> None:
        world = world_with_ops(Mode.OPEN)
        people = [world.person("max"), world.member("eva")]
        for person in people:
            person.type("/join ops")
            person.seen()
        zoe = world.member("zoe")
        before = list(world.store.records()), world.room("ops").head
        zoe.type(LINES[act], *OTHERS.get(act, ()))
        world.settle()
        assert (list(world.store.records()), world.room("ops").head) == before
        assert [person.seen() for person in people] == [[], []]
        assert world.room("ops").people == 3

    @pytest.mark.parametrize(
        ("act", "mode", "may"),
        [
            (Act.READ, Mode.PRIVATE, True),
            (Act.SPEAK, Mode.PRIVATE, True),
            (Act.TOPIC, Mode.FREE, True),
            (Act.TOPIC, Mode.OPEN, False),
            (Act.MODE, Mode.OPEN, False),
            (Act.ASK, Mode.ANNOUNCE, True),
        ],
    )
    def test_a_token_uses_a_role_to_read_to_speak_and_to_ask(
        self, act: Act, mode: Mode, may: bool
    ) -> None:
        world = world_with_ops(mode)
        zoe = world.member("zoe")
        if mode is not Mode.FREE:
            give_role(zoe, Role.OWNER, "ops")
        assert world.server.moderation.may(zoe.session, world.room("ops"), act)
        zoe.session.identity.grant = zoe.session.grant._replace(kind=TOKEN, scope=Scope.WRITE)
        zoe.session.identity.holds = lambda grant: True
        refusal = world.server.moderation.refusal(zoe.session, world.room("ops"), act)
        assert (None if refusal is None else refusal.key) == (None if may else "not_with_a_token")

    def test_a_role_that_a_guest_was_given_is_beside_that_of_their_account(self) -> None:
        world = world_with_ops(Mode.MODERATED)
        zoe = world.member("zoe")
        give_role(zoe, Role.OPERATOR, "ops")
        moderation, ops = world.server.moderation, world.room("ops")
        for given, role in (
            (Role.VOICED, Role.OPERATOR),
            (Role.OWNER, Role.OWNER),
        ):
            moderation.roles.given.give([zoe.session], ops, given)
            assert moderation.roles.role_of(zoe.session, ops) is role

    def test_the_lobby_is_free_until_there_is_an_administrator(self) -> None:
        world = World()
        luis = world.person("luis")
        luis.type("/topic hola")
        root = world.member("root", admin=True)
        luis.seen()
        luis.type("/topic adios")
        assert luis.seen() == [EN.error(ErrorKind.NOT_ALLOWED, "only_operators", room="lobby")]
        root.type("/topic adios")
        assert root.seen() == [EN.notice("topic_set", name="root", topic="adios")]


def private(world: World) -> None:
    set_mode(world, "ops", Mode.PRIVATE)
    world.server.evictions.review_room(world.room("ops"))


def closed(world: World) -> None:
    set_mode(world, "ops", Mode.CLOSED)
    world.server.evictions.review_room(world.room("ops"))


def by_the_owner(*lines: str) -> Callable[[World], None]:
    def do(world: World) -> None:
        ana = world.member("ana")
        ana.type(*lines)
        ana.hang_up()

    return do


SHUT_OUT = {
    "private": private,
    "closed": closed,
    "closed by command": by_the_owner("/close #ops", "/close #ops"),
    "private by command": by_the_owner("/mode #ops private"),
    "uninvited": by_the_owner("/invite #ops luis", "/mode #ops private", "/uninvite #ops luis"),
    "banned": by_the_owner("/ban #ops luis"),
    "address banned": by_the_owner("/ban #ops @luis", "/ban #ops @luis"),
}
"""Reasons why luis may not read #ops."""


@pytest.fixture(params=SHUT_OUT)
def shut_out(request: pytest.FixtureRequest) -> tuple[World, Member]:
    """Luis, who was in #ops and may not read it any more. A secret was said there since."""
    world = World()
    ana = world.member("ana")
    ana.type("/join ops", "/topic secret plans")
    luis = world.person("luis", network="192.0.2.1")
    luis.type("/join ops")
    SHUT_OUT[request.param](world)
    world.clock.advance(READING_SECONDS)  # he has seen it
    luis.seen()
    ana.type(SECRET)
    return world, luis


class TestReading:
    """Lines of a room reach no session that may not read it."""

    def refused(self, person: Member, line: str) -> None:
        person.seen()
        person.type(line)
        error, *then = person.seen()
        assert error.startswith(REFUSED)
        assert then in AFTER_ERROR

    def test_being_there_when_it_changes(self, shut_out: tuple[World, Member]) -> None:
        world, luis = shut_out
        assert luis.session.room is world.server.lobby
        assert luis.seen() == []

    @pytest.mark.parametrize(
        "line",
        ["/join ops", "/join #OPS", "/who ops", "/topic #ops", "/mode #ops", "/msg #ops hola"],
    )
    def test_a_command(self, shut_out: tuple[World, Member], line: str) -> None:
        self.refused(shut_out[1], line)

    def test_a_refused_pipe_is_in_no_room(self, shut_out: tuple[World, Member]) -> None:
        _, luis = shut_out
        luis.type("/join ops", "for ops alone")
        assert luis.session.room is None
        assert luis.seen()[-1].startswith("ERR No room: ")

    @pytest.mark.parametrize("line", ["/history 50", "/since 1d", "/topic", "/who", "/rooms"])
    def test_what_is_shown(self, shut_out: tuple[World, Member], line: str) -> None:
        _, luis = shut_out
        luis.seen()
        luis.type(line)
        seen = luis.seen()
        assert seen
        assert not [each for each in seen if SECRET in each or "plans" in each or "ops" in each]

    def test_it_is_not_meant_by_a_name_that_is_almost_its(
        self, shut_out: tuple[World, Member]
    ) -> None:
        _, luis = shut_out
        luis.seen()
        luis.type("/join opps")
        assert luis.seen() == [
            EN.notice("joined_new_room", room="opps"),
            EN.notice("nobody_runs_new_room", room="opps"),
        ]

    def test_others_are_not_shut_out_with_them(self) -> None:
        world = World()
        ana, max_ = world.member("ana"), world.person("max", network="198.51.100.7")
        luis = world.person("luis", network="192.0.2.1")
        for person in ana, max_, luis:
            person.type("/join ops")
        ana.type("/ban luis", "/ban @luis", "/ban @luis")
        assert luis.session.room is world.server.lobby
        max_.seen()
        max_.type("hola")
        assert max_.seen() == ["<max> hola"]

    def test_after_a_restart(self, shut_out: tuple[World, Member]) -> None:
        world, luis = shut_out
        luis.hang_up()
        world = world.restarted()
        luis = world.person("luis", network="192.0.2.1")
        for line in "/join ops", "/who ops", "/topic #ops", "/mode #ops", "/msg #ops hola":
            luis.type("/leave")
            self.refused(luis, line)
        luis.type("/leave")
        luis.seen()
        luis.type("/rooms")
        assert not [line for line in luis.seen() if "ops" in line]

    def test_an_administrator_who_is_one_no_more(self) -> None:
        world = World()
        ana, root = world.member("ana"), world.member("root", admin=True)
        ana.type("/create ops private")
        root.type("/join ops")
        assert root.session.room is world.room("ops")
        world.ask_operator("promote", name="ana")
        world.ask_operator("demote", name="root")
        assert root.session.room is world.server.lobby
        assert ana.session.room is world.room("ops")
        self.refused(root, "/stats server")
        self.refused(root, "/join ops")

    def test_an_account_that_is_removed(self) -> None:
        world = World()
        ana, eva = world.member("ana"), world.member("eva")
        ana.type("/create ops private", "/invite eva")
        eva.type("/join ops")
        removed = world.server.registrations.unregister(world.server.accounts.table["eva"])
        Deferred.fromCoroutine(removed)
        world.settle()
        assert eva.session.room is world.server.lobby
        world.register("eva")
        self.refused(world.member("eva"), "/join ops")

    @pytest.mark.parametrize("fails", [False, True])
    @pytest.mark.parametrize("line", ["/since 1d", "/search green", "/mentions"])
    def test_while_the_log_is_searched(self, line: str, fails: bool) -> None:
        world = World()
        ana, luis = world.member("ana"), world.person("luis")
        for person in ana, luis:
            person.type("/join ops")

        async def slowly(*_: object) -> Any:
            ana.type("/mode private")
            if fails:
                raise StoreError("the disk is broken.")
            return 0 if line == "/since 1d" else Found([], 0)

        world.store.seq_before = world.store.search = slowly
        luis.seen()
        luis.type(line)
        assert luis.seen()[-1].startswith("ERR Not allowed: #ops is private.")


class TestSpeaking:
    """A session that may not speak is refused each line, on each path, and no other receives it."""

    WAYS = ("hola", "/me waves", "//etc/motd", "/usr/bin/x: no", "/msg #ops hola", "/topic hola")

    SILENT = {
        "moderated": ("/mode #ops moderated",),
        "announce": ("/mode #ops announce",),
        "muted": ("/mute #ops luis",),
        "unvoiced": ("/mode #ops moderated", "/voice #ops luis", "/unvoice #ops luis"),
    }

    @pytest.mark.parametrize("how", SILENT)
    @pytest.mark.parametrize("restarted", [False, True])
    def test_on_each_path(self, how: str, restarted: bool) -> None:
        world = World()
        ana = world.member("ana")
        ana.type("/join ops")
        luis = world.person("luis")
        ana.type(*self.SILENT[how])
        if restarted:
            world = world.restarted()
            ana, luis = world.member("ana"), world.person("luis")
            ana.type("/join ops")
        luis.type("/join ops")
        ana.seen()
        for way in self.WAYS:
            luis.seen()
            luis.type(way)
            (error,) = luis.seen()
            assert error.startswith("ERR Not allowed: "), way
        luis.type("/leave")
        luis.seen()
        luis.type("/msg #ops hola")
        assert luis.seen()[0].startswith("ERR Not allowed: ")
        assert ana.seen() == []

    def test_bare_lines(self) -> None:
        world = World()
        root, luis = world.member("root", admin=True), world.person()
        program = world.program()
        for line in "/mode moderated", "/mode announce":
            root.type(line)
            luis.seen()
            program.type("one", "two")
            assert program.seen() == ["ERR Not allowed"] * 2
            assert luis.seen() == []
        root.type("/mode open", f"/mute {program.session.name} 1m")
        program.type("one")
        assert program.seen() == ["ERR Not allowed"]
        world.clock.advance(60)
        program.type("two")
        assert program.seen() == ["two"]

    def test_a_bare_program_that_is_banned_is_told_and_in_no_room(self) -> None:
        world = World()
        root, program = world.member("root", admin=True), world.program()
        root.type(f"/ban {program.session.name}")
        program.type("one")
        assert program.seen() == ["ERR No room"]

    def test_a_paste_into_a_quiet_room_is_answered_line_by_line(self) -> None:
        world = World()
        ana, luis = world.member("ana"), world.person("luis")
        for person in ana, luis:
            person.type("/join ops")
        ana.type("/mode announce")
        luis.seen()
        ana.seen()
        luis.type(*["x"] * 500)
        seen = luis.seen()
        assert len(seen) == 500
        assert len(set(seen)) == 1
        assert ana.seen() == []
        assert not luis.closed

    def test_an_open_room_without_mutes_is_not_looked_after(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world = World()
        ana = world.member("ana")
        ana.type("/join ops", "/mode open", "/mute luis 1m", "/unmute luis")

        def looked(*_: object) -> None:
            raise AssertionError

        monkeypatch.setattr(world.server.moderation, "refusal", looked)
        ana.session.rights = ana.session.rights._replace(guard=looked)
        ana.seen()
        ana.type("hola")
        assert ana.seen() == ["<ana> hola"]


class TestRestarts:
    """All of it is kept."""

    def test_roles_modes_mutes_and_bans(self) -> None:
        world = World()
        ana = world.member("ana")
        for name in "eva", "max", "zoe":
            world.register(name)
        ana.type("/create ops moderated", "/op eva", "/voice max", "/invite zoe")
        ana.type("/mute zoe 10m", "/ban luis 1h x")
        ana.hang_up()
        world.clock.advance(60)
        world = world.restarted()
        ana, eva = world.member("ana"), world.member("eva")
        ana.type("/join ops")
        ana.seen()
        ana.type("/mode", "/bans")
        assert ana.seen() == [
            (
                EN.notice(
                    "room_is_run_by",
                    room="ops",
                    mode="moderated",
                    meaning=EN.sentence("means_moderated"),
                    owner="ana",
                )
            ),
            EN.notice("operators_are", people="eva"),
            EN.notice("voiced_are", people="max"),
            EN.notice("invited_are", people="zoe"),
            EN.notice("sanctions", count=2, room="ops"),
            EN.notice("mute_listed", target="zoe", until=Moment(600), left="9m", by="ana."),
            EN.notice("ban_listed", target="luis", until=Moment(3600), left="59m", by="ana: x"),
        ]
        moderation, room = world.server.moderation, world.room("ops")
        roles = {
            name: moderation.roles.role_of_name(name, [], room)
            for name in ("ana", "eva", "max", "zoe")
        }
        assert roles == {
            "ana": Role.OWNER,
            "eva": Role.OPERATOR,
            "max": Role.VOICED,
            "zoe": Role.INVITED,
        }
        eva.type("/unban #ops luis")
        assert eva.seen()[-1:] == [EN.deed("unban", "In #ops: eva", "luis")]

    def test_what_is_over_by_then_is_over(self) -> None:
        world = World()
        ana = world.member("ana")
        ana.type("/join ops", "/mute luis 10m")
        world.clock.advance(600)
        world = world.restarted()
        luis = world.person("luis")
        luis.type("/join ops")
        luis.seen()
        assert not world.room("ops").guarded
        luis.type("hola")
        assert luis.seen() == ["<luis> hola"]

    def test_deeds_are_in_the_history(self) -> None:
        world = World()
        ana = world.member("ana")
        ana.type("/join ops", "/mute luis 10m loud", "/mode private")
        world = world.restarted()
        ana = world.member("ana")
        ana.type("/join ops")
        ana.seen()
        ana.type("/history")
        assert ana.seen()[1:] == [
            f"[{local_time(0)}] {EN.deed('mute', 'ana', 'luis', time='10m', reason='loud')}",
            f"[{local_time(0)}] {EN.deed('mode', 'ana', 'private')}",
        ]

    async def test_in_sqlite(self, tmp_path: Path) -> None:
        for opened in range(2):
            loopback = LoopbackServer.on_file(tmp_path / "store")
            await loopback.listen()
            ana = await loopback.member("ana")
            if not opened:
                ana.send("/create ops private", "/ban luis 1h loud", SECRET, "/nosuch")
                lines = await ana.until("/nosuch")
                assert EN.deed("ban", "ana", "luis", time="1h", reason="loud") in lines
            luis = await loopback.guest()
            luis.send("/nick luis", "/join ops", "/who ops", "/rooms", "/nosuch")
            lines = await luis.until("/nosuch")
            errors = [line for line in lines if line.startswith(REFUSED)]
            assert len(errors) == 2
            assert not [line for line in lines if SECRET in line or line.startswith("*** #ops")]
            if opened:
                ana.send("/join ops", "/bans", "/nosuch")
                lines = await ana.until("/nosuch")
                assert [line for line in lines if SECRET in line]
                assert EN.notice("sanctions", count=1, room="ops") in lines
            await loopback.close()

    @pytest.mark.parametrize(
        "record",
        [
            Record("room", "ops", '{"name": "ops", "mode": "opne"}'),
            Record("role", "ops/eva", '{"role": 77}'),
            Record("sanction", "mute ops", '{"until": 1, "by": "ana"}'),
        ],
    )
    def test_what_is_damaged_is_said_to_be(self, record: Record) -> None:
        world = World()
        world.store.write_records(record)
        world.settle()
        with pytest.raises(StoreError, match="damaged"):
            world.restarted()
