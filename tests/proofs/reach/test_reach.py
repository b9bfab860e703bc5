"""A short form of the proof of `/seen`, without a namespace."""

from __future__ import annotations

from pathlib import Path

from tests.proofs.reach.__main__ import results_of
from tests.support.platforms import needs_linux

CLIENTS = 85
"""Those that are full, those in browsers, and a few more."""


@needs_linux
def test_who_is_named_has_the_line_and_who_has_it_is_named(tmp_path: Path) -> None:
    results = results_of(tmp_path, None, CLIENTS, 1)
    assert len(results) == 5
    assert [str(each) for each in results if not each.holds] == []
