"""``python3 -m tests.proofs.attacks [NAME...]``: attack the daemon, and print the cost."""

from __future__ import annotations

import argparse
import dataclasses
import json
import re
import signal
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from benchmarks.machine import Cores, Failed, allow_files, describe, refuse
from benchmarks.report import rounded, say
from benchmarks.servers import TWISTD
from tests.proofs.attacks.attack import Attack
from tests.proofs.attacks.catalogue import CATALOGUE
from tests.proofs.attacks.measure import SHORT, STRICT, Result, measure
from tests.proofs.attacks.past import write_past
from tests.proofs.attacks.prey import Prey, prey

SECONDS, CALM = 10.0, 1.0
SHORT_SECONDS, SHORT_CALM = 0.6, 0.1

FILES = 2_500
"""Open files that a thousand attackers need, on either side."""

HEADINGS = (
    *("attack", "attackers", "p50 ms", "p99 ms", "greatest ms", "KiB each", "of it kernel"),
    *("log KiB/min", "newcomer ms", "innocent s", "p99 after", "KiB left", "back in s"),
    *("busy", "kept waiting", "missed"),
)


def name_of(kind: type[Attack]) -> str:
    """Return the name of an attack on the command line and in the table: ``newline-flood``."""
    return re.sub("(?<!^)(?=[A-Z])", "-", kind.__name__).lower()


def row_of(result: Result) -> list[str]:
    """Return the row of a result in the table."""
    return [
        result.name,
        f"{result.attackers:,}",
        rounded(result.meanwhile.p50),
        rounded(result.meanwhile.p99),
        rounded(result.meanwhile.greatest),
        rounded(result.memory),
        rounded(result.kernel / result.attackers),
        rounded(result.log_per_minute),
        rounded(result.newcomer),
        rounded(result.tally.innocent) if result.tally.innocent else "",
        rounded(result.after.latencies.p99),
        rounded(result.after.left),
        rounded(result.after.seconds),
        f"{result.busy:.0%}",
        f"{result.waited:.0%}",
        ", ".join(result.missed) or "nothing",
    ]


def say_row(cells: list[str]) -> None:
    """Print a row in Markdown."""
    say("| " + " | ".join(cells) + " |")


def main() -> int:
    """Run the attacks that were asked for. Return 0 if all bars were met."""
    options = _options()
    if sys.platform != "linux":
        refuse("the attacks need Linux: epoll, /proc, sock_diag and pinning to cores.")
    if not TWISTD.exists():
        refuse(f"there is no {TWISTD}: pip install -e '.[test]' with this Python.")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    allow_files(FILES)
    chosen = [kind for kind in CATALOGUE if name_of(kind) in options.names or not options.names]
    with tempfile.TemporaryDirectory(prefix="chatd-attacks.", dir=options.directory) as name:
        scratch = Path(name)
        past = scratch / "past.sqlite"
        write_past(past)
        cores = Cores()
        say("; ".join(f"{what}: {value}" for what, value in describe(scratch).items()))
        say()
        say_row(list(HEADINGS))
        say_row(["---", *["--:"] * (len(HEADINGS) - 2), "---"])
        results: list[Result] = []
        failures: list[str] = []
        with ExitStack() as stack:
            shared: dict[object, Prey] = {}
            for kind in chosen:
                try:
                    if options.short:
                        result = _short(kind, cores, scratch, past, stack, shared)
                    else:
                        with prey(kind, cores, scratch, past) as victim:
                            seconds = max(options.seconds, kind.gone * 1.2)
                            result = measure(victim, kind, kind.clients, seconds, CALM, STRICT)
                except Failed as failure:
                    failures.append(f"{name_of(kind)}: {failure}")
                    say_row([name_of(kind), *[""] * (len(HEADINGS) - 2), f"FAILED: {failure}"])
                    continue
                result.name = name_of(kind)
                say_row(row_of(result))
                results.append(result)
    missed = [result.name for result in results if result.missed]
    say(f"\n{len(results)} attacks; bars missed by {', '.join(missed) or 'none'}")
    for line in failures:
        say(f"FAILED: {line}")
    if options.json:
        options.json.write_text(json.dumps([dataclasses.asdict(each) for each in results]) + "\n")
    return 1 if missed or failures else 0


def _short(
    kind: type[Attack],
    cores: Cores,
    scratch: Path,
    past: Path,
    stack: ExitStack,
    shared: dict[object, Prey],
) -> Result:
    """Run a short attack, on a daemon shared by those with the same needs; try again once."""
    needs = kind.options, kind.files, kind.entrance
    if needs not in shared:
        shared[needs] = stack.enter_context(prey(kind, cores, scratch, past))
    for last_try in (False, True):
        result = measure(shared[needs], kind, kind.few, SHORT_SECONDS, SHORT_CALM, SHORT)
        if last_try or not result.missed:
            break
    return result


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 -m tests.proofs.attacks", description=__doc__)
    add = parser.add_argument
    add("names", nargs="*", metavar="NAME", help="some attacks only (all)")
    add("--list", action="store_true", help="say what attacks there are")
    add("--short", action="store_true", help="for CI: short, fewer attackers, wide bars")
    add("--seconds", type=float, default=SECONDS, help="that each attack lasts (10)")
    add("--directory", default="/var/tmp", help="where stores are put: a real disk (/var/tmp)")
    add("--json", type=Path, metavar="PATH", help="write all results there")
    options = parser.parse_args()
    if options.list:
        for kind in CATALOGUE:
            say(f"{name_of(kind)}: {(kind.__doc__ or '').splitlines()[0]}")
        sys.exit(0)
    unknown = set(options.names) - {name_of(kind) for kind in CATALOGUE}
    if unknown:
        parser.error(f"no such attack: {', '.join(sorted(unknown))}; --list says what there is")
    return options


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("attacks: interrupted")
