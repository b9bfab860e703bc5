"""Kill a daemon while keys are typed into a real `chatd connect` in a terminal.

Keys come one by one, also while there is no daemon; a kill comes between any two of them, so most
lines are half typed, on their way, or stored and not answered. Others speak meanwhile. At the end
the store must have each line that was typed once, in the order of typing; and the screen each line
of the store, once and in its order. The terminal has so many rows that nothing scrolls away.
"""

from __future__ import annotations

import json
import random
import re
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.commands import chatd
from tests.support.live_server import Client, LiveServer
from tests.support.terminal import Terminal

NAME = "ana"
KEYS_A_LIFE = 60
"""Most keys that are typed in the life of a daemon, and again until the next one begins."""

AFTER_KEY = 0.02
"""Most seconds between two keys."""

ACTIONS, PASTES = 0.1, 0.2
"""The probabilities that a line is an action, and that it is a message that is pasted."""

HURRIES = 0.7
"""The probability that a kill waits until the client is back."""

HURRY = 0.3
"""Seconds between two times that Enter is pressed."""

SETTLED = 60.0
"""Most seconds until the last line is stored and shown."""

_TOKEN = re.compile(r"\b(?:mine|other)-\d+\b")


@dataclass
class Result:
    """The result of a run."""

    kills: int = 0
    away: int = 0
    """Keys that were typed while no daemon ran."""

    typed: int = 0
    stored: int = 0
    shown: int = 0
    seconds: float = 0.0
    faults: list[str] = field(default_factory=list)

    def text(self) -> str:
        """Return the result as text."""
        return "\n".join(
            [
                f"{self.kills} kills in {self.seconds:.0f} s: {self.typed} lines typed,"
                f" {self.away} of their keys while no daemon ran; {self.stored} lines stored,"
                f" {self.shown} shown; {len(self.faults)} faults",
                *self.faults,
            ]
        )


class Typist:
    """A person who types numbered lines key by key, and pastes messages of two lines."""

    def __init__(self, terminal: Terminal, chance: random.Random) -> None:
        self.lines: list[str] = []
        self.keys = 0
        self._terminal = terminal
        self._chance = chance
        self._rest: list[str] = []

    def type_key(self) -> None:
        """Type the next key of a line, or paste, and see what the terminal shows."""
        if not self._rest:
            self._rest = [*self._begin(), "\r"]
        self._terminal.type(self._rest.pop(0))
        self.keys += 1
        self._terminal.read(self._chance.uniform(0, AFTER_KEY))

    def _begin(self) -> Iterable[str]:
        """Return the keys of the next line, without Enter."""
        kind = self._chance.random()
        if kind < ACTIONS:
            return f"/me {self._text()}"
        if kind < ACTIONS + PASTES:
            return [f"\x1b[200~{self._text()}\n{self._text()}\x1b[201~"]
        return self._text()

    def _text(self) -> str:
        self.lines.append(f"mine-{len(self.lines) + 1}")
        return f"{self.lines[-1]} ñ日 {'x' * self._chance.randrange(30)}"

    def end_line(self) -> None:
        """Type the rest of a line."""
        while self._rest:
            self.type_key()


class Others:
    """Other members, who say numbered lines over connections that end with the daemon."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._client: Client | None = None
        self._said = 0

    def come(self) -> None:
        """Come back to a daemon."""
        self.go()
        self._client = Client(self._address)

    def go(self) -> None:
        """Leave."""
        if self._client is not None:
            self._client.__exit__()
            self._client = None

    def say(self) -> str:
        """Say a line, and return it. It need not be stored, for no receipt is waited for."""
        self._said += 1
        line = f"other-{self._said}"
        if self._client is not None:
            with suppress(OSError):
                self._client.type(line)
        return line


def kill_daemons(directory: Path, kills: int, seed: int) -> Result:
    """Kill daemons on a store in a directory, and return what became of the lines."""
    began = time.monotonic()
    chance = random.Random(seed)
    result = Result()
    path = str(directory / "chat.sock")
    others = Others(path)
    server = LiveServer(directory, "-l", f"unix:{path}")
    terminal = Terminal("--unix", path, "--name", NAME, rows=20 + 9 * kills)
    try:
        typist = Typist(terminal, chance)
        terminal.until(lambda rows: any(NAME in row for row in rows))
        for _ in range(kills):
            others.come()
            for _ in range(chance.randrange(KEYS_A_LIFE)):
                typist.type_key()
                if chance.random() < 0.05:
                    others.say()
            if chance.random() < HURRIES:
                typist.end_line()
                until_shown(terminal, others.say())
            server.kill()
            server.__exit__()
            result.kills += 1
            keys = typist.keys
            for _ in range(chance.randrange(KEYS_A_LIFE)):
                typist.type_key()
            result.away += typist.keys - keys
            server = server.again()
        others.come()
        typist.end_line()
        typist.type_key()
        typist.end_line()
        until_shown(terminal, others.say())
        until_shown(terminal, typist.lines[-1])
        check(result, typist.lines, stored(directory, typist.lines[-1]), terminal)
        terminal.type("/quit\r")
        if terminal.status() != 0:
            result.faults.append(f"connect ended with another status: {terminal.rows()[-3:]}")
    finally:
        others.go()
        terminal.close()
        server.__exit__()
    result.seconds = time.monotonic() - began
    return result


def check(
    result: Result, typed: list[str], stored: list[tuple[str, str]], terminal: Terminal
) -> None:
    """Compare what was typed, what is stored, and what the screen shows."""
    mine = [line for author, line in stored if author == NAME]
    on_screen = [token for row in terminal.rows() for token in _TOKEN.findall(row)]
    result.typed, result.stored, result.shown = len(typed), len(stored), len(on_screen)
    result.faults += differences("stored", typed, mine)
    result.faults += differences("on the screen", [line for _, line in stored], on_screen)


def differences(where: str, expected: list[str], found: list[str]) -> list[str]:
    """Return each way in which the lines that were found are not the expected ones, in order."""
    counts = Counter(found)
    faults = [f"{line} is not {where}" for line in expected if not counts[line]]
    faults += [f"{line} is {count} times {where}" for line, count in counts.items() if count > 1]
    faults += [f"{line} is {where}, unexpectedly" for line in counts.keys() - set(expected)]
    if not faults and expected != found:
        place = next(
            n for n, pair in enumerate(zip(expected, found, strict=True)) if len({*pair}) > 1
        )
        some = slice(max(0, place - 2), place + 4)
        faults = [f"in another order {where}: {found[some]} and not {expected[some]}"]
    return faults


def stored(directory: Path, last: str) -> list[tuple[str, str]]:
    """Return the author and the token of each line of the store, once it has the last one."""
    end = time.monotonic() + SETTLED
    while True:
        status, exported, errors = chatd(
            directory, "export", "--store", "sqlite:store", "--format", "jsonl"
        )
        assert status == 0, errors
        lines = [json.loads(line) for line in exported.splitlines()]
        found = [
            (line["author"], token[0]) for line in lines if (token := _TOKEN.match(line["text"]))
        ]
        if (NAME, last) in found or time.monotonic() > end:
            return found


def until_shown(terminal: Terminal, line: str) -> None:
    """Press Enter, so that the client connects now, until a line is on the screen."""
    whole = re.compile(rf"\b{line}\b")
    end = time.monotonic() + SETTLED
    while not any(whole.search(row) for row in terminal.rows()):
        assert time.monotonic() < end, f"{line} is not on the screen: {terminal.rows()[-9:]}"
        terminal.type("\r")
        terminal.read(HURRY)
