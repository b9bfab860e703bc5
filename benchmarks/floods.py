"""Floods: the latencies of a probe in the same room while others send as fast as they can."""

from __future__ import annotations

from benchmarks.bench import Bench, quantiles
from benchmarks.machine import Failed
from benchmarks.report import Bar

KINDS = {"newlines": "newlines", "segments": "one-byte segments", "lines": "512-byte lines"}
CLIENTS = (1, 10)


def run(bench: Bench) -> None:
    """Measure every kind, from one client and from ten."""
    for kind, words in KINDS.items():
        for clients in CLIENTS:
            who = "one client" if clients == 1 else f"{clients} clients"
            title = f"A flood of {words} from {who}"
            try:
                result = bench.probe("flood", what=kind, clients=clients, seconds=bench.seconds)
            except Failed as failure:
                bench.fail(title, failure)
                continue
            bench.hold(
                title,
                [
                    Bar(
                        "a probe's p99 in a flood",
                        f"of {words} from {who}",
                        result["meanwhile"]["p99_ms"],
                        "ms",
                        "<=",
                        50,
                    ),
                    Bar("taken from a flood", words, result["bytes_per_second"] / 1e6, "MB/s"),
                ],
                f"the probe before it: {quantiles(result['before'])}",
            )
