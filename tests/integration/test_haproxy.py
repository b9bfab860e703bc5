"""HAProxy in front of a daemon: it sends the addresses of clients, and passes on TLS or ends it."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from chatd.errors import ErrorKind
from tests.support.certificate import write_certificate
from tests.support.live_server import PATIENCE, WELCOMED, Client, LiveServer
from tests.support.sentences import EN
from tests.support.server_processes import free_ports, wait_until

HAPROXY = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")

pytestmark = pytest.mark.skipif(HAPROXY is None, reason="needs haproxy")

GUEST = EN.error(ErrorKind.NOT_REGISTERED, "name_first")
IN_CLEAR = f"ERR {ErrorKind.NOT_ENCRYPTED.value}: "

SETTINGS = """\
global
    stats socket {folder}/stats
defaults
    mode tcp
    timeout connect 5s
    timeout client 1m
    timeout server 1m
"""

WAY = """\
listen {name}
    bind 127.0.0.1:{port} {bind}
    tcp-request connection set-src str(192.0.2.7)
    server one 127.0.0.1:{to} {server}
"""

PROXIES = """\
[[listen]]
kind = "web"
endpoint = "haproxy:tcp:0:interface=127.0.0.1"
proxies = ["127.0.0.1"]

[[listen]]
kind = "bare"
endpoint = "haproxy:tcp:0:interface=127.0.0.1"
proxies = ["192.0.2.1"]
"""


@contextmanager
def haproxy(folder: Path, *ways: tuple[str, int, str]) -> Iterator[list[int]]:
    """Run HAProxy, and yield a port for each way. All clients are at 192.0.2.7 for it.

    A way has the options of its address, a port of the daemon, and the options of its server.
    """
    assert HAPROXY is not None
    first = free_ports(len(ways))
    ports = list(range(first, first + len(ways)))
    text = SETTINGS.format(folder=folder)
    for port, (bind, to, server) in zip(ports, ways, strict=True):
        text += WAY.format(name=f"at{port}", port=port, bind=bind, to=to, server=server)
    path = folder / "haproxy.cfg"
    path.write_text(text)
    with subprocess.Popen([HAPROXY, "-db", "-f", path], stderr=subprocess.PIPE) as process:
        try:
            wait_until(lambda: all(map(listens, ports)), "haproxy does not listen")
            yield ports
        finally:
            process.terminate()


def listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), PATIENCE):
        return True
    return False


def over_tls(port: int, certificate: Path) -> ssl.SSLSocket:
    """Return a connection over TLS to a server with a certificate."""
    connection = socket.create_connection(("127.0.0.1", port), PATIENCE)
    context = ssl.create_default_context(cafile=certificate)
    return context.wrap_socket(connection, server_hostname="127.0.0.1")


def test_tls_may_end_at_the_daemon(tmp_path: Path) -> None:
    certificate = write_certificate(tmp_path / "server.pem")
    address = f"haproxy:ssl:0:interface=127.0.0.1:privateKey={certificate}"
    with LiveServer(tmp_path, "-l", address, "--recent", "0") as daemon:
        to, again = daemon.ports[1], "ssl verify none send-proxy-v2-ssl"
        ways = [
            ("", to, "send-proxy"),
            ("", to, "send-proxy-v2"),
            (f"ssl crt {certificate}", to, again),
            ("", to, again),
        ]
        with haproxy(tmp_path, *ways) as (*encrypted, clear):
            for port in encrypted:
                with Client(over_tls(port, certificate)) as ana:
                    ana.until(WELCOMED)
                    ana.type("hello", "/register correct horse")
                    assert "> hello" in ana.line()
                    assert ana.line() == GUEST
            with Client(clear) as luis:  # the proxy alone speaks TLS
                luis.until(WELCOMED)
                luis.type("/register correct horse")
                assert luis.line().startswith(IN_CLEAR)


REQUEST = b"GET / HTTP/1.1\r\nHost: chat.test\r\nConnection: close\r\n\r\n"


def is_taken_for_tls(connection: socket.socket) -> bool:
    """Ask for the page, and return True if the answer insists on TLS."""
    with connection, connection.makefile("rb") as answer:
        connection.sendall(REQUEST)
        return b"Strict-Transport-Security: " in answer.read()


def test_only_a_trusted_one_that_ends_tls_is_believed(tmp_path: Path) -> None:
    certificate = write_certificate(tmp_path / "server.pem")
    settings = tmp_path / "chatd.toml"
    settings.write_text(PROXIES)
    options = ("--config", str(settings), "--web-name", "chat.test")
    with LiveServer(tmp_path, *options) as daemon:
        assert daemon.web_port is not None
        tls = f"ssl crt {certificate}"
        ways = [
            (tls, daemon.web_port, "send-proxy-v2-ssl"),
            (tls, daemon.web_port, "send-proxy-v2"),
            ("", daemon.web_port, "send-proxy-v2-ssl"),
            (tls, daemon.ports[1], "send-proxy-v2-ssl"),
        ]
        with haproxy(tmp_path, *ways) as (said, unsaid, clear, stranger):
            assert is_taken_for_tls(over_tls(said, certificate))
            assert not is_taken_for_tls(over_tls(unsaid, certificate))
            assert not is_taken_for_tls(socket.create_connection(("127.0.0.1", clear), PATIENCE))
            with over_tls(stranger, certificate) as refused:
                assert refused.recv(1) == b""
