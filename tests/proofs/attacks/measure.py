"""Measurement of one attack: the daemon and the probe, before, meanwhile and afterwards.

The memory that an attacker takes is the growth of all, divided by their number. If few attackers
miss that bar, caches that are filled once may be the cause, so twice as many attack again: then it
is the difference of the two rounds, divided by that of the attackers. What each of them makes the
daemon hold is in it, whole; what the first round left for the second is not. If memory is left
after an attack that is more than the caches, it is done again: the allocator uses the pages that it
has kept, and a leak takes new ones.
"""

from __future__ import annotations

import signal
import time
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import NamedTuple

from benchmarks.machine import Failed
from tests.proofs.attacks.attack import Attack, Tally, Target
from tests.proofs.attacks.kernel import cpu_of
from tests.proofs.attacks.prey import Memory, Prey
from tests.proofs.attacks.probe import FORK, Latencies

SAMPLE_SECONDS = 0.1

LEFT = 16 * 1024
"""KiB that may be in use after an attack beside those of before: caches that are filled once, of
SQLite and of rooms' tails, and pages that the allocator keeps for the next one."""

LEFT_AGAIN = 4 * 1024
"""KiB more than those that may be left after a second round."""

FEW = 100
"""Attackers whose share of the caches may be as large as what each makes the daemon hold."""

LEFT_SOCKETS = 8
"""Connections that the daemon may have then: clients that sent on after the last answer, and have
gone, are noticed at the deadline of their request."""

OVERTIME_SECONDS = 20.0
"""Most seconds that an attack may take to prepare, and to leave once its time is over."""

AFTER_SECONDS = 5.0
"""Seconds after an attack within which all is as it was before."""

WINDOW_SECONDS = 1.0
"""Seconds of which the latencies afterwards are compared with those before."""


class Bars(NamedTuple):
    """The bars of an attack.

    They are milliseconds, KiB for an attacker, KiB of log in a minute, and seconds: until a
    newcomer's first line has come back, and until an innocent is served. Afterwards there are the
    milliseconds that the p99 may be above twice the one before, and the KiB that may be left.
    """

    p99: float
    memory: float
    log: float
    newcomer: float
    innocent: float
    p99_after: float
    left: float


STRICT = Bars(p99=50, memory=256, log=1024, newcomer=1, innocent=1, p99_after=10, left=LEFT)
SHORT = Bars(p99=250, memory=1024, log=8192, newcomer=5, innocent=10, p99_after=250, left=2 * LEFT)
"""The bars for a busy machine and short attacks: the first moments of an attack are not spread over
a minute."""


class Aftermath(NamedTuple):
    """The daemon after an attack.

    There are the latencies of the last window, the KiB that are in use beside those of before, the
    sockets that are left, and the seconds until then.
    """

    latencies: Latencies
    left: float
    sockets: int
    seconds: float


class Again(NamedTuple):
    """The second round of an attack, in KiB.

    There are the memory of each attacker that it had more, None if it had none, and the growth from
    the end of the first round to its own.
    """

    memory: float | None
    left: float


@dataclass
class Result:
    """The figures of an attack. Memory is in KiB, times are in milliseconds.

    ``peak`` is all of the memory at the worst moment.
    """

    name: str
    attackers: int
    before: Latencies
    meanwhile: Latencies
    resident: float
    kernel: float
    log_per_minute: float
    tracebacks: int
    newcomer: float
    busy: float
    waited: float
    tally: Tally
    after: Aftermath
    peak: float
    again: Again | None = None
    missed: list[str] = field(default_factory=list)

    @property
    def memory(self) -> float:
        """The memory for each attacker."""
        if self.again is not None and self.again.memory is not None:
            return self.again.memory
        return (self.resident + self.kernel) / self.attackers

    def needs_another(self, bars: Bars) -> bool:
        """Return True if only another round tells whether a bar of memory was missed."""
        few = self.attackers <= FEW and self.memory > bars.memory
        return few or self.after.left > bars.left

    def compare(self, other: Result) -> None:
        """Take note of the round after this one."""
        more = other.attackers - self.attackers
        is_twice = self.attackers <= FEW and more > 0  # else the few more are a chance
        each = max(0.0, other.peak - self.peak) / more if is_twice else None
        self.again = Again(each, other.after.left)

    def judge(self, bars: Bars) -> None:
        """Note the bars that were missed."""
        if self.meanwhile.p99 > bars.p99:
            self.missed.append(f"p99 {self.meanwhile.p99:.0f} ms")
        if self.memory > bars.memory:
            self.missed.append(f"memory {self.memory:.0f} KiB")
        if self.log_per_minute > bars.log:
            self.missed.append(f"log {self.log_per_minute:.0f} KiB a minute")
        if self.tracebacks:
            self.missed.append(f"{self.tracebacks} tracebacks")
        if self.newcomer > 1e3 * bars.newcomer:
            self.missed.append(f"a newcomer waited {self.newcomer:.0f} ms")
        if self.tally.overdue:
            self.missed.append(f"{self.tally.overdue} connections should be gone")
        if self.tally.innocent > bars.innocent:
            self.missed.append(f"an innocent waited {self.tally.innocent:.1f} s")
        if self.tally.denied:
            self.missed.append(f"an innocent was denied: {self.tally.denied}")
        if self.after.latencies.p99 > most_after(self.before, bars):
            self.missed.append(f"p99 {self.after.latencies.p99:.0f} ms afterwards")
        if self.after.left > bars.left and (
            self.again is None or self.again.left > min(bars.left, LEFT_AGAIN)
        ):
            self.missed.append(f"{self.after.left:.0f} KiB are left")
        if self.after.sockets > LEFT_SOCKETS:
            self.missed.append(f"{self.after.sockets} sockets are left")


def most_after(before: Latencies, bars: Bars) -> float:
    """Return the greatest p99, in milliseconds, that is as before."""
    return 2 * before.p99 + bars.p99_after


def measure(
    prey: Prey, kind: type[Attack], clients: int, seconds: float, calm: float, bars: Bars
) -> Result:
    """Attack for some seconds, after some seconds of calm, and judge that. Raise `Failed`."""
    result = _round(prey, kind, clients, seconds, calm, bars)
    if result.needs_another(bars):
        again = 2 * clients if result.attackers <= FEW else clients
        result.compare(_round(prey, kind, again, seconds, calm, bars))
    result.judge(bars)
    return result


def _round(
    prey: Prey, kind: type[Attack], clients: int, seconds: float, calm: float, bars: Bars
) -> Result:
    prey.probe.take()
    usual = prey.memory()
    usual = max(usual, _wait_and_look(prey, calm), key=lambda memory: memory.total)
    before = prey.probe.take()
    log = len(prey.log())
    cpu = cpu_of(prey.pid)
    began = time.monotonic()
    worst, most, tally = _attack(prey, kind, clients, seconds)
    newcomer = prey.newcomer()
    elapsed = time.monotonic() - began
    now = cpu_of(prey.pid)
    meanwhile = prey.probe.take()
    after = _recover(prey, usual, before, bars)
    said = prey.log()[log:]
    return Result(
        name=kind.__name__,
        attackers=max(1, most - usual.held.sockets),
        before=before,
        meanwhile=meanwhile,
        resident=max(0, (worst.resident - usual.resident) / 1024 - kind.shared),
        kernel=(worst.held.memory - usual.held.memory) / 1024,
        log_per_minute=len(said) / 1024 * 60 / elapsed,
        tracebacks=said.count(b"Traceback") + said.count(b"Unhandled"),
        newcomer=1e3 * newcomer,
        busy=(now.used - cpu.used) / elapsed,
        waited=(now.waited - cpu.waited) / elapsed,
        tally=tally,
        after=after,
        peak=worst.total / 1024,
    )


def _recover(prey: Prey, usual: Memory, before: Latencies, bars: Bars) -> Aftermath:
    """Wait until the daemon is as before, or for `AFTER_SECONDS`."""
    began = time.monotonic()
    while True:
        time.sleep(WINDOW_SECONDS)
        latencies = prey.probe.take()
        memory = prey.memory()
        left = (memory.total - usual.total) / 1024
        sockets = memory.held.opened - usual.held.opened
        after = Aftermath(latencies, left, sockets, time.monotonic() - began)
        is_quick = latencies.p99 <= most_after(before, bars)
        if (
            is_quick and left <= bars.left and sockets <= LEFT_SOCKETS
        ) or after.seconds + WINDOW_SECONDS > AFTER_SECONDS:
            return after


def _wait_and_look(prey: Prey, seconds: float) -> Memory:
    end = time.monotonic() + seconds
    worst = prey.memory()
    while time.monotonic() < end:
        time.sleep(SAMPLE_SECONDS)
        worst = max(worst, prey.memory(), key=lambda memory: memory.total)
    return worst


def _attack(
    prey: Prey, kind: type[Attack], clients: int, seconds: float
) -> tuple[Memory, int, Tally]:
    """Attack; return the most memory, the most sockets, and the attacker's counts."""
    ours, theirs = FORK.Pipe()
    arguments = (kind, prey.ports, clients, seconds, theirs)
    attacker = FORK.Process(target=_run, args=arguments, daemon=True)
    attacker.start()
    theirs.close()
    worst = prey.memory()
    most = worst.held.sockets
    end = time.monotonic() + seconds + OVERTIME_SECONDS
    try:
        while not ours.poll(SAMPLE_SECONDS):
            memory = prey.memory()
            worst = max(worst, memory, key=lambda memory: memory.total)
            most = max(most, memory.held.sockets)
            if time.monotonic() > end:
                raise Failed("the attack does not end")
        tally: Tally | str = ours.recv()
    except (EOFError, OSError) as error:
        raise Failed(f"the attack or the daemon ended: {error!r}") from None
    finally:
        attacker.kill()
        attacker.join()
        ours.close()
    if isinstance(tally, str):
        raise Failed(f"the attack ended: {tally}")
    return worst, most, tally


def _run(
    kind: type[Attack], target: Target, clients: int, seconds: float, pipe: Connection
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with suppress(BrokenPipeError):
        try:
            attack = kind(target, clients, seconds)
            attack.run()
            pipe.send(attack.tally())
        except Exception as error:
            pipe.send(repr(error))
