"""A program that stays: one process for all calls, which is started again when it ends.

In plain text it is given one call at a time, and answers it by one line; a blank line is no answer.
In JSON it is given calls as they come, and an answer has the seq of the call as ``reply_to``. All
else that it prints it says by itself. This module must not know the server.

Theory of operation. A thread starts the process and reads its output; another one writes calls to
it, because a program that does not read must not stop the bot. A call that is not answered in time
is late: in plain text the process is ended, because its next line would be taken for the answer to
another call.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from io import BufferedReader, RawIOBase
from queue import SimpleQueue
from typing import NamedTuple, cast

from chatd.client.bots.answers import Part, WrongAnswer, part_in, text_in
from chatd.client.bots.calls import Call
from chatd.client.bots.processes import Limit, Process
from chatd.client.bots.results import Result, Results
from chatd.client.pauses import pause_after
from chatd.client.reading import note
from chatd.client.sentences import Sentence

LASTING = 10.0
"""Seconds after which a process counts as one that works: pauses begin anew after it."""

MOST_UNREAD = 100
"""Most calls that wait until the program reads them. Further ones it is not given."""

_LINE_BYTES = 1 << 16
"""Bytes of a line. A longer one counts as several."""

_GRACE = 5.0
"""Seconds that a process has to exit once its output has ended."""


class _Given(NamedTuple):
    """A call that is given to a process: the one with the number ``life``."""

    call: Call
    limit: Limit
    life: int


class StayingProgram:
    """A process that is given calls, each with a time limit of so many ``seconds``.

    ``variables`` are those of its environment.
    """

    def __init__(
        self,
        command: Sequence[str],
        results: Results,
        seconds: float,
        variables: Mapping[str, str],
        *,
        speaks_json: bool,
        pause: Callable[[int], float] = pause_after,
    ) -> None:
        self._command = command
        self._results = results
        self._seconds = seconds
        self._variables = variables
        self._speaks_json = speaks_json
        self._pause = pause
        self._lock = threading.Lock()
        self._given: dict[int, _Given] = {}
        self._unread: SimpleQueue[Call | None] = SimpleQueue()  # None between two processes
        self._life = 0
        self._process: Process | None = None
        self._closed = threading.Event()
        self._has_complained = False
        threading.Thread(target=self._run, daemon=True).start()

    def start(self, call: Call) -> None:
        """Give the program a call; the result comes later."""
        limit = Limit(self._seconds, partial(self._is_late, call))
        with self._lock:
            self._given[call.seq] = _Given(call, limit, self._life)
            if self._unread.qsize() < MOST_UNREAD:
                self._unread.put(call)
        limit.begin()

    def close(self) -> None:
        """End the process, and start no other one."""
        self._closed.set()
        with self._lock:
            process, given = self._process, list(self._given.values())
        for each in given:
            each.limit.end()
        if process is not None:
            process.kill()

    def _run(self) -> None:
        failures = 0
        while not self._closed.is_set():
            began = time.monotonic()
            self._run_once()
            failures = 0 if time.monotonic() - began > LASTING else failures + 1
            self._closed.wait(self._pause(failures))

    def _run_once(self) -> None:
        """Run the program until it ends."""
        try:
            process = Process(self._command, self._variables)
        except OSError as error:
            note(f"cannot start {self._command[0]}: {error.strerror}")
            self._fail(self._life, Sentence("bot_not_started"))
            while self._unread.get() is not None:  # these have failed
                pass
            return
        with self._lock:
            self._process, life = process, self._life
        if self._closed.is_set():
            process.kill()
        writer = threading.Thread(target=self._write, args=[process], daemon=True)
        writer.start()
        with BufferedReader(cast(RawIOBase, process.output)) as output:
            for line in iter(partial(output.readline, _LINE_BYTES), b""):
                self._take(line.rstrip(b"\r\n"), life)
        with Limit(_GRACE, process.kill):
            failure = process.wait()
        self._fail(life, failure or Sentence("bot_status", status=0))
        writer.join()

    def _write(self, process: Process) -> None:
        """Write calls to a process, until those come that are for the next one."""
        can_write = True
        while (call := self._unread.get()) is not None:
            try:
                if can_write:
                    process.input.write(call.json if self._speaks_json else call.plain)
            except (OSError, ValueError):  # it does not read, or has ended
                can_write = False

    def _take(self, line: bytes, life: int) -> None:
        """Take a line that a process printed."""
        self._has_complained = False
        part = self._part_in(line)
        if part is None:
            return
        with self._lock:
            mine = (seq for seq, given in self._given.items() if given.life == life)
            seq = part.reply_to if self._speaks_json else next(mine, None)
            answered = None if seq is None else self._given.pop(seq, None)
        if answered is not None:
            answered.limit.end()
        self._results.put(Result(None if answered is None else answered.call, [part]))

    def _part_in(self, line: bytes) -> Part | None:
        if not self._speaks_json:
            return Part(text_in(line))
        if not line.strip():
            return None
        try:
            return part_in(line)
        except WrongAnswer as wrong:
            note(f"the program printed no answer: {wrong}")
            return None

    def _is_late(self, call: Call) -> None:
        """End a call that is not answered in time."""
        with self._lock:
            late = self._given.get(call.seq)
            if late is None or late.call is not call:
                return
            process = self._process
            if self._speaks_json:
                del self._given[call.seq]
        if self._speaks_json:
            self._results.put(Result(call, []))  # it need not answer
            return
        self._has_complained = True
        self._end_life(late.life, Sentence("bot_late", seconds=f"{self._seconds:g}"))
        if process is not None:
            process.kill()

    def _end_life(self, life: int, why: Sentence) -> bool:
        """Let calls be for the next process from now on, and tell the people whose this one had.

        Return True if there are any.
        """
        with self._lock:
            if self._life == life:
                self._life += 1
                self._unread.put(None)
            left = [given for given in self._given.values() if given.life == life]
            for given in left:
                del self._given[given.call.seq]
        for given in left:
            given.limit.end()
            self._results.put(Result(given.call, [], why))
        return bool(left)

    def _fail(self, life: int, why: Sentence) -> None:
        """Tell the people whose calls a process had that it ended; or else the room, once."""
        is_told = self._end_life(life, why)
        if not (is_told or self._has_complained or self._closed.is_set()):
            self._results.put(Result(None, [], why))
        self._has_complained = True
