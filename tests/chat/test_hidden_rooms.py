"""A room that a session may not know of is answered as one that does not exist.

Every command, and every protocol that takes the name of a room, is asked twice: for a room that is
hidden from the session, and for one that does not exist. The answers may differ in the name alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from chatd.chat.permissions import Act, Mode
from chatd.commands.dispatch import TABLE
from chatd.errors import ErrorKind
from chatd.protocols.live.verbs import TABLE as VERBS
from tests.support.browser import Browser, browser
from tests.support.http import SiteWorld
from tests.support.rights import set_mode
from tests.support.sentences import EN
from tests.support.world import Member, World

HIDDEN, FREE = "layoffs", "holiday"
LOOK_ALIKE = "Iayoffs"  # begins with a capital I
SECRET = "the plan is signed"


def private(world: World, owner: Member) -> None:
    owner.type(f"/create {HIDDEN} private", SECRET)


def closed(world: World, owner: Member) -> None:
    private(world, owner)
    owner.type("/close", "/close")


def private_and_banned(world: World, owner: Member) -> None:
    private(world, owner)
    owner.type("/ban zed", "/ban 127.0.0.1", "/ban 127.0.0.1")


def uninvited(world: World, owner: Member) -> None:
    private(world, owner)
    owner.type("/invite zed", "/uninvite zed")


WAYS = (private, closed, private_and_banned, uninvited)


@pytest.fixture(params=WAYS)
def zed(request: pytest.FixtureRequest) -> Member:
    """Return a guest in the lobby, from whom a room of ana's is hidden."""
    world = World()
    ana, zed = world.member("ana"), world.person("zed")
    request.param(world, ana)
    ana.type("/leave")
    zed.seen()
    return zed


def without_name(answer: Any, name: str) -> str:
    text = answer if isinstance(answer, str) else json.dumps(answer)
    return text.replace(name, "ROOM")


ARGUMENTS = (
    "{room}",
    "#{room}",
    "#{room} luis",
    "#{room} open",
    "#{room} 127.0.0.1",
    "#{room} @zed",
    "#{room} list",
    "#{room} add http://example.com/",
    "#{room} hola",
)
MAKING = ("join", "create")
OF_ONESELF = ("register", "login", "password", "unregister", "nick", "quit", "away")
"""Commands that take no room, and change who asks."""


@pytest.mark.parametrize(
    "command", [each.name for each in TABLE if each.name not in (*MAKING, *OF_ONESELF)]
)
def test_every_command_that_names_it(zed: Member, command: str) -> None:
    for argument in ARGUMENTS:
        zed.ask("/leave")
        lines = (f"/{command} {argument}".format(room=room) for room in (HIDDEN, FREE))
        hidden, free = (zed.ask(line) for line in lines)
        assert without_name(hidden, HIDDEN) == without_name(free, FREE), argument
        assert SECRET not in str(hidden)


@pytest.mark.parametrize("command", MAKING)
def test_a_name_that_cannot_be_used_is_refused_in_the_same_words(zed: Member, command: str) -> None:
    zed.type("hola")
    for name in HIDDEN, HIDDEN.upper(), LOOK_ALIKE:
        assert zed.ask(f"/{command} {name}") == [
            EN.error(ErrorKind.NAME_IN_USE, "unusable_room", room=name)
        ]


def test_the_lists_have_nothing_of_it(zed: Member) -> None:
    assert zed.ask("/rooms")[0] == EN.notice("rooms", count=1)
    assert HIDDEN not in str(zed.ask("/whois ana"))
    assert HIDDEN not in str(zed.ask("/join layofs"))


def banned_from(room: str) -> str:
    """Return the beginning of the refusal to one who is banned from a room."""
    return EN.error(ErrorKind.NOT_ALLOWED, "banned", room=room, until=...)


def test_insiders_are_told_the_truth() -> None:
    world = World()
    ana, eva = world.member("ana"), world.member("eva")
    ana.type(f"/create {HIDDEN} private", "/invite eva")
    assert eva.ask(f"/create {HIDDEN}") == [
        EN.error(ErrorKind.NAME_IN_USE, "room_exists", room=HIDDEN)
    ]
    assert eva.ask(f"/join {LOOK_ALIKE}") == [
        EN.error(ErrorKind.NAME_IN_USE, "looks_like_room", room=LOOK_ALIKE, other=HIDDEN),
        EN.notice("in_no_room_now"),
    ]
    assert eva.ask(f"/join {HIDDEN}")[0].startswith(EN.notice("joined_room", room=HIDDEN, here=...))
    ana.type("/ban eva")
    assert eva.ask(f"/join {HIDDEN}")[0].startswith(banned_from(HIDDEN))
    ana.type("/close", "/close")
    assert eva.ask(f"/who {HIDDEN}")[0].startswith(banned_from(HIDDEN))


def test_who_is_still_there_is_told_the_truth() -> None:
    world = World(slow=True)
    ana, luis = world.member("ana"), world.person("luis")
    for person in ana, luis:
        person.type("/join den")
        world.release()
    ana.type("/mode private")
    assert luis.ask("/who #den")[0].startswith("ERR Not allowed: #den is private.")
    world.release()
    luis.type("/leave")
    assert luis.ask("/who #den")[0].startswith("ERR No room: ")


def test_a_room_that_is_banned_from_and_not_hidden_is_named() -> None:
    world = World()
    ana, zed = world.member("ana"), world.person("zed")
    ana.type("/create den", "/ban zed")
    assert zed.ask("/who den")[0].startswith(banned_from("den"))
    assert zed.ask("/join dem")[0] == EN.notice("joined_new_room", room="dem")


MESSAGES: dict[str, Callable[[str], dict[str, Any]]] = {
    "line": lambda room: {"text": "hola", "room": room},
    "leave": lambda room: {"room": room},
    "history": lambda room: {"room": room},
    "search": lambda room: {"room": room, "text": "plan"},
    "people": lambda room: {"room": room},
    "room": lambda room: {"room": room},
    "seen": lambda room: {"room": room, "seq": 1},
    "decide": lambda room: {"room": room, "words": "yes"},
    "decisions": lambda room: {"room": room},
    "take": lambda room: {"room": room},
    "alerts": lambda room: {"room": room},
    "ask": lambda room: {"room": room, "question": "who?"},
    "answer": lambda room: {"room": room, "seq": 1, "answer": "me"},
    "answers": lambda room: {"room": room},
    "close": lambda room: {"room": room, "seq": 1},
    "show": lambda room: {"room": room, "seq": 1},
    "questions": lambda room: {"room": room},
}


def test_every_verb_that_names_a_room_is_tried() -> None:
    others = {"hello", "enter", "account", "commands", "rooms", "stays", "ping", "text", "whisper"}
    assert set(VERBS) == {*MESSAGES, *others}


@pytest.mark.parametrize("verb", MESSAGES)
def test_every_verb_that_names_it(zed: Member, verb: str) -> None:
    visitor = browser(zed.world)
    answers = []
    for room in HIDDEN, FREE:
        visitor.send(verb, id=7, **MESSAGES[verb](room))
        answers.append(without_name(visitor.seen(), room))
    assert answers[0] == answers[1]
    assert "error" in answers[0]


def test_a_search_of_several_rooms_that_names_it(zed: Member) -> None:
    visitor = browser(zed.world)
    answers = []
    for room in HIDDEN, FREE:
        visitor.send("search", rooms={"lobby": None, room: None}, text="plan")
        answers.append(without_name(visitor.seen(), room))
    assert answers[0] == answers[1]
    assert "error" in answers[0]


def test_hello_with_it_among_ones_rooms(zed: Member) -> None:
    def greeted(room: str) -> str:
        visitor = Browser(zed.world)
        visitor.send("hello", rooms={room: 1})
        seen = [each for each in visitor.seen() if each["type"] != "hello"]
        visitor.hang_up()
        return without_name(seen, room)

    assert greeted(HIDDEN) == greeted(FREE)


@pytest.mark.parametrize("name", [HIDDEN, LOOK_ALIKE])
def test_entering_it_from_a_browser(zed: Member, name: str) -> None:
    visitor = browser(zed.world)
    visitor.send("enter", room=name, after=0)
    (error,) = visitor.seen()
    assert (error["kind"], error["key"]) == ("Name in use", "unusable_room")
    assert without_name(error["text"], name).startswith("#ROOM cannot be used")


@pytest.mark.parametrize("way", [private, closed])
@pytest.mark.parametrize("target", ["messages", "messages?after=0", "messages?before=9", "stream"])
def test_reading_it_over_http(way: Callable[[World, Member], None], target: str) -> None:
    door = SiteWorld()
    way(door.world, door.world.member("ana"))
    hidden, free = (door.ask("GET", f"/api/rooms/{room}/{target}") for room in (HIDDEN, FREE))
    assert hidden.status == free.status == 404
    assert without_name(hidden.json, HIDDEN) == without_name(free.json, FREE)
    for name in HIDDEN, LOOK_ALIKE:
        got = door.ask("POST", f"/api/rooms/{name}/messages", b"hola")
        assert (got.status, got.json["error"]["key"]) == (409, "unusable_room")
        assert HIDDEN not in got.body.decode().replace(name, "")
    assert HIDDEN not in door.ask("GET", "/api/rooms").body.decode()


def test_which_modes_hide_a_room() -> None:
    """The modes in which not everyone may read."""
    world = World()
    world.member("ana").type("/create den")
    zed = world.person("zed")
    for mode in set(Mode) - {Mode.FREE}:
        set_mode(world, "den", mode)
        knows = world.server.moderation.knows(zed.session, world.room("den"))
        assert knows is world.server.moderation.may(zed.session, world.room("den"), Act.READ)
