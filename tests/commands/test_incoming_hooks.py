"""/hook in, as people use it: what it does, to whom it is refused, what is seen."""

from __future__ import annotations

import pytest

from chatd.errors import ErrorKind
from chatd.webhooks.incoming.registry import HookUse
from tests.support.answers import only
from tests.support.hooks import ADDRESS, hook_called, let_tools_in, path_of_new
from tests.support.sentences import EN, ES
from tests.support.world import FAR, Member, World

pytestmark = pytest.mark.one_process("the test sets what another process reads in its settings")


@pytest.fixture
def world() -> World:
    world = World()
    let_tools_in(world)
    return world


def owner(world: World, name: str = "ana", room: str = "ops") -> Member:
    """Return a person who owns a room, and is there."""
    member = world.member(name)
    member.type(f"/join {room}")
    member.seen()
    return member


@pytest.fixture
def ana(world: World) -> Member:
    return owner(world)


class TestMaking:
    def test_is_told_in_the_room_and_the_url_to_its_maker(self, world: World, ana: Member) -> None:
        luis = world.person("luis")
        luis.type("/join ops")
        world.introduce("ops")
        ana.seen(), luis.seen()
        deed, said = ana.ask("/hook in Alerts")
        assert deed == EN.deed("hookin", "ana", "Alerts")
        assert said.startswith(EN.notice("hook_made", url=f"{ADDRESS}/hooks/"))
        assert luis.seen() == [deed]

    def test_in_spanish(self, world: World, ana: Member) -> None:
        ana.ask("/idioma es")
        for word in ("entrante", "entrada", "IN"):
            deed, _ = ana.ask(f"/webhook {word} alertas")
            assert deed == ES.deed("hookin", "ana", "alertas")
            assert only(ana.ask("/gancho quitar alertas")) == ES.deed("unhookin", "ana", "alertas")

    def test_for_another_room(self, world: World, ana: Member) -> None:
        ana.type("hola", "/leave")
        seen = ana.ask("/hook #ops in alerts")
        assert seen[0] == EN.deed("hookin", "In #ops: ana", "alerts")
        assert hook_called(world, "alerts").room == "ops"

    def test_asks_for_the_password_unless_it_was_typed_lately(
        self, world: World, ana: Member
    ) -> None:
        world.wait(600)
        asked = only(ana.ask("/hook in alerts"))
        assert asked.startswith(EN.notice("shown_present_password_prompt")[:20])
        assert not list(world.server.incoming)
        seen = ana.ask("correct horse")
        assert seen[-1].startswith(EN.notice("hook_made", url=f"{ADDRESS}/hooks/"))

    @pytest.mark.parametrize(
        ("name", "error"),
        [
            ("17", EN.error(ErrorKind.INVALID_NAME, "hook_name_is_number", name="17")),
            ("admin", EN.error(ErrorKind.INVALID_NAME, "reserved_name", name="admin")),
            ("guest7", EN.error(ErrorKind.INVALID_NAME, "reserved_name", name="guest7")),
            ("a b", EN.error(ErrorKind.INVALID_NAME, "invalid_name", name="a b")),
            ("ana", EN.error(ErrorKind.NAME_IN_USE, "name_in_use", name="ana")),
            ("Luis", EN.error(ErrorKind.NAME_IN_USE, "name_in_use", name="Luis")),
            ("1uis", EN.error(ErrorKind.NAME_IN_USE, "looks_like_name", name="1uis", other="luis")),
        ],
    )
    def test_a_name_that_cannot_be_one_is_refused(
        self, world: World, ana: Member, name: str, error: str
    ) -> None:
        luis = world.person("luis")
        luis.seen(), ana.seen()
        assert only(ana.ask(f"/hook in {name}")) == error
        assert not list(world.server.incoming)

    def test_a_server_without_http_says_so(self, ana: Member) -> None:
        world = World()
        assert only(owner(world).ask("/hook in alerts")) == (
            EN.error(ErrorKind.NOT_ALLOWED, "no_web_address")
        )

    def test_who_may_be_overheard_is_shown_no_url(self, world: World) -> None:
        world.register("ana")
        ana = world.person(address=FAR)
        ana.server.logins.log_in(ana.session, ana.server.accounts.table["ana"])
        ana.type("/join ops")
        ana.seen()
        assert only(ana.ask("/hook in alerts")) == (
            EN.error(ErrorKind.NOT_ENCRYPTED, "no_secret_in_clear")
        )

    def test_who_does_not_run_the_room_is_refused(self, world: World, ana: Member) -> None:
        ana.type("/mode open")
        luis = world.member("luis")
        luis.type("/join ops")
        luis.seen()
        for command in ("in alerts", "list", "remove alerts"):
            assert only(luis.ask(f"/hook {command}")).startswith(
                f"ERR {ErrorKind.NOT_ALLOWED.value}"
            )

    @pytest.mark.parametrize("argument", ["in", "in ", "list x", "remove", "inn x", "answers x"])
    def test_other_arguments_are_wrong(self, ana: Member, argument: str) -> None:
        assert only(ana.ask(f"/hook {argument}")).startswith(f"ERR {ErrorKind.WRONG_USE.value}")


class TestName:
    def test_is_of_nobody_else(self, world: World, ana: Member) -> None:
        path_of_new(ana)
        luis = world.person()
        for name in ("alerts", "Alerts"):
            assert only(luis.ask(f"/nick {name}")) == (
                EN.error(ErrorKind.NAME_IN_USE, "hook_has_name", name=name)
            )
        assert only(luis.ask("/nick a1erts")) == EN.error(
            ErrorKind.NAME_IN_USE, "looks_like_name", name="a1erts", other="alerts"
        )
        assert only(luis.ask("/msg alerts hola")).startswith("ERR Nobody")
        assert "alerts" not in str(luis.ask("/who ops"))
        (answer,) = _result(world.ask_operator("add", name="alerts", hash="$argon2x"))
        assert "is the name of a webhook" in answer["error"]

    def test_is_of_its_maker_in_other_rooms_and_of_no_other(
        self, world: World, ana: Member
    ) -> None:
        path_of_new(ana)
        luis = owner(world, "luis", "dev")
        assert only(luis.ask("/hook in alerts")) == (
            EN.error(ErrorKind.NAME_IN_USE, "hook_has_name", name="alerts")
        )
        ana.type("hola", "/join web")
        ana.seen()
        assert path_of_new(ana)
        assert only(ana.ask("/hook in alerts")) == (
            EN.error(ErrorKind.NAME_IN_USE, "hook_is_here", name="alerts", room="web")
        )

    def test_is_free_after_the_last_remove(self, world: World, ana: Member) -> None:
        path_of_new(ana)
        assert only(ana.ask("/hook remove Alerts")) == EN.deed("unhookin", "ana", "alerts")
        assert only(world.person().ask("/nick alerts")) == EN.notice("you_are", name="alerts")
        assert only(ana.ask("/hook remove alerts")) == EN.error(
            ErrorKind.WRONG_USE, "no_such_hook", number="alerts", room="ops"
        )


def test_a_list_has_hooks_of_both_directions(world: World, ana: Member) -> None:
    path_of_new(ana, "builds")
    path_of_new(ana, "alerts")
    ana.ask("/hook add http://example.com/")
    hook = hook_called(world, "alerts", node=0)
    ana.server.incoming.count_use(hook, HookUse(2, 60, "no_text", 60))
    count, out, alerts, builds = ana.ask("/hook list")
    assert count == EN.notice("hooks", count=3, room="ops")
    assert out.startswith("*** 1. http://example.com")
    assert "2 posts" in alerts
    assert "no_text" in alerts
    assert hook.kept.start in alerts
    assert "not used yet" in builds


class TestEnding:
    def test_with_the_right_of_its_maker(self, world: World, ana: Member) -> None:
        ana.type("/mode open")
        luis = world.member("luis")
        luis.type("/join ops")
        ana.type("/op luis")
        luis.seen()
        path_of_new(luis)
        ana.seen()
        ana.type("/unop luis")
        assert EN.deed("endhookin", "ana", "alerts") in ana.seen()
        assert not list(world.server.incoming)

    def test_with_the_account(self, world: World, ana: Member) -> None:
        path_of_new(ana)
        assert _result(world.ask_operator("remove", name="ana"))
        assert not list(world.server.incoming)
        assert ("ana", "endhookin alerts 0") in world.deeds("ops")

    def test_not_with_a_mode_in_which_its_maker_has_the_right(
        self, world: World, ana: Member
    ) -> None:
        path_of_new(ana)
        ana.type("/mode private")
        assert list(world.server.incoming)


class TestOfTheOperator:
    def test_gives_the_url_and_is_told_in_the_room(self, world: World, ana: Member) -> None:
        ana.type("hola")
        ana.seen()
        (made,) = _result(world.ask_operator("hook", room="#Ops", name="alerts"))
        assert made["said"].startswith(f"{ADDRESS}/hooks/")
        assert ana.seen() == [EN.deed("hookin", "chatd", "alerts")]
        assert only(ana.ask("/hook in alerts")).startswith("ERR Name in use")
        assert only(ana.ask("/hook remove alerts")) == EN.deed("unhookin", "ana", "alerts")

    @pytest.mark.parametrize(
        ("request_", "reason"),
        [
            ({"room": "nowhere", "name": "alerts"}, "there is no room #nowhere"),
            ({"room": "ops", "name": "ana"}, "ana is taken"),
            ({"room": "ops", "name": "17"}, "17 is a number"),
            ({"room": "ops"}, "the name is missing"),
            ({"name": "alerts"}, "the room is missing"),
        ],
    )
    def test_is_refused_with_the_reason(
        self, world: World, ana: Member, request_: dict[str, object], reason: str
    ) -> None:
        ana.type("hola")
        (made,) = _result(world.ask_operator("hook", **request_))
        assert reason in made["error"]


def _result(deferred: object) -> list[dict[str, str]]:
    """Return the result of a Deferred that has fired, in a list."""
    return [deferred.result]  # type: ignore[attr-defined]
