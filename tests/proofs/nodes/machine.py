"""A state machine of servers on one log, which is held, lost and cut off at any moment.

People at two nodes say lines, take names, register and log in; administrators mute, ban and kick
them. Batches are sealed, or lost before that; a node is cut off, is suspended, gives up waiting, or
dies, and another one starts. What it asked for may be carried out later. What people were shown and
told is compared with the log (`checks`).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from itertools import cycle

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.proofs.nodes import checks
from tests.proofs.nodes.person import Line, Person
from tests.support import logs
from tests.support.node_clocks import NodeClocks
from tests.support.shared_store import SharedLog
from tests.support.world import PASSWORD, Node, World, log_in

NAMES = st.sampled_from(["Bob1", "Bobl", "bob1", "eva"])
"""The names that people take: of the first three each looks like another one."""

ROUNDS = 300
"""Most seals, a second after each, until all that is on its way has arrived."""

QUIET_ROUNDS = 8
"""Seals after which nothing comes any more: visits are written again, and notices wait, less."""

REAP_ROUNDS = 30
"""Seals, a second after each, within which dead nodes are reaped."""

END_ROUNDS = 4
"""Batches that a node gives up at the end: the one under way, and those that wait by then."""

MOST_PEOPLE = 5
"""People after whom no more come."""

WHICH = st.integers(0, 7)
"""One of the nodes, people or lines."""

ROOM = st.sampled_from(checks.ROOMS)

ORDERS = {
    "mute {}": "unmute {}",
    "ban {}": "unban {}",
    "mode moderated": "mode open",
    "close": "mode open",
}
"""Deeds against one who speaks in #ops, and those that lift them."""

DEEDS = ("kick", "ban", "unban", "op", "unop", "mode moderated", "mode open", "close")
"""Deeds in #ops; whom one is about is ignored by the last ones."""


class Nodes(RuleBasedStateMachine):
    """Two nodes, and what people do at them."""

    def __init__(self) -> None:
        super().__init__()
        self._logged = ExitStack()
        self.logged = self._logged.enter_context(logs.events())
        self.log = SharedLog()
        self.world = World(nodes=2, log=self.log, clock=NodeClocks())
        self.live: list[Node] = list(self.world.nodes)
        self.dead: list[Node] = []
        self.world.register("root", admin=True)
        self.world.register("ana")
        self.roots = {node: self.come_as_root(node) for node in self.live}
        self.people = [Person(self.world, node) for node in (*self.live, *self.live)]
        for person in self.people[:2]:
            log_in(person.server, person.session, "ana")
        self.gone: list[Person] = []
        self.lines: list[Line] = []
        self.typed = 0
        self.log.hold()

    def come_as_root(self, node: Node) -> Person:
        person = Person(self.world, node, rooms={})
        log_in(node.server, person.session, "root")
        for room in checks.ROOMS:
            person.send("enter", room=room)
        return person

    @property
    def clients(self) -> list[Person]:
        return [*self.people, *self.roots.values()]

    @property
    def entries(self) -> Sequence[checks.Published]:
        return checks.safe_entries(self.log)

    def node(self, which: int) -> Node:
        return self.live[which % len(self.live)]

    def person(self, which: int) -> Person:
        return self.people[which % len(self.people)]

    def number(self) -> int:
        self.typed += 1
        return self.typed

    # What people do

    @precondition(lambda self: len(self.people) < MOST_PEOPLE)
    @rule(which=WHICH, account=st.sampled_from(["", "", "ana"]))
    def come(self, which: int, account: str) -> None:
        person = Person(self.world, self.node(which))
        self.people.append(person)
        if account:
            log_in(person.server, person.session, account)

    @precondition(lambda self: self.people)
    @rule(which=WHICH, name=NAMES)
    def take_name(self, which: int, name: str) -> None:
        self.person(which).command(f"/nick {name}")

    @rule(name=NAMES, other=NAMES)
    def take_names_at_once(self, name: str, other: str) -> None:
        for person, wanted in zip(self.people, cycle([name, other]), strict=False):
            person.command(f"/nick {wanted}")

    @precondition(lambda self: self.people)
    @rule(which=WHICH, room=ROOM)
    def say(self, which: int, room: str) -> None:
        person, number = self.person(which), self.number()
        line = Line(number, room, f"line {number}", person.session.account)
        person.lines.append(line)
        self.lines.append(line)
        person.say_line(line)

    @precondition(lambda self: self.people)
    @rule(which=WHICH, room=ROOM)
    def say_in_doubt(self, which: int, room: str) -> None:
        self.say(which, room)
        self.person(which).node.store.give_up()
        self.world.settle()

    @precondition(lambda self: self.people)
    @rule(which=WHICH)
    def say_again(self, which: int) -> None:
        person = self.person(which)
        person.look()
        if person.session.queue.occupied:
            return  # it may log in before, and then the key is another one
        for line in person.lines:
            is_owner = line.account == person.session.account
            if person.answers[line.number][-1:] == ["unsure"] and is_owner:
                person.say_line(line)

    @precondition(lambda self: self.people)
    @rule(which=WHICH, name=NAMES)
    def say_privately(self, which: int, name: str) -> None:
        text = f"private {self.number()}"
        self.person(which).sent.append(text)
        self.person(which).command(f"/msg {name} {text}")

    @precondition(lambda self: self.people)
    @rule(which=WHICH, name=NAMES)
    def log_in(self, which: int, name: str) -> None:
        self.person(which).command(f"/login {name} {PASSWORD}")

    @precondition(lambda self: self.people)
    @rule(which=WHICH)
    def register(self, which: int) -> None:
        self.person(which).command(f"/register {PASSWORD}")

    @precondition(lambda self: self.people)
    @rule(which=WHICH, command=st.sampled_from(["logout", "token new"]))
    def change_account(self, which: int, command: str) -> None:
        self.person(which).command(f"/{command} t{self.number()}".replace("/logout ", "/logout #"))

    @rule()
    def ignore(self) -> None:
        """Have all who are logged in ignore others, at once."""
        for person in self.people:
            number, session = self.number(), person.session
            if session.account is not None and not session.queue.occupied:
                person.ignoring[number] = session.account, f"nobody{number}"
                person.say(f"/ignore nobody{number}", room="lobby", id=number)

    @precondition(lambda self: self.people)
    @rule(which=WHICH, verb=st.sampled_from(["enter", "leave"]), room=ROOM)
    def move(self, which: int, verb: str, room: str) -> None:
        if not self.person(which).closed:
            self.person(which).send(verb, room=room)

    @precondition(lambda self: self.people)
    @rule(which=WHICH)
    def go(self, which: int) -> None:
        person = self.person(which)
        person.look()
        self.people.remove(person)
        self.gone.append(person)
        person.hang_up()

    @rule(which=WHICH, name=NAMES, verb=st.sampled_from(["mute", "unmute"]), room=ROOM)
    def mute(self, which: int, name: str, verb: str, room: str) -> None:
        self.roots[self.node(which)].command(f"/{verb} {name}", room)

    @rule(which=WHICH, name=NAMES, deed=st.sampled_from(DEEDS))
    def act(self, which: int, name: str, deed: str) -> None:
        whole = deed if deed.startswith(("mode", "close")) else f"{deed} {name}"
        self.do(self.roots[self.node(which)], whole)

    @precondition(lambda self: self.people and len(self.live) > 1)
    @rule(
        which=WHICH,
        order=st.sampled_from(sorted(ORDERS)),
        is_lifted=st.booleans(),
        is_late=st.booleans(),
    )
    def order_and_say(self, which: int, order: str, is_lifted: bool, is_late: bool) -> None:
        """Say a line, of which another node orders at once that it may not be said.

        If it is late, it is sent again when that is known.
        """
        person = self.person(which)
        store = person.node.store
        (other,) = (node for node in self.live if node is not person.node)
        self.do(self.roots[other], order.format(person.session.name))
        if is_lifted:
            self.do(self.roots[person.node], ORDERS[order].format(person.session.name))
        store.late = is_late and store.engine.link is not None
        self.say(which, "ops")
        if store.late:
            self.seal()
            store.cut = True
            store.reconnect()
            self.world.settle()

    @precondition(lambda self: self.people)
    @rule(which=WHICH, order=st.sampled_from(sorted(ORDERS)))
    def order_late_and_say(self, which: int, order: str) -> None:
        """Say a line behind an order of its own node, which was given up, and comes late."""
        person, before = self.person(which), len(self.log.late)
        store = person.node.store
        self.seal()
        store.late = store.engine.link is not None
        self.do(self.roots[person.node], order.format(person.session.name))
        store.give_up()
        self.world.settle()
        store.reconnect()
        while len(self.log.late) > before:
            self.carry_out(before)
        self.say(which, "ops")

    def do(self, root: Person, deed: str) -> None:
        root.command(f"/{deed}", "ops")
        if deed == "close":
            root.command("/close", "ops")  # which confirms it

    # What the log and the nodes do

    @rule()
    def seal(self) -> None:
        self.log.seal()
        self.world.settle()

    @rule()
    def lose(self) -> None:
        self.log.lose()
        self.world.settle()

    @rule(which=WHICH)
    def cut(self, which: int) -> None:
        self.node(which).store.cut = True

    @rule(which=WHICH)
    def reconnect(self, which: int) -> None:
        self.node(which).store.reconnect()
        self.world.settle()

    @rule(which=WHICH)
    def give_up(self, which: int) -> None:
        self.node(which).store.give_up()
        self.world.settle()

    @rule(which=WHICH)
    def be_late(self, which: int) -> None:
        """Have what a node asks for be on its way until the link is lost, and longer."""
        node = self.node(which)
        node.store.late = node.store.engine.link is not None

    @precondition(lambda self: self.log.late)
    @rule(which=WHICH)
    def carry_out(self, which: int) -> None:
        """Carry out one of the requests that are late. The answer is lost."""
        self.log.late.pop(which % len(self.log.late))()

    @precondition(lambda self: self.log.safe == len(self.log.batches))
    @rule(which=WHICH, more=st.integers(1, 100))
    def forge_a_hint(self, which: int, more: int) -> None:
        """Have a node told that what is not there yet is safe."""
        self.node(which).store.engine.hinted(self.log.safe + more)
        self.world.settle()

    @precondition(lambda self: len(self.live) > 1)
    @rule(which=WHICH, seconds=st.sampled_from([5, 12, 30]))
    def suspend(self, which: int, seconds: int) -> None:
        """Let a node have no turn, while the others go on, and reap it; then it goes on.

        Others say lines meanwhile, and take the names of people who are at that node.
        """
        node = self.node(which)
        here = [person for person in self.people if person.node is node]
        elsewhere = [person for person in self.people if person.node is not node]
        for person, name in zip(here, ["Bob1", "eva"], strict=False):
            person.command(f"/nick {name}")
            self.seal()
        node.clock.suspended = True
        node.store.suspend()
        for other in elsewhere[:1]:
            self.say(self.people.index(other), "lobby")
        self.pass_time(seconds)
        for person, other in zip(here, elsewhere, strict=False):
            if not person.session.is_guest:
                other.command(f"/nick {person.session.name}")
        self.pass_time(1)
        node.clock.suspended = False
        node.store.wake()
        self.world.settle()

    @rule(seconds=st.sampled_from([5, 12]), order=st.sampled_from([1, -1]))
    def have_no_engine(self, seconds: int, order: int) -> None:
        """Cut all nodes off: those that come back first must not take the others for dead."""
        before = len(self.log.reaped)
        for node in self.live:
            node.store.cut = True
        self.pass_time(seconds)
        for node in self.live[::order]:
            node.store.reconnect()
            self.pass_time(1)
        dead = {node.store.number for node in self.dead}
        assert set(self.log.reaped[before:]) <= dead, "live nodes are reaped after an outage"

    def pass_time(self, seconds: int) -> None:
        """Let seconds pass, and have all that is visible sealed after each."""
        for _ in range(seconds):
            self.world.clock.advance(1)
            self.log.seal()

    @rule(seconds=st.sampled_from([1, 5, 30]))
    def wait(self, seconds: int) -> None:
        self.world.wait(seconds)

    @precondition(lambda self: len(self.live) > 1)
    @rule(which=WHICH)
    def crash(self, which: int) -> None:
        node = self.live.pop(which % len(self.live))
        node.store.crash()
        self.world.nodes.remove(node)
        dead = [each for each in self.clients if each.node is node]
        for each in dead:
            each.look()
        self.gone += dead
        self.people = [each for each in self.people if each.node is not node]
        del self.roots[node]
        self.dead.append(node)
        self.world.settle()

    @precondition(lambda self: len(self.live) == 1)
    @rule()
    def start(self) -> None:
        node = self.world.add_node()
        self.log.seal()  # the block of its numbers
        self.live.append(node)
        self.roots[node] = self.come_as_root(node)

    # What has to hold

    @invariant()
    def nothing_is_shown_that_is_lost(self) -> None:
        entries = self.entries
        checks.shown_lines_are_safe(self.clients, entries)
        checks.names_are_held_once(self.log, self.live)
        assert not [event for event in self.logged if "log_failure" in event], "an error is logged"

    def teardown(self) -> None:
        try:
            self.settle()
            self.nothing_is_shown_that_is_lost()
            self.check_all()
        finally:
            self._logged.close()
            self.end()
            super().teardown()

    def end(self) -> None:
        """End all that waits, so that no coroutine is left to be collected."""
        for client in self.clients:
            client.hang_up()
        for _ in range(END_ROUNDS):
            for node in (*self.dead, *self.live):
                node.store.give_up()
            self.world.clock.pump([0] * 3)

    def settle(self) -> None:
        """Let everything that is on its way arrive, and the dead nodes be reaped."""
        for node in self.live:
            if node.store.late:
                node.store.cut = True
            node.store.reconnect()
        for _ in range(REAP_ROUNDS):
            if not any(self.log.state.nodes[node.store.number].live for node in self.dead):
                break
            self.pass_time(1)
        else:
            raise AssertionError("a dead node is not reaped")
        quiet = 0
        for _ in range(ROUNDS):
            before = len(self.log.batches)
            self.log.seal()
            self.world.wait(1)
            is_quiet = len(self.log.batches) == before == self.log.safe
            quiet = quiet + 1 if is_quiet else 0
            if quiet > QUIET_ROUNDS:
                return
        raise AssertionError("something is always on its way")

    def check_all(self) -> None:
        entries, everyone = self.entries, [*self.clients, *self.gone]
        checks.all_lines_are_shown(self.clients, entries)
        checks.private_lines_are_safe(everyone, entries)
        checks.answers_are_true(everyone, self.lines, entries)
        checks.no_line_is_behind_its_sanction(entries)
        checks.no_batch_is_behind_the_end_of_its_term(self.log)
        checks.lines_are_those_of_holders(self.log, self.live[0])
        checks.nobody_is_where_they_may_not_be(self.live)
        checks.names_of_accounts_are_theirs(self.live)
        checks.claims_are_those_of_guests(self.log, self.live)
        checks.nodes_agree(self.log, self.live)
        checks.settings_are_kept(self.live, everyone)
        for person in self.clients:
            person.was_answered()
