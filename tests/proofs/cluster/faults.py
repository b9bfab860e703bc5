"""Faults of servers, nodes and the network, at moments that a seed decides."""

from __future__ import annotations

import heapq
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from itertools import count

import psycopg

from tests.proofs.cluster.nodes import Node, NotStarted
from tests.support.postgres import Cluster

WAITING = """
SELECT pid FROM pg_stat_activity
WHERE wait_event = 'SyncRep' AND application_name LIKE 'chatd%'
"""
"""The sessions of nodes whose commits wait for the standby."""

ENDINGS = ("terminate", "cancel")

SUSPENDED_SECONDS = 20.0
"""Seconds that a node is suspended, which is longer than the others wait for it."""

START_AGAIN_SECONDS = 0.5

STARTS = 20
"""Times that a node is started until that is an error."""

Connection = psycopg.Connection[tuple[object, ...]]


def end_wait(connection: Connection, how: str, number: object) -> bool:
    """Terminate or cancel a session of the server. Return False if it is gone."""
    function = {"terminate": "pg_terminate_backend", "cancel": "pg_cancel_backend"}[how]
    found = connection.execute(f"SELECT {function}(%s)".encode(), (number,)).fetchone()
    return found == (True,)


class Needle(threading.Thread):
    """Ends commits that wait for the standby, all the time, at whichever server is the primary."""

    def __init__(self, pair: Cluster, seed: int) -> None:
        super().__init__(daemon=True)
        self.did: Counter[str] = Counter()
        self._pair = pair
        self._chance = random.Random(f"needle {seed}")
        self._ended = threading.Event()

    def run(self) -> None:
        while not self._ended.is_set():
            try:
                with self._pair.primary.connect() as connection:
                    self._prick(connection)
            except psycopg.Error:
                self._ended.wait(0.05)  # it was killed

    def end(self) -> None:
        """Stop, and wait for that."""
        self._ended.set()
        self.join(10.0)

    def _prick(self, connection: Connection) -> None:
        while not self._ended.wait(self._chance.uniform(0, 0.06)):
            if waiting := connection.execute(WAITING).fetchall():
                how = self._chance.choice(ENDINGS)
                (number,) = self._chance.choice(waiting)
                self.did[how] += end_wait(connection, how, number)


class Trouble(threading.Thread):
    """All other faults in a number of seconds, one after the other. ``did`` counts them.

    In the end the needle rests, all nodes run, and all connections are carried. ``error`` is what
    went wrong with the faults themselves.
    """

    def __init__(
        self, pair: Cluster, nodes: Sequence[Node], needle: Needle, seconds: float, seed: int
    ) -> None:
        super().__init__(daemon=True)
        self.did: Counter[str] = Counter()
        self.error: BaseException | None = None
        self._pair = pair
        self._needle = needle
        self._nodes = nodes
        self._seconds = seconds
        self._chance = random.Random(f"trouble {seed}")
        self._order = count()
        self._plan: list[tuple[float, int, Callable[[], None]]] = []
        self._cut_off: set[Node] = set()
        self._starters = ThreadPoolExecutor(len(nodes))
        self._starts: list[Future[None]] = []

    def run(self) -> None:
        try:
            self._run()
        except BaseException as error:
            self.error = error

    def _run(self) -> None:
        began = time.monotonic()
        self._make_plan()
        while self._plan and (event := heapq.heappop(self._plan))[0] < self._seconds:
            time.sleep(max(0.0, began + event[0] - time.monotonic()))
            self._now = event[0]
            event[2]()
        time.sleep(max(0.0, began + self._seconds - time.monotonic()))
        self._heal()

    def _make_plan(self) -> None:
        """Plan each kind of fault some times, at moments that differ."""
        whole, chance = self._seconds, self._chance
        first, second, _ = chance.sample(self._nodes, 3)
        for node, part in ((first, 0.08), (second, 0.55)):
            self._at(whole * part, lambda node=node: self._suspend(node))  # type: ignore[misc]
        for part in (0.3, 0.75):
            self._at(whole * (part + chance.uniform(-0.05, 0.05)), self._fail_over)
        for fault, times in ((self._kill, 6), (self._cut, 8), (self._stall, 12)):
            for number in range(times):
                self._at(whole * (number + chance.random()) / times, fault)

    def _at(self, seconds: float, fault: Callable[[], None]) -> None:
        heapq.heappush(self._plan, (seconds, next(self._order), fault))

    def _later(self, seconds: float, end: Callable[[], None]) -> None:
        self._at(self._now + seconds, end)

    def _any_node(self) -> Node | None:
        """Return a node that has no fault now, if more than one has none."""
        sound = [node for node in self._nodes if node.runs and node not in self._cut_off]
        return self._chance.choice(sound) if len(sound) > 1 else None

    def _suspend(self, node: Node) -> None:
        if not node.runs:
            return
        node.suspend()
        self.did["nodes suspended"] += 1
        self._later(min(SUSPENDED_SECONDS, self._seconds / 3), node.resume)

    def _kill(self) -> None:
        if node := self._any_node():
            node.kill()
            self.did["nodes killed"] += 1
            pause = self._chance.uniform(0, 1.0)
            self._starts.append(self._starters.submit(self._start, node, pause))

    def _start(self, node: Node, pause: float) -> None:
        """Start a node after a pause; a service manager would try again, too.

        It waits for the end of its lease, some seconds. So it has a thread of its own: the other
        faults go on meanwhile.
        """
        for _ in range(STARTS):
            time.sleep(pause)
            with suppress(NotStarted):
                return node.start()
            self.did["starts refused"] += 1
            pause = START_AGAIN_SECONDS
        raise NotStarted(f"{node.name} was refused {STARTS} times")

    def _cut(self) -> None:
        if node := self._any_node():
            self._cut_off.add(node)
            both = self._chance.random() < 0.5
            for proxy in node.proxies:
                proxy.stall(back=both)
            self.did["nodes cut off"] += 1

            def end() -> None:
                for proxy in node.proxies:
                    if self._chance.random() < 0.5:
                        proxy.cut()
                    proxy.resume()
                self._cut_off.discard(node)

            self._later(self._chance.uniform(0.2, self._seconds / 12), end)

    def _stall(self) -> None:
        link = self._pair.link
        link.stall()
        self.did["replication stalled"] += 1

        def end() -> None:
            if link is self._pair.link:  # and not closed
                link.resume()

        self._later(self._chance.uniform(0.1, 1.5), end)

    def _fail_over(self) -> None:
        self._pair.fail_over()
        self.did["primaries killed"] += 1
        self._pair.repair()

    def _heal(self) -> None:
        self._needle.end()
        self._pair.link.resume()
        for node in self._nodes:
            for proxy in node.proxies:
                proxy.resume()
            node.resume()
        self._starters.shutdown()
        for start in self._starts:
            start.result()
