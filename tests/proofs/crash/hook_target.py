"""A target for hooks: it answers challenges, and takes no line.

It is a process of its own, because the proof forks, which takes a process without threads.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class _Target(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        is_challenge = said["kind"] == "challenge"
        self.send_response(200 if is_challenge else 503)
        self.end_headers()
        if is_challenge:
            self.wfile.write(said["challenge"].encode())

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@cache
def target_port() -> int:
    """Return the port of the target, on every loopback address; start it at the first call.

    It ends with the calling process.
    """
    command = [sys.executable, "-m", __name__]
    root = Path(__file__).parents[3]
    target = subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert target.stdout is not None
    return int(target.stdout.readline())


def main() -> None:
    """Serve until the standard input ends."""
    server = ThreadingHTTPServer(("", 0), _Target)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
