"""TLS: the cost of a handshake, of a connection and of a delivery.

The clients are Python's, one after the other: the server's CPU and memory are measured, and not its
speed.
"""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.machine import Failed
from benchmarks.report import Bar
from benchmarks.servers import Running, chatd_tls, running

CLIENTS = 100
HANDSHAKES = 300
WINDOWS = {1: 300, 100: 30}
"""Lines that are said at once, and the number of times."""

LINE = b"x" * 80 + b"\n"


def run(bench: Bench) -> None:
    """Measure all of it."""
    try:
        certificate, key = _certificate(bench.scratch)
        server = chatd_tls(certificate, key)
        with running(server, bench.scratch, bench.cores.server) as started:
            bars = _measure(started)
    except (Failed, OSError) as error:
        bench.fail("TLS", Failed(str(error)))
        return
    bench.hold("TLS 1.3, RSA 2,048 bits", bars)


def _certificate(scratch: Path) -> tuple[Path, Path]:
    openssl = shutil.which("openssl")
    if openssl is None:
        raise Failed("openssl is needed to make a certificate")
    certificate, key = scratch / "certificate.pem", scratch / "key.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost"]
    command += ["-keyout", str(key), "-out", str(certificate)]
    if subprocess.run(command, capture_output=True).returncode:
        raise Failed("openssl made no certificate")
    return certificate, key


def _measure(server: Running) -> list[Bar]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    _enter(context, server).close()  # what the first one costs alone
    before = _cpu(server)
    for _ in range(HANDSHAKES):
        _enter(context, server).close()
    bars = [Bar("TLS: CPU of a visit", "", (_cpu(server) - before) / 1e3 / HANDSHAKES, "us")]
    memory = _memory(server)
    clients = [_enter(context, server) for _ in range(CLIENTS)]
    each = (_memory(server) - memory) / 1024 / CLIENTS
    bars.append(Bar("TLS: memory of a connection", "", each, "KiB"))
    for window, times in WINDOWS.items():
        before = _cpu(server)
        for _ in range(times):
            clients[0].sendall(LINE * window)
            for client in clients:
                _read_lines(client, window)
        cost = (_cpu(server) - before) / 1e3 / (times * window * CLIENTS)
        what = f"TLS: CPU per delivery, {CLIENTS} clients, window {window}"
        bars.append(Bar(what, "", cost, "us"))
    for client in clients:
        client.close()
    return bars


def _enter(context: ssl.SSLContext, server: Running) -> ssl.SSLSocket:
    plain = socket.create_connection(("127.0.0.1", server.port), timeout=10)
    client = context.wrap_socket(plain)
    client.sendall(b"/sync\n")
    received = b""
    while b"ERR Unknown command: /sync" not in received or not received.endswith(b"\n"):
        received += _receive(client)
    return client


def _read_lines(client: ssl.SSLSocket, count: int) -> None:
    while count > 0:
        count -= _receive(client).count(b"\n")
    if count:
        raise Failed("a line came that nobody said")


def _receive(client: ssl.SSLSocket) -> bytes:
    data = client.recv(65536)
    if not data:
        raise Failed("the server closed a connection")
    return data


def _cpu(server: Running) -> int:
    """Return the nanoseconds on a core, of all threads."""
    threads = Path(f"/proc/{server.pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads)


def _memory(server: Running) -> int:
    """Return the bytes in memory."""
    status = Path(f"/proc/{server.pid}/status").read_text()
    return 1024 * int(status.split("VmRSS:")[1].split()[0])
