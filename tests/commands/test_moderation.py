"""Running rooms, as people do it: what each command does, to whom it is refused, what is seen."""

from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.testing import StringTransport

from chatd.chat import roles as roles_module
from chatd.chat.actions import enter as enter_module
from chatd.chat.actions.sanctions import REASON_CHARACTERS
from chatd.chat.membership import LASTING
from chatd.chat.permissions import Role
from chatd.chat.prompt import CONFIRM_SECONDS
from chatd.chat.replies import READING_SECONDS
from chatd.commands.base import KEEPING_COST
from chatd.commands.dispatch import COMMANDS
from chatd.errors import ErrorKind
from chatd.i18n import Language, Moment, people
from chatd.storage.contract import StoreError
from chatd.storage.records import change
from chatd.text.times import local_time
from chatd.util.versions import versions
from tests.support.answers import only
from tests.support.logs import Expect
from tests.support.rights import give_role
from tests.support.sentences import EN, ES, Sentences
from tests.support.world import FAR, HERE, HeldStore, Member, World

HOUR = 3600

UNDER_ANOTHER_NAME = ("/leave", "/nick otro", "/join ops")
"""Lines of a muted person who tries to be there under another name."""

ENTERED = EN.notice("joined_room", room="ops", here=...)
MUTED = EN.sentence("muted", room="ops", until=...)
"""Beginnings: of the answer to who enters #ops, and of the refusal to who is muted there."""

CANNOT_BE_USED = EN.error(ErrorKind.NAME_IN_USE, "unusable_room", room="ops")
"""The refusal of a new room if a room of that name is hidden from the session."""


@pytest.fixture
def ana(world: World) -> Member:
    """She owns #ops."""
    ana = world.member("ana")
    ana.type("/join ops")
    world.introduce("ops")
    ana.seen()
    return ana


@pytest.fixture
def luis(world: World, ana: Member) -> Member:
    """Return a guest who is in #ops."""
    luis = world.person("luis")
    luis.type("/join ops")
    luis.seen()
    ana.seen()
    return luis


@pytest.fixture
def eva(world: World, ana: Member) -> Member:
    """Return a member with an account who is in #ops."""
    eva = world.member("eva")
    eva.type("/join ops")
    eva.seen()
    ana.seen()
    return eva


def refused(person: Member, line: str) -> str:
    error, *then = person.ask(line)
    assert error.startswith("ERR Not allowed: "), error
    assert then in ([], [EN.notice("in_no_room_now")])
    return error.removeprefix("ERR Not allowed: ")


def run_by(owner: str) -> str:
    """Return the answer to /mode in #ops, which is open and has that owner."""
    mode, meaning = EN.sentence("mode_open"), EN.sentence("means_open")
    return EN.notice("room_is_run_by", room="ops", mode=mode, meaning=meaning, owner=owner)


def shut_out(count: int) -> str:
    """Return the beginning of the question about a ban from #ops that shuts out so many."""
    return EN.notice("would_shut_out", count=count, room="ops", people=...)


def budget_row(kind: str, *uses: tuple[str, ...], sentences: Sentences = EN) -> str:
    """Return a row of /stats; a use is its level, the amount, and the limit if there is one."""
    listed = []
    for level, used, *most in uses:
        key = "budget_use" if most else "budget_use_unlimited"
        whose = sentences.sentence(f"budget_of_{level}")
        listed.append(sentences.sentence(key, whose=whose, used=used, most="".join(most)))
    what = sentences.sentence(f"budget_{kind}")
    return sentences.notice("budget_row", what=what, uses="; ".join(listed))


def slow_world() -> tuple[World, Member, Member]:
    """Ana owns #ops, and luis is there, too; the disk is slow."""
    world = World(slow=True)
    people = world.member("ana"), world.person("luis")
    for person in people:
        person.type("/join ops")
        world.release()
    return world, *people


class TestMembers:
    """/mode names the accounts with a role, connected or not."""

    def test_those_with_a_role_are_named_also_when_they_are_away(
        self, world: World, ana: Member, eva: Member
    ) -> None:
        luis = world.member("luis")
        luis.type("/join ops")
        luis.seen()
        for line in "/op eva", "/voice luis":
            ana.ask(line)
        for gone in eva, luis:
            gone.ask("/leave")
        expected = [
            run_by("ana"),
            EN.notice("operators_are", people="eva"),
            EN.notice("voiced_are", people="luis"),
        ]
        ana.seen()
        assert ana.ask("/mode") == expected
        assert eva.ask("/mode #ops") == expected
        ana.ask("/unop eva")
        assert eva.ask("/mode #ops") == [expected[0], expected[2]]

    def test_only_those_who_may_invite_learn_who_is_invited(
        self, world: World, ana: Member, eva: Member
    ) -> None:
        world.member("luis")
        ana.ask("/invite luis")
        assert ana.ask("/mode")[1:] == [EN.notice("invited_are", people="luis")]
        assert eva.ask("/mode")[1:] == []

    def test_of_many_the_first_are_named_and_the_others_counted(
        self, world: World, ana: Member
    ) -> None:
        names = [f"member{letter}" for letter in "abcdefghijkl"]
        for name in names:
            world.member(name)
            ana.ask(f"/voice {name}")
        named = people(Language.ENGLISH, names[:10], 0, 2)
        assert ana.ask("/mode")[1:] == [EN.notice("voiced_are", people=named)]


class TestMakingRooms:
    def test_who_is_registered_owns_the_room_that_joining_makes(self, world: World) -> None:
        ana = world.member("ana")
        assert ana.ask("/join ops") == [
            EN.notice("joined_new_room", room="ops"),
            EN.notice("you_run_room", room="ops"),
        ]
        assert only(ana.ask("/mode")) == (
            EN.notice(
                "room_is_run_by",
                room="ops",
                mode="open",
                meaning=EN.sentence("means_open"),
                owner="ana",
            )
        )

    def test_a_guest_makes_one_that_nobody_runs(self, world: World) -> None:
        luis = world.person("luis")
        assert luis.ask("/join ops") == [
            EN.notice("joined_new_room", room="ops"),
            EN.notice("nobody_runs_new_room", room="ops"),
        ]
        assert only(luis.ask("/mode")) == (
            EN.notice("room_is_run", room="ops", mode="free", meaning=EN.sentence("means_free"))
        )
        assert luis.ask("/topic hola") == [EN.notice("topic_set", name="luis", topic="hola")]

    def test_create_makes_it_with_a_mode_and_goes_there(self, world: World) -> None:
        ana = world.member("ana")
        assert ana.ask("/create ops private") == [
            EN.notice("joined_new_room", room="ops"),
            EN.notice("you_run_room", room="ops"),
            f"[{local_time(0)}] {EN.deed('create', 'ana', 'private')}",
        ]

    def test_the_modes_have_spanish_words_too(self, world: World) -> None:
        ana = world.member("ana")
        ana.ask("/idioma es")
        for word, mode in (
            ("abierta", "abierto"),
            ("privada", "privado"),
            ("Moderada", "moderado"),
            ("anuncios", "anuncios"),
        ):
            seen = ana.ask(f"/crear {mode} {word}")
            assert seen[-1] == f"[{local_time(0)}] {ES.deed('create', 'ana', mode)}"
            assert only(ana.ask("/modo")).startswith(
                ES.notice("room_is_run", room=mode, mode=mode, meaning=...)
            )

    def test_a_guest_is_told_to_register_first(self, world: World) -> None:
        luis = world.person("luis")
        assert refused(luis, "/create ops private") == (EN.sentence("only_registered", room="ops"))
        assert luis.session.room is luis.server.lobby

    def test_a_guest_may_create_an_open_one(self, world: World) -> None:
        luis = world.person("luis")
        assert luis.ask("/create ops") == [
            EN.notice("joined_new_room", room="ops"),
            EN.notice("nobody_runs_new_room", room="ops"),
        ]

    def test_nobody_owns_more_than_so_many(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for module in roles_module, enter_module:
            monkeypatch.setattr(module, "OWNED", 2)
        ana = world.member("ana")
        ana.ask("/create one", "/create two")
        assert refused(ana, "/create #three") == (
            EN.sentence("too_many_rooms", count=2, room="three")
        )
        ana.ask("/join three")
        assert EN.sentence("means_free") in only(ana.ask("/mode"))

    def test_one_that_nobody_runs_is_run_once_an_administrator_makes_an_operator(
        self, world: World
    ) -> None:
        root, eva = world.member("root", admin=True), world.member("eva")
        world.person().ask("/join ops", "hola")
        root.ask("/op #ops eva")
        eva.ask("/join ops")
        assert eva.ask("/kick nobody")[0].startswith("ERR Nobody: ")
        assert eva.ask("/mute somebody")[0] == EN.deed("mute", "eva", "somebody", time="1h")

    def test_one_that_is_there_is_not_made_again(self, world: World, luis: Member) -> None:
        for person in luis, world.member("eva"):
            assert person.ask("/create #OPS") == [
                EN.error(ErrorKind.NAME_IN_USE, "room_exists", room="ops")
            ]

    def test_one_in_which_nothing_was_said_is_forgotten_and_anybodys(self, world: World) -> None:
        ana, eva = world.member("ana"), world.member("eva")
        ana.ask("/join ops", "/leave")
        assert not world.server.moderation.roles.rooms
        eva.ask("/join ops")
        assert only(eva.ask("/mode")) == run_by("eva")

    def test_one_whose_mode_was_set_is_not(self, world: World) -> None:
        ana, eva = world.member("ana"), world.member("eva")
        ana.ask("/join ops", "/mode private", "/leave")
        assert eva.ask("/join ops")[0] == CANNOT_BE_USED

    def test_one_that_was_created_is_not(self, world: World) -> None:
        ana, eva = world.member("ana"), world.member("eva")
        ana.ask("/create ops", "/leave")
        assert only(eva.ask("/join ops", "/mode")[-1:]) == run_by("ana")

    def test_wrong_use(self, world: World, ana: Member) -> None:
        for line in "/create", "/create ops free", "/create ops now":
            assert only(ana.ask(line)) == EN.wrong_use("/create")


class TestMaking:
    """It takes a while until it is on disk who owns a room."""

    def test_who_goes_meanwhile_is_counted_nowhere(self) -> None:
        world = World(slow=True)
        ana = world.member("ana")
        world.release()
        for line in "/join ops", "/create ops private":
            ana = world.member("ana")
            world.release()
            ana.type(line)
            ana.hang_up()
            world.release()
            room = world.server.rooms._rooms.get("ops")
            assert room is None or not room.people

    def test_others_may_come_in_and_go_meanwhile(self) -> None:
        world = World(slow=True)
        ana, luis = world.member("ana"), world.person()
        world.release()
        ana.seen()
        ana.type("/join ops")
        luis.type("/join ops", "/leave")
        world.release()
        assert ana.seen()[0] == EN.notice("joined_new_room", room="ops")
        ana.type("hola")
        world.release()
        assert ana.seen() == ["<ana> hola"]

    @pytest.mark.one_process("the test itself begins, holds or fails what is to be stored")
    def test_what_cannot_be_kept_makes_no_room(self, expected_errors: Expect) -> None:
        world = World(slow=True)
        ana = world.member("ana")
        world.release()
        store: HeldStore = world.store
        ana.type("hola")
        world.release()
        ana.seen()
        for line in "/join ops", "/create ops private":
            ana.type(line)
            store.fail(StoreError("the disk is full."))
            world.release()
            assert only(ana.seen()).startswith("ERR Not saved: ")
            assert "ops" not in world.server.rooms._rooms
            assert not world.server.moderation.roles.rooms
            assert ana.session.room is ana.server.lobby
        expected_errors()

    def test_a_pipe_says_nothing_then_that_was_meant_for_the_room(
        self, expected_errors: Expect
    ) -> None:
        world = World(slow=True)
        ana = world.member("ana")
        world.release()
        ana.type("/join ops")
        world.store.fail()
        world.release()
        ana.type("hola")
        assert ana.session.room is None
        expected_errors()

    @pytest.mark.one_process("the test itself begins, holds or fails what is to be stored")
    @pytest.mark.parametrize("line", ["/create tea", "/join tea"])
    def test_none_is_owned_by_a_name_that_is_being_given_up(self, line: str) -> None:
        world = World(slow=True)
        ana = world.member("ana")
        world.release()
        account = world.server.accounts.table["ana"]
        gone = Deferred.fromCoroutine(world.server.registrations.unregister(account))
        ana.type(line)
        world.release()
        assert gone.called
        assert EN.error(ErrorKind.NOT_ALLOWED, "not_signed_in") in ana.seen()
        assert "tea" not in world.server.moderation.roles.rooms
        assert "tea" not in world.server.rooms


class TestModes:
    def test_the_room_is_told(self, ana: Member, luis: Member) -> None:
        assert ana.ask("/mode moderated") == [EN.deed("mode", "ana", "moderated")]
        assert luis.seen() == [EN.deed("mode", "ana", "moderated")]

    def test_of_another_room_the_answer_says_which(self, ana: Member, luis: Member) -> None:
        ana.ask("/leave")
        luis.seen()
        assert ana.ask("/mode #ops moderated") == [EN.deed("mode", "In #ops: ana", "moderated")]
        assert luis.seen() == [EN.deed("mode", "ana", "moderated")]
        assert "moderated" in only(ana.ask("/mode #ops"))

    def test_only_the_owner_sets_it(self, ana: Member, luis: Member, eva: Member) -> None:
        ana.ask("/op eva")
        for person in luis, eva:
            assert refused(person, "/mode open") == EN.sentence("only_owner", room="ops")

    def test_nobody_sets_that_of_a_room_that_nobody_runs(self, world: World) -> None:
        luis = world.person("luis")
        for line in "/mode private", "/ban eva", "/op eva", "/close", "/bans", "/hook list":
            assert refused(luis, line) == EN.sentence("nobody_runs_guests_room", room="lobby")
        luis.ask("/idioma es")
        assert refused(luis, "/vetar eva") == ES.sentence("nobody_runs_guests_room", room="lobby")

    def test_a_member_is_told_how_to_have_one_to_run(self, world: World) -> None:
        ana = world.member("ana")
        assert refused(ana, "/mute luis") == EN.sentence("nobody_runs_room", room="lobby")
        assert ana.ask("/create ops")[1] == EN.notice("you_run_room", room="ops")

    def test_an_administrator_does_everywhere(self, world: World, luis: Member) -> None:
        root = world.member("root", admin=True)
        assert root.ask("/mode #ops announce") == [
            EN.deed("mode", "In #ops: ana", "announce").replace("ana", "root")
        ]

    def test_the_lobby_can_be_neither_private_nor_closed(self, world: World) -> None:
        root = world.member("root", admin=True)
        for line in "/mode private", "/close", "/close":
            assert refused(root, line) == (EN.sentence("lobby_is_for_all", room="lobby"))
        assert root.ask("/mode announce") == [EN.deed("mode", "root", "announce")]

    def test_wrong_use(self, ana: Member) -> None:
        for line in "/mode free", "/mode now":
            assert only(ana.ask(line)) == EN.wrong_use("/mode")

    @pytest.mark.parametrize("line", ["/mode privat", "/create class privat"])
    def test_a_mistyped_one_is_answered_with_the_nearest(self, ana: Member, line: str) -> None:
        assert only(ana.ask(line)) == EN.error(
            ErrorKind.WRONG_USE, "no_mode_near", word="privat", near="private"
        )

    @pytest.mark.parametrize("line", ["/mode closed", "/modo cerrada", "/create class cerrado"])
    def test_closed_is_not_one_to_be_set(self, ana: Member, line: str) -> None:
        assert only(ana.ask(line)) == EN.error(ErrorKind.WRONG_USE, "close_closes")

    def test_when_it_becomes_private_those_not_invited_are_put_out_and_told(
        self, world: World, ana: Member, luis: Member, eva: Member
    ) -> None:
        ana.ask("/invite eva")
        for person in luis, eva:
            person.seen()
        ana.ask("/mode private")
        assert luis.seen() == [
            EN.deed("mode", "ana", "private"),
            EN.notice(
                "put_out", room="ops", why=EN.sentence("room_is_private", room="ops", name="luis")
            ),
            EN.notice("joined_room", room="lobby", here=EN.sentence("nobody_else")),
        ]
        assert eva.seen() == [EN.deed("mode", "ana", "private")]
        assert luis.session.room is luis.server.lobby

    def test_they_see_nothing_of_what_is_said_there_then(
        self, ana: Member, luis: Member, eva: Member
    ) -> None:
        ana.ask("/invite eva", "/mode private")
        luis.seen()
        eva.type("a secret")
        ana.type("indeed")
        assert luis.seen() == []

    def test_a_program_that_is_put_out_says_nothing_in_the_lobby(
        self, world: World, ana: Member, luis: Member
    ) -> None:
        luis.ask("/text")
        ana.ask("/mode private")
        assert luis.seen()[-1] == (EN.notice("in_no_room_now"))
        assert only(luis.ask("built")).startswith("ERR No room: ")
        assert world.server.lobby.head == 0

    def test_what_is_sent_before_one_can_have_read_that_one_was_put_out_is_not_said(
        self, world: World, ana: Member, luis: Member
    ) -> None:
        ana.ask("/mode private")
        assert world.server.lobby.people == 1
        said = ("psst", "/me waves", "/topic psst", "/topic", "/kick ana", "/who", "/mode open")
        for line in said:
            (error,) = luis.ask(line)
            assert error == EN.error(ErrorKind.NOT_SAID, "moved_just_now", room="ops"), line
        assert world.server.lobby.head == 0
        world.clock.advance(READING_SECONDS)
        assert luis.ask("hola") == ["<luis> hola"]

    def test_who_goes_elsewhere_at_once_may_speak_there_at_once(
        self, world: World, ana: Member, luis: Member
    ) -> None:
        ana.ask("/mode private")
        assert luis.ask("/msg #lobby hola", "/join tea", "hola")[-1] == "<luis> hola"

    def test_many_are_put_out_at_once_and_greeted_in_turns(self, world: World, ana: Member) -> None:
        crowd = [world.person() for _ in range(120)]
        for person in crowd:
            person.type("/join ops")
            person.seen()
        ana.send(b"/mode private\n")
        world.clock.advance(0)
        assert world.room("ops").people == 1
        for _ in range(5):
            world.settle()
        assert all(person.session.room is person.server.lobby for person in crowd)
        assert world.server.lobby.people == 120


class TestClosing:
    def test_it_is_asked_again_and_says_how_many_it_puts_out(
        self, world: World, ana: Member, luis: Member
    ) -> None:
        assert ana.ask("/close") == [
            EN.notice("would_close", room="ops", count=1),
            EN.notice("ask_again"),
        ]
        assert luis.seen() == []
        assert ana.ask("/close") == [EN.deed("close", "ana")]
        assert luis.seen()[:2] == [
            EN.deed("close", "ana"),
            EN.notice("put_out", room="ops", why=EN.sentence("room_is_closed", room="ops")),
        ]

    def test_after_a_minute_it_is_asked_anew(self, world: World, ana: Member) -> None:
        ana.ask("/close")
        world.clock.advance(CONFIRM_SECONDS)
        assert len(ana.ask("/close")) == 2
        ana.ask("/close")
        assert "closed" in only(ana.ask("/mode"))

    def test_it_is_listed_no_more_and_nobody_comes_in(
        self, world: World, ana: Member, luis: Member
    ) -> None:
        ana.ask("/close", "/close")
        assert luis.ask("/join ops")[0] == CANNOT_BE_USED
        luis.type("/leave")
        assert [line for line in luis.ask("/rooms") if "ops" in line] == []

    def test_the_owner_opens_it_again_and_nothing_is_lost(
        self, world: World, ana: Member, luis: Member
    ) -> None:
        luis.ask("hola")
        ana.ask("/close", "/close", "/mode open")
        assert f"[{local_time(0)}] <luis> hola" in luis.ask("/join ops")

    def test_what_is_closed_is_said_to_be(self, ana: Member) -> None:
        ana.ask("/close", "/close")
        assert only(ana.ask("/close")).startswith("*** #ops is closed: ")

    def test_wrong_use(self, ana: Member) -> None:
        assert only(ana.ask("/close now")).startswith("ERR Wrong use: ")


class TestInviting:
    def test_who_loses_a_higher_role_is_not_told_of_an_invitation(
        self, ana: Member, eva: Member
    ) -> None:
        eva.type("/leave")
        ana.type("/mode private", "/voice eva")
        eva.seen()
        ana.type("/unvoice eva")
        assert eva.seen() == []

    def test_who_is_invited_is_told_and_may_come_in(
        self, world: World, ana: Member, luis: Member
    ) -> None:
        ana.ask("/mode private")
        assert luis.session.room is luis.server.lobby
        luis.seen()
        assert ana.ask("/invite luis") == [EN.deed("invite", "ana", "luis")]
        assert luis.seen() == [EN.notice("you_were_invited", name="ana", room="ops")]
        assert luis.ask("/join ops")[0] == EN.notice(
            "joined_room", room="ops", here=EN.sentence("here", people="ana")
        )

    def test_one_who_is_not_here_is_told_at_the_next_login(self, world: World, ana: Member) -> None:
        world.register("eva")
        ana.ask("/invite eva")
        told = EN.notice("you_were_invited", name="ana", room="ops")
        assert told in world.member("eva", greeted=True).seen()
        assert told not in world.member("eva", greeted=True).seen()

    def test_not_if_the_invitation_was_taken_back(self, world: World, ana: Member) -> None:
        world.register("eva")
        ana.ask("/invite eva", "/uninvite eva")
        told = EN.notice("you_were_invited", name="ana", room="ops")
        assert told not in world.member("eva", greeted=True).seen()

    def test_a_program_is_not_told_for_the_person(self, world: World, ana: Member) -> None:
        world.register("eva")
        ana.ask("/invite eva")
        program = world.person()
        grant = program.server.credentials.grant_of(world.secret("eva"))
        account = program.server.accounts.table["eva"]
        program.server.logins.log_in(program.session, account, grant)
        told = EN.notice("you_were_invited", name="ana", room="ops")
        assert told not in program.seen()
        assert told in world.member("eva", greeted=True).seen()

    def test_of_a_guest_it_holds_as_long_as_they_are_here(self, world: World, ana: Member) -> None:
        ana.ask("/mode private")
        luis = world.person("luis")
        ana.ask("/invite luis")
        luis.hang_up()
        assert world.person("luis").ask("/join ops")[0] == CANNOT_BE_USED

    def test_of_a_registered_name_it_holds_also_when_they_are_not_here(
        self, world: World, ana: Member
    ) -> None:
        world.register("eva")
        assert ana.ask("/mode private", "/invite EVA")[-1] == EN.deed("invite", "ana", "eva")
        eva = world.member("eva")
        assert eva.ask("/join ops")[0] == EN.notice(
            "joined_room", room="ops", here=EN.sentence("here", people="ana")
        )

    def test_without_an_invitation_one_is_put_out(
        self, world: World, ana: Member, luis: Member, eva: Member
    ) -> None:
        ana.ask("/invite luis", "/invite eva", "/mode private")
        for name, person in ("luis", luis), ("eva", eva):
            person.seen()
            assert ana.ask(f"/uninvite {name}") == [EN.deed("uninvite", "ana", name)]
            assert person.session.room is person.server.lobby
            assert EN.notice("put_out", room="ops", why="#ops is private.") in person.seen()[1]

    def test_nobody_is_invited_twice(self, ana: Member, luis: Member) -> None:
        ana.ask("/invite luis")
        for name in "luis", "ana":
            answer = EN.notice("invited_already", name=name, room="ops")
            assert ana.ask(f"/invite {name}") == [answer]

    def test_what_was_not_given_is_not_taken(self, ana: Member, luis: Member) -> None:
        assert ana.ask("/uninvite luis") == [EN.notice("not_invited", name="luis", room="ops")]
        assert ana.ask("/unvoice luis") == [EN.notice("not_voiced", name="luis", room="ops")]
        assert ana.ask("/unop luis") == [EN.notice("not_operator", name="luis", room="ops")]

    def test_nobody_of_that_name(self, ana: Member) -> None:
        for command in "/invite", "/uninvite", "/voice", "/unvoice", "/op", "/unop":
            assert only(ana.ask(f"{command} nobody")) == EN.error(
                ErrorKind.NOBODY, "nobody", name="nobody"
            )
            assert only(ana.ask(f"{command} a!")).startswith("ERR Invalid name: ")
            assert only(ana.ask(command)).startswith("ERR Wrong use: ")
            assert only(ana.ask(f"{command} a b")).startswith("ERR Wrong use: ")

    def test_one_who_does_not_read_is_not_flooded(self, world: World, ana: Member) -> None:
        luis = world.person("luis")
        luis.stop_taking()
        for _ in range(2000):
            ana.type("/invite luis", "/uninvite luis")
        assert luis.session.subscriptions._inbox._size <= 64 * 1024
        assert not luis.session.stream.full

    def test_one_given_to_a_guest_who_has_registered_since_is_taken_back(
        self, world: World, ana: Member, luis: Member
    ) -> None:
        ana.type("/mode private", "/invite luis")
        luis.type("/join ops", "/register correct horse")
        assert luis.session.account == "luis"
        ana.type("/uninvite luis", "a secret")
        assert "<ana> a secret" not in luis.seen()
        assert luis.ask("/join ops")[0] == CANNOT_BE_USED

    def test_one_who_ignores_the_other_is_not_told(self, world: World, ana: Member) -> None:
        luis = world.person("luis")
        luis.type("/ignore ana")
        luis.seen()
        ana.type("/invite luis", "/uninvite luis", "/invite luis")
        assert luis.seen() == []


class TestVoices:
    def test_in_a_moderated_room_those_with_a_voice_speak(
        self, ana: Member, luis: Member, eva: Member
    ) -> None:
        ana.ask("/mode moderated")
        assert refused(luis, "hola") == (EN.sentence("room_is_moderated", room="ops", name="luis"))
        assert ana.ask("/voice luis") == [EN.deed("voice", "ana", "luis")]
        assert ana.ask("/voice luis") == [EN.notice("voiced_already", name="luis", room="ops")]
        assert luis.ask("hola") == ["<luis> hola"]
        ana.ask("/unvoice luis")
        refused(luis, "hola")

    def test_in_one_that_announces_operators_speak(
        self, ana: Member, luis: Member, eva: Member
    ) -> None:
        ana.ask("/mode announce", "/voice luis", "/op eva")
        assert refused(luis, "hola").startswith(EN.sentence("room_announces", room="ops"))
        assert eva.ask("hola") == ["<eva> hola"]

    def test_an_operator_must_be_registered(self, ana: Member, luis: Member) -> None:
        assert refused(ana, "/op luis").startswith(EN.sentence("not_registered_op", name="luis"))

    def test_an_operator_runs_the_room_and_makes_no_other(self, ana: Member, eva: Member) -> None:
        assert ana.ask("/op eva") == [EN.deed("op", "ana", "eva")]
        assert eva.ask("/topic hola") == [EN.notice("topic_set", name="eva", topic="hola")]
        assert refused(eva, "/op eva") == EN.sentence("only_owner", room="ops")
        assert ana.ask("/unop eva") == [EN.deed("unop", "ana", "eva")]
        assert refused(eva, "/topic hola") == EN.sentence("only_operators", room="ops")

    def test_who_loses_more_than_an_invitation_in_a_private_room_stays(
        self, world: World, ana: Member, luis: Member, eva: Member
    ) -> None:
        ana.ask("/op eva", "/voice luis", "/mode private", "/unop eva", "/unvoice luis")
        for person in luis, eva:
            assert person.session.room.name == "ops"
        ana.ask("/uninvite luis")
        assert luis.session.room is luis.server.lobby

    def test_a_voice_is_gone_with_the_invitation(self, ana: Member, luis: Member) -> None:
        ana.ask("/voice luis", "/uninvite luis", "/mode moderated")
        refused(luis, "hola")


class TestKicks:
    def test_one_is_out_and_in_the_lobby_and_told(
        self, world: World, ana: Member, luis: Member
    ) -> None:
        assert ana.ask("/kick luis enough  of it") == [
            EN.deed("kick", "ana", "luis", reason="enough  of it")
        ]
        assert luis.seen() == [
            EN.deed("kick", "ana", "luis", reason="enough  of it"),
            EN.notice(
                "put_out",
                room="ops",
                why=EN.sentence("kicked_why", by="ana", reason="enough  of it"),
            ),
            EN.notice("joined_room", room="lobby", here=EN.sentence("nobody_else")),
        ]
        assert luis.session.room is luis.server.lobby
        assert luis.ask("/join ops")[0].startswith(
            EN.notice("joined_room", room="ops", here=EN.sentence("here", people="ana"))
        )
        assert luis.ask("hola") == ["<luis> hola"]

    def test_without_a_reason(self, ana: Member, luis: Member) -> None:
        assert ana.ask("/kick luis") == [EN.deed("kick", "ana", "luis")]
        assert luis.seen()[1] == (
            EN.notice("put_out", room="ops", why=EN.sentence("kicked", by="ana", room="ops"))
        )

    def test_out_of_the_lobby_is_into_no_room(self, world: World) -> None:
        root, luis = world.member("root", admin=True), world.person("luis")
        root.ask("/kick luis")
        assert luis.session.room is None
        assert luis.seen()[-1] == (EN.notice("in_no_room_now"))
        assert only(luis.ask("hola")).startswith("ERR No room: ")

    def test_a_bare_program_can_be_kicked(self, world: World) -> None:
        root, program = world.member("root", admin=True), world.program()
        assert root.ask(f"/kick {program.session.name}") == [
            EN.deed("kick", "root", program.session.name)
        ]
        assert program.ask("hola") == ["ERR No room"]

    def test_all_connections_of_a_name_are_out(
        self, world: World, ana: Member, eva: Member
    ) -> None:
        again = world.member("eva")
        again.type("/join ops")
        ana.ask("/kick eva")
        assert {eva.session.room.name, again.session.room.name} == {"lobby"}

    def test_one_who_is_elsewhere_cannot_be_kicked(self, world: World, ana: Member) -> None:
        world.person("luis")
        assert ana.ask("/kick luis") == [
            EN.error(ErrorKind.NOBODY, "not_in_room", name="luis", room="ops")
        ]

    def test_what_was_said_before_stands_before_and_nothing_behind_it(self) -> None:
        world = World(slow=True)
        ana, luis = world.member("ana"), world.person("luis")
        for person in ana, luis:
            person.type("/join ops")
            world.release()
        world.introduce("ops")
        ana.seen()
        luis.seen()
        luis.send(b"before\n")
        ana.send(b"/kick luis\n")
        luis.send(b"behind\n")
        world.release()
        assert ana.seen()[:2] == ["<luis> before", EN.deed("kick", "ana", "luis")]
        seen = luis.seen()
        assert seen == [
            "<luis> before",
            EN.deed("kick", "ana", "luis"),
            EN.error(ErrorKind.NOT_ALLOWED, "being_put_out", room="ops"),
            EN.notice("put_out", room="ops", why=EN.sentence("kicked", by="ana", room="ops")),
            EN.notice("joined_room", room="lobby", here=EN.sentence("nobody_else")),
        ]

    def test_what_cannot_be_saved_is_not_done(self, expected_errors: Expect) -> None:
        world = World(slow=True)
        ana, luis = world.member("ana"), world.person("luis")
        for person in ana, luis:
            person.type("/join ops")
            world.release()
        world.introduce("ops")
        luis.seen()
        ana.seen()
        for line in "/kick luis", "/ban luis", "/mute luis", "/mode private":
            ana.type(line)
            world.store.fail()
            world.release()
            assert only(ana.seen()) == EN.error(ErrorKind.NOT_SAVED, "change_not_saved")
        assert luis.seen() == []
        luis.type("hola")
        world.release()
        assert luis.seen() == ["<luis> hola"]
        assert not world.room("ops").guarded
        assert ana.ask("/bans") == [EN.notice("no_sanctions", room="ops")]
        expected_errors()


class TestMutes:
    def test_one_reads_and_does_not_speak_until_the_time_is_over(
        self, world: World, ana: Member, luis: Member
    ) -> None:
        assert ana.ask("/mute luis 10m too  loud") == [
            EN.deed("mute", "ana", "luis", time="10m", reason="too  loud")
        ]
        assert luis.seen() == [EN.deed("mute", "ana", "luis", time="10m", reason="too  loud")]
        error = EN.sentence(
            "muted_why", room="ops", until=Moment(600), by="ana", reason="too  loud"
        )
        for line in "hola", "/me waves", "//etc", "/msg #ops hola":
            assert refused(luis, line) == error
        assert luis.ask("/history 1")[-1] == (
            f"[{local_time(0)}] {EN.deed('mute', 'ana', 'luis', time='10m', reason='too  loud')}"
        )
        world.wait(599)
        refused(luis, "hola")
        world.wait(1)
        assert luis.ask("hola") == ["<luis> hola"]
        assert not world.room("ops").guarded

    @pytest.mark.parametrize(("verb", "time"), [("mute", "1h"), ("ban", "7d")])
    @pytest.mark.parametrize("word", ["off", "no", "OFF"])
    def test_a_word_that_may_mean_to_undo_it_is_no_reason_without_a_time(
        self, ana: Member, luis: Member, verb: str, time: str, word: str
    ) -> None:
        advice = EN.error(ErrorKind.WRONG_USE, f"{verb}_is_not_undone", target="luis", word=word)
        assert ana.ask(f"/{verb} luis {word}") == [advice]
        assert ana.ask(f"/un{verb} luis") == [
            EN.notice("not_muted" if verb == "mute" else "not_banned", name="luis", room="ops")
        ]
        assert ana.ask(f"/{verb} luis {time} {word}") == [
            EN.deed(verb, "ana", "luis", time=time, reason=word)
        ]

    def test_of_a_network_neither(self, ana: Member) -> None:
        assert ana.ask("/ban 192.0.2.0/24 off") == [
            EN.error(ErrorKind.WRONG_USE, "ban_is_not_undone", target="192.0.2.0/24", word="off")
        ]

    @pytest.mark.parametrize("verb", ["mute", "ban"])
    def test_of_a_name_that_nobody_has_the_nearest_is_told(
        self, ana: Member, luis: Member, verb: str
    ) -> None:
        deed, answer = ana.ask(f"/{verb} rluiz 1h")
        assert deed == EN.deed(verb, "ana", "rluiz", time="1h")
        assert answer == EN.notice("sanctions_nobody_near", name="rluiz", near="luis")
        _, answer = ana.ask(f"/{verb} zzz 1h")
        assert answer == EN.notice("sanctions_nobody", name="zzz")

    def test_of_a_registered_name_that_is_not_here_nothing_more_is_told(
        self, world: World, ana: Member
    ) -> None:
        world.register("carla")
        assert ana.ask("/mute carla 1h") == [EN.deed("mute", "ana", "carla", time="1h")]

    def test_without_a_time_it_is_an_hour(self, ana: Member, luis: Member) -> None:
        assert ana.ask("/mute luis") == [EN.deed("mute", "ana", "luis", time="1h")]
        assert refused(luis, "hola") == (
            EN.sentence("muted", room="ops", until=Moment(HOUR), by="ana")
        )
        assert ana.ask("/mute luis because") == [
            EN.deed("mute", "ana", "luis", time="1h", reason="because")
        ]

    def test_times_are_bounded(self, ana: Member, luis: Member) -> None:
        for time in "0s", "367d", "9999w":
            for command in "/mute luis", "/ban luis", "/ban 192.0.2.1":
                assert ana.ask(f"{command} {time}") == [EN.error(ErrorKind.WRONG_USE, "wrong_time")]
        assert ana.ask("/mute luis 366d") == [EN.deed("mute", "ana", "luis", time="366d")]

    def test_a_new_name_does_not_help(self, ana: Member, luis: Member) -> None:
        ana.ask("/mute luis 10m")
        luis.ask(*UNDER_ANOTHER_NAME)
        refused(luis, "hola")
        assert ana.ask("/unmute otro") == [EN.deed("unmute", "ana", "otro")]
        assert luis.ask("hola") == ["<otro> hola"]

    def test_who_takes_the_name_then_is_somebody_else_once_it_is_lifted(
        self, world: World, ana: Member, luis: Member
    ) -> None:
        ana.ask("/mute luis 10m")
        luis.type("/leave", "/nick otro", "/join tea")
        ana.ask("/unmute luis")
        other = world.person("luis")
        for room in "ops", "tea":
            other.type(f"/join {room}")
        world.member("root", admin=True).type("/mute #ops luis", "/mute #tea luis")
        refused(other, "hola")
        assert luis.ask("hola") == ["<otro> hola"]
        assert luis.ask("/join ops", "hola")[-1] == "<otro> hola"

    def test_nor_to_come_again_with_the_old_one(
        self, world: World, ana: Member, luis: Member
    ) -> None:
        ana.ask("/mute luis 10m")
        luis.hang_up()
        luis = world.person("luis")
        luis.type("/join ops")
        refused(luis, "hola")

    def test_others_of_the_same_address_speak_on(self, world: World, ana: Member) -> None:
        pupils = [world.person(f"p{number}", network="192.0.2.1") for number in range(30)]
        for pupil in pupils:
            pupil.type("/join ops")
        ana.ask("/mute p7 1m")
        for number, pupil in enumerate(pupils):
            if number == 7:
                refused(pupil, "hola")
            else:
                assert pupil.ask("hola") == [f"<p{number}> hola"]
        world.wait(60)
        assert pupils[7].ask("hola") == ["<p7> hola"]

    def test_it_is_over_when_it_is_lifted(self, ana: Member, luis: Member) -> None:
        ana.ask("/mute luis")
        assert ana.ask("/unmute luis") == [EN.deed("unmute", "ana", "luis")]
        assert luis.ask("hola") == ["<luis> hola"]
        assert ana.ask("/unmute luis") == [EN.notice("not_muted", name="luis", room="ops")]

    def test_a_later_one_counts(self, world: World, ana: Member, luis: Member) -> None:
        ana.ask("/mute luis 1h", "/mute luis 1m")
        world.wait(60)
        assert luis.ask("hola") == ["<luis> hola"]

    def test_each_refused_line_is_answered_behind_the_receipts(self) -> None:
        world = World(slow=True)
        ana, luis = world.member("ana"), world.person("luis")
        for person in ana, luis:
            person.type("/join ops")
            world.release()
        world.introduce("ops")
        luis.send(b"one\ntwo\n")
        ana.send(b"/mute luis 1m\n")
        luis.send(b"three\nfour\n/who\n")
        luis.seen()
        world.release()
        seen = luis.seen()
        error = EN.error(ErrorKind.NOT_ALLOWED, "muted", room="ops", until=Moment(60), by="ana")
        assert [line[: len(error)] for line in seen] == [
            "<luis> one",
            "<luis> two",
            EN.deed("mute", "ana", "luis", time="1m"),
            error,
            error,
            EN.notice("people_in", room="ops", people="ana and luis"),
        ]

    def test_wrong_use(self, ana: Member) -> None:
        for line in "/mute", "/unmute", "/unmute a b", "/ban", "/ban @", "/unban @", "/bans x":
            assert only(ana.ask(line)).startswith("ERR Wrong use: "), line

    @pytest.mark.one_process("the test itself begins, holds or fails what is to be stored")
    def test_one_that_cannot_be_lifted_holds_also_under_another_name(
        self, expected_errors: Expect
    ) -> None:
        world, ana, luis = slow_world()
        for person, line in (ana, "/mute luis"), (luis, "/nick otro"):
            person.type(line)
            world.release()
        ana.type("/unmute luis")
        world.store.fail()
        world.release()
        assert refused(luis, "hola").startswith(MUTED)
        expected_errors()

    def test_one_that_could_not_be_kept_concerns_nobody_later(
        self, expected_errors: Expect
    ) -> None:
        world, ana, luis = slow_world()
        ana.type("/mute luis")
        world.store.fail()
        world.release()
        for person, line in (luis, "/nick otro"), (ana, "/mute luis"), (luis, "hola"):
            luis.seen()
            person.type(line)
            world.release()
        assert luis.seen() == ["<otro> hola"]
        expected_errors()

    def test_one_that_is_over_concerns_nobody_later(
        self, world: World, ana: Member, luis: Member
    ) -> None:
        ana.ask("/mute luis 1m")
        luis.type(*UNDER_ANOTHER_NAME)
        world.clock.advance(61)
        ana.ask("/mute luis 1m")
        assert luis.ask("hola") == ["<otro> hola"]

    def test_one_that_takes_its_place_concerns_the_same_people(
        self, ana: Member, luis: Member
    ) -> None:
        ana.ask("/mute luis 1m")
        luis.type(*UNDER_ANOTHER_NAME)
        ana.ask("/mute luis 10m")
        refused(luis, "hola")

    @pytest.mark.one_node("on a shared log no number of a guest comes back")
    def test_of_a_guests_number_nobody_else_has_it_after_a_restart(
        self, world: World, ana: Member
    ) -> None:
        silent = world.person()
        name = silent.session.name
        silent.type("/join ops")
        for line in f"/mute {name}", f"/ban {name}":
            ana.ask(line)
        refused(silent, "/join ops")
        world = world.restarted()
        others = [world.person() for _ in range(int(name.removeprefix("guest")))]
        assert others[-1].session.name == name
        assert others[-1].ask("/join ops", "hola")[-1] == f"<{name}> hola"

    def test_of_a_guests_number_that_nobody_has_there_is_none(self, ana: Member) -> None:
        assert ana.ask("/mute guest99") == [EN.error(ErrorKind.NOBODY, "nobody", name="guest99")]

    def test_so_much_of_a_reason_is_told_for_each_refused_line(
        self, ana: Member, luis: Member
    ) -> None:
        reason = "x" * 4000
        told = "x" * (REASON_CHARACTERS - 1) + "…"
        ana.ask("/ban 192.0.2.1 " + reason, "/ban 192.0.2.1 " + reason)
        assert ana.ask("/mute luis " + reason) == [
            EN.deed("mute", "ana", "luis", time="1h", reason=reason)
        ]
        assert refused(luis, "hola").endswith(f", by ana: {told}")
        assert all(line.endswith(f", by ana: {told}") for line in ana.ask("/bans")[1:])


class TestBans:
    def test_one_is_out_and_cannot_come_in_until_the_time_is_over(
        self, world: World, ana: Member, luis: Member
    ) -> None:
        assert ana.ask("/ban luis 2h spam") == [
            EN.deed("ban", "ana", "luis", time="2h", reason="spam")
        ]
        why = EN.sentence("banned_why", room="ops", until=Moment(2 * HOUR), by="ana", reason="spam")
        assert luis.seen() == [
            EN.deed("ban", "ana", "luis", time="2h", reason="spam"),
            EN.notice("put_out", room="ops", why=why),
            EN.notice("joined_room", room="lobby", here=EN.sentence("nobody_else")),
        ]
        luis.type("hola")
        for line in "/join ops", "/who ops", "/msg #ops hola", "/mode #ops":
            assert refused(luis, line) == why, line
        world.clock.advance(2 * HOUR)
        assert luis.ask("/join ops")[0] == EN.notice(
            "joined_room", room="ops", here=EN.sentence("here", people="ana")
        )

    def test_without_a_time_it_is_a_week(self, ana: Member, luis: Member) -> None:
        assert ana.ask("/ban luis") == [EN.deed("ban", "ana", "luis", time="7d")]

    def test_who_takes_a_banned_name_is_out(self, world: World, ana: Member) -> None:
        ana.ask("/ban troll")
        guest = world.person()
        guest.type("/join ops")
        guest.seen()
        guest.type("/nick troll")
        assert guest.session.room is guest.server.lobby

    def test_it_can_be_lifted(self, ana: Member, luis: Member) -> None:
        ana.ask("/ban luis")
        luis.type("/nick otro")
        refused(luis, "/join ops")
        assert ana.ask("/unban luis") == [EN.deed("unban", "ana", "luis")]
        assert luis.ask("/join ops")[0].startswith(ENTERED)
        assert ana.ask("/unban luis") == [EN.notice("not_banned", name="luis", room="ops")]

    def test_a_room_may_have_so_many(
        self, world: World, ana: Member, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("chatd.chat.sanctions.SANCTIONS", 2)
        ana.ask("/ban a 1m", "/mute b 1h")
        assert refused(ana, "/ban c") == (EN.sentence("too_many_sanctions", room="ops", count=2))
        assert ana.ask("/ban a 1m")[0] == EN.deed("ban", "ana", "a", time="1m")
        world.clock.advance(60)
        assert ana.ask("/ban c")[0] == EN.deed("ban", "ana", "c", time="7d")
        assert len(world.server.moderation.sanctions.in_room(world.room("ops"))) == 2
        kinds = sorted(record.kind for record in world.store.records())
        of_people = ("account", "login_network", "place", "visit")
        assert [kind for kind in kinds if kind not in of_people] == [
            "room",
            "sanction",
            "sanction",
        ]

    def test_all_are_listed_with_what_is_left(
        self, world: World, ana: Member, luis: Member
    ) -> None:
        ana.ask("/ban troll 2h spam", "/mute luis 10m")
        world.clock.advance(60)
        assert ana.ask("/bans") == [
            EN.notice("sanctions", count=2, room="ops"),
            EN.notice("mute_listed", target="luis", until=Moment(600), left="9m", by="ana."),
            EN.notice(
                "ban_listed",
                target="troll",
                until=Moment(2 * HOUR),
                left="1h 59m",
                by="ana: spam",
            ),
        ]
        refused(luis, "/bans")
        ana.ask(*(f"/ban t{number}" for number in range(60)))
        lines = ana.ask("/bans")
        assert (len(lines), lines[-1]) == (52, EN.notice("more_sanctions", count=12))

    def test_from_the_lobby_one_may_go_to_other_rooms(self, world: World, luis: Member) -> None:
        root = world.member("root", admin=True)
        luis.type("/leave")
        luis.seen()
        root.ask("/ban luis 1h")
        assert luis.session.room is None
        assert luis.seen()[-1] == (EN.notice("in_no_room_now"))
        assert refused(luis, "/leave") == (
            EN.sentence("banned", room="lobby", until=Moment(HOUR), by="root")
        )
        assert luis.ask("/join ops")[0].startswith(ENTERED)


class TestBansOfOldNames:
    """Accounts from versions in which such names could be registered."""

    @pytest.mark.parametrize("name", ["10.1.2.3", "NickServ", "luz."])
    @pytest.mark.parametrize("here", [True, False])
    def test_they_can_be_banned_and_muted_by_name(
        self, world: World, ana: Member, name: str, here: bool
    ) -> None:
        world.register(name)
        if here:
            world.member(name).type("/join ops")
        assert ana.ask(f"/ban {name}") == [EN.deed("ban", "ana", name, time="7d")]
        refused(world.member(name), "/join ops")
        assert ana.ask(f"/unban {name}") == [EN.deed("unban", "ana", name)]
        assert ana.ask(f"/mute {name}") == [EN.deed("mute", "ana", name, time="1h")]

    def test_that_name_is_no_address(self, world: World, ana: Member) -> None:
        world.register("10.1.2.3")
        ana.ask("/ban 10.1.2.3")
        assert world.person("zoe", network="10.1.2.3").ask("/join ops")[0].startswith(ENTERED)
        ana.ask("/unban 10.1.2.3")
        assert ana.ask("/ban 10.1.2.4")[0] == EN.notice("would_shut_out_nobody", room="ops")


class TestModeOfPrivateLines:
    EVERYONE, MEMBERS = EN.deed("private_everyone", "root"), EN.deed("private_members", "root")
    REFUSED = EN.error(ErrorKind.NOT_ALLOWED, "members_write")

    @pytest.fixture
    def root(self, world: World) -> Member:
        return world.member("root", admin=True)

    def test_members_alone_write_them(self, world: World, root: Member) -> None:
        eva, luis = world.member("eva"), world.person("luis")
        assert root.ask("/mode private-lines") == [EN.notice("private_lines_everyone")]
        assert root.ask("/mode private-lines members") == [self.MEMBERS]
        assert luis.seen() == [self.MEMBERS]
        for receiver in "eva", "root", "luis":
            assert luis.ask(f"/msg {receiver} hola") == [self.REFUSED]
        assert luis.ask("/mode private-lines") == [EN.notice("private_lines_members")]
        eva.ask("/msg luis hola")
        assert luis.seen() == ["(private) <eva> hola"]
        assert root.ask("/mode private-lines everyone") == [self.EVERYONE]
        eva.seen()
        luis.ask("/msg eva hola")
        assert eva.seen() == ["(private) <luis> hola"]

    def test_lines_in_rooms_are_not_concerned(self, world: World, root: Member) -> None:
        root.ask("/mode private-lines members")
        assert world.person("luis").ask("/msg #lobby hola") == ["<luis> hola"]

    def test_in_spanish_from_another_room(self, root: Member) -> None:
        root.ask("/join ops")
        root.ask("/idioma es")
        assert root.ask("/modo líneas-privadas miembros") == [
            ES.notice("in_room", room="lobby", did=ES.deed("private_members", "root")[4:])
        ]
        assert root.ask("/modo lineas-privadas") == [ES.notice("private_lines_members")]
        assert root.ask("/modo LÍNEAS-PRIVADAS Todos")[0].startswith("*** En #lobby: ")

    def test_again_it_is_only_told(self, world: World, root: Member) -> None:
        root.ask("/mode private-lines members")
        assert root.ask("/mode private-lines members") == [EN.notice("private_lines_members")]
        assert world.room("lobby").head == 1

    def test_it_is_valid_after_a_restart(self, world: World, root: Member) -> None:
        root.ask("/mode private-lines members")
        assert world.restarted().person("luis").ask("/msg root hola") == [self.REFUSED]

    @pytest.mark.one_node("its store is held back")
    def test_it_is_not_done_if_it_cannot_be_stored(self, expected_errors: Expect) -> None:
        world = World()
        root, luis = world.member("root", admin=True), world.person("luis")
        world.store.holds = True
        root.type("/mode private-lines members")
        world.settle()
        world.fail()
        world.settle()
        assert root.seen()[-1] == EN.error(ErrorKind.NOT_SAVED, "change_not_saved")
        world.store.holds = False
        assert luis.ask("/mode private-lines")[-1] == EN.notice("private_lines_everyone")
        expected_errors()

    def test_of_a_room_there_is_none(self, root: Member, ana: Member) -> None:
        assert only(root.ask("/mode #ops private-lines members")).startswith("ERR Wrong use: ")
        assert refused(ana, "/mode private-lines nobody") == EN.sentence("only_administrators")


class TestBansOfAddresses:
    ADDRESS = "192.0.2.7"

    def crowd(self, world: World, *, room: str = "ops") -> list[Member]:
        people = [world.person(name, network=self.ADDRESS) for name in ("zoe", "max", "")]
        for person in people:
            person.type(f"/join {room}")
            person.seen()
        return people

    def test_it_says_first_whom_it_would_shut_out(self, world: World, ana: Member) -> None:
        crowd = self.crowd(world)
        assert ana.ask("/ban @zoe 1h spam") == [
            EN.notice("would_shut_out", count=3, room="ops", people="max, zoe and 1 guest"),
            EN.notice("ask_again"),
        ]
        assert [person.seen() for person in crowd[:2]] == [[], []]
        assert ana.ask("/ban @zoe 1h spam") == [
            EN.deed("ban_address", "ana", "zoe", time="1h", reason="spam")
        ]
        for person in crowd:
            assert person.session.room is person.server.lobby
            refused(person, "/join ops")
        newcomer = world.person("nuevo", network=self.ADDRESS)
        refused(newcomer, "/join ops")

    def test_another_command_is_another_question(self, world: World, ana: Member) -> None:
        crowd = self.crowd(world)
        for line in (
            "/ban @zoe 1h",
            "/ban @zoe 2h",
            "/ban @zoe",
            "/ban @max",
            f"/ban {self.ADDRESS}",
        ):
            assert len(ana.ask(line)) == 2
        ana.ask("/ban @zoe 1h")
        world.wait(CONFIRM_SECONDS)
        assert len(ana.ask("/ban @zoe 1h")) == 2
        assert crowd[0].session.room.name == "ops"

    @pytest.mark.parametrize("named", [True, False])
    def test_one_who_spoke_and_went_had_one_too(
        self, world: World, ana: Member, named: bool
    ) -> None:
        guest = world.person("zoe" if named else "", network=self.ADDRESS)
        name = guest.session.name
        guest.type("/join ops", "buy this")
        guest.hang_up()
        ana.ask(f"/ban @{name} 1h")
        assert ana.ask(f"/ban @{name} 1h") == [EN.deed("ban_address", "ana", name, time="1h")]
        refused(world.person(network=self.ADDRESS), "/join ops")
        assert ana.ask(f"/unban @{name}") != [f"ERR Nobody: nobody here is called {name}."]
        world.person(network=self.ADDRESS).type("/join ops")
        assert world.room("ops").people == 2

    def test_one_who_went_and_said_nothing_is_nobody(self, world: World, ana: Member) -> None:
        guest = world.person("zoe", network=self.ADDRESS)
        guest.hang_up()
        assert only(ana.ask("/ban @zoe 1h")).startswith("ERR Nobody: ")

    def test_an_address_may_be_written_out(self, world: World, ana: Member) -> None:
        crowd = self.crowd(world)
        ana.ask(f"/ban {self.ADDRESS} 1h")
        assert ana.ask(f"/ban {self.ADDRESS} 1h") == [EN.deed("ban_network", "ana", time="1h")]
        assert crowd[0].session.room is crowd[0].server.lobby
        seen = ana.ask("/history 50") + crowd[0].ask("/rooms")
        assert not [line for line in seen if self.ADDRESS in line]

    def test_of_ipv6_it_is_the_network(self, world: World, ana: Member) -> None:
        guest = world.person(network="2001:db8::/64")
        ana.ask("/ban 2001:db8::dead:beef", "/ban 2001:db8::dead:beef")
        refused(guest, "/join ops")
        assert ana.ask("/bans")[1].startswith(
            EN.notice("ban_listed", target="2001:db8::/64", until=...)
        )
        assert ana.ask("/unban 2001:db8::1") == [EN.deed("unban_network", "ana")]
        guest.ask("/join ops")

    def test_from_where_nobody_is_connected(self, ana: Member) -> None:
        assert ana.ask("/ban 198.51.100.1")[0] == (EN.notice("would_shut_out_nobody", room="ops"))

    def test_a_network_may_be_written_out(self, world: World, ana: Member) -> None:
        crowd = self.crowd(world)
        assert ana.ask("/ban 192.0.2.0/24 1h")[0].startswith(
            EN.notice("would_shut_out", count=3, room="ops", people="max, zoe and 1 guest")
        )
        assert ana.ask("/ban 192.0.2.0/24 1h") == [EN.deed("ban_prefix", "ana", "/24", time="1h")]
        assert crowd[0].session.room is crowd[0].server.lobby
        refused(world.person(network="192.0.2.200"), "/join ops")
        seen = ana.ask("/history 50") + crowd[0].ask("/rooms")
        assert not [line for line in seen if "192.0.2" in line]
        assert ana.ask("/bans")[1].startswith(
            EN.notice("ban_listed", target="192.0.2.0/24", until=...)
        )
        assert refused(ana, f"/unban {self.ADDRESS}") == EN.sentence(
            "within_network", name=self.ADDRESS, other="192.0.2.0/24", room="ops"
        )
        assert ana.ask("/unban 192.0.2.0/24") == [EN.deed("unban_prefix", "ana", "/24")]
        assert crowd[1].ask("/join ops")[0].startswith(ENTERED)

    def test_of_a_person_it_is_as_wide_as_asked(self, world: World, ana: Member) -> None:
        world.person("zoe", network="2001:db8:7:12ff::/64")
        other = world.person("max", network="2001:db8:7:1::/64")
        assert ana.ask("/ban @zoe")[0].startswith(shut_out(1))
        assert ana.ask("/ban @zoe/48 2h")[0].startswith(shut_out(2))
        assert ana.ask("/ban @zoe/48 2h") == [EN.deed("ban_address", "ana", "zoe", time="2h")]
        assert ana.ask("/bans")[1].startswith(
            EN.notice("ban_listed", target="2001:db8:7::/48 (@zoe)", until=...)
        )
        refused(other, "/join ops")
        assert only(ana.ask("/unban @zoe/56")).endswith(
            EN.sentence("not_banned", name="", room="ops")
        )
        assert only(ana.ask("/unban @zoe/48")) == EN.deed("unban_address", "ana", "zoe")

    def test_only_who_may_ban_is_shown_addresses(self, world: World, ana: Member) -> None:
        self.crowd(world)
        ana.ask("/ban @zoe", "/ban @zoe")
        assert ana.ask("/bans")[1].startswith(
            EN.notice("ban_listed", target=f"{self.ADDRESS} (@zoe)", until=...)
        )

    def test_operators_and_administrators_are_never_shut_out(
        self, world: World, ana: Member
    ) -> None:
        op, root = world.member("op"), world.member("root", admin=True)
        for person in op, root:
            person.come_from(self.ADDRESS)
            person.type("/join ops")
        ana.ask("/op op")
        crowd = self.crowd(world)
        assert ana.ask("/ban @zoe")[0].startswith(shut_out(3))
        ana.ask("/ban @zoe")
        assert {op.session.room.name, root.session.room.name} == {"ops"}
        assert op.ask("/leave", "/join ops")[-1].startswith("[")
        assert crowd[0].session.room.name != "ops"

    def test_of_an_operator_it_is_refused(self, world: World, ana: Member) -> None:
        op = world.member("op", network=self.ADDRESS)
        other = world.member("other", network=self.ADDRESS)
        ana.ask("/op op", "/op other")
        assert op.session.network
        assert refused(other, "/ban #ops @op").startswith(
            EN.sentence("not_above_operator", name="op", room="ops")
        )

    def test_somebody_without_one(self, ana: Member, luis: Member) -> None:
        luis.come_from("")
        assert refused(ana, "/ban @luis") == (EN.sentence("no_address", name="luis"))
        assert only(ana.ask("/ban @nobody")).startswith("ERR Nobody: ")

    @pytest.mark.parametrize("who", ["@zoe", "@ZOE", ADDRESS])
    def test_it_can_be_lifted(self, world: World, ana: Member, who: str) -> None:
        crowd = self.crowd(world)
        ana.ask("/ban @zoe", "/ban @zoe")
        crowd[0].hang_up()
        assert only(ana.ask(f"/unban {who}")).startswith(
            EN.notice("did_unban", name="ana", target=...)
        )
        assert crowd[1].ask("/join ops")[0].startswith(ENTERED)
        assert only(ana.ask(f"/unban {who}")).endswith(
            EN.sentence("not_banned", name="", room="ops")
        )

    def test_from_the_lobby_those_who_come_are_told_and_in_no_room(self, world: World) -> None:
        root, zoe = world.member("root", admin=True), world.person("zoe", address=FAR)
        root.ask("/ban @zoe 1h", "/ban @zoe 1h")
        assert zoe.session.room is None
        error = EN.error(
            ErrorKind.NOT_ALLOWED, "banned", room="lobby", until=Moment(HOUR), by="root"
        )
        newcomer = world.person(greeted=True, address=FAR)
        assert newcomer.seen() == [
            *EN.notices("welcome_outside", name="guest3"),
            error,
        ]
        assert only(newcomer.ask("hola")).startswith("ERR No room: ")
        assert newcomer.ask("/leave") == [error]
        assert newcomer.ask("/join ops")[0] == EN.notice("joined_new_room", room="ops")
        program = Member(world, world.bare, FAR)
        program.type("hola")
        assert program.seen() == ["ERR Not allowed", "ERR No room"]
        welcomed = world.person(greeted=True).seen()[0]
        assert welcomed.endswith(EN.sentence("here", people="root"))

    def test_one_whose_address_becomes_known_late_is_put_out(self, world: World) -> None:
        root = world.member("root", admin=True)
        root.ask(f"/ban {FAR.host} 1h", f"/ban {FAR.host} 1h")
        protocol = world.chat.build(HERE, located=False)
        transport = StringTransport(peerAddress=HERE)
        protocol.makeConnection(transport)
        assert protocol.session.room.name == "lobby"
        transport.clear()
        protocol.connection.address.introduce(FAR, HERE, None)
        protocol.connection.address_known()
        protocol.dataReceived(b"hola\n")
        world.settle()
        assert protocol.session.room is None
        seen = transport.value().decode().split("\n")
        banned = EN.sentence("banned", room="lobby", until=Moment(HOUR), by="root")
        assert seen[0] == EN.notice("put_out", room="lobby", why=banned)
        assert seen[2].startswith("ERR No room: ")
        assert root.seen() == []

    def test_an_administrator_who_logs_in_from_there_may_go_there(self, world: World) -> None:
        root = world.member("root", admin=True)
        root.ask(f"/ban {FAR.host} 1h", f"/ban {FAR.host} 1h")
        late = world.person(address=FAR)
        assert late.session.room is None
        world.server.logins.log_in(late.session, world.server.accounts.table["root"])
        assert late.ask("/leave")[0].startswith(EN.notice("joined_room", room="lobby", here=...))

    def test_when_the_name_is_somebody_elses_by_then_it_is_asked_anew(
        self, world: World, ana: Member
    ) -> None:
        max = world.person("max", network="192.0.2.7")
        ana.ask("/ban @max")
        max.hang_up()
        world.person("max", network="198.51.100.1")
        assert ana.ask("/ban @max") == [
            EN.notice("would_shut_out", count=1, room="ops", people="max"),
            EN.notice("ask_again"),
        ]
        assert ana.ask("/bans") == [EN.notice("no_sanctions", room="ops")]


class TestEqualsAndBetters:
    @pytest.mark.parametrize("command", ["/kick", "/mute", "/unmute", "/ban", "/unban", "/ban @"])
    @pytest.mark.parametrize(
        ("who", "error"),
        [
            ("ana", EN.sentence("not_above_owner", name="ana", room="ops")),
            (
                "eva",
                EN.sentence("not_above_operator", name="eva", room="ops"),
            ),
            ("op", EN.sentence("not_above_operator", name="op", room="ops")),
            ("root", EN.sentence("not_above_administrator", name="root")),
        ],
    )
    def test_an_operator_does_nothing_to_them(
        self, world: World, ana: Member, eva: Member, command: str, who: str, error: str
    ) -> None:
        people = {"ana": ana, "eva": eva, "op": world.member("op")}
        people["root"] = world.member("root", admin=True)
        for person in people.values():
            person.type("/join ops")
            person.come_from("192.0.2.1")
        ana.ask("/op op", "/op eva")
        line = f"{command}{who}" if command.endswith("@") else f"{command} {who}"
        assert refused(people["op"], line) == error
        assert {person.session.room.name for person in people.values()} == {"ops"}

    def test_the_owner_does_to_an_operator(self, world: World, ana: Member, eva: Member) -> None:
        ana.ask("/op eva", "/mute eva")
        refused(eva, "hola")
        assert refused(eva, "/unmute eva").startswith(MUTED)
        ana.ask("/ban eva")
        refused(eva, "/join ops")
        refused(eva, "/kick #ops ana")

    def test_operators_are_not_taken_their_voice(
        self, world: World, ana: Member, eva: Member
    ) -> None:
        op = world.member("op")
        ana.ask("/op op", "/op eva")
        for line in "/unvoice #ops eva", "/uninvite #ops eva", "/uninvite #ops ana":
            refused(op, line)

    def test_nobody_does_it_to_an_administrator(self, world: World, ana: Member) -> None:
        root, other = world.member("root", admin=True), world.member("other", admin=True)
        assert other.session.room is other.server.lobby
        for line in "/kick other", "/ban other", "/mute root", "/disconnect other":
            refused(root, line)


class TestAdministrators:
    def test_a_word_to_all_is_in_every_room_with_people(
        self, world: World, ana: Member, luis: Member
    ) -> None:
        root = world.member("root", admin=True)
        guest = world.person()
        word = EN.deed("wall", "root", reason="tea  is ready")
        assert root.ask("/wall tea  is ready") == [word]
        assert luis.seen() == guest.seen() == [word]
        assert luis.ask("/history 1")[1].endswith(word)
        root.type("/kick luis")
        world.server.moves.leave(root.session)
        assert root.ask("/wall hola") == [EN.notice("said_to_all")]
        assert only(root.ask("/wall")).startswith("ERR Wrong use: ")

    def test_a_name_can_be_disconnected(self, world: World, ana: Member, eva: Member) -> None:
        root = world.member("root", admin=True)
        again = world.member("eva")
        ana.seen()
        assert EN.notice("disconnected", count=2, name="eva") in root.ask("/disconnect eva")
        for person in eva, again:
            assert person.seen()[-1] == EN.deed("disconnect", "root", "you")
            assert person.closed
            assert person.ask("hola") == []
        assert EN.deed("disconnect", "root", "eva") in ana.seen()
        assert not world.server.names.of("eva")
        assert only(root.ask("/disconnect eva")).startswith("ERR Nobody: ")

    @pytest.mark.one_process("figures begin anew in another process")
    def test_figures(self, world: World, ana: Member, luis: Member) -> None:
        root = world.member("root", admin=True)
        luis.ask("hola")
        world.clock.advance(90)
        assert root.ask("/stats server") == EN.notices(
            "statistics",
            versions=versions(),
            time="1m 30s",
            connections=3,
            names=3,
            rooms=2,
            lines=1,
            accounts=2,
            store=world.store.describe(Language.ENGLISH),
        )
        assert only(root.ask("/stats x")).startswith("ERR Wrong use: ")

    def test_what_one_uses_is_for_all(self) -> None:
        world = World(budgets={"lines.account": 200, "bytes.64": 2 << 20})
        ana = world.member("ana")
        ana.ask("hola")
        assert ana.ask("/stats") == [
            EN.notice("budgets"),
            budget_row("connections", ("64", "1"), ("all", "1")),
            budget_row("lines", ("account", "1", "100")),
            budget_row("bytes", ("64", "334", "1M")),
            budget_row("hooks", ("account", "0"), ("64", "0"), ("all", "0")),
            budget_row("pushes", ("64", "0"), ("all", "0")),
        ]
        assert ana.ask("/idioma es", "/estado")[2] == (
            budget_row("connections", ("64", "1"), ("all", "1"), sentences=ES)
        )

    def test_for_others_there_is_none_of_it(self, ana: Member, luis: Member) -> None:
        for person in ana, luis:
            for line in "/wall hola", "/disconnect luis", "/stats server", "/wall", "/disconnect":
                assert refused(person, line) == EN.sentence("only_administrators")

    def test_what_is_remembered_from_then_on_counts_for_more(self) -> None:
        for name in "join", "create", "invite", "voice", "op", "mute", "ban":
            assert COMMANDS[name].cost == KEEPING_COST

    def test_they_mute_and_ban_the_owner_too(self, world: World, ana: Member, luis: Member) -> None:
        root = world.member("root", admin=True)
        root.ask("/mute #ops ana")
        refused(ana, "hola")
        refused(ana, "/unmute ana")
        root.ask("/ban #ops ana")
        assert ana.session.room is ana.server.lobby
        refused(ana, "/unban #ops ana")


class TestComingAndGoing:
    def test_a_logout_puts_out_of_a_private_room(
        self, world: World, ana: Member, eva: Member
    ) -> None:
        ana.ask("/invite eva", "/mode private")
        eva.seen()
        world.server.logins.log_out(eva.session)
        assert eva.session.name.startswith("guest")
        assert eva.session.room is eva.server.lobby
        assert eva.seen()[0].startswith(
            EN.notice(
                "put_out", room="ops", why=EN.sentence("room_is_private", room="ops", name=...)
            )
        )

    def test_a_mute_holds_for_who_has_logged_out(
        self, world: World, ana: Member, eva: Member
    ) -> None:
        ana.ask("/mute eva")
        world.server.logins.log_out(eva.session)
        eva.type("/leave", "/nick otra", "/join ops")
        refused(eva, "hola")
        world.member("eva").hang_up()
        ana.ask("/unmute eva")
        assert eva.ask("hola") == ["<otra> hola"]

    def test_who_logs_in_to_a_banned_account_is_out(self, world: World, ana: Member) -> None:
        world.register("eva")
        ana.ask("/ban eva")
        guest = world.person("otra")
        guest.type("/join ops")
        world.server.logins.log_in(guest.session, world.server.accounts.table["eva"])
        assert guest.session.room is guest.server.lobby

    def test_an_account_that_goes_takes_its_roles_and_rooms_with_it(
        self, world: World, ana: Member, eva: Member
    ) -> None:
        ana.ask("/op eva", "/create own", "/create closed private", "/leave")
        moderation = world.server.moderation
        gone = world.server.registrations.records_of("eva")
        rights = [put for put in gone if put.table.kind not in ("place", "login_network")]
        assert [(put.table.kind, put.key, put.value) for put in rights] == [
            ("role", "ops/eva", None)
        ]
        gone = world.server.registrations.records_of("ana")
        change(world.store, *gone)
        assert {key: (run.owner, run.mode) for key, run in moderation.roles.rooms.items()} == {
            "ops": ("", "open"),  # eva runs it
            "closed": ("", "private"),
        }

    def test_a_named_person_who_is_put_out_is_said_to_leave(
        self, world: World, ana: Member, luis: Member
    ) -> None:
        world.wait(LASTING)
        ana.seen()
        assert ana.ask("/kick luis") == [
            EN.deed("kick", "ana", "luis"),
            EN.notice("left_one", people="luis"),
        ]

    def test_an_administrator_whose_name_was_banned_before_may_log_in_there(
        self, world: World, ana: Member
    ) -> None:
        ana.ask("/ban eva")
        world.register("eva", admin=True)
        guest = world.person()
        guest.type("/join ops")
        world.server.logins.log_in(guest.session, world.server.accounts.table["eva"])
        assert guest.session.room.name == "ops"


class TestWhatHoldsForWhom:
    def test_one_who_is_muted_by_name_and_logs_out_stays_muted(
        self, world: World, ana: Member, eva: Member
    ) -> None:
        ana.ask("/mute eva")
        again = world.member("eva")  # not there when it was ordered
        again.ask("/join ops", "/logout")
        assert refused(again, "hola").startswith(MUTED)

    def test_one_who_logs_out_is_not_muted_for_somebody_else(
        self, world: World, ana: Member, luis: Member, eva: Member
    ) -> None:
        ana.ask("/mute luis")
        eva.ask("/logout")
        assert eva.ask("hola") == [f"<{eva.session.name}> hola"]

    def test_when_an_account_goes_others_keep_what_they_are(
        self, world: World, ana: Member, eva: Member
    ) -> None:
        zoe = world.member("zoe")
        ana.ask("/op eva", "/op zoe")
        change(world.store, *world.server.registrations.records_of("eva"))
        zoe.ask("/join ops")
        assert zoe.ask("/kick nobody")[0].startswith("ERR Nobody: ")
        assert refused(eva, "/kick zoe").startswith(EN.sentence("only_operators", room="ops"))

    def test_a_room_whose_owner_goes_is_nobodys_if_only_they_ran_it(
        self, world: World, ana: Member, luis: Member, eva: Member
    ) -> None:
        ana.ask("/voice eva")
        change(world.store, *world.server.registrations.records_of("ana"))
        mode, *members = luis.ask("/mode")
        assert EN.sentence("means_free") in mode
        assert members == [EN.notice("voiced_are", people="eva")]

    def test_that_there_is_an_administrator_changes_the_lobby_alone(self, world: World) -> None:
        luis = world.person("luis")
        luis.ask("/join ops")
        world.member("root", admin=True)
        assert EN.sentence("means_free") in only(luis.ask("/mode"))
        assert EN.sentence("means_open") in only(luis.ask("/mode #lobby"))

    def test_a_guests_voice_does_not_lower_what_their_account_is(
        self, world: World, ana: Member, luis: Member
    ) -> None:
        ana.ask("/mode moderated", "/voice luis")
        world.register("eva")
        give_role(world.member("eva"), Role.OPERATOR, "ops")
        world.server.logins.log_in(luis.session, world.server.accounts.table["eva"])
        assert luis.ask("/kick nobody")[-1].startswith("ERR Nobody: ")

    def test_what_is_over_is_not_listed(self, world: World, ana: Member) -> None:
        ana.ask("/mute x 1m", "/mute y 1h")
        world.clock.advance(60)
        assert ana.ask("/bans")[0] == EN.notice("sanctions", count=1, room="ops")

    def test_who_is_gone_is_remembered_in_no_way(
        self, world: World, ana: Member, luis: Member
    ) -> None:
        ana.ask("/voice luis", "/mute luis")
        luis.hang_up()
        moderation = world.server.moderation
        assert not moderation.roles.given._given
        assert not moderation.sanctions._bound

    def test_a_room_that_is_open_again_is_hidden_no_more(self, world: World, ana: Member) -> None:
        guest = world.person()
        ana.ask("/mode private", "hola", "/mode open")
        assert not world.server.moderation.hidden
        ana.ask("/mute x")
        assert not world.server.moderation.hidden
        assert any("#ops" in line for line in guest.ask("/rooms"))
