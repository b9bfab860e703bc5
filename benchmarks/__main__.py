"""``python3 -m benchmarks``: run the benchmarks, print figures and bars. See README.md."""

from __future__ import annotations

import argparse
import json
import math
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import (
    against,
    connections,
    fanout,
    floods,
    history,
    irc,
    notices,
    sustained,
    tls,
    views,
    web,
)
from benchmarks.bench import Bench
from benchmarks.machine import Cores, Programs, allow_files, describe, refuse
from benchmarks.report import say, say_summary
from benchmarks.servers import TWISTD

PARTS = (
    *("talk", "views", "connections", "notices", "storm", "store", "sustained", "flood", "tls"),
    *("web", "irc"),
)


def main() -> int:
    """Run the benchmarks that were asked for. Return 0 if nothing failed.

    A missed bar is not a failure, but for that of ``--at-most``.
    """
    options = _options()
    if sys.platform != "linux":
        refuse("they need Linux: epoll, /proc and pinning to cores.")
    try:
        shapes = fanout.shapes_of(options.shapes, options.senders)
        browsers = fanout.shapes_of(options.browsers, web.SENDERS)
    except ValueError:
        refuse(
            "--shapes and --browsers take CLIENTS:WINDOW or CLIENTS:WINDOW:ROOMS, such as 1000:256,"
            " with more clients than senders."
        )
    if not TWISTD.exists():
        refuse(f"there is no {TWISTD}: pip install . with this Python.")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # servers are stopped then, too
    allow_files()
    cores = Cores()
    with tempfile.TemporaryDirectory(prefix="chatd-bench.", dir=options.directory) as name:
        scratch = Path(name)
        bench = Bench(
            cores=cores,
            scratch=scratch,
            programs=Programs(scratch),
            seconds=options.seconds,
            rounds=options.rounds,
            peers=options.peers,
        )
        bench.results["machine"] = describe(scratch)
        bench.results["options"] = {"seconds": options.seconds, "rounds": options.rounds}
        for what, value in bench.results["machine"].items():
            say(f"{what}: {value}")
        say(f"server on core {cores.server}, load on core {cores.load}")
        above: list[against.Row] = []
        try:
            if options.against is None:
                _measure(bench, options.only, shapes, browsers)
            else:
                then = against.build(options.against, scratch)
                rows = against.run(bench, then, options.only, shapes, browsers)
                above = [] if options.at_most is None else against.above(rows, options.at_most)
        except KeyboardInterrupt:
            bench.failures.append("interrupted")
        say_summary(bench.bars)
        for failure in bench.failures:
            say(f"FAILED: {failure}")
        for row in above:
            ratio = row.ratios[against.CPU]
            say(f"ABOVE {options.at_most}: {row.name}: {ratio}, {ratio.interval}")
        bench.results["bars"] = [bar._asdict() for bar in bench.bars]
        if options.json:
            options.json.write_text(json.dumps(bench.results, indent=1) + "\n")
    return 1 if bench.failures or above else 0


def _measure(
    bench: Bench,
    only: Sequence[str],
    shapes: Sequence[fanout.Shape],
    browsers: Sequence[fanout.Shape],
) -> None:
    parts: dict[str, Callable[[Bench], None]] = {
        "talk": lambda bench: fanout.run(bench, shapes),
        "views": views.run,
        "connections": connections.run,
        "notices": notices.run,
        "storm": notices.storm,
        "store": history.run,
        "sustained": sustained.run,
        "flood": floods.run,
        "tls": tls.run,
        "web": lambda bench: web.run(bench, browsers),
        "irc": irc.run,
    }
    for part in only:
        parts[part](bench)


def _parts(text: str) -> list[str]:
    parts = text.split(",")
    for part in parts:
        if part not in PARTS:
            raise argparse.ArgumentTypeError(f"{part} is none of {', '.join(PARTS)}")
    return parts


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < math.inf:  # no comparison with NaN is true
        raise argparse.ArgumentTypeError(f"{text} is not a number above 0")
    return value


def _directory(text: str) -> Path:
    path = Path(text)
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"{text} is not a directory")
    return path


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python3 -m benchmarks", description=__doc__, allow_abbrev=False
    )
    add = parser.add_argument
    add("--only", type=_parts, metavar="PART,...", help=f"some parts only: {', '.join(PARTS)}")
    add("--against", metavar="REV", help="compare with a commit, in pairs: talk, or other parts")
    add(
        "--at-most",
        type=_positive,
        metavar="RATIO",
        help="with --against: the CPU may grow to that",
    )
    add("--shapes", nargs="+", default=fanout.SHAPES, metavar="CLIENTS:WINDOW[:ROOMS]")
    add("--browsers", nargs="+", default=web.SHAPES, metavar="CLIENTS:WINDOW[:ROOMS]")
    add("--senders", nargs="+", type=int, default=fanout.SENDERS, metavar="N")
    add("--rounds", type=int, help="turns that each server has (3; 8 pairs with --against)")
    add("--seconds", type=_positive, default=3.0, help="of talk in a run (3)")
    add("--no-peers", dest="peers", action="store_false", help="chatd and the floor alone")
    add(
        "--directory",
        type=_directory,
        default="/var/tmp",
        help="where stores are put: a real disk (/var/tmp)",
    )
    add("--json", type=Path, metavar="PATH", help="write all results there")
    options = parser.parse_args()
    if options.against is None:
        if options.at_most is not None:
            parser.error("--at-most goes with --against REV")
        options.only = options.only or PARTS
        options.rounds = 3 if options.rounds is None else options.rounds
    else:
        options.only = options.only or ["talk"]
        options.rounds = against.PAIRS if options.rounds is None else options.rounds
        if others := [part for part in options.only if part not in against.PARTS]:
            parser.error(f"--against compares {', '.join(against.PARTS)}, not {others[0]}")
        if options.rounds < 2:
            parser.error("--against needs --rounds of 2 or more: one pair has no interval")
    if options.rounds < 1:
        parser.error("--rounds takes 1 or more")
    return options


if __name__ == "__main__":
    sys.exit(main())
