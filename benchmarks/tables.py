"""The tables of README.md, from saved results.

``python3 -m benchmarks.tables RESULTS.json...`` writes them; several runs are taken together.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.machine import HERE
from benchmarks.picture import costs
from benchmarks.report import Bar, rounded, worst_of

README = HERE / "README.md"

SERVERS = "chatd", "floor", "ngircd", "inspircd", "nats-server"

_TABLE = re.compile(r"^<!-- ([a-z]+) of a run -->\n.*?^<!-- end -->$", re.MULTILINE | re.DOTALL)


def together(runs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the results of some runs on one machine, with the bars of all."""
    results = {name: value for run in reversed(runs) for name, value in run.items()}
    return {**results, "bars": [bar for run in runs for bar in run["bars"]]}


def write(results: Mapping[str, Any], path: Path = README) -> None:
    """Write the tables of a document of which the results have the figures; leave the others."""

    def table(match: re.Match[str]) -> str:
        lines = TABLES[match[1]](results)
        if not lines:
            return match[0]
        return "\n".join([f"<!-- {match[1]} of a run -->", *lines, "<!-- end -->"])

    path.write_text(_TABLE.sub(table, path.read_text("utf-8")), "utf-8")


def _costs(results: Mapping[str, Any]) -> list[str]:
    """Return a row for each shape of talk: the CPU of a delivery of each server, in us."""
    if "fanout" not in results:
        return []
    by_server = {
        name: {
            (clients, window): cost
            for large in (False, True)
            for clients, window, cost in costs(results["fanout"], name, large)
        }
        for name in SERVERS
    }
    shapes = sorted({shape for found in by_server.values() for shape in found})
    return [
        *_about(results, "Microseconds of the server's CPU for a delivery, with 20 senders."),
        *_rows(
            ["clients, lines under way", *SERVERS],
            [
                [
                    f"{clients:,}, {window}",
                    *(
                        rounded(found[clients, window]) if (clients, window) in found else "-"
                        for found in by_server.values()
                    ),
                ]
                for clients, window in shapes
            ],
        ),
    ]


def _bars(results: Mapping[str, Any]) -> list[str]:
    """Return a row for each bar: the figure that is furthest from it."""
    bars = [Bar(**bar) for bar in results["bars"]]
    return [
        *_about(results, "Each bar, with the figure that is furthest from it."),
        *_rows(
            ["what", "figure, bar", "where"],
            [
                [bar.what, bar.verdict(), bar.where]
                for bar, _ in worst_of([bar for bar in bars if bar.must])
            ],
        ),
    ]


TABLES: dict[str, Callable[[Mapping[str, Any]], list[str]]] = {"costs": _costs, "bars": _bars}


def _about(results: Mapping[str, Any], what: str) -> list[str]:
    machine = results["machine"]
    return [
        f"{what} {machine['date']}, {machine['processor']}, {machine['kernel']},"
        f" {machine['python']}.",
        "",
    ]


def _rows(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]


if __name__ == "__main__":
    write(together([json.loads(Path(name).read_text()) for name in sys.argv[1:]]))
