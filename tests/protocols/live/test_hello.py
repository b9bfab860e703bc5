"""`hello`: who comes, over frames and over lines."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.address import IPv4Address

from chatd import __version__
from chatd.accounts.credentials import BROWSER
from tests.support.live_client import LiveClient
from tests.support.sentences import EN
from tests.support.world import FAR, HERE, World

Live = type[LiveClient]

KEY = "a-key-of-sixteen"

LONGEST = "a" + "\U000e0001" * 4000
"""A line that is ten times as long when it is escaped."""


class TestHello:
    def test_is_answered_with_who_one_is_and_what_can_be_asked(
        self, live: Live, world: World
    ) -> None:
        one = live.come(world, greeted=False, language="es")
        (hello,) = one.seen("hello")
        assert hello["version"] == __version__
        assert hello["name"] == f"guest{one.session.number}"
        assert (hello["guest"], hello["account"]) == (True, False)
        assert (hello["lobby"], hello["language"], hello["max_length"]) == ("lobby", "es", 4096)
        assert (hello["max_lines"], hello["max_bytes"]) == (100, 16384)
        one.send("commands", id=1)
        (answer,) = one.seen()
        assert (answer["type"], answer["id"]) == ("commands", 1)
        assert ["/quien [SALA]", "ver quién está en esta sala, o en otra"] in answer["commands"]
        assert "quien" in answer["names"]["who"]

    def test_commands_that_are_for_terminals_are_not_listed(self, live: Live, world: World) -> None:
        one = live.come(world)
        one.send("commands")
        (answer,) = one.seen()
        for usage in "/paste", "/echo on|off", "/times on|off", "/text":
            assert usage not in [listed for listed, _ in answer["commands"]]
            assert usage in "\n".join(world.person().ask("/help terminal"))

    @pytest.mark.parametrize(
        ("options", "address", "accounts", "passwords"),
        [
            ({}, HERE, True, True),
            ({}, FAR, True, False),
            ({"plaintext_passwords": True}, FAR, True, True),
            ({"passwords": None}, HERE, False, True),
        ],
        ids=["private", "in the clear", "allowed in the clear", "no accounts"],
    )
    def test_says_if_there_are_accounts_and_if_passwords_are_taken(
        self, live: Live, options: Any, address: IPv4Address, accounts: bool, passwords: bool
    ) -> None:
        one = live.come(World(**options), greeted=False, address=address)
        (hello,) = one.seen("hello")
        assert (hello["accounts"], hello["passwords"]) == (accounts, passwords)

    def test_comes_first(self, live: Live, world: World) -> None:
        one = live(world)
        one.send("rooms")
        (error,) = one.seen()
        assert error["key"] == "hello_first"
        one.send("hello")
        assert one.seen("hello")

    def test_comes_once(self, live: Live, world: World) -> None:
        one = live.come(world)
        one.send("hello")
        (error,) = one.seen()
        assert error["key"] == "hello_once"

    def test_without_rooms_one_is_in_the_lobby(self, live: Live, world: World) -> None:
        world.say("before")
        one = live.come(world, greeted=False)
        entered, events = one.seen("entered", "events")
        assert (entered["room"], entered["head"], entered["after"]) == ("lobby", 1, 0)
        assert [event["text"] for event in events["events"]] == ["before"]
        assert world.server.lobby.here.guests == 1

    def test_with_no_room_in_it_one_is_in_none(self, live: Live, world: World) -> None:
        one = live.come(world, greeted=False, rooms={})
        assert [message["type"] for message in one.seen()] == ["hello"]
        assert not one.session.memberships
        assert world.server.lobby.people == 0
        one.say("hola")
        assert one.seen("error")[0]["kind"] == "No room"
        one.send("enter", room="ops")
        assert one.seen("entered")[0]["room"] == "ops"

    def test_a_name_may_be_wished_for(self, live: Live, world: World) -> None:
        one = live.come(world, greeted=False, name="ana")
        assert one.seen("hello")[0]["name"] == "ana"

    @pytest.mark.parametrize(("wish", "key"), [("", "welcome"), ("ana", "welcome_by_name")])
    def test_one_that_has_a_name_is_not_told_how_to_choose_one(
        self, live: Live, world: World, wish: str, key: str
    ) -> None:
        one = live.come(world, greeted=False, name=wish)
        text = EN.sentence(
            key, name=one.session.name, room="lobby", here=EN.sentence("nobody_else")
        )
        assert one.seen("entered")[0]["text"] == text
        assert ("/nick" in text) == (not wish)

    def test_a_name_that_is_taken_is_told_and_one_is_a_guest(
        self, live: Live, world: World
    ) -> None:
        world.person("ana")
        one = live.come(world, greeted=False, name="ana")
        messages = one.seen("hello", "error")
        assert [message["type"] for message in messages] == ["hello", "error"]
        assert messages[0]["guest"] is True
        assert messages[1]["key"] == "name_in_use"
        assert one.session.joined.is_in(world.server.lobby)

    def test_without_a_hello_one_is_let_go(self, live: Live, world: World) -> None:
        one = live(world)
        world.clock.advance(11)
        one.factory.check()
        assert one.transport.disconnected or one.transport.disconnecting

    @pytest.mark.parametrize(
        "wrong", [{"rooms": []}, {"rooms": {"lobby": "x"}}, {"name": 5}, {"key": "short"}]
    )
    def test_what_is_wrong_with_it_is_told_and_it_can_be_said_again(
        self, live: Live, world: World, wrong: dict[str, Any]
    ) -> None:
        one = live(world)
        one.send("hello", **wrong)
        assert one.seen("error")[0]["key"] == "wrong_member"
        one.send("hello")
        assert one.seen("hello")


class TestTokens:
    @pytest.fixture
    def world(self, world: World) -> World:
        world.register("ana")
        owner = world.member("ana")
        owner.type("/create den private", "the code is 0000")
        owner.hang_up()
        return world

    def test_one_is_its_account_before_it_enters_a_room(self, live: Live, world: World) -> None:
        token = world.secret("ana")
        one = live.come(world, greeted=False, token=token, name="luis", rooms={"den": None})
        messages = one.seen()
        (hello,) = [message for message in messages if message["type"] == "hello"]
        assert (hello["name"], hello["account"]) == ("ana", True)
        events = [message for message in messages if message["type"] == "events"]
        assert "the code is 0000" in [each["text"] for each in events[0]["events"]]

    def test_it_allows_what_its_scope_says(self, live: Live, world: World) -> None:
        one = live.come(world, token=world.secret("ana", scope="read"))
        one.say("hola", room="lobby")
        assert one.seen("error")[0]["key"] == "token_reads_only"
        assert world.stored("lobby") == []

    @pytest.mark.parametrize("token", ["chatd_nonsense", ""])
    def test_one_that_is_not_valid_is_refused(self, live: Live, world: World, token: str) -> None:
        one = live.come(world, greeted=False, token=token)
        assert [error["key"] for error in one.seen()] == ["wrong_token"]
        one.send("hello", token=world.secret("ana"))
        assert one.seen("hello")[0]["name"] == "ana"

    def test_a_cookie_is_none(self, live: Live, world: World) -> None:
        cookie, _, proof = world.secret("ana", BROWSER).partition(".")
        for secret in cookie, proof, f"{cookie}.{proof}":
            one = live.come(world, greeted=False, token=secret)
            assert [error["key"] for error in one.seen()] == ["wrong_token"]

    def test_in_clear_it_is_refused(self, live: Live, world: World) -> None:
        one = live.come(world, greeted=False, address=FAR, token=world.secret("ana"))
        assert [error["key"] for error in one.seen()] == ["token_in_clear"]
        assert one.session.account is None

    def test_one_that_is_revoked_ends_the_session(self, live: Live, world: World) -> None:
        one = live.come(world, token=world.secret("ana"))
        owner = world.member("ana")
        owner.type("/token revoke t")
        assert "signed_out" in [message.get("key") for message in one.seen("say")]
        assert one.closed
