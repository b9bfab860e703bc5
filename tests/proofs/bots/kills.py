"""Kills of a bot and of its daemon, and the check of what was answered."""

from __future__ import annotations

import json
import random
import signal
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.bots import BotProcess
from tests.support.commands import chatd
from tests.support.live_server import NO_BUDGETS, LiveServer
from tests.support.world import PASSWORD

STEPS = 200
"""The last step at which a bot is killed: most have made fewer once they wait for the next call."""

NEAR = {"rename": 6, "fsync": 6, "fork_exec": 6, "send": 30, "recv": 30}
"""The calls around which an answer is said and noted, and the last step among those of each."""

Step = tuple[int, tuple[str, ...]]
"""The arguments of `tests.proofs.bots.steps.die_at`: a number, and the names of functions."""

PATIENCE = 3.0
"""Seconds after which a bot that has not come to its step waits for a call, and is killed there."""

ANSWERED = 30.0
"""Most seconds that a bot takes to answer all that is left, when it is killed no more."""

DIE = (
    "import chatd.client.bot, chatd.client.unix_socket, chatd.util.private_files;"
    " from tests.proofs.bots.steps import die_at; die_at({step}, *{names})"
)
SABOTAGE = (
    "import secrets; from chatd.client.bots.state import State;"
    " State.key_of = lambda self, what: secrets.token_hex(20)"
)
"""Code that lets the bot forget the keys of its answers, so that the check must find doubles."""

PROGRAM = r"""
read -r call
text=${call#*\"text\":\"}
text=${text%%\"*}
echo "$text" >> runs
printf '{"text":"%s"}\n' "re $text"
printf '{"text":"%s\\n%s","to":"keeper"}\n' "a $text" "b $text"
"""
"""A program that answers each call by a line in the room, and by two to the account `KEEPER`."""

KEEPER = "keeper"

ANSWERS = ("re", "a", "b")
"""The first words of the answers to a call; the second one is the call."""


@dataclass
class Outcome:
    """The calls, how often each answer was said, and how often its program ran."""

    calls: list[str]
    answers: Counter[str]
    runs: Counter[str]
    ends: Counter[str] = field(default_factory=Counter)

    @property
    def faults(self) -> list[str]:
        """The answers that were not said once."""
        wanted = [f"{word} {call}" for call in self.calls for word in ANSWERS]
        wrong = [answer for answer in wanted if self.answers[answer] != 1]
        return [f"{answer!r} was said {self.answers[answer]} times" for answer in wrong]

    @property
    def ran_twice(self) -> int:
        """The number of the calls for which the program ran more than once."""
        return sum(runs > 1 for runs in self.runs.values())


def by_chance(chance: random.Random, kills: int) -> Iterator[Step]:
    """Yield so many steps: half of them any ones, half of them near an answer."""
    for _ in range(kills):
        if chance.random() < 0.5:
            yield chance.randint(1, STEPS), ()
        else:
            name = chance.choice(sorted(NEAR))
            yield chance.randint(1, NEAR[name]), (name,)


class Kills:
    """A daemon and its bot in a directory.

    With some of the kills of the bot, a part ``of_daemons``, the daemon is killed, too.
    """

    def __init__(
        self,
        directory: Path,
        chance: random.Random,
        of_daemons: float = 0.25,
        sabotage: str = "",
    ) -> None:
        self._directory = directory
        self._chance = chance
        self._sabotage = sabotage
        self._of_daemons = of_daemons
        self._daemon = self._start(LiveServer)
        with self._daemon.guest() as keeper:
            keeper.type(f"/nick {KEEPER}", f"/register {PASSWORD}", "/sync")
            keeper.until("/sync")
        self._calls: list[str] = []
        self._ends: Counter[str] = Counter()

    def _start(self, make: Callable[..., LiveServer]) -> LiveServer:
        listen = f"unix:{self._directory}/chat.sock"
        return make(self._directory, "-l", listen, *NO_BUDGETS)

    def close(self) -> None:
        """End the daemon."""
        self._daemon.__exit__()

    def run(self, steps: Iterable[Step], told: Callable[[str], None]) -> Outcome:
        """Kill a bot at each step, and the daemon now and then; then let one answer the rest."""
        with self._bot():  # so that it has a place in the log
            pass
        for number, step in enumerate(steps, 1):
            self._kill(*step)
            if number % 25 == 0:
                told(f"{number} kills")
        with self._bot() as bot:
            self._wait_for_answers(bot)
        self._daemon.stop()
        return self._outcome()

    def _kill(self, step: int, names: tuple[str, ...]) -> None:
        """Say calls, and kill a bot at a step; perhaps kill the daemon while the bot lives."""
        self._call()
        bot = self._bot(DIE.format(step=step, names=names))
        try:
            if self._chance.random() < 0.5:
                self._call()
            if kills_daemon := self._chance.random() < self._of_daemons:
                self._kill_daemon()
            try:
                was_killed = bot.process.wait(PATIENCE) == -signal.SIGKILL
                self._ends["at its step" if was_killed else "without a daemon"] += 1
            except subprocess.TimeoutExpired:
                self._ends["while it waited"] += 1
        finally:
            bot.__exit__(None, None, None)
        self._ends["with the daemon"] += kills_daemon

    def _kill_daemon(self) -> None:
        self._daemon.kill()
        again = self._daemon.again()
        self._daemon.__exit__()
        self._daemon = again

    def _call(self) -> None:
        """Say a call; it is on disk then."""
        text = f"!{len(self._calls) + 1}"
        options = ["--unix", f"{self._directory}/chat.sock", "--room", "ops"]
        name = f"person{len(self._calls) % 7}"
        status, _, errors = chatd(self._directory, "say", *options, "--name", name, text)
        assert status == 0, errors
        self._calls.append(text)

    def _bot(self, dies: str = "") -> BotProcess:
        """Start the bot, with code that lets it die, or without."""
        options = ["--unix", f"{self._directory}/chat.sock", "--room", "ops", "--name", "helper"]
        return BotProcess(
            self._directory,
            *(*options, "--missed", "1000", "--json", "--", "sh", "-c", PROGRAM),
            before=f"{self._sabotage}\n{dies}",
        )

    def _wait_for_answers(self, bot: BotProcess) -> None:
        """Wait until the bot has answered one more call: all calls before it are answered then.

        The calls of one person are answered in their order, so each person calls once more.
        """
        with self._daemon.guest() as watcher:
            watcher.socket.settimeout(ANSWERED)
            watcher.type(f"/login {KEEPER} {PASSWORD}", "/sync")
            watcher.until("/sync")
            for _ in range(7):
                self._call()
            left = {f"{ANSWERS[-1]} {call}" for call in self._calls[-7:]}
            while left:
                line = watcher.line()
                assert line, f"the daemon has ended; the bot said {bot.said!r}"
                left.discard(line.partition("> ")[2])

    def _outcome(self) -> Outcome:
        _, out, _ = chatd(
            self._directory,
            *("export", "--store", "sqlite:store", "--room", "ops", "--format", "jsonl"),
        )
        events = [json.loads(line) for line in out.splitlines()]
        answers = Counter(event["text"] for event in events if event["kind"] == "notice")
        with closing(sqlite3.connect(self._directory / "store")) as store:
            inbox = store.execute("SELECT text FROM log WHERE room = ?", [f"@{KEEPER}"])
            answers.update(text for (text,) in inbox)
        runs = Counter((self._directory / "runs").read_text().splitlines())
        return Outcome(self._calls, answers, runs, self._ends)
