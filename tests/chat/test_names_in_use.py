"""No two people have names that look alike, in any order of their and the operator's actions.

A state machine against a plain model: all pairs of names in use are compared at each step.
"""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import combinations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from chatd.text.folding import fold
from chatd.text.validation import looks
from tests.support.checkout import ROOT
from tests.support.logs import Expect
from tests.support.world import CHEAP, Member, World

PASSWORD = "secret-1234"
HASH = CHEAP.hash(PASSWORD)

NAMES = ("luis", "Iuis", "iuis", "LUIS", "bob", "b0b", "B0B", "BOB", "Bob1", "BobI", "bobl", "аса")
names = st.sampled_from(NAMES)
"""Most look like some of the others, and those not like each other."""

who = st.integers(0, 3)


class InUse(RuleBasedStateMachine):
    """Four people connect, disconnect, take names, register and log in; two are tabs of a browser.

    The operator adds and removes accounts, and the disk is slow and fails.
    """

    def __init__(self) -> None:
        super().__init__()
        self.world = World(slow=True)
        self.people: list[Member] = [self.newcomer(number) for number in range(4)]

    def newcomer(self, number: int) -> Member:
        person = self.world.person()
        person.session.identity.client_id = "browser" if number < 2 else ""
        return person

    @initialize(names=st.lists(names, max_size=3))
    def begin_with_accounts(self, names: list[str]) -> None:
        for name in names:
            self.add(name)
        self.world.release()

    @rule(who=who, name=names)
    def take(self, who: int, name: str) -> None:
        self.people[who].type(f"/nick {name}")

    @rule(who=who)
    def register(self, who: int) -> None:
        self.people[who].type(f"/register {PASSWORD}")

    @rule(who=who, name=names)
    def log_in(self, who: int, name: str) -> None:
        self.people[who].type(f"/login {name} {PASSWORD}")

    @rule(who=who, command=st.sampled_from(("/logout", f"/unregister {PASSWORD}")))
    def give_up(self, who: int, command: str) -> None:
        self.people[who].type(command)

    @rule(who=who)
    def come_again(self, who: int) -> None:
        self.people[who].hang_up()
        self.people[who] = self.newcomer(who)

    @rule(name=names)
    def add(self, name: str) -> None:
        self.world.ask_operator("add", name=name, hash=HASH)

    @rule(name=names)
    def remove(self, name: str) -> None:
        self.world.ask_operator("remove", name=name)

    @rule()
    def keep(self) -> None:
        self.world.release()

    @rule()
    def fail(self) -> None:
        self.world.settle()
        if self.world.store.held:
            self.world.fail()

    def uses(self) -> list[tuple[str, object]]:
        """Return each name in use, and its owner.

        A name that is being registered has its owner once that is on disk. Until then, others may
        have it or its look-alikes.
        """
        on_disk = {each.key for each in self.world.store.records() if each.kind == "account"}
        accounts = self.world.server.accounts.table
        used: list[tuple[str, object]] = [
            (account.name, key) for key, account in accounts.items() if key in on_disk
        ]
        for session in self.world.server.sessions:
            # A session with the grant of an account that is being removed has its name until then.
            if not session.is_guest and session.grant is None:
                used.append((session.name, session.identity.client_id or session))
        return used

    @invariant()
    def no_person_is_taken_for_another(self) -> None:
        for (one, owner), (other, another) in combinations(self.uses(), 2):
            assert owner == another or not looks(one) & looks(other), (one, other)

    @invariant()
    def an_account_has_its_own_name(self) -> None:
        for session in self.world.server.sessions:
            account = self.world.server.logins.account_of(session)
            assert account is None or account.name == session.name

    @invariant()
    def accounts_never_look_alike(self) -> None:
        accounts = self.world.server.accounts.table.values()
        for one, other in combinations((account.name for account in accounts), 2):
            assert not looks(one) & looks(other), (one, other)

    @invariant()
    def the_sessions_of_a_name_have_it(self) -> None:
        found = {name: list(self.world.server.names.of(name)) for name in NAMES}
        for name, sessions in found.items():
            here = [each for each in self.world.server.sessions if not each.is_guest]
            assert set(sessions) == {each for each in here if fold(each.name) == fold(name)}

    def teardown(self) -> None:
        self.world.release()
        for person in self.people:
            person.hang_up()
        assert len(self.world.server.names) == 0


def test_no_two_people_have_names_that_look_alike(
    expected_errors: Expect, unmeasured: None
) -> None:
    run_state_machine_as_test(
        InUse, settings=settings(max_examples=60, stateful_step_count=30, deadline=None)
    )
    expected_errors()


CHANGES_OF_CASE = """
import sys
from tests.support.world import World
for other, before, after in ("luis", "iuis", "Iuis"), ("BOB", "b0b", "B0B"), ("lan", "ian", "Ian"):
    for is_account in False, True:
        world = World()
        if is_account:
            world.register(other)
        else:
            world.person(other)
        person = world.person(before)
        person.type("/nick " + after)
        print(person.session.name, person.seen()[-1])
"""


def test_a_change_of_case_is_checked_in_every_order_of_a_set() -> None:
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", CHANGES_OF_CASE],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in range(6)
    ]
    said = {run.communicate()[0] for run in runs}
    assert len(said) == 1
    lines = said.pop().splitlines()
    assert [line.split()[0] for line in lines] == ["iuis"] * 2 + ["b0b"] * 2 + ["ian"] * 2
    assert all(" looks like " in line for line in lines), lines
