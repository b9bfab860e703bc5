"""The arguments of each measurement, and the common parts of those of chatd alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.machine import Cores, Failed, Programs, measure
from benchmarks.report import Bar, rounded, say, say_bars
from benchmarks.servers import OURS, Build, Server, chatd, running

PROBE_SECONDS = 180.0
"""Most seconds that one run of the probe may take."""


@dataclass
class Bench:
    """The machine, the options of this run, and the results so far."""

    cores: Cores
    scratch: Path
    programs: Programs
    seconds: float
    rounds: int
    peers: bool
    bars: list[Bar] = field(default_factory=list)
    results: dict[str, Any] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def probe(
        self,
        mode: str,
        store: Path | None = None,
        build: Build = OURS,
        make: Callable[[Build], Server] = chatd,
        **arguments: object,
    ) -> dict[str, Any]:
        """Run ``probe.c`` against a daemon just started, with a store. Raise `Failed`.

        ``make`` returns the kind of server that a build is.
        """
        with running(make(build), self.scratch, self.cores.server, store=store) as started:
            asked = {"mode": mode, "port": started.port, "pid": started.pid, **arguments}
            result = measure(self.programs["probe"], asked, self.cores.load, PROBE_SECONDS)
        self.results.setdefault("probes", []).append(
            {"build": build.name, "mode": mode, **arguments, **result}
        )
        return result

    def hold(self, title: str, bars: list[Bar], note: str = "") -> None:
        """Print figures beside their bars, and keep them for the summary."""
        say(f"\n{title}" + (f" ({note})" if note else ""))
        say_bars(bars)
        self.bars += bars

    def fail(self, what: str, why: Failed) -> None:
        """Print and keep the reason for which something could not be measured."""
        self.failures.append(f"{what}: {why}")
        say(f"\n{what}: FAILED: {why}")


def quantiles(latencies: dict[str, float]) -> str:
    """Return the latencies of a probe in words."""
    return (
        f"p50 {rounded(latencies['p50_ms'])} ms, p99 {rounded(latencies['p99_ms'])} ms,"
        f" greatest {rounded(latencies['greatest_ms'])} ms"
    )
