"""A helper of chatd's sign-in: the part that all have. It answers questions at a UNIX socket.

A question is one line of JSON, and so is the answer: docs/operating.md has the form. The helper
runs as root or as the user of chatd. Its socket is closed to all but its owner and a group.
"""

from __future__ import annotations

import argparse
import grp
import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingUnixStreamServer

MOST_BYTES = 8192
"""Most bytes of a question. chatd sends some 500 at most."""

PATIENCE = 10.0
"""Seconds for a question to come, and for an answer to be taken."""

Check = Callable[[str, str], "str | None"]
"""Return the name of the account if a passphrase is that of a name, None if it is not. Raise
`UnknownAccount` for a name that is nobody's here. Any other error says that it cannot be checked
now."""


class UnknownAccount(Exception):
    """The name is none of those that the helper knows: chatd checks the password itself."""


def answer(line: bytes, check: Check) -> dict[str, object]:
    """Return the answer to a question. The passphrase is in no answer, and in no log."""
    try:
        question = json.loads(line)
        name, passphrase = question["accountName"], question["passphrase"]
        if not passphrase:  # many directories let anyone in with an empty one
            return {"success": False}
        account = check(name, passphrase)
    except UnknownAccount:
        return {"success": False, "error": "unknown"}
    except Exception as error:
        sys.stderr.write(f"cannot check: {type(error).__name__}\n")
        return {"success": False, "error": "the passphrase cannot be checked now"}
    if account is None:
        return {"success": False}
    return {"success": True, "accountName": account}


def server_at(path: Path, check: Check, group: str = "") -> ThreadingUnixStreamServer:
    """Return a server that listens at a path. It may be the socket of an earlier run."""

    class Exchange(StreamRequestHandler):
        timeout = PATIENCE

        def handle(self) -> None:
            with suppress(OSError):  # chatd asks no more
                line = self.rfile.readline(MOST_BYTES)
                self.wfile.write(json.dumps(answer(line, check)).encode() + b"\n")

    class Server(ThreadingUnixStreamServer):
        daemon_threads = True
        request_queue_size = 64

    path.unlink(missing_ok=True)
    before = os.umask(0o177)  # closed from the first moment on
    try:
        server = Server(str(path), Exchange)
    finally:
        os.umask(before)
    if group:
        os.chown(path, -1, grp.getgrnam(group).gr_gid)
        path.chmod(0o660)
    return server


def arguments(description: str) -> argparse.ArgumentParser:
    """Return the parser of a helper's command line, with the arguments that all have."""
    parser = argparse.ArgumentParser(description=description, allow_abbrev=False)
    parser.add_argument("socket", type=Path, help="the path of the UNIX socket")
    parser.add_argument("--group", default="", help="the group that may connect: chatd's")
    return parser


def serve(path: Path, group: str, check: Check) -> None:
    """Answer questions at a path until the process ends."""
    with suppress(KeyboardInterrupt), server_at(path, check, group) as server:
        server.serve_forever()
