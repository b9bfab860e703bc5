"""Faults of a shared store and of its nodes, each of which the state machine must find.

Each is a context. What it breaks is one promise of `chatd.storage.contract` or `chatd.chat`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple
from unittest import mock
from uuid import uuid4

from twisted.internet.defer import Deferred, succeed

from chatd.chat.publisher import Publisher
from chatd.chat.roster import Roster
from chatd.event import Draft, Published, Record
from chatd.storage.claims import Claim
from chatd.storage.contract import InDoubt, StoreError
from chatd.storage.publication import Publication
from chatd.storage.records import Table
from chatd.storage.shared import lease
from chatd.storage.shared.appender import Appender
from chatd.storage.shared.attempt import Attempt
from chatd.storage.shared.engine import Answer, Request
from chatd.storage.shared.follower import Follower
from chatd.storage.shared.lease import Lease
from tests.proofs.nodes.machine import Nodes
from tests.support import shared_store
from tests.support.shared_store import MemoryLink, SharedLog, SharedMemoryStore


def _show_what_is_visible() -> Any:
    """Publish batches that are not safe, which may be lost."""
    publish = Follower.publish_safe

    def careless(self: Follower) -> None:
        self.safe = self.read.number
        publish(self)

    return mock.patch.object(Follower, "publish_safe", careless)


def _answer_before_the_seal() -> Any:
    """Tell authors that their lines are stored when they are visible."""

    def careless(self: MemoryLink, result: Any) -> Deferred[Any]:
        return succeed(result)

    return mock.patch.object(MemoryLink, "_sealed", careless)


def _keep_the_buffer() -> Any:
    """Publish what was read through a link that is lost."""
    end = Follower.end

    def careless(self: Follower) -> None:
        buffer = self._buffer.copy()
        end(self)
        self._buffer += buffer

    return mock.patch.object(Follower, "end", careless)


def _check_nothing_again() -> Any:
    """Store lines behind changes of rights, as they were allowed before these."""

    def careless(self: Publisher, drafts: Sequence[Draft]) -> Sequence[Draft]:
        return []

    return mock.patch.object(Publisher, "check_again", careless)


def _claim_without_compare() -> Any:
    """Give a name to all who claim it."""

    def careless(self: Any, claim: Claim, node: int) -> None:
        for look in claim.looks:
            self.claims.setdefault(look, {})[claim, node] = None

    return mock.patch.object(shared_store._State, "take", careless)


def _write_without_conflict() -> Any:
    """Write records also if another node has changed them meanwhile."""
    return mock.patch.object(SharedLog, "_conflicts", return_value=False)


def _follow_records_after_lines() -> Any:
    """Publish the lines of another node, and then have the records of their batch in the tables."""

    def careless(
        self: Publication, records: Sequence[Record], entries: Sequence[Published]
    ) -> None:
        self._show_of_others(entries, records)
        for record in records:
            if record.kind in self.followers:
                self.followers[record.kind]([record])

    return mock.patch.object(Publication, "_follow", careless)


def _make_a_new_attempt_at_a_retry() -> Any:
    """Send a batch again as another one, so that it may be stored twice."""
    request = Attempt.request

    def careless(self: Attempt, term: int) -> Request:
        if self.is_in_doubt:
            self.not_stored()
            self.id = uuid4()
        return request(self, term)

    return mock.patch.object(Attempt, "request", careless)


def _name_the_newest_rights_at_a_retry() -> Any:
    """Send a batch again with rights by which its lines were not allowed when it was sent first."""
    request = Attempt.request

    def careless(self: Attempt, term: int) -> Request:
        sent = request(self, term)
        return sent._replace(known=self.known) if sent.again else sent

    return mock.patch.object(Attempt, "request", careless)


def _store_under_ended_terms() -> Any:
    """Store batches of nodes that others have taken for dead."""
    append = SharedLog.append

    def careless(self: SharedLog, store: Any, term: int, request: Request) -> Answer:
        with mock.patch.object(shared_store._State, "node_of", return_value=store):
            return append(self, store, term, request)

    return mock.patch.object(SharedLog, "append", careless)


def _give_up_without_a_new_term() -> Any:
    """Go on under the same term after a batch was given up, which may be stored later."""
    give_up = Appender.give_up

    def careless(self: Appender) -> None:
        give_up(self)
        self._membership.needs_term = False

    return mock.patch.object(Appender, "give_up", careless)


def _end_no_lease() -> Any:
    """Take no node for dead."""
    return mock.patch.object(Lease, "answered", return_value=[])


@contextmanager
def _count_the_time_without_contact() -> Iterator[None]:
    """Take others for dead that gave no sign of life while this node could hear none."""
    with mock.patch.object(Lease, "lost_contact"), mock.patch.object(lease, "BEAT_SECONDS", 1000):
        yield


def _have_own_numbers_of_sessions() -> Any:
    """Give each node the same numbers for its sessions."""

    def careless(self: SharedLog) -> range:
        return range(1, 1000)

    return mock.patch.object(SharedLog, "take_block", careless)


def _use_numbers_before_the_seal() -> Any:
    """Have a node use numbers of sessions that may be granted once more, after a failover."""

    def careless(self: SharedMemoryStore) -> Deferred[range]:
        return succeed(self.shared_log.take_block())

    return mock.patch.object(SharedMemoryStore, "take_numbers", careless)


def _say_no_when_in_doubt() -> Any:
    """Tell authors that a line was not stored when that is not known."""
    return mock.patch.object(InDoubt, "line_refusal", StoreError.line_refusal)


def _pass_over_what_was_missed() -> Any:
    """Go on with the newest batch after a link was lost."""
    begin = Follower.begin

    def careless(self: Follower, link: Any) -> None:
        self.published = link._log.batches[-1].read.position
        begin(self, link)

    return mock.patch.object(Follower, "begin", careless)


def _leave_visits_of_the_dead() -> Any:
    """Free the names of a dead node, and leave its sessions in the roster."""
    return mock.patch.object(SharedLog, "ephemeral", return_value=[])


def _withdraw_nothing() -> Any:
    """Let changes of rights hold here that are under way, and will conflict."""
    return mock.patch.object(Table, "_withdraw", return_value=None)


def _write_no_visit_again() -> Any:
    """Leave a visit as it is if it could not be written."""
    return mock.patch.object(Roster, "_write_later", return_value=None)


def _say_late_behind_an_order(machine: Nodes) -> None:
    machine.pass_time(2)
    machine.order_and_say(2, "mute {}", is_lifted=False, is_late=True)


def _say_what_comes_twice(machine: Nodes) -> None:
    machine.pass_time(2)
    machine.be_late(0)
    machine.say(2, "lobby")
    machine.cut(0)
    machine.reconnect(0)
    machine.carry_out(-1)


def _lift_an_order_at_once(machine: Nodes) -> None:
    machine.pass_time(2)
    machine.order_and_say(2, "close", is_lifted=True, is_late=False)


def _order_late(machine: Nodes) -> None:
    machine.pass_time(2)
    machine.order_late_and_say(2, "mute {}")


def _suspend_who_speaks(machine: Nodes) -> None:
    machine.say(0, "lobby")
    machine.suspend(0, 30)
    machine.seal()
    machine.say(0, "lobby")


def _have_no_engine(machine: Nodes) -> None:
    machine.pass_time(8)
    machine.have_no_engine(12, -1)


def _crash(machine: Nodes) -> None:
    machine.crash(0)


def _start_before_a_failover(machine: Nodes) -> None:
    for _ in range(2):
        machine.live.append(machine.world.add_node())
        if machine.live[-1].server.numbers.left:  # which are not safe yet
            machine.come(-1, "")
        machine.lose()
        machine.live[-1].store.reconnect()


class Sabotage(NamedTuple):
    """A fault, its context, and the seed of a run that finds it soon, or the steps that find it."""

    name: str
    fault: Callable[[], Any]
    seed: int = 0
    steps: Callable[[Nodes], None] | None = None


SABOTAGES = (
    Sabotage("show what is visible", _show_what_is_visible),
    Sabotage("answer before the seal", _answer_before_the_seal),
    Sabotage("keep the buffer", _keep_the_buffer, seed=2),
    Sabotage("check nothing again", _check_nothing_again, seed=2),
    Sabotage("claims without compare", _claim_without_compare),
    Sabotage("records without conflict", _write_without_conflict),
    Sabotage("records after lines", _follow_records_after_lines, seed=1),
    Sabotage("new attempt at a retry", _make_a_new_attempt_at_a_retry, steps=_say_what_comes_twice),
    Sabotage(
        "newest rights at a retry",
        _name_the_newest_rights_at_a_retry,
        steps=_say_late_behind_an_order,
    ),
    Sabotage("no fence", _store_under_ended_terms, steps=_suspend_who_speaks),
    Sabotage("no new term", _give_up_without_a_new_term, steps=_order_late),
    Sabotage("no lease ends", _end_no_lease, steps=_crash),
    Sabotage("time without contact", _count_the_time_without_contact, steps=_have_no_engine),
    Sabotage("own numbers of sessions", _have_own_numbers_of_sessions),
    Sabotage(
        "numbers before the seal", _use_numbers_before_the_seal, steps=_start_before_a_failover
    ),
    Sabotage("no when in doubt", _say_no_when_in_doubt),
    Sabotage("pass over what was missed", _pass_over_what_was_missed),
    Sabotage("visits of the dead", _leave_visits_of_the_dead),
    Sabotage("withdraw nothing", _withdraw_nothing, steps=_lift_an_order_at_once),
    Sabotage("no visit again", _write_no_visit_again),
)
