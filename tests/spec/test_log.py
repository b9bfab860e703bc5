"""`spec.log`: what follows from the batches of a log, and what is wrong with their order."""

from __future__ import annotations

from spec.log import Batch, Item, Log
from spec.rules import GOOD, Rules

SAY = Item("say")


def log_of(*batches: Batch, rules: Rules = GOOD) -> Log:
    """Return a log of two nodes, whose terms are 1 and 2."""
    log = Log(rules, 2)
    for batch in batches:
        log = log.append(batch)
    return log


class TestLogs:
    """Logs as values."""

    def test_equal_logs_are_one_object(self) -> None:
        log = log_of()
        assert log.append(Batch("a", 0, 1, SAY)) is log.append(Batch("a", 0, 1, SAY))

    def test_a_log_begins_those_that_grew_from_it(self) -> None:
        log = log_of(Batch("a", 0, 1, SAY))
        longer = log.append(Batch("b", 1, 2, SAY))
        assert log.begins(log)
        assert log.begins(longer)
        assert not longer.begins(log)

    def test_two_logs_have_a_common_beginning(self) -> None:
        log = log_of(Batch("a", 0, 1, SAY))
        one = log.append(Batch("b", 1, 2, SAY))
        other = log.append(Batch("c", 1, 2, SAY)).append(Batch("d", 1, 2, SAY))
        assert one.common(other) is log
        assert not one.begins(other)


class TestRights:
    """The number of the last change of the rights by another term."""

    def test_own_changes_do_not_count(self) -> None:
        log = log_of(Batch("a", 0, 1, Item("rights")))
        assert (log.rights_of_others(1), log.rights_of_others(2)) == (0, 1)

    def test_an_own_change_does_not_hide_one_of_another_term(self) -> None:
        changes = [Batch(f"{n}", n % 2, 1 + n % 2, Item("rights")) for n in (0, 1, 3)]
        assert log_of(*changes).rights_of_others(2) == 1
        assert log_of(*changes).rights_of_others(1) == 3

    def test_a_new_term_of_a_node_is_another_one(self) -> None:
        log = log_of(Batch("a", 0, 1, Item("rights")), Batch("b", 0, 3, Item("join", term=1)))
        assert log.rights_of_others(3) == 1


class TestTerms:
    """The ends of terms."""

    def test_a_join_ends_what_the_older_terms_left(self) -> None:
        log = log_of(
            Batch("a", 0, 1, Item("claim", ("ana",))),
            Batch("b", 0, 1, Item("visit")),
            Batch("c", 0, 3, Item("join", term=1)),
        )
        assert (log.terms, log.claims, log.visits) == ((3, 2), {}, frozenset())
        assert not log.fault

    def test_a_join_takes_what_its_node_holds(self) -> None:
        log = log_of(
            Batch("a", 0, 1, Item("claim", ("ana",))), Batch("b", 0, 3, Item("join", ("ana",)))
        )
        assert log.claims == {"ana": (0, 3)}

    def test_a_reaped_node_has_no_term(self) -> None:
        log = log_of(Batch("a", 1, 2, Item("reap", who=0, term=1)))
        assert (log.terms, log.joined) == ((0, 2), (1, 2))


class TestFaults:
    """The invariants of the order of batches."""

    def test_a_line_is_stored_once(self) -> None:
        assert log_of(Batch("a", 0, 1, SAY), Batch("a'", 0, 1, SAY)).fault.startswith("I2")

    def test_an_ended_term_stores_nothing(self) -> None:
        log = log_of(Batch("a", 1, 2, Item("reap", who=0, term=1)), Batch("b", 0, 1, SAY))
        assert log.fault.startswith("I4")

    def test_no_line_is_behind_a_mute(self) -> None:
        log = log_of(Batch("a", 1, 2, Item("mute", who=0)), Batch("b", 0, 1, SAY))
        assert log.fault.startswith("I5")

    def test_a_look_has_one_holder(self) -> None:
        log = log_of(
            Batch("a", 0, 1, Item("claim", ("ana", "anna"))),
            Batch("b", 1, 2, Item("claim", ("anna",))),
        )
        assert log.fault.startswith("I6")

    def test_a_line_is_said_by_the_holder_of_its_name(self) -> None:
        assert log_of(Batch("a", 0, 1, Item("say_as", ("ana",)))).fault.startswith("I6")

    def test_no_change_of_a_record_is_lost(self) -> None:
        first = Batch("a", 0, 1, Item("write", ("topic",)))
        unknown = Batch("b", 1, 2, Item("write", ("topic",)))
        assert log_of(first, unknown).fault.startswith("I8")
        assert not log_of(first, unknown._replace(seen=("a",))).fault

    def test_an_ended_term_leaves_nothing(self) -> None:
        visit, reap = Batch("a", 0, 1, Item("visit")), Item("reap", who=0, term=1)
        log = log_of(visit, Batch("b", 1, 2, reap), rules=Rules(end_visits=False))
        assert log.fault.startswith("I9")

    def test_a_fault_stays(self) -> None:
        log = log_of(Batch("a", 0, 1, SAY), Batch("a", 0, 1, SAY), Batch("b", 0, 1, SAY))
        assert log.fault.startswith("I2")
