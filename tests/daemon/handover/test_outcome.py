"""The line that an operator reads of an upgrade."""

from __future__ import annotations

import pytest

from chatd.daemon.handover.outcome import BUSY, OVER_TLS, CannotUpgrade, Outcome


@pytest.mark.parametrize(
    ("stayed", "left", "line"),
    [
        (0, {OVER_TLS: 0, BUSY: 0}, "0 clients stayed, nobody has to come back."),
        (1, {OVER_TLS: 1}, "1 client stayed, 1 has to come back (1 over TLS)."),
        (
            1000,
            {OVER_TLS: 2, BUSY: 1},
            "1000 clients stayed, 3 have to come back (2 over TLS, 1 in the middle of something).",
        ),
    ],
)
def test_it_tells_who_goes_on_with_how_many(stayed: int, left: dict[str, int], line: str) -> None:
    outcome = Outcome(4711, "1.2.0", stayed, left, 0.0836)
    assert str(outcome) == f"process 4711 goes on with chatd 1.2.0: {line} The pause was 84 ms."


def test_a_reason_is_one_line_however_it_was_told() -> None:
    why = CannotUpgrade("chatd: --listen is wrong.\nchatd: --web is wrong.")
    assert str(why) == "--listen is wrong. --web is wrong."
    assert len(str(CannotUpgrade("a" * 10_000))) == 500
