"""`chatd.protocols.web.api.trusted_header`: a person behind a proxy that has signed them in."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.address import UNIXAddress
from twisted.logger import LogLevel

from chatd.accounts.sign_in import SignIn
from chatd.chat.actions import administration
from chatd.chat.audit import Audit, Record
from chatd.protocols.transport.limits import Admission
from chatd.protocols.web.api.trusted_header import TrustedHeader
from chatd.protocols.web.site import factory_of
from chatd.util.unix_peers import Peer
from tests.support.browser import frame
from tests.support.http import (
    HANDSHAKE,
    Got,
    SiteWorld,
    error_of,
    request,
    sign_in_of,
    site_of,
)
from tests.support.logs import Expect, events
from tests.support.sessions import done
from tests.support.world import PASSWORD

PROXY, OTHER = 33, 1001
SOCKET = UNIXAddress(b"")
CREATING = SignIn(creates=True)


class Proxied(SiteWorld):
    """A site at a UNIX socket, to which the user ``peer`` connects: a proxy, if no other."""

    peer: int | None = PROXY

    def __init__(self, sign_in: SignIn = CREATING, *, trusts: bool = True) -> None:
        super().__init__(sign_in=sign_in)
        header = TrustedHeader("Remote-User", PROXY, self.clock)
        for node in self.world.nodes:
            site = site_of(node)
            limits = self.factories[node].limits
            factory = factory_of(
                site.with_trusted(header) if trusts else site,
                limits,
                Admission(limits, node.server.budgets),
            )
            factory.peer_of = self._peer_of  # type: ignore[method-assign]
            self.factories[node] = factory

    def _peer_of(self, transport: object) -> Peer | None:
        return None if self.peer is None else Peer(self.peer, frozenset())

    def me(self, **headers: Any) -> Got:
        """Ask who one is."""
        return self.ask("GET", "/api/me", address=SOCKET, **headers)

    def name(self, **headers: Any) -> str | None:
        return self.me(**headers).json["name"]  # type: ignore[no-any-return]


@pytest.fixture
def web() -> Proxied:
    return Proxied()


class TestAPersonWhomTheProxyNames:
    def test_has_an_account_without_a_password(self, web: Proxied) -> None:
        assert web.me(remote_user="maria").json["account"]
        account = web.server.accounts.called("maria")
        assert account is not None
        assert account.is_outside

    def test_has_the_same_account_in_the_next_request(self, web: Proxied) -> None:
        assert [web.name(remote_user="maria") for _ in range(2)] == ["maria", "maria"]
        assert len(web.server.accounts.table) == 1

    def test_is_logged_in_as_an_irc_client_that_comes_through_a_web_socket(
        self, web: Proxied
    ) -> None:
        caller = web.caller(SOCKET)
        caller.send(request("GET", "/irc", **HANDSHAKE, remote_user="maria"))
        caller.settle()
        caller.bytes_seen()
        caller.send(frame(b"NICK x") + frame(b"USER u 0 * :x"))
        caller.settle()
        assert b" 001 maria :" in caller.bytes_seen()

    def test_may_have_a_name_in_another_alphabet(self, web: Proxied) -> None:
        assert web.name(remote_user="josé".encode().decode("latin-1")) == "josé"

    def test_is_another_one_in_each_request_of_a_connection(self, web: Proxied) -> None:
        caller = web.caller(SOCKET)
        names = [caller.ask("GET", "/api/me", remote_user=each).json["name"] for each in "ab"]
        assert names == ["a", "b"]
        caller.hang_up()

    def test_is_that_one_in_spite_of_a_cookie(self, web: Proxied) -> None:
        web.world.register("ana")
        credentials = {"name": "ana", "password": PASSWORD}
        cookie = sign_in_of(web.post("/api/signin", credentials, address=SOCKET))
        assert web.name(**cookie) == "ana"
        assert web.name(remote_user="maria", **cookie) == "maria"

    def test_may_have_a_program_with_a_token(self, web: Proxied) -> None:
        web.world.register("ana")
        token = f"Bearer {web.token('ana')}"
        assert web.name(remote_user="maria", authorization=token) == "ana"
        assert web.name(remote_user="maria", authorization="Basic eDp5") == "maria"


class TestAPersonWhomTheProxyNamesInVain:
    def test_has_an_account_that_is_closed(self, web: Proxied) -> None:
        web.name(remote_user="maria")
        done(web.world, administration.remove_account(web.server, "maria"))
        assert error_of(web.me(remote_user="maria")) == (403, "account_closed")

    @pytest.mark.parametrize("name", ["maria garcia", "maria@example.org"])
    def test_has_no_valid_name(self, web: Proxied, name: str) -> None:
        assert web.me(remote_user=name).status == 422
        assert not web.server.accounts.table

    def test_has_a_name_that_is_no_text(self, web: Proxied) -> None:
        assert web.me(remote_user="\xff").status == 400

    def test_has_no_account_where_none_are_made(self) -> None:
        web = Proxied(SignIn())
        assert error_of(web.me(remote_user="maria")) == (404, "no_account_here")

    def test_has_a_local_account(self) -> None:
        web = Proxied(SignIn(creates=True, local=frozenset(["ana"])))
        web.world.register("ana")
        assert error_of(web.me(remote_user="ana")) == (403, "account_is_local")

    def test_is_a_failed_sign_in_and_told_to_the_log(self, web: Proxied) -> None:
        entries: list[Record] = []
        for server in web.world.servers:
            server.audit = Audit(web.clock, entries.append)
        with events() as logged:
            web.me(remote_user="maria\x1b garcia")
        (entry,) = entries
        facts = [entry[each] for each in ("event", "ok", "way", "whom", "address")]
        assert facts == ["sign-in", False, "proxy", "maria^[ garcia", f"uid{PROXY}"]
        (event,) = logged
        assert "maria^[ garcia" in event["why"]
        assert event["log_level"] is LogLevel.warn


class TestTheHeader:
    def test_may_be_left_out_by_a_guest(self, web: Proxied) -> None:
        assert web.name() is None
        assert web.name(remote_user="") is None

    @pytest.mark.parametrize("peer", [OTHER, 0, None])
    def test_of_another_user_is_refused_and_logged(
        self, web: Proxied, peer: int | None, expected_errors: Expect
    ) -> None:
        web.peer = peer
        assert error_of(web.me(remote_user="maria")) == (403, "header_not_trusted")
        assert not web.server.accounts.table
        (event,) = expected_errors()
        who = "a client that" if peer is None else f"uid {peer}, which"
        assert event["why"] == f"{who} is not the uid {PROXY} of trusted_uid sent it"

    def test_of_another_user_is_a_failed_sign_in_of_that_user(
        self, web: Proxied, expected_errors: Expect
    ) -> None:
        entries: list[Record] = []
        for server in web.world.servers:
            server.audit = Audit(web.clock, entries.append)
        web.peer = OTHER
        web.me(remote_user="maria")
        expected_errors()
        (entry,) = entries
        assert (entry["event"], entry["ok"], entry["way"]) == ("sign-in", False, "proxy")
        assert (entry["address"], entry["door"]) == (f"uid{OTHER}", "http")

    def test_is_not_looked_at_elsewhere(self) -> None:
        web = Proxied(trusts=False)
        assert web.name(remote_user="maria") is None
        assert not web.server.accounts.table

    def test_is_sent_once(self, web: Proxied) -> None:
        caller = web.caller(SOCKET)
        twice = b"Remote-User: a\r\nremote-user: b\r\n"
        caller.send(b"GET /api/me HTTP/1.1\r\nHost: localhost\r\n" + twice + b"\r\n")
        (got,) = caller.got()
        assert error_of(got) == (400, "header_twice")
        caller.hang_up()
