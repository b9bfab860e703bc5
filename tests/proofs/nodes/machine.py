"""A state machine of servers on one log, which is held, lost and cut off at any moment.

People at two nodes say lines, take names, register and log in; administrators mute, ban and kick
them. Batches are sealed, or lost before that; a node is cut off, gives up waiting, or dies, and
another one starts. What people were shown and told is compared with the log (`checks`).
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
from tests.support.shared_store import SharedLog
from tests.support.world import PASSWORD, Node, World, log_in

NAMES = st.sampled_from(["Bob1", "Bobl", "bob1", "eva"])
"""The names that people take: of the first three each looks like another one."""

ROUNDS = 300
"""Most seals, a second after each, until all that is on its way has arrived."""

QUIET_ROUNDS = 8
"""Seals after which nothing comes any more: visits are written again, and notices wait, less."""

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
        self.world = World(nodes=2, log=self.log)
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
    @rule(which=WHICH, order=st.sampled_from(sorted(ORDERS)), is_lifted=st.booleans())
    def order_and_say(self, which: int, order: str, is_lifted: bool) -> None:
        """Say a line, of which another node orders at once that it may not be said."""
        person = self.person(which)
        (other,) = (node for node in self.live if node is not person.node)
        self.do(self.roots[other], order.format(person.session.name))
        if is_lifted:
            self.do(self.roots[person.node], ORDERS[order].format(person.session.name))
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
        self.reap()

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
        self.reap()

    def reap(self) -> None:
        """Reap the dead nodes, also again, if that was lost."""
        for node in self.dead:
            self.log.reap(node.store)
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
        checks.names_are_held_once(self.live)
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
        """Let everything that is on its way arrive."""
        for node in self.live:
            node.store.reconnect()
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
        checks.nobody_is_where_they_may_not_be(self.live)
        checks.names_of_accounts_are_theirs(self.live)
        checks.claims_are_those_of_guests(self.log, self.live)
        checks.nodes_agree(self.log, self.live)
        checks.settings_are_kept(self.live, everyone)
        for person in self.clients:
            person.was_answered()
