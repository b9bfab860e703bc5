"""A right that has ended ends everything that acts by it.

Eva runs #ops with ana, and all that can act for her does: a terminal, a browser, an event stream, a
program with a token, a hook. Then her right ends in one of the ways there are, and a secret is
said. None of them may be sent it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from chatd.webhooks.registry import Rules
from chatd.webhooks.urls import networks_of
from tests.support.browser import browser
from tests.support.http import HttpClient, SiteWorld, request
from tests.support.receivers import Receiver, outgoing_of
from tests.support.sentences import EN
from tests.support.world import PASSWORD, Member, World

SECRET = "the launch code is 0000"
VOICELESS = EN.sentence("room_is_moderated", room="ops", name=...)
"""The beginning of the refusal to who may not speak in #ops."""


class Scene(SiteWorld):
    """Ana owns #ops, where eva is an operator; boss administers the server."""

    def __init__(self) -> None:
        super().__init__()
        self.world.register("boss", admin=True)
        self.server.hooks.rules = Rules(networks_of("any"), tls=True)
        self.receiver = Receiver()
        self.deliveries = outgoing_of(self.server, self.receiver, self.clock)
        self.deliveries.start()
        self.ana, self.eva = self.world.member("ana"), self.world.member("eva")
        self.ana.type("/create ops", "/op eva")
        self.eva.type("/join ops")
        self.settle()

    def settle(self) -> None:
        self.clock.pump([0] * 8)

    def say_secret(self) -> None:
        self.ana.type("/join ops", SECRET)
        self.settle()
        assert SECRET in str(self.ana.seen())


def by_ana(*lines: str) -> Callable[[Scene], None]:
    return lambda scene: scene.ana.type(*lines)


def unregisters(scene: Scene) -> None:
    scene.ana.type("/mode private")
    scene.world.member("eva").type(f"/unregister {PASSWORD}")


def is_removed(scene: Scene) -> None:
    scene.ana.type("/mode private")
    scene.world.ask_operator("remove", name="eva")


def is_registered_anew(scene: Scene) -> None:
    is_removed(scene)
    scene.settle()
    somebody = scene.world.person("eva")
    somebody.type("/register another password")


def is_demoted(scene: Scene) -> None:
    scene.ana.type("/unop eva")
    scene.world.ask_operator("promote", name="eva")
    scene.ana.type("/mode private")
    scene.world.ask_operator("demote", name="eva")


ENDS = {
    "closed": by_ana("/close", "/close"),
    "private": by_ana("/unop eva", "/mode private"),
    "uninvited": by_ana("/mode private", "/unop eva", "/uninvite eva"),
    "banned": by_ana("/ban eva"),
    "unregisters": unregisters,
    "removed": is_removed,
    "registered anew": is_registered_anew,
    "demoted": is_demoted,
}
"""The ways in which eva loses the right to read #ops."""


class Acting:
    """A client or a hook that acts for eva. It is made before her right ends."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.begin()

    def begin(self) -> None:
        """Begin to act."""

    def shown(self) -> str:
        """Return all that it was sent since, or is sent when it asks."""
        raise NotImplementedError


class Terminal(Acting):
    def shown(self) -> str:
        eva = self.scene.eva
        eva.type("/history", "/search launch", "/since 1d", "/missed", "/mentions", "/who ops")
        eva.type("/msg #ops hola", "/topic #ops hola", "/hook #ops list", "/join ops")
        return "\n".join(eva.seen())


class Browser(Acting):
    def begin(self) -> None:
        self.browser = browser(self.scene.world)
        self.browser.say(f"/login eva {PASSWORD}")
        self.browser.send("enter", room="ops")

    def shown(self) -> str:
        for verb in "history", "people", "enter":
            self.browser.send(verb, room="ops")
        self.browser.send("search", room="ops", text="launch")
        return json.dumps(self.browser.seen())


class OfToken(Acting):
    def begin(self) -> None:
        self.headers = {"authorization": f"Bearer {self.scene.token('eva')}"}


class Stream(OfToken):
    def begin(self) -> None:
        super().begin()
        self.caller: HttpClient = self.scene.caller()
        self.caller.send(request("GET", "/api/rooms/ops/stream", **self.headers))

    def shown(self) -> str:
        self.caller.settle()
        return self.caller.bytes_seen().decode()


class Token(OfToken):
    def shown(self) -> str:
        path = "/api/rooms/ops/messages"
        got = self.scene.ask("GET", path, **self.headers)
        said = self.scene.ask("POST", path, b"hola", **self.headers)
        assert got.status in (401, 403, 404)
        assert said.status in (401, 403, 409)
        return got.body.decode() + said.body.decode()


class Hook(Acting):
    def begin(self) -> None:
        self.scene.eva.type("/hook #ops add https://example.com/")
        self.scene.settle()

    def shown(self) -> str:
        return "\n".join(self.scene.receiver.texts())


THINGS = (Terminal, Browser, Stream, Token, Hook)


@pytest.mark.parametrize("thing", THINGS)
def test_each_of_them_hears_it_while_the_right_lasts(thing: type[Acting]) -> None:
    scene = Scene()
    acting = thing(scene)
    scene.say_secret()
    if thing is Token:
        got = scene.ask("GET", "/api/rooms/ops/messages", **acting.headers)  # type: ignore[attr-defined]
        assert SECRET in got.body.decode()
    else:
        assert SECRET in acting.shown()


@pytest.mark.parametrize("way", ENDS)
@pytest.mark.parametrize("thing", THINGS)
def test_none_of_them_does_once_it_has_ended(thing: type[Acting], way: str) -> None:
    scene = Scene()
    acting = thing(scene)
    ENDS[way](scene)
    scene.settle()
    scene.say_secret()
    assert SECRET not in acting.shown()
    assert scene.ana.session.room.people == 1


@pytest.mark.parametrize("way", ENDS)
def test_none_does_after_a_restart(way: str) -> None:
    scene = Scene()
    Hook(scene)
    ENDS[way](scene)
    scene.settle()
    hooks = type(scene.server)(scene.world.store, scene.world.clock).hooks
    assert [hook.by for hook in hooks if hooks.allowed(hook)] == []


@pytest.mark.parametrize("way", ENDS)
def test_what_was_asked_before_and_not_taken_is_not_shown(way: str) -> None:
    scene = Scene()
    scene.ana.type("an old line")
    scene.eva.seen()
    scene.eva.stop_taking()
    scene.eva.type("/history")
    ENDS[way](scene)
    scene.settle()
    scene.eva.take_again()
    assert not [line for line in scene.eva.seen() if line.startswith("[") and "an old" in line]


def _slow(mode: str, *guests: str) -> tuple[World, Member, list[Member]]:
    """Return a world with a slow disk, ana, who has made #ops in a mode, and some guests."""
    world = World(slow=True)
    ana, others = world.member("ana"), [world.person(name) for name in guests]
    ana.type(f"/create ops {mode}")
    world.release()
    return world, ana, others


class TestGuests:
    """A right that a guest was given belongs to the sessions that have the name."""

    @pytest.mark.parametrize("leaves", ["/nick pepe", f"/login eva {PASSWORD}"])
    def test_an_invitation(self, leaves: str) -> None:
        scene = Scene()
        scene.ana.type("/unop eva", "/mode private")
        luis = scene.world.person("luis")
        scene.ana.type("/invite luis")
        luis.type("/join ops", leaves)
        assert luis.session.room is scene.server.lobby
        luis.seen()
        scene.say_secret()
        assert SECRET not in str(luis.seen())

    @pytest.mark.parametrize("leaves", ["/nick pepe", f"/login eva {PASSWORD}"])
    def test_a_voice(self, leaves: str) -> None:
        scene = Scene()
        scene.ana.type("/unop eva", "/mode moderated")
        luis = scene.world.person("luis")
        luis.type("/join ops")
        scene.ana.type("/voice luis")
        luis.type("hola")
        assert "<luis> hola" in luis.seen()
        luis.type(leaves)
        luis.seen()
        luis.type("hola")
        assert luis.seen()[0].startswith(f"ERR Not allowed: {VOICELESS}")

    def test_who_takes_the_name_next_has_none(self) -> None:
        scene = Scene()
        scene.ana.type("/mode private")
        luis = scene.world.person("luis")
        scene.ana.type("/invite luis")
        luis.type("/nick pepe")
        other = scene.world.person("luis")
        other.type("/join ops")
        assert other.session.room is not scene.ana.session.room
        other.hang_up()
        luis.type("/nick luis", "/join ops")  # it is theirs
        assert luis.session.room is scene.ana.session.room

    @pytest.mark.parametrize("verb", ["invite", "voice"])
    def test_who_has_another_name_once_it_is_saved_has_none(self, verb: str) -> None:
        world, ana, (luis, pepe) = _slow("private", "luis", "pepe")
        for person in luis, pepe:
            ana.type(f"/{verb} {person.session.name}")
        luis.type("/nick lucas")
        pepe.hang_up()
        other = world.person("luis")
        world.release()
        for person in luis, other:
            assert "ERR Name in use: " in str(person.ask("/join ops"))
        assert world.server.moderation.roles.given._given == {}

    def test_what_is_taken_back_ends_at_once_and_for_good(self) -> None:
        world, ana, (luis,) = _slow("moderated", "luis")
        luis.type("/join ops")
        ana.type("/voice luis")
        world.release()
        ana.type("/unvoice luis")
        assert VOICELESS in str(luis.ask("said behind it"))
        luis.type("/nick lucas")
        world.release()
        assert VOICELESS in str(luis.ask("hola"))
        luis.type("/nick luis")
        assert VOICELESS in str(luis.ask("hola"))

    def test_more_is_given_to_them_once_it_is_saved(self) -> None:
        world, ana, (luis,) = _slow("moderated", "luis")
        luis.type("/join ops")
        ana.type("/invite luis")
        world.release()
        ana.type("/voice luis")
        assert VOICELESS in str(luis.ask("too soon"))
        world.release()
        luis.type("hola")
        world.release()
        assert "<luis> hola" in luis.seen()

    def test_what_could_not_be_taken_back_lasts(self, expected_errors: Callable[..., Any]) -> None:
        world, ana, (luis, gone) = _slow("private", "luis", "gone")
        for person in luis, gone:
            ana.type(f"/invite {person.session.name}")
            world.release()
            person.type("/join ops")
        ana.type("/uninvite luis")
        world.settle()
        world.store.fail()
        ana.type("/uninvite gone")
        gone.hang_up()
        world.store.fail()
        world.release()
        assert luis.session.room is ana.session.room
        assert EN.notice("joined_room", room="ops", here=...) in str(
            luis.ask("/leave", "/join ops")
        )
        assert list(world.server.moderation.roles.given._given) == [luis.session.number]
        expected_errors()

    def test_who_registers_that_name_keeps_it_until_they_log_out(self) -> None:
        scene = Scene()
        scene.ana.type("/mode private")
        luis = scene.world.person("luis")
        scene.ana.type("/invite luis")
        luis.type("/join ops", f"/register {PASSWORD}")
        assert luis.session.room is scene.ana.session.room
        luis.type("/logout")
        assert luis.session.room is scene.server.lobby

    def test_an_account_that_is_registered_anew(self) -> None:
        scene = Scene()
        scene.ana.type("/mode moderated", "/unop eva", "/voice eva")
        scene.world.ask_operator("remove", name="eva")
        other: Any = scene.world.person("eva")
        other.type("/register another password", "/join ops")
        other.seen()
        other.type("hola")
        assert other.seen()[0].startswith(f"ERR Not allowed: {VOICELESS}")
