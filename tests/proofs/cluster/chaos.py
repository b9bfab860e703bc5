"""All faults at once, for a while, with clients at three nodes."""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from pathlib import Path

from tests.proofs.cluster.crowd import Crowd, every_kind
from tests.proofs.cluster.faults import Needle, Trouble
from tests.proofs.cluster.nodes import nodes
from tests.proofs.cluster.outcomes import Log
from tests.proofs.cluster.result import Result
from tests.support.postgres import Cluster, cluster

KINDS = 3
"""Clients of each kind."""

LINK_SECONDS = 0.002
"""Seconds that replication takes, each way: commits wait long enough to be ended meanwhile."""


def run_chaos(seconds: float, seed: int) -> Result:
    """Make faults for some seconds, and compare what clients were told with what is stored."""
    with (
        tempfile.TemporaryDirectory(prefix="chatd-chaos-") as folder,
        cluster(delay=LINK_SECONDS) as pair,
        nodes(Path(folder), servers_of(pair), "--give-up", "5") as three,
        Crowd(three, random.Random(seed)) as crowd,
    ):
        return _run(pair, crowd, seconds, seed)


def servers_of(pair: Cluster) -> list[int]:
    """Return the ports of both servers."""
    ports = [pair.primary.port, pair.standby.port]
    return [port for port in ports if port is not None]


def _run(pair: Cluster, crowd: Crowd, seconds: float, seed: int) -> Result:
    chance = random.Random(f"clients {seed}")
    for number in range(KINDS):
        crowd.add(every_kind(number, chance))
    result = Result()
    if not crowd.talk(lambda: all(each.receipts for each in crowd.clients)):
        result.faults.append("not all clients came")
    needle = Needle(pair, seed)
    trouble = Trouble(pair, crowd.nodes, needle, seconds, seed)
    needle.start()
    trouble.start()
    assert crowd.talk(lambda: not trouble.is_alive(), 3 * seconds + 60), "the faults do not end"
    if trouble.error is not None:
        raise trouble.error
    result.faults += crowd.end()
    result.did = Counter(trouble.did) + Counter(
        {f"waiting commits ended by {how}": times for how, times in needle.did.items()}
    )
    result.look_at(crowd, Log(pair.url()))
    return result
