"""A program that is started for each call: it is given the call, and what it prints is the answer.

Each process has a thread, which waits for it; so a time limit holds also while the bot waits for
its server. This module must not know the server.
"""

from __future__ import annotations

import os
import select
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import IO

from chatd.client.bots.answers import Part, WrongAnswer, part_in, text_in
from chatd.client.bots.calls import Call
from chatd.client.bots.processes import Limit, Process
from chatd.client.bots.results import Result, Results
from chatd.client.reading import note
from chatd.client.sentences import Sentence

MOST_BYTES = 1 << 20
"""Bytes after which a program is ended: it prints without end."""

_READ_SIZE = 1 << 16

_GRACE = 1.0
"""Seconds after the limit in which the output of a program ends, unless a process that left its
group has it open."""


class Programs:
    """The processes of a program, one for each call.

    Each has a time limit of so many ``seconds``. If it ``speaks_json``, it is given an event, and
    answers in JSON.
    """

    def __init__(
        self, command: Sequence[str], results: Results, seconds: float, *, speaks_json: bool
    ) -> None:
        self._command = command
        self._results = results
        self._seconds = seconds
        self._speaks_json = speaks_json
        self._running: set[Process] = set()
        self._closed = False

    def start(self, call: Call) -> None:
        """Run the program for a call; its result comes later."""
        threading.Thread(target=self._answer, args=[call], daemon=True).start()

    def close(self) -> None:
        """End all processes."""
        self._closed = True
        for process in list(self._running):
            process.kill()

    def _answer(self, call: Call) -> None:
        output, failure = self._run(call)
        parts: list[Part] = []
        if not self._speaks_json:
            parts.append(Part(text_in(output)))
        else:
            try:
                parts += [part_in(line) for line in output.split(b"\n") if line.strip()]
            except WrongAnswer as wrong:
                note(f"the program printed no answer: {wrong}")
                failure = failure or Sentence("bot_not_json")
        self._results.put(Result(call, parts, failure))

    def _run(self, call: Call) -> tuple[bytes, Sentence | None]:
        """Run the program; return what it printed, and why it failed, if it did."""
        try:
            process = Process(self._command, call.environment)
        except OSError as error:
            note(f"cannot start {self._command[0]}: {error.strerror}")
            return b"", Sentence("bot_not_started")
        self._running.add(process)
        try:
            if self._closed:
                process.kill()
            with Limit(self._seconds, process.kill) as limit:
                with suppress(OSError):  # it need not read it
                    process.input.write(call.json if self._speaks_json else call.plain)
                    process.input.close()
                output = _read(process.output, time.monotonic() + self._seconds + _GRACE)
                is_too_much = len(output) >= MOST_BYTES
                if is_too_much:
                    process.kill()
                failure = process.wait()
        finally:
            self._running.discard(process)
        if is_too_much:
            failure = Sentence("bot_too_much")
        elif limit.is_over:
            failure = Sentence("bot_late", seconds=f"{self._seconds:g}")
        return output, failure


def _read(output: IO[bytes], until: float) -> bytes:
    """Return an output up to its end, `MOST_BYTES`, or a time of the monotonic clock."""
    data = bytearray()
    while len(data) < MOST_BYTES:
        if not select.select([output], [], [], max(0.0, until - time.monotonic()))[0]:
            break
        some = os.read(output.fileno(), _READ_SIZE)
        if not some:
            break
        data += some
    return bytes(data)
