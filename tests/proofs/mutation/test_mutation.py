"""`tests.proofs.mutation`: the mutants of code, and the list of equivalent ones."""

from __future__ import annotations

import pytest

from tests.proofs.mutation.run import (
    EQUIVALENTS,
    changed_lines,
    known_equivalents,
    mutants_of,
)
from tests.proofs.mutation.targets import TESTS

SOURCE = b"""
LIMIT = 4 * 1024

if TYPE_CHECKING:
    from line import Line

def take(line, most):
    if not line or len(line) > most:
        raise ValueError
    try:
        return max(line, key(line))
    except KeyError:
        self.shut = True
"""


def changes() -> set[tuple[str, str]]:
    return {
        (" ".join(mutant.before), " ".join(mutant.after))
        for mutant in mutants_of("chatd/take.py", SOURCE)
    }


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("if not line or len(line) > most:", "if False:"),
        ("if not line or len(line) > most:", "if True:"),
        ("if not line or len(line) > most:", "if ((not line)):"),
        ("if not line or len(line) > most:", "if not line or len(line) >= most:"),
        ("return max(line, key(line))", "return line"),
        ("return max(line, key(line))", "return None"),
        ("except KeyError:", "except ():"),
        ("self.shut = True", "pass"),
        ("self.shut = True", "self.shut = False"),
    ],
)
def test_breaks_each_guard(before: str, after: str) -> None:
    assert (before, after) in changes()


def test_leaves_numbers_with_a_name_alone() -> None:
    assert not [before for before, _ in changes() if "LIMIT" in before]


def test_leaves_imports_for_types_alone() -> None:
    assert not [before for before, _ in changes() if "TYPE_CHECKING" in before]


def test_a_mutant_differs_in_one_place_and_can_be_compiled() -> None:
    for mutant in mutants_of("chatd/take.py", SOURCE):
        compile(mutant.source, mutant.module, "exec")
        assert mutant.source != SOURCE
        assert mutant.text.startswith("chatd/take.py take\n- ")


def test_the_lines_that_a_diff_adds_or_changes() -> None:
    diff = (
        "diff --git a/m.py b/m.py\n--- a/m.py\n+++ b/m.py\n@@ -1 +1 @@\n"
        "diff --git a/old.py b/n.py\n--- a/old.py\n+++ b/n.py\n"
        "@@ -3,2 +3 @@ def f\n@@ -9,0 +9,3 @@\n@@ -20,4 +22,0 @@\n"
    )
    assert changed_lines(diff, "n.py") == {3, 9, 10, 11}


def test_a_mutant_names_the_lines_that_it_changes() -> None:
    [mutant] = [one for one in mutants_of("chatd/take.py", SOURCE) if one.after == ("return line",)]
    assert mutant.lines == range(11, 12)


def test_what_makes_no_difference_is_known_with_its_reason() -> None:
    [mutant] = [one for one in mutants_of("chatd/take.py", SOURCE) if one.after == ("return line",)]
    known = known_equivalents(f"A comment.\n\n{mutant.text}= it is short\n\n")
    assert known == {mutant.text: "it is short"}


def test_each_that_is_written_down_is_of_a_module_that_is_broken() -> None:
    known = known_equivalents(EQUIVALENTS.read_text())
    assert {text.split()[0] for text in known} <= set(TESTS)
