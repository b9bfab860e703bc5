"""Descriptions of addresses: their parts, and what may have been meant by one that is none."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.endpoints import quoteStringArgument

from chatd.daemon.addresses import Address, WrongAddress, address_of, with_paths_in


def why(description: str) -> str:
    """Return what is wrong with a description."""
    with pytest.raises(WrongAddress) as wrong:
        address_of(description)
    return str(wrong.value)


class TestParts:
    @pytest.mark.parametrize(
        ("description", "kind", "values"),
        [
            ("tcp:7", "tcp", {"port": "7"}),
            ("tcp:port=7", "tcp", {"port": "7"}),
            ("tcp:7:10.0.0.1", "tcp", {"port": "7", "interface": "10.0.0.1"}),
            ("tcp:backlog=9:7", "tcp", {"port": "7", "backlog": "9"}),
            (r"tcp6:7:interface=\:\:1", "tcp6", {"port": "7", "interface": "::1"}),
            (r"unix:/a\:b\=c:mode=660", "unix", {"address": "/a:b=c", "mode": "660"}),
            ("unix:address=/a=b", "unix", {"address": "/a=b"}),
            ("systemd:domain=INET:index=0", "systemd", {"domain": "INET", "index": "0"}),
            ("systemd:name=chat", "systemd", {"name": "chat"}),
            ("stdio:", "stdio", {}),
        ],
    )
    def test_have_names(self, description: str, kind: str, values: dict[str, str]) -> None:
        assert address_of(description) == Address(kind, values, False)
        assert address_of(f"haproxy:{description}") == Address(kind, values, True)

    @given(st.text(min_size=1))
    def test_are_those_that_twisted_would_take(self, path: str) -> None:
        address = address_of(f"unix:mode=600:address={quoteStringArgument(path)}")
        assert address.values == {"address": path, "mode": "600"}

    @given(st.text(alphabet="tcpunix6:=\\0123[]./ a-"))
    def test_of_any_text_are_found_or_it_is_refused_in_one_line(self, description: str) -> None:
        with suppress(WrongAddress):
            address_of(description)
            return
        assert re.fullmatch("[^\n]+[.?]", why(description))


class TestPlace:
    @pytest.mark.parametrize(
        ("one", "another"),
        [
            ("tcp:7", "ssl:7:a:b"),
            ("tcp:7", "tcp:7:backlog=3"),
            ("unix:a", "unix:a:mode=600"),
            ("systemd:name=a", "systemd:INET:name=a"),
        ],
    )
    def test_is_one_for_the_same_address(self, one: str, another: str) -> None:
        assert address_of(one).place == address_of(another).place

    @pytest.mark.parametrize(
        ("one", "another"),
        [
            ("tcp:7", "tcp:8"),
            ("tcp:7", "tcp:7:interface=a"),
            ("unix:7", "tcp:7"),
            ("systemd:name=a", "systemd:name=b"),
        ],
    )
    def test_is_another_for_another_address(self, one: str, another: str) -> None:
        assert address_of(one).place != address_of(another).place

    @pytest.mark.parametrize("description", ["tcp:0", "stdio:"])
    def test_is_none_where_the_system_chooses(self, description: str) -> None:
        assert address_of(description).place is None


class TestWrong:
    @pytest.mark.parametrize(
        ("description", "meant"),
        [
            ("60063", "tcp:60063"),
            ("haproxy:60063", "haproxy:tcp:60063"),
            ("localhost:60063", "tcp:60063:interface=localhost"),
            ("10.0.0.1:60063", "tcp:60063:interface=10.0.0.1"),
            ("0.0.0.0:60063", "tcp:60063"),
            (":60063", "tcp:60063"),
            ("*:60063", "tcp:60063"),
            ("http://0.0.0.0:60080/", "tcp:60080"),
            ("[::1]:60063", r"tcp6:60063:interface=\:\:1"),
            ("tcp:127.0.0.1:60063", "tcp:60063:interface=127.0.0.1"),
            ("tcp::60063", "tcp:60063"),
            ("/run/chat.sock", "unix:/run/chat.sock"),
        ],
    )
    def test_is_told_the_address_that_was_meant(self, description: str, meant: str) -> None:
        assert why(description) == f"did you mean {meant}?"
        if not meant.startswith("unix:"):
            address_of(meant)

    @pytest.mark.parametrize(
        ("description", "reason"),
        [
            ("", "it is empty. An address is like tcp:60060:interface=127.0.0.1."),
            ("--bare", "it is an option, and the value is missing. An address is like "),
            ("tpc:60063", "there is no kind of address tpc. Did you mean tcp?"),
            (
                "gopher:x",
                "there is no kind of address gopher. It is tcp, tcp6, ssl, unix, ",
            ),
            ("stdio", "there is no kind of address stdio."),
            ("a=b", "there is no kind of address a=b."),
            ("tcp", "its port is missing. An address is like tcp:60060:"),
            ("tcp:", "its port is missing."),
            ("unix:", "its address is missing. An address is like unix:/"),
            ("tcp:abc", "a port is a number from 0 to 65535; not 'abc'."),
            ("tcp:99999", "a port is a number from 0 to 65535; not '99999'."),
            ("tcp:٣", "a port is a number from 0 to 65535; not '٣'."),
            ("haproxy:tcp:-1", "a port is a number from 0 to 65535; not '-1'."),
            ("tcp:7:iface=x", "tcp takes no iface. Did you mean interface?"),
            ("tcp:7:interfce=x", "tcp takes no interfce. Did you mean interface?"),
            ("ssl:7:key=a:cert=b", "ssl takes no key. Did you mean privateKey?"),
            ("ssl:7:privateKey=a:cert=b", "ssl takes no cert. Did you mean certKey?"),
            ("tcp:7:cert=b", "tcp takes no cert. It takes port, interface or backlog."),
            ("tcp:7:backlog=x", "its backlog is a number of connections; not 'x'."),
            ("unix:a:mode=rw", "its mode is an octal number such as 660; not 'rw'."),
            ("unix:a:mode=0o660", "its mode is an octal number such as 660; not '0o660'."),
            ("tcp:7:interface=::1", "it has two values for interface. In a value, write a colon "),
            ("tcp:1:2:3:4", "In a value, write a colon as "),
            ("tcp6:7:interface=::1", "it has two values for interface. In a value, write a "),
            ("systemd:", "it has either an index or a name. An address is like systemd:name=chat."),
            ("systemd:name=", "it has either an index or a name."),
            ("systemd:domain=IPV4:name=a", "its domain is INET, INET6 or UNIX; not 'IPV4'."),
            ("systemd:INET", "it has either an index or a name."),
            ("systemd:INET:0:chat", "it has either an index or a name."),
            ("systemd:INET:first", "its index is the number of a socket, from 0; not 'first'."),
        ],
    )
    def test_is_told_what_is_right(self, description: str, reason: str) -> None:
        assert why(description).startswith(reason)


class TestPaths:
    @pytest.mark.parametrize(
        ("description", "name", "path"),
        [
            ("unix:s", "address", "/f/s"),
            ("unix:/s", "address", "/s"),
            ("unix:address=s:mode=660", "address", "/f/s"),
            (r"unix:a\:b\=c\\d:mode=660", "address", r"/f/a:b=c\d"),
            ("haproxy:unix:s", "address", "/f/s"),
            ("ssl:7:k.pem:c.pem", "privateKey", "/f/k.pem"),
            ("ssl:7:k.pem:c.pem", "certKey", "/f/c.pem"),
            ("ssl:7:extraCertChain=x.pem", "extraCertChain", "/f/x.pem"),
        ],
    )
    def test_are_those_in_a_folder(self, description: str, name: str, path: str) -> None:
        before, after = address_of(description), address_of(with_paths_in(description, Path("/f")))
        assert after.values[name] == path
        assert after.behind_proxy == before.behind_proxy
        assert after.values.keys() == before.values.keys()

    @pytest.mark.parametrize("description", ["tcp:7", r"tcp6:7:interface=\:\:1", "stdio:"])
    def test_are_in_no_other_address(self, description: str) -> None:
        assert with_paths_in(description, Path("/f")) == description
