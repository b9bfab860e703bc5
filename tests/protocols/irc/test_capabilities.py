"""Capabilities, and their negotiation."""

from __future__ import annotations

import pytest

from chatd.formats.irc_lines import LINE_BYTES
from chatd.protocols.irc import capabilities
from chatd.protocols.irc.capabilities import CAPABILITIES, Capability
from chatd.protocols.irc.door import TransportSecurity
from tests.support.irc_client import irc_client, irc_person
from tests.support.sentences import EN
from tests.support.world import FAR, World


def names(line: str) -> list[str]:
    """Return the words of the last parameter of a line."""
    return line.partition(" :")[2].split()


class TestList:
    def test_values_are_for_those_who_know_them(self, world: World) -> None:
        (line,) = irc_client(world).ask("CAP LS")
        assert line.startswith(":irc.example CAP * LS :")
        assert "=" not in line
        assert set(names(line)) == set(CAPABILITIES)
        (line,) = irc_client(world).ask("CAP LS 302")
        assert "sasl=PLAIN" in names(line)

    def test_logging_in_is_offered_where_passwords_may_pass(self, world: World) -> None:
        (line,) = irc_client(world, FAR).ask("CAP LS 302")
        assert not any(name.startswith("sasl") for name in names(line))

    @pytest.mark.parametrize(
        ("encrypted", "told"), [(False, "sts=port=6697"), (True, "sts=duration=86400")]
    )
    def test_where_tls_is(self, world: World, encrypted: bool, told: str) -> None:
        client = irc_client(world)
        client.handler.door.security = TransportSecurity(6697, 86400)
        client.handler.connection.address.encrypted = encrypted
        (line,) = client.ask("CAP LS 302")
        assert told in names(line)
        assert client.ask("CAP REQ :sts") == [":irc.example CAP * NAK :sts"]
        (line,) = irc_client(world).ask("CAP LS")
        assert not any(name.startswith("sts") for name in names(line))

    def test_none_are_had_at_first(self, world: World) -> None:
        assert irc_client(world).ask("CAP LIST") == [":irc.example CAP * LIST :"]

    def test_those_that_are_had(self, world: World) -> None:
        client = irc_client(world)
        client.send("CAP REQ :server-time echo-message", "CAP REQ :multi-prefix")
        (line,) = client.ask("cap list")
        assert names(line) == ["echo-message", "multi-prefix", "server-time"]

    def test_more_than_a_line_has_room_for(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        many = {f"example.org/{number:030}": Capability() for number in range(20)}
        monkeypatch.setattr(capabilities, "CAPABILITIES", {**CAPABILITIES, **many})
        *lines, last = irc_client(world).ask("CAP LS 302")
        assert lines
        assert all(line.startswith(":irc.example CAP * LS * :") for line in lines)
        assert last.startswith(":irc.example CAP * LS :")
        assert max(map(len, (*lines, last))) <= LINE_BYTES
        assert sum(len(names(line)) for line in (*lines, last)) == len(CAPABILITIES) + 20
        (line,) = irc_client(world).ask("CAP LS")
        assert line.startswith(":irc.example CAP * LS :")
        assert len(line) <= LINE_BYTES


class TestRequest:
    def test_it_is_accepted_as_a_whole(self, world: World) -> None:
        client = irc_client(world)
        assert client.ask("CAP REQ :multi-prefix sasl") == [
            ":irc.example CAP * ACK :multi-prefix sasl"
        ]

    def test_or_not_at_all(self, world: World) -> None:
        client = irc_client(world)
        refused = ":irc.example CAP * NAK :foo multi-prefix bar"
        assert client.ask("CAP REQ :foo multi-prefix bar") == [refused]
        assert client.ask("CAP LIST") == [":irc.example CAP * LIST :"]

    def test_what_is_refused_is_quoted_in_part(self, world: World) -> None:
        (line,) = irc_client(world).ask(f"CAP REQ :{'x' * 490}")
        assert line == f":irc.example CAP * NAK :{'x' * 300}"

    def test_taking_one_away(self, world: World) -> None:
        client = irc_client(world)
        client.send("CAP REQ :server-time echo-message")
        assert client.ask("CAP REQ :-server-time") == [":irc.example CAP * ACK :-server-time"]
        assert client.ask("CAP LIST") == [":irc.example CAP * LIST :echo-message"]

    def test_notices_of_changes_stay(self, world: World) -> None:
        client = irc_client(world)
        client.send("CAP LS 302", "CAP REQ :-cap-notify")
        assert client.ask("CAP LIST") == [":irc.example CAP * LIST :cap-notify"]

    def test_one_for_logging_in_over_an_open_line(self, world: World) -> None:
        client = irc_client(world, FAR)
        assert client.ask("CAP REQ :sasl") == [":irc.example CAP * NAK :sasl"]
        assert client.ask("CAP REQ :-sasl") == [":irc.example CAP * ACK :-sasl"]

    def test_a_long_one_is_answered_in_lines(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        wanted = ["x" * 240, "y" * 240]
        monkeypatch.setattr(capabilities, "CAPABILITIES", dict.fromkeys(wanted, Capability()))
        lines = irc_client(world).ask(f"CAP REQ :{' '.join(wanted)}")
        assert [name for line in lines for name in names(line)] == wanted
        assert max(map(len, lines)) <= LINE_BYTES

    def test_after_registration(self, world: World) -> None:
        ana = irc_person(world, "ana")
        assert ana.ask("CAP REQ :server-time") == [":irc.example CAP ana ACK :server-time"]


class TestRegistration:
    @pytest.mark.parametrize("first", ["CAP LS 302", "CAP LS", "CAP REQ :server-time"])
    def test_it_waits_for_the_end(self, world: World, first: str) -> None:
        client = irc_client(world)
        client.send(first)
        assert client.ask("NICK ana", "USER u 0 * :Real Name") == []
        assert client.ask("CAP END")[0].startswith(":irc.example 001 ana :")

    def test_requests_one_by_one(self, world: World) -> None:  # as znc sends them
        client = irc_client(world)
        client.send("CAP LS 302", "NICK ana", "USER u 0 * :Real Name")
        wanted = ["server-time", "echo-message", "example.org/x", "multi-prefix"]
        assert [client.ask(f"CAP REQ :{each}")[0].split()[3] for each in wanted] == [
            "ACK",
            "ACK",
            "NAK",
            "ACK",
        ]
        assert client.ask("CAP END")[0].startswith(":irc.example 001 ana :")

    def test_the_end_without_a_beginning(self, world: World) -> None:
        client = irc_client(world)
        assert client.ask("CAP END") == []
        assert client.ask("NICK ana", "USER u 0 * :Real Name")[0].split()[1] == "001"


class TestOthers:
    def test_an_unknown_subcommand(self, world: World) -> None:
        text = EN.sentence("irc_no_cap_command")
        assert irc_client(world).ask("CAP NOTACOMMAND") == [
            f":irc.example 410 * NOTACOMMAND :{text}"
        ]


class TestChanges:
    """Passwords may be sent over open lines from a reload on, or no more."""

    def test_those_who_ask_for_it_are_told(self, world: World) -> None:
        client = irc_client(world, FAR)
        client.ask("CAP LS 302")
        allow = client.server.logins.secrecy.allow_plaintext
        allow(True)
        new = "draft/account-registration=before-connect sasl=PLAIN"
        assert client.seen() == [f":irc.example CAP * NEW :{new}"]
        client.send("CAP REQ :sasl")
        client.seen()
        allow(True)
        assert client.seen() == []
        allow(False)
        assert client.seen() == [":irc.example CAP * DEL :draft/account-registration sasl"]
        assert client.ask("CAP LIST") == [":irc.example CAP * LIST :cap-notify"]

    def test_others_are_not(self, world: World) -> None:
        client, private = irc_client(world, FAR), irc_person(world, "ana")
        private.send("CAP REQ :cap-notify")
        private.seen()
        client.server.logins.secrecy.allow_plaintext(True)
        private.server.logins.secrecy.allow_plaintext(True)
        assert client.seen() == private.seen() == []

    def test_nor_are_those_who_have_gone(self, world: World) -> None:
        client = irc_client(world, FAR)
        client.send("CAP LS 302")
        client.hang_up()
        client.seen()
        client.server.logins.secrecy.allow_plaintext(True)
        assert client.seen() == []
