"""The result of a run: what happened, what became of the lines, and what is wrong."""

from __future__ import annotations

from collections import Counter

from tests.proofs.cluster.clients import Patient, StreamReader, Typist
from tests.proofs.cluster.crowd import Crowd
from tests.proofs.cluster.outcomes import Log

LOST = "the database has not what clients were shown"
"""A part of the reason for which a node ends that has shown too much."""

FAULTS = 20
"""Most faults that are printed."""


class Result:
    """The numbers and the faults of a run."""

    def __init__(self) -> None:
        self.did: Counter[str] = Counter()
        self.lines: Counter[str] = Counter()
        self.faults: list[str] = []

    def look_at(self, crowd: Crowd, log: Log) -> None:
        """Count what became of the lines, and collect what is wrong."""
        for client in crowd.clients:
            if isinstance(client, StreamReader):
                continue
            for line in client.said:
                self.lines["said"] += 1
                self.lines["acknowledged"] += bool(line.answers)
                self.lines["refused"] += bool(line.refusals and not line.answers)
                self.lines["not known"] += not line.answers and line.refusals < line.sent
                self.lines["sent again"] += line.sent > 1
        self.lines["stored"] = log.stored.count
        shown = [len(each.follower.shown) for each in crowd.listeners]
        typists = [each for each in crowd.clients if isinstance(each, Typist)]
        shown += [data.count(b"\n<") for each in typists for data in each.transcripts]
        self.lines["shown, to all clients together,"] = sum(shown)
        for each in crowd.listeners:
            if isinstance(each, Patient):
                for why, times in each.turned_away.items():
                    self.did[f"clients turned away: {why}"] += times
        self.did["batches read and dropped unshown"] = sum(node.dropped for node in crowd.nodes)
        self.faults += crowd.faults_in(log)
        for node in crowd.nodes:
            if LOST in node.said:
                self.faults.append(f"{node.name} has found that what it showed is not stored")
            if "Traceback" in node.said:
                at = node.said.index("Traceback")
                self.faults.append(f"{node.name} logged: {node.said[at - 500 : at + 3000]}")

    def text(self) -> str:
        """Return the result as text."""
        return "\n".join(
            [
                *(f"{times:7} {what}" for what, times in sorted(self.did.items())),
                "lines:",
                *(f"{times:7} {what}" for what, times in self.lines.items()),
                f"{len(self.faults)} faults",
                *self.faults[:FAULTS],
            ]
        )
