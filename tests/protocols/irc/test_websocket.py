"""`chatd.protocols.irc.websocket`: IRC through WebSockets."""

from __future__ import annotations

from typing import Any

import pytest

from chatd.accounts.credentials import BROWSER
from chatd.protocols.irc.door import TransportSecurity
from chatd.protocols.irc.message import LONGEST
from tests.support.browser import frame, frames_of
from tests.support.http import HANDSHAKE, HttpClient, SiteWorld, error_of, request
from tests.support.irc_client import WebIrcClient, codes, irc_person, plain
from tests.support.world import FAR, HERE, IRC_NAME, World


def person(world: World, name: str, *rooms: str, **options: Any) -> WebIrcClient:
    """Return a person who came through a WebSocket."""
    client = irc_person(world, name, *rooms, client=WebIrcClient(world), **options)
    assert isinstance(client, WebIrcClient)
    return client


class TestTheHandshake:
    @pytest.mark.parametrize("path", ["/", "/irc", "/ws", "/webirc/kiwi"])
    def test_one_that_offers_the_subprotocol_begins_irc_at_any_path(self, path: str) -> None:
        head, lines = opened(SiteWorld(), path, sec_websocket_protocol="text.ircv3.net")
        assert b"\r\nSec-WebSocket-Protocol: text.ircv3.net\r\n" in head
        assert lines[0].startswith(f":{IRC_NAME} 001 ana :")

    def test_of_several_the_one_that_is_known_is_chosen(self) -> None:
        offered = "binary.ircv3.net,, text.ircv3.net"
        head, lines = opened(SiteWorld(), "/", sec_websocket_protocol=offered)
        assert b"\r\nSec-WebSocket-Protocol: text.ircv3.net\r\n" in head
        assert lines

    def test_at_the_path_of_irc_none_need_be_offered(self) -> None:
        head, lines = opened(SiteWorld(), "/irc")
        assert b"Sec-WebSocket-Protocol" not in head
        assert lines[0].startswith(f":{IRC_NAME} 001 ana :")

    def test_without_it_the_page_is_answered(self) -> None:
        head, lines = opened(SiteWorld(), "/ws", sec_websocket_protocol="binary.ircv3.net")
        assert b"Sec-WebSocket-Protocol" not in head
        assert '"key":"message_not_json"' in lines[0]

    def test_what_is_no_handshake_is_refused(self) -> None:
        got = SiteWorld().ask("GET", "/irc", sec_websocket_protocol="text.ircv3.net")
        assert error_of(got) == (426, "websocket_wanted")

    def test_a_page_from_elsewhere_is_refused(self) -> None:
        headers = {**HANDSHAKE, "sec_websocket_protocol": "text.ircv3.net"}
        got = SiteWorld().ask("GET", "/irc", **headers, origin="http://elsewhere.example")
        assert error_of(got) == (403, "other_origin")

    def test_a_malformed_one_is_refused(self) -> None:
        headers = {**HANDSHAKE, "sec_websocket_protocol": "text.ircv3.net"}
        got = SiteWorld().ask("GET", "/", **{**headers, "sec_websocket_version": "8"})
        assert error_of(got) == (426, "websocket_version")

    def test_what_comes_with_it_is_not_lost(self) -> None:
        web = SiteWorld()
        caller = web.caller()
        caller.send(request("GET", "/irc", **HANDSHAKE) + frame(b"PING x"))
        caller.settle()
        (answered,) = lines_of(caller)
        assert answered == f":{IRC_NAME} PONG {IRC_NAME} :x"

    def test_a_person_whom_a_trusted_proxy_names_is_logged_in(self) -> None:
        world = World()
        world.register("ana")
        grant = world.server.credentials.grant_of(world.secret("ana", BROWSER))
        client = WebIrcClient(world, grant=grant)
        client.send("NICK x", "USER u 0 * :r")
        assert client.seen()[0].startswith(f":{IRC_NAME} 001 ana :")
        assert client.handler.session.account == "ana"


def opened(web: SiteWorld, path: str, **headers: str) -> tuple[bytes, list[str]]:
    """Return the answer to a handshake, and the lines that a client receives which registers."""
    caller = web.caller()
    caller.send(request("GET", path, **HANDSHAKE, **headers))
    caller.settle()
    head = caller.bytes_seen()
    assert head.startswith(b"HTTP/1.1 101 ")
    caller.send(frame(b"NICK ana") + frame(b"USER u 0 * :Ana"))
    caller.settle()
    return head, lines_of(caller)


def lines_of(caller: HttpClient) -> list[str]:
    """Return the payloads of the frames that a caller received, after a head if there is one."""
    data = caller.bytes_seen()
    frames = data.partition(b"\r\n\r\n")[2] if data.startswith(b"HTTP/") else data
    return [each.payload.decode() for each in frames_of(frames)]


class TestASession:
    def test_people_of_both_kinds_are_in_one_room(self, world: World) -> None:
        web, plain_one = person(world, "web", "ops"), irc_person(world, "tcp", "ops")
        nc = world.person("nc")
        nc.type("/join ops")
        web.seen()
        web.send("PRIVMSG #ops :¡hola!")
        assert plain_one.seen()[-1] == f":web!web@{IRC_NAME} PRIVMSG #ops :¡hola!"
        assert "<web> ¡hola!" in nc.seen()
        nc.type("qué tal")
        plain_one.send("PRIVMSG #ops :bien")
        assert web.seen() == [
            f":nc!nc@{IRC_NAME} PRIVMSG #ops :qué tal",
            f":tcp!tcp@{IRC_NAME} PRIVMSG #ops :bien",
        ]

    def test_a_line_has_no_end_and_one_that_has_is_taken(self, world: World) -> None:
        one = person(world, "ana")
        assert one.ask("PING a") == [f":{IRC_NAME} PONG {IRC_NAME} :a"]
        assert one.ask("PING b\r\n") == [f":{IRC_NAME} PONG {IRC_NAME} :b"]
        assert one.ask("PING c\n", "", "\r\n") == [f":{IRC_NAME} PONG {IRC_NAME} :c"]

    @pytest.mark.parametrize("ends", ["\n", "\r\n", "\r", "\0"])
    def test_two_lines_in_one_message_are_none(self, world: World, ends: str) -> None:
        one = person(world, "ana", "ops", capabilities="standard-replies")
        (refused,) = one.ask(f"PRIVMSG #ops :one{ends}PRIVMSG #ops :two")
        assert refused.startswith(f":{IRC_NAME} FAIL * INVALID_MESSAGE :")
        assert world.server.rooms.get("ops").head == 0

    def test_a_line_that_is_too_long_is_refused_as_elsewhere(self, world: World) -> None:
        one = person(world, "ana")
        assert codes(one.ask("PING " + "x" * 506)) == ["417"]
        assert codes(one.ask("PING " + "x" * 505)) == ["PONG"]

    def test_a_longer_message_ends_it(self, world: World) -> None:
        one = person(world, "ana")
        one.send("x" * (LONGEST + 3))
        assert one.seen()[-1].startswith("ERROR :")
        assert one.close_code() == 1009
        assert one.closed

    def test_a_message_that_is_no_text_ends_it(self, world: World) -> None:
        binary, broken = person(world, "ana"), person(world, "eva")
        binary.send_bytes(frame(b"PING x", 2))
        assert binary.close_code() == 1003
        broken.send(b"PRIVMSG #ops :caf\xe9")
        assert broken.close_code() == 1007

    def test_quit_is_answered_with_the_last_line_and_the_last_frame(self, world: World) -> None:
        one, other = person(world, "ana", "ops"), irc_person(world, "eva", "ops")
        (error,) = one.ask("QUIT :home")
        assert error.startswith("ERROR :")
        assert one.close_code() == 1000
        assert one.closed
        assert other.seen()[-1] == f":ana!ana@{IRC_NAME} QUIT :home"

    def test_one_that_does_not_register_is_let_go(self, world: World) -> None:
        one = WebIrcClient(world, dead_after=60)
        world.clock.advance(31)
        one.factory.check()
        (error,) = one.seen()
        assert error.startswith("ERROR :")
        assert [each.opcode for each in one.others] == [8]  # and no ping before

    def test_labels_and_lists_are_in_frames(self, world: World) -> None:
        capabilities = "batch labeled-response echo-message message-tags"
        one = person(world, "ana", "ops", capabilities=capabilities)
        begin, *lines, end = one.ask("@label=7 NAMES #ops")
        assert begin.startswith("@label=7 ")
        assert "BATCH +labeled" in begin
        assert [line.split(" ")[2] for line in lines] == ["353", "366"]
        assert "BATCH -labeled" in end
        (echo,) = one.ask("@label=8 PRIVMSG #ops :hola")
        assert "label=8" in echo.split(" ")[0]
        assert echo.endswith("PRIVMSG #ops :hola")

    @pytest.mark.one_process("the test stalls a transport, of which another process has its own")
    def test_one_that_reads_nothing_is_sent_all_of_it_later(self, world: World) -> None:
        one, other = person(world, "ana", "ops"), irc_person(world, "eva", "ops")
        one.seen()
        one.transport.producer.pauseProducing()
        for number in range(50):
            other.send(f"PRIVMSG #ops :{number} {'x' * 400}")
        assert one.seen() == []
        one.transport.producer.resumeProducing()
        heard = [line.rpartition("#ops :")[2].split(" ")[0] for line in one.seen()]
        assert heard == [str(number) for number in range(50)]


class TestLoggingIn:
    def test_is_offered_where_passwords_may_pass(self, world: World) -> None:
        here, far = WebIrcClient(world), WebIrcClient(world, FAR)
        assert " sasl=PLAIN " in f"{here.ask('CAP LS 302')[0]} "
        assert "sasl" not in far.ask("CAP LS 302")[0]

    def test_is_by_sasl(self, world: World) -> None:
        world.register("ana")
        one = WebIrcClient(world)
        one.send("CAP REQ :sasl", "NICK x", "USER u 0 * :r", "AUTHENTICATE PLAIN", *plain("ana"))
        assert codes(one.seen())[-1] == "903"
        one.send("CAP END")
        assert one.handler.session.account == "ana"

    def test_transport_security_is_not_offered(self, world: World) -> None:
        one = WebIrcClient(world, HERE)
        one.handler.door.security = TransportSecurity(6697, 60)
        assert "sts=" not in one.ask("CAP LS 302")[0]


class TestGoingOnInAnotherProcess:
    @pytest.fixture
    def world(self) -> World:
        return World(nodes=1)

    @pytest.mark.parametrize("cut", [1, 2, 6, 13, -1])
    def test_it_goes_on_in_the_middle_of_a_frame(self, world: World, cut: int) -> None:
        capabilities = "batch echo-message labeled-response"
        one, other = person(world, "ana", "ops", capabilities=capabilities), person(world, "eva")
        one.seen(), other.seen()
        data = frame("@label=x PRIVMSG #ops :ñandú".encode())
        one.protocol.dataReceived(data[:cut])
        world.hand_over()
        assert (one.seen(), other.seen()) == ([], [])
        one.send_bytes(data[cut:])
        assert one.seen() == [f"@label=x :ana!ana@{IRC_NAME} PRIVMSG #ops :ñandú"]
        assert codes(other.ask("JOIN #ops", "PING x"))[-1] == "PONG"

    def test_one_that_reads_nothing_is_sent_its_lines_in_frames(self, world: World) -> None:
        one, other = person(world, "ana", "ops"), irc_person(world, "eva", "ops")
        one.seen()
        one.transport.producer.pauseProducing()
        other.send("PRIVMSG #ops :one", "PRIVMSG #ops :two")
        one.send("NAMES #ops")
        one.send_bytes(frame(b"?", 9))
        other.send("PART #ops")
        world.hand_over()
        assert codes(one.seen()) == ["PRIVMSG", "PRIVMSG", "353", "366", "PART"]
        assert [(each.opcode, each.payload) for each in one.others] == [(10, b"?")]

    def test_one_that_is_silent_is_pinged(self, world: World) -> None:
        one = WebIrcClient(world, dead_after=60)
        irc_person(world, "ana", client=one)
        world.hand_over()
        world.clock.advance(61)
        one.factory.check()
        one.seen()
        assert [each.opcode for each in one.others] == [9]
