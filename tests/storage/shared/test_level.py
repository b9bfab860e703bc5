"""The level of a log is raised once all live nodes can read it; then no older node comes."""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from chatd.storage.contract import StoreError
from chatd.storage.shared.engine import PROTOCOL, REMARKS_LEVEL
from chatd.storage.shared.lease import BEAT_SECONDS
from tests.support.shared_store import SharedLog, SharedMemoryStore
from tests.support.stores import Recorder, draft, texts

NEXT = PROTOCOL + 1


class Upgrade:
    """Nodes of this version and of the next one, on one log."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.log = SharedLog()

    def node(self, version: int) -> SharedMemoryStore:
        """Start a node."""
        store = SharedMemoryStore(self.log, self.clock, self.clock.seconds, version=version)
        store.subscribe(Recorder())
        self.clock.advance(0)
        return store

    def end(self, store: SharedMemoryStore) -> None:
        """End a node as if its machine had lost power, and its term."""
        store.crash()
        self.log.reap(store)

    def wait(self) -> None:
        """Let all nodes renew their leases."""
        for _ in range(2):
            self.clock.advance(BEAT_SECONDS)

    @property
    def raised(self) -> int:
        """The number of times that the level was raised."""
        return sum(bool(batch.read.level) for batch in self.log.batches)


@pytest.fixture
def upgrade() -> Upgrade:
    return Upgrade()


class TestTheLevel:
    def test_stays_while_a_node_is_older(self, upgrade: Upgrade) -> None:
        stores = [upgrade.node(PROTOCOL), upgrade.node(NEXT)]
        upgrade.wait()
        assert [store.level for store in stores] == [PROTOCOL, PROTOCOL]
        assert upgrade.raised == 0

    def test_is_raised_once_the_last_one_is_new(self, upgrade: Upgrade) -> None:
        old, *new = upgrade.node(PROTOCOL), upgrade.node(NEXT), upgrade.node(NEXT)
        upgrade.end(old)
        upgrade.wait()
        assert [store.level for store in new] == [NEXT, NEXT]
        assert upgrade.raised == 1

    def test_is_known_once_that_is_safe(self, upgrade: Upgrade) -> None:
        old, *stores = upgrade.node(PROTOCOL), upgrade.node(NEXT), upgrade.node(NEXT)
        upgrade.log.hold()
        upgrade.end(old)
        upgrade.wait()
        upgrade.log.seal()  # the renewals, which have it raised
        assert (upgrade.raised, [store.level for store in stores]) == (1, [PROTOCOL, PROTOCOL])
        upgrade.log.seal()
        upgrade.wait()
        assert [store.level for store in stores] == [NEXT, NEXT]

    def test_is_known_to_one_that_comes_later(self, upgrade: Upgrade) -> None:
        upgrade.node(NEXT)
        upgrade.wait()
        assert upgrade.node(NEXT + 1).level == NEXT

    def test_is_the_lowest_of_all_versions(self, upgrade: Upgrade) -> None:
        stores = [upgrade.node(NEXT), upgrade.node(NEXT + 1)]
        upgrade.wait()
        assert [store.level for store in stores] == [NEXT, NEXT]

    def test_is_raised_by_another_one_if_the_first_has_ended(self, upgrade: Upgrade) -> None:
        first, other = upgrade.node(PROTOCOL), upgrade.node(NEXT)
        upgrade.end(first)
        upgrade.wait()
        assert other.level == NEXT


class TestRemarks:
    def test_are_taken_once_no_node_is_too_old_for_them(self, upgrade: Upgrade) -> None:
        upgrade.log.level = REMARKS_LEVEL - 1
        old, new = upgrade.node(REMARKS_LEVEL - 1), upgrade.node(REMARKS_LEVEL)
        upgrade.wait()
        assert not new.takes_remarks
        upgrade.end(old)
        upgrade.wait()
        assert new.takes_remarks


class TestAnOlderNode:
    def test_is_refused(self, upgrade: Upgrade) -> None:
        upgrade.node(NEXT)
        upgrade.wait()
        with pytest.raises(StoreError, match=f"level {NEXT}"):
            upgrade.node(PROTOCOL)

    def test_that_was_cut_off_meanwhile_stores_nothing_more(self, upgrade: Upgrade) -> None:
        old, new = upgrade.node(PROTOCOL), upgrade.node(NEXT)
        old.cut = True
        upgrade.log.reap(old)
        upgrade.wait()
        assert new.level == NEXT
        old.reconnect()
        old.append(draft("late"))
        upgrade.wait()
        recorder = new.publication.subscriber
        assert isinstance(recorder, Recorder)
        assert texts(recorder.followed) == []

    def test_reads_what_a_newer_one_says(self, upgrade: Upgrade) -> None:
        old, new = upgrade.node(PROTOCOL), upgrade.node(NEXT)
        new.append(draft("hola"))
        upgrade.clock.advance(0)
        recorder = old.publication.subscriber
        assert isinstance(recorder, Recorder)
        assert texts(recorder.followed) == ["hola"]
