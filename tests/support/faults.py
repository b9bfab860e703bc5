"""Faults that are injected into functions, as if these had bugs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.support.world import Member


class Injected(Exception):
    """The fault."""


class Fault:
    """A set of injected faults, which are raised while ``armed``."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.armed = True
        self.happened = 0
        self._patch = monkeypatch

    def inject(self, owner: Any, name: str, when: Callable[..., bool] = lambda *_: True) -> None:
        """Make a function fail if it is called with arguments of which ``when`` is true."""
        original = getattr(owner, name)

        def function(*args: Any, **kwargs: Any) -> Any:
            if self.armed and when(*args):
                self.happened += 1
                raise Injected
            return original(*args, **kwargs)

        self._patch.setattr(owner, name, function)


def is_undisturbed(person: Member, other: str) -> None:
    """Assert that a member receives its own lines once, and nothing but notices about another."""
    lines = [line for line in person.ask("one", "two") if not line.startswith(f"*** {other}")]
    assert lines == [f"<{person.session.name}> one", f"<{person.session.name}> two"]
