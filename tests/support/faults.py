"""Faults that are injected into functions, as if these had bugs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


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
