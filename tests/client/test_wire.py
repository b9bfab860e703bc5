"""`chatd.client.wire`: a connection to a server, or one line that says why there is none."""

import argparse
import socket

import pytest

from chatd.client import wire
from chatd.client.wire import ClientError
from tests.support.stand_in import unused_port


def test_a_port_on_which_no_server_listens_is_one_line() -> None:
    port = unused_port()
    with pytest.raises(ClientError) as raised:
        wire.connect("127.0.0.1", port)
    assert str(raised.value) == (
        f"no server at 127.0.0.1:{port}: connection refused. "
        "Start one with `chatd serve`, or name another host and port."
    )


def test_a_connection_to_itself_is_no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    itself = socket.socket()
    itself.bind(("127.0.0.1", 0))
    itself.connect(itself.getsockname())
    monkeypatch.setattr(socket, "create_connection", lambda *_: itself)
    with pytest.raises(ClientError, match="connected us to ourselves"):
        wire.connect("127.0.0.1", itself.getsockname()[1])
    assert itself.fileno() == -1


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (TimeoutError(), "no answer from"),
        (socket.gaierror(-2, "Name or service not known"), "cannot find 127.0.0.1: Name"),
        (UnicodeError(), "it is not a host name"),
        (OSError(101, "Network is unreachable"), "cannot reach .*: Network is unreachable"),
    ],
)
def test_a_host_that_cannot_be_reached_is_one_line(
    monkeypatch: pytest.MonkeyPatch, error: Exception, message: str
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(socket, "create_connection", fail)
    with pytest.raises(ClientError, match=message):
        wire.connect("127.0.0.1", 1)


def test_a_connection_blocks_without_a_time_limit() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        wire.connect("127.0.0.1", listener.getsockname()[1]) as connection,
    ):
        assert connection.gettimeout() is None


def test_an_address_is_written_with_brackets_if_it_is_ipv6() -> None:
    assert wire.show_address("::1", 7) == "[::1]:7"
    assert wire.show_address("example.org", 7) == "example.org:7"


@pytest.mark.parametrize("text", ["0", "65536", "x", "", "1e3", "-1", "٣"])
def test_a_text_that_is_no_port_is_wrong_usage(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="is not a port"):
        wire.port_number(text)


@pytest.mark.parametrize("text", ["", "60060"])
def test_a_text_that_is_no_host_is_wrong_usage(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="is not a host"):
        wire.host_name(text)


def test_a_byte_that_telnet_would_interpret_is_doubled() -> None:
    assert wire.as_line(b"ca\xf1a \xff\xfa") == b"ca\xf1a \xff\xff\xfa\n"


class TestHost:
    """A host as it is written on a command line."""

    @pytest.mark.parametrize(
        ("text", "address"),
        [
            ("chat.example", ("chat.example", None)),
            ("chat.example:60062", ("chat.example", "60062")),
            ("127.0.0.1:7", ("127.0.0.1", "7")),
            ("::1", ("::1", None)),
            ("[::1]", ("::1", None)),
            ("[::1]:60062", ("::1", "60062")),
        ],
    )
    def test_it_may_have_its_port_with_it(self, text: str, address: tuple[str, str]) -> None:
        assert wire.host_name(text) == text
        assert wire.split_address(text) == address

    def test_it_may_be_a_profile(self) -> None:
        assert wire.host_name("@work") == "@work"

    @pytest.mark.parametrize(
        ("text", "error"),
        [
            ("", "'' is not a host (a name or an address)"),
            ("@", "'@' is not a host (a name or an address)"),
            ("60060", "'60060' is not a host (a name or an address)"),
            (":60060", "':60060' is not a host (a name or an address)"),
            ("[]:60060", "'[]:60060' is not a host (a name or an address)"),
            ("chat.example:", "'' is not a port (1 to 65535)"),
            ("chat.example:http", "'http' is not a port (1 to 65535)"),
            (
                "tls://chat.example:7",
                "'tls://chat.example:7' is not a host: write chat.example:7, and --tls",
            ),
            (
                "https://chat.example/",
                "'https://chat.example/' is not a host: write HOST, or HOST:PORT",
            ),
            (
                "unix:/run/chat.sock",
                "'unix:/run/chat.sock' is not a host: write --unix /run/chat.sock",
            ),
        ],
    )
    def test_another_text_is_refused_with_what_is_right(self, text: str, error: str) -> None:
        with pytest.raises(argparse.ArgumentTypeError) as refused:
            wire.host_name(text)
        assert str(refused.value) == error
