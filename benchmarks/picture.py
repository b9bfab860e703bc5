"""The picture: CPU per delivery against clients, as SVG.

``python3 -m benchmarks.picture RESULTS.json PATH.svg`` draws saved results. Needs matplotlib.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.fanout import PEERS_SENDERS
from benchmarks.machine import refuse
from benchmarks.report import median

COLOURS = {
    "chatd": "#d62728",
    "floor": "#222222",
    "bare floor": "#999999",
    "ngircd": "#2ca02c",
    "inspircd": "#1f77b4",
    "nats-server": "#9467bd",
}

TICKS = (2, 10, 100, 1_000, 10_000)


def draw(results: Mapping[str, Any], path: Path) -> None:
    """Draw the results: window 1 to the left, large windows to the right."""
    try:
        import matplotlib
    except ImportError:
        refuse("the picture needs matplotlib: pip install -e '.[bench]'")

    matplotlib.use("svg")
    from matplotlib import pyplot

    pyplot.rcParams.update(
        {"svg.fonttype": "none", "svg.hashsalt": "chatd", "font.family": "sans-serif"}
    )
    figure, axes = pyplot.subplots(1, 2, figsize=(10, 4.6), sharey=True, facecolor="white")
    for axis, title, large in zip(
        axes, ("one line under way", "many lines under way"), (False, True), strict=True
    ):
        axis.set_title(title, fontsize=10)
        for name, colour in COLOURS.items():
            points = costs(results["fanout"], name, large)
            dashes = "--" if name.endswith("floor") else "-"
            if points:
                clients, _, values = zip(*points, strict=True)
                axis.plot(
                    clients, values, dashes, marker="o", markersize=4, color=colour, label=name
                )
        axis.set(xscale="log", yscale="log", xlabel="clients in the room", facecolor="white")
        axis.set_xticks(TICKS, [f"{clients:,}" for clients in TICKS], minor=False)
        axis.grid(True, which="major", color="#dddddd")
    axes[0].set_ylabel("CPU of the server per delivery, µs")
    axes[0].legend(fontsize=8)
    machine = results["machine"]
    figure.suptitle("What it costs a server to bring one line of 80 bytes to one client")
    figure.text(
        0.5,
        0.01,
        f"{machine['date']}, {machine['processor']}, {machine['kernel']}, {machine['python']}",
        ha="center",
        fontsize=8,
        color="#555555",
    )
    figure.tight_layout(rect=(0, 0.03, 1, 1))
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, format="svg", facecolor="white", metadata={"Date": None})
    pyplot.close(figure)


def costs(
    fanout: Sequence[Mapping[str, Any]], name: str, large: bool
) -> list[tuple[int, int, float]]:
    """Return clients, window and the median cost in us of a server's deliveries, in order.

    They are those of one room with the usual senders, with window 1 or larger windows.
    """
    found = []
    for shape in fanout:
        usual = shape["senders"] == PEERS_SENDERS or shape["clients"] == 2
        taken = [results[name]["cpu_us"] for results in shape["rounds"] if name in results]
        if usual and shape["rooms"] == 1 and (shape["window"] > 1) == large and taken:
            found.append((shape["clients"], shape["window"], median(taken)))
    return sorted(found)


if __name__ == "__main__":
    draw(json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2]))
