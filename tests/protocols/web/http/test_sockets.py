"""HTTP over real sockets: where it matters what the kernel does, and what others' clients do."""

from __future__ import annotations

import http.client
import json
import shutil
import socket
import ssl
import struct
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.threads import deferToThread

from chatd.protocols.web.static_files import File
from tests.support.certificate import write_certificate
from tests.support.loopback import LOOPBACK, LoopbackServer

LOBBY = "/api/rooms/lobby/messages"
HTML = b"<!doctype html>" * 1000
PAGE = {(): File(HTML, "text/html")}


def run(ask: Callable[[int], Any], endpoint: str = LOOPBACK) -> Any:
    """Have a client ask at a port, and return its answer."""

    async def asking() -> Any:
        loopback = LoopbackServer()
        try:
            return await deferToThread(ask, await loopback.listen_for_http(PAGE, endpoint=endpoint))
        finally:
            await loopback.close()

    return asking()


def received(connection: socket.socket) -> bytes:
    """All that is sent until the other side ends; fails if it is reset before."""
    connection.settimeout(5)
    return b"".join(iter(partial(connection.recv, 65536), b""))


def exchanged(port: int, data: bytes, *, half_close: bool = False) -> bytes:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(data)
        if half_close:
            connection.shutdown(socket.SHUT_WR)
        return received(connection)


async def test_a_program_asks_several_things_on_one_connection() -> None:
    def ask(port: int) -> list[Any]:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as client:
            client.request(
                "POST", LOBBY, json.dumps({"text": "a\nb"}), {"Content-Type": "application/json"}
            )
            said = json.load(client.getresponse())
            client.request("GET", LOBBY)
            events = json.load(client.getresponse())["events"]
            client.request("GET", "/")
            return [said["seqs"], [event["text"] for event in events], client.getresponse().read()]

    assert await run(ask) == [[1, 2], ["a", "b"], HTML]


async def test_a_body_in_chunks_is_read() -> None:
    def ask(port: int) -> int:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as client:
            client.request("POST", LOBBY, iter([b"a\n", b"b\n"]), encode_chunked=True)
            return client.getresponse().status

    assert await run(ask) == 201


async def test_who_sends_a_request_and_ends_gets_the_answer() -> None:
    data = f"POST {LOBBY} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\ntext".encode()
    got = await run(lambda port: exchanged(port, data, half_close=True))
    assert got.startswith(b"HTTP/1.1 201 ")
    assert got.rstrip().endswith(b'"seqs":[1]}')


@pytest.mark.parametrize("length", [5_000, 100_000])
async def test_who_sends_more_than_is_read_gets_the_refusal_all_the_same(length: int) -> None:
    """Closing with unread input would reset the connection, and take the answer with it."""
    data = b"POST / HTTP/1.1\r\nHost: a b\r\nContent-Length: 99999999\r\n\r\n" + b"x" * length
    got = await run(lambda port: exchanged(port, data))
    assert got.startswith(b"HTTP/1.1 400 ")
    assert got.rstrip().endswith(b"}}")


async def test_a_thousand_requests_at_once_are_answered() -> None:
    data = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n" * 1000
    got = await run(lambda port: exchanged(port, data, half_close=True))
    assert got.count(b"HTTP/1.1 200 OK\r\n") == 1000


async def test_who_is_slow_to_read_gets_all_of_every_answer() -> None:
    def ask(port: int) -> int:
        with socket.socket() as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.connect(("127.0.0.1", port))
            connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" * 100)
            connection.shutdown(socket.SHUT_WR)
            return received(connection).count(HTML)

    assert await run(ask) == 100


async def test_who_resets_the_connection_leaves_nothing() -> None:
    def ask(port: int) -> None:
        for data in b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" * 50:
            with socket.create_connection(("127.0.0.1", port)) as connection:
                connection.sendall(data)
                linger = struct.pack("ii", 1, 0)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    await run(ask)


@pytest.mark.filterwarnings("ignore:Passing pyOpenSSL")
async def test_the_door_may_be_over_tls(tmp_path: Path) -> None:
    certificate = write_certificate(tmp_path / "server.pem")

    def ask(port: int) -> tuple[int, str | None]:
        context = ssl.create_default_context(cafile=certificate)
        client = http.client.HTTPSConnection("127.0.0.1", port, timeout=5, context=context)
        with closing(client):
            client.request("GET", "/")
            assert client.getresponse().read() == HTML
            members = {"name": "ana", "password": "correct horse", "register": True}
            client.request("POST", "/api/signin", json.dumps(members))
            answer = client.getresponse()
            answer.read()
            return answer.status, answer.getheader("Set-Cookie")

    status, cookie = await run(ask, f"ssl:0:interface=127.0.0.1:privateKey={certificate}")
    assert status == 200
    assert cookie is not None
    assert cookie.startswith("__Host-chatd=")
    assert cookie.endswith("; Secure")


@pytest.mark.filterwarnings("ignore:Passing pyOpenSSL")
async def test_a_client_in_clear_at_a_port_of_tls_leaves_nothing(tmp_path: Path) -> None:
    certificate = write_certificate(tmp_path / "server.pem")

    def ask(port: int) -> None:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            connection.settimeout(5)
            connection.recv(1000)

    await run(ask, f"ssl:0:interface=127.0.0.1:privateKey={certificate}")


async def test_lines_are_streamed_to_a_program_that_reads_them() -> None:
    def ask(port: int) -> list[bytes]:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as reader:
            reader.request("GET", "/api/rooms/lobby/stream")
            stream = reader.getresponse()
            lines: Iterator[bytes] = iter(stream.readline, b"")
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as writer:
                writer.request("POST", f"{LOBBY}?name=ana", "now")
                writer.getresponse().read()
            return [
                next(line for line in lines if line.startswith(b"id: ")),
                next(lines),
                next(lines),
            ]

    place, event, data = await run(ask)
    said = json.loads(data.removeprefix(b"data: "))
    assert (place, event) == (b"id: 1-%d\n" % said["time"], b"event: message\n")
    assert said["text"] == "now"


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
async def test_curl_says_lines_as_text() -> None:
    def ask(port: int) -> dict[str, Any]:
        url = f"http://127.0.0.1:{port}{LOBBY}?name=build"
        done = subprocess.run(
            ["curl", "-sS", "-d", "done: 100%+1 & more", url],
            capture_output=True,
            check=True,
            timeout=5,
        )
        assert json.loads(done.stdout)["seq"] == 1
        done = subprocess.run(["curl", "-sS", url], capture_output=True, check=True, timeout=5)
        return json.loads(done.stdout)["events"][0]  # type: ignore[no-any-return]

    event = await run(ask)
    assert (event["author"], event["text"]) == ("build", "done: 100%+1 & more")


@pytest.mark.skipif(shutil.which("nc") is None, reason="there is no nc")
async def test_nc_is_a_client_of_http() -> None:
    def ask(port: int) -> bytes:
        request = b"GET /healthz HTTP/1.0\r\n\r\n"
        return subprocess.run(
            ["nc", "-N", "127.0.0.1", str(port)], input=request, capture_output=True, timeout=5
        ).stdout

    assert (await run(ask)).rstrip().endswith(b'{"status":"ok"}')
