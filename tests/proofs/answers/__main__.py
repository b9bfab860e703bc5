"""``python3 -m tests.proofs.answers``: time the answers of a class, and kill the daemon meanwhile.

500 clients, each from an address of its own, answer a question with names and an anonymous one.
Then, round by round, the daemon is killed while people answer, and what is stored is compared with
what they were told. Exit with 1 if the last receipt takes more than `MOST_SECONDS`, or if an answer
that was acknowledged is not stored once. On Linux, whose loopback has all of 127.0.0.0/8.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

from tests.proofs.answers.lesson import MOST_SECONDS, OPTIONS, Lesson, faults_of, stored


def timed(directory: Path, pupils: int) -> tuple[list[float], list[str]]:
    """Return the seconds that answers took, with names and without, and what is wrong with them."""
    lesson = Lesson(directory, pupils)
    seconds, faults = [], []
    try:
        for anonymous in False, True:
            lesson.ask(anonymous=anonymous)
            seconds.append(lesson.answer(anonymous=anonymous))
        lesson.server.stop()
        records = stored(lesson.store)
        for anonymous in False, True:
            faults += faults_of(records, range(pupils), anonymous=anonymous)
    finally:
        lesson.close()
    return seconds, faults


def killed(directory: Path, pupils: int, seed: int, *, anonymous: bool) -> tuple[int, list[str]]:
    """Kill a daemon while people answer. Return the number of receipts, and what is wrong."""
    lesson = Lesson(directory, pupils)
    try:
        lesson.ask(anonymous=anonymous)
        acknowledged = lesson.answer_and_kill(random.Random(seed), anonymous=anonymous)
        lesson.restart()
        lesson.server.stop()
        faults = faults_of(stored(lesson.store), sorted(acknowledged), anonymous=anonymous)
    finally:
        lesson.close()
    return len(acknowledged), faults


def main() -> int:
    """Time, kill, and print what came of it."""
    parser = argparse.ArgumentParser(prog="python3 -m tests.proofs.answers", description=__doc__)
    parser.add_argument("--clients", type=int, default=500)
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        seconds, faults = timed(Path(directory), arguments.clients)
    named, nameless = seconds
    print(f"{arguments.clients} clients chose one of {len(OPTIONS)} options:")
    print(f"with names in {named:.2f} s, without in {nameless:.2f} s (at most {MOST_SECONDS})")
    receipts = 0
    for number in range(arguments.kills):
        with tempfile.TemporaryDirectory() as directory:
            seed = arguments.seed + number
            told, wrong = killed(Path(directory), 20, seed, anonymous=bool(number % 2))
        receipts += told
        faults += [f"seed {seed}: {fault}" for fault in wrong]
    print(f"{arguments.kills} kills from seed {arguments.seed}, {receipts} receipts before them")
    print("\n".join(faults) or "each acknowledged answer is stored once")
    return 1 if faults or max(seconds) > MOST_SECONDS else 0


if __name__ == "__main__":
    sys.exit(main())
