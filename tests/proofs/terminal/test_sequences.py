"""Lines of others never control a listener's terminal, as a terminal emulator (pyte) judges.

A state machine of Hypothesis has clients talk, and a fuzzer types escape sequences, cut anywhere.
The fuzzer's seed and length are CHATD_FUZZ_SEED and CHATD_FUZZ_LINES; a failure shows both.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from typing import Any

import pyte
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.proofs.terminal.documented import undocumented
from tests.support.world import Member, World

SEED = int(os.environ.get("CHATD_FUZZ_SEED", "2621"))
LINES = int(os.environ.get("CHATD_FUZZ_LINES", "1500"))

COLUMNS = 5_000
"""Columns of the terminal: so many that no line wraps, and a row is a line."""


class CountingScreen(pyte.Screen):
    """A terminal that counts the lines it was moved down, and records its replies."""

    def __init__(self) -> None:
        self.rows = 0
        self.rung = 0
        self.replies: list[str] = []
        super().__init__(COLUMNS, 24)

    def index(self) -> None:
        self.rows += 1
        super().index()

    def bell(self, *args: Any) -> None:
        self.rung += 1

    def write_process_input(self, data: str) -> None:
        self.replies.append(data)


class Onlooker:
    """A listener at a terminal."""

    def __init__(self, client: Member) -> None:
        self.client = client
        self.terminal = CountingScreen()
        self._stream = pyte.ByteStream(self.terminal)
        self._before = self._state()

    def look(self) -> None:
        """Assert that received lines move the cursor down by their number, and do nothing else."""
        data = self.client.bytes_seen()
        assert undocumented(data) == set()
        self.judge(data)

    def judge(self, data: bytes) -> None:
        """Feed data to the terminal, and assert its effect."""
        rows = self.terminal.rows
        self._stream.feed(data.replace(b"\n", b"\r\n"))  # as the tty does
        assert self.terminal.rows - rows == data.count(b"\n")
        assert self.terminal.cursor.x == 0
        assert self._state() == self._before

    def _state(self) -> tuple[object, ...]:
        screen = self.terminal
        return (
            (screen.title, screen.icon_name, tuple(screen.replies), screen.rung),
            (frozenset(screen.mode), screen.margins, tuple(screen.savepoints)),
            (screen.charset, screen.g0_charset, screen.g1_charset, len(screen.tabstops)),
            (screen.cursor.attrs, screen.cursor.hidden, screen.columns, screen.lines),
        )


class TalkOfAnything:
    """Two clients that type anything, and listeners of every kind."""

    def __init__(self) -> None:
        self.world = World()
        self.speakers = [self.world.person("eve"), self.world.program()]
        listeners = [self.world.person("ana"), self.world.program(), self.world.person("luis")]
        listeners[2].type("/language es", "/times on")
        self.onlookers = [Onlooker(client) for client in listeners]

    def send(self, who: int, data: bytes) -> None:
        speaker = self.speakers[who % len(self.speakers)]
        if not speaker.closed:
            speaker.send(data)
        self.world.settle()
        speaker.bytes_seen()  # with telnet's replies among it

    def look(self) -> None:
        for onlooker in self.onlookers:
            onlooker.look()


@pytest.mark.parametrize(
    "data",
    [
        b"\x1b]0;x\x07", b"\x1b[6n", b"\x1b[c", b"\x1b[?25l", b"\x07", b"\x1b[1m",
        b"\x1b[5;9r", b"a\x0bb", b"\x1bD", b"\x1bE", b"\x1b7", b"\xc2\x9b?25l", b"\x0c",
    ],
)  # fmt: skip
def test_the_emulator_sees_what_drives_a_terminal(data: bytes) -> None:
    world = World()
    onlooker = Onlooker(Member(world, world.chat))
    onlooker.look()
    with pytest.raises(AssertionError):
        onlooker.judge(data + b"\n")


PIECES = (
    b"\x1b[", b"\x1b]", b"\x1bP", b"\x1b_", b"\x1b^", b"\x1bX", b"\x1b(", b"\x1b)", b"\x1b#",
    b"\x1b", b"\x9b", b"\xc2\x9b", b"\xc2\x9d", b"\xc2\x90", b"\xc2\x9c", b"\xc2\x85",
    b"\x07", b"\x1b\\", b"0;title", b"2;title", b"52;c;aG9sYQ==", b"?1049h", b"?1000h",
    b"?25l", b"?7l", b"20h", b"4h", b"2J", b"H", b"6n", b"c", b">c", b"5n", b"r", b"5;9r",
    b"31m", b"1;31", b"m", b"A", b"99A", b"L", b"M", b"D", b"E", b"7", b"8", b"0", b"B",
    b"c", b"=", b">", b"$q", b"+q", b"21t", b"8;1;1t", b"x", b"\r", b"\x0b", b"\x0c",
    b"\x08", b"\x0e", b"\x0f", b"\x00", b"\x7f", b"\x1a", b"\x18", b"\t", b"\xff\xfb\x01",
    b"\xff\xfd\x18", b"\xff\xf6", b"\xff\xff", b"\xff\xfa\x18\x01\xff\xf0", b"\xff",
    b"\xe2\x80\xa8", b"\xe2\x80\xae", b"\xe2\x81\xa6", b"\xcc\x81", b"\xcc\x81" * 9,
    b"\xe2\x80\x8d", b"\xf0\x9f\x91\xa9", b"\xef\xb8\x8f", b"\xc3", b"\xe2\x80", b"\xc0\xaf",
    b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xef\xbf\xbf", b"hola", b" ", b"ERR ", b"*** ",
    b"<ana> ", b"{0}", b"%s",
)  # fmt: skip
"""Pieces of escape sequences, telnet commands, broken UTF-8 and lines of the server."""

STARTS = (
    b"", b"", b"", b"//", b"/me ", b"/nick ", b"/topic ", b"/msg ana ", b"/msg #lobby ",
    b"/join ", b"/who ", b"/history ", b"/since ", b"/help ", b"/msg ", b"/times ", b"/",
    b"/leave",
)  # fmt: skip

ENDS = (b"\n", b"\n", b"\r\n", b"\r\0")


def hostile_lines(chance: random.Random) -> Iterator[bytes]:
    """Yield lines of random pieces, without end."""
    while True:
        pieces = chance.choices(PIECES, k=chance.randint(1, 8))
        yield chance.choice(STARTS) + b"".join(pieces) + chance.choice(ENDS)


@pytest.mark.deadline(60 + LINES / 50)
def test_no_sequence_drives_a_terminal(unmeasured: None) -> None:
    print(f"CHATD_FUZZ_SEED={SEED} CHATD_FUZZ_LINES={LINES}")
    chance = random.Random(SEED)
    lines = hostile_lines(chance)
    talk = TalkOfAnything()
    done = 0
    while done < LINES:
        some = [next(lines) for _ in range(min(chance.randint(1, 20), LINES - done))]
        done += len(some)
        data, who = b"".join(some), chance.randrange(2)
        while data:
            cut = chance.choice((1, 2, 3, 50, len(data)))
            talk.send(who, data[:cut])
            data = data[cut:]
        talk.look()


class Conversation(RuleBasedStateMachine):
    """Clients talk, rename themselves, change rooms and read history, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.talk = TalkOfAnything()

    texts = st.lists(st.sampled_from(PIECES), max_size=8).map(b"".join)
    speakers = st.integers(0, 1)

    @rule(who=speakers, start=st.sampled_from(STARTS), text=texts, end=st.sampled_from(ENDS))
    def say(self, who: int, start: bytes, text: bytes, end: bytes) -> None:
        self.talk.send(who, start + text + end)

    @rule(who=speakers, data=st.binary(max_size=40))
    def send_anything(self, who: int, data: bytes) -> None:
        self.talk.send(who, data)

    @rule(who=speakers, text=st.text(max_size=20))
    def say_some_text(self, who: int, text: str) -> None:
        self.talk.send(who, text.encode(errors="surrogatepass") + b"\n")

    @rule(asked=st.sampled_from(["/history", "/since 1d", "/who", "/rooms", "/topic", "/join x"]))
    def listeners_look_back(self, asked: str) -> None:
        for onlooker in self.talk.onlookers[:3:2]:
            onlooker.client.type(asked)

    @rule()
    def time_passes(self) -> None:
        self.talk.world.clock.advance(10)

    @rule()
    def somebody_comes(self) -> None:
        newcomer = Onlooker(self.talk.world.person(greeted=True))
        newcomer.look()
        newcomer.client.hang_up()

    @invariant()
    def no_terminal_is_driven(self) -> None:
        self.talk.look()


Conversation.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
ConversationTests = Conversation.TestCase
