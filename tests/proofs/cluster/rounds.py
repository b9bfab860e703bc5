"""Rounds of one story: a line that the standby does not have is never shown.

Replication stalls, while people go on talking. Commits that wait for the standby are terminated or
cancelled, so that others can read them. The primary is killed, and the standby promoted, which has
none of that; people go on, and other lines take the places.
"""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

from tests.proofs.cluster.chaos import servers_of
from tests.proofs.cluster.crowd import PATIENCE, Crowd, every_kind
from tests.proofs.cluster.faults import ENDINGS, WAITING, end_wait
from tests.proofs.cluster.nodes import nodes
from tests.proofs.cluster.outcomes import Log
from tests.proofs.cluster.result import Result
from tests.support.postgres import Cluster, cluster


def run_rounds(count: int, seed: int, *, sabotage: str = "", patience: float = PATIENCE) -> Result:
    """Play some rounds on one cluster, and compare what clients were shown with what is stored.

    The last round is the first one with a fault. ``sabotage`` is a fault of the nodes;
    ``patience`` are the seconds that clients have to be answered before and after a failover.
    """
    with (
        tempfile.TemporaryDirectory(prefix="chatd-rounds-") as folder,
        cluster() as pair,
        nodes(Path(folder), servers_of(pair), sabotage=sabotage) as three,
        Crowd(three, random.Random(seed)) as crowd,
    ):
        rounds = _Rounds(pair, crowd, random.Random(f"rounds {seed}"), patience)
        for _ in range(count):
            rounds.play()
            if rounds.result.faults:
                break
        return rounds.end()


class _Rounds:
    """The rounds on a cluster, whose people stay at their nodes."""

    def __init__(self, pair: Cluster, crowd: Crowd, chance: random.Random, patience: float) -> None:
        self.result = Result()
        self._pair = pair
        self._crowd = crowd
        self._chance = chance
        self._patience = patience
        for number, node in enumerate(crowd.nodes):
            crowd.add(every_kind(number, chance), node)

    def play(self) -> None:
        """Play a round."""
        if not self._all_are_answered():
            self.result.faults.append("a client is not answered before the round")
            return
        self._pair.link.stall()
        visible = self._end_waits()
        self._pair.fail_over()
        if not self._all_are_answered():
            self.result.faults.append("a client is not answered after the failover")
        log = Log(self._pair.standby.url())
        lost = [place for place in visible if place not in places_of(log)]
        self.result.did["rounds"] += 1
        self.result.did["lines that could be read, and are lost"] += len(lost)
        self.result.faults += self._shown_and_not_stored(log)
        self._pair.repair()

    def end(self) -> Result:
        """Compare everything, unless a round has found a fault already."""
        if not self.result.faults:
            self.result.faults += self._crowd.end()
        self.result.look_at(self._crowd, Log(self._pair.url()))
        return self.result

    def _all_are_answered(self) -> bool:
        before = {client: client.receipts for client in self._crowd.clients}
        return self._crowd.talk(
            lambda: all(client.receipts != was for client, was in before.items()), self._patience
        )

    def _end_waits(self) -> set[tuple[str, int, str]]:
        """End all commits that wait, some times. Return what could be read of the rooms then."""
        with self._pair.primary.connect() as looking:
            for _ in range(self._chance.randint(1, 3)):
                how = self._chance.choice(ENDINGS)
                self._crowd.talk(lambda: bool(looking.execute(WAITING).fetchall()), 5.0)
                for (number,) in looking.execute(WAITING).fetchall():
                    self.result.did[f"waiting commits ended by {how}"] += end_wait(
                        looking, how, number
                    )
                # Followers may read now, and poll each quarter of a second.
                self._crowd.talk(lambda: False, self._chance.uniform(0, 0.4))
        return places_of(Log(self._pair.primary.url()))

    def _shown_and_not_stored(self, log: Log) -> list[str]:
        return [
            f"{listener.name} was shown what is not stored as #{room} {seq}: {line!a}"
            for listener in self._crowd.listeners
            for room, seq, line in listener.follower.shown
            if seq not in log.stored.places(room, line)
        ]


def places_of(log: Log) -> set[tuple[str, int, str]]:
    """Return all that is stored, each line with its room and seq."""
    return {(room, seq, text) for text, places in log.all.items() for room, seq in places}
