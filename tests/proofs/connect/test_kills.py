"""`tests.proofs.connect.kills`: a short run of the proof, and the judgement on lines."""

from pathlib import Path

import pytest

from tests.proofs.connect.kills import differences, kill_daemons


def test_no_line_is_lost_or_doubled_over_three_kills(tmp_path: Path) -> None:
    result = kill_daemons(tmp_path, 3, seed=1)
    assert not result.faults, result.text()
    assert result.kills == 3
    assert result.away
    assert result.typed <= result.stored == result.shown


@pytest.mark.parametrize(
    ("found", "fault"),
    [
        (["a", "b"], None),
        (["a"], "b is not here"),
        (["a", "b", "b"], "b is 2 times here"),
        (["a", "b", "c"], "c is here, unexpectedly"),
        (["b", "a"], "in another order here: ['b', 'a'] and not ['a', 'b']"),
    ],
)
def test_lines_that_are_not_as_they_should_be_are_found(
    found: list[str], fault: str | None
) -> None:
    assert differences("here", ["a", "b"], found) == ([fault] if fault else [])
