"""The rule for secrets: if they may be sent where others can read them on the way.

This module must not know sessions, nor what is sent.
"""

from __future__ import annotations

from collections.abc import Callable


class Secrecy:
    """With ``plaintext``, secrets are also taken where others can read them on the way."""

    def __init__(self, plaintext: bool) -> None:
        self.plaintext = plaintext
        self._watchers: dict[int, Callable[[], None]] = {}

    def allow_plaintext(self, allowed: bool) -> None:
        """Take secrets also where others may read them, or no more, from now on."""
        if allowed != self.plaintext:
            self.plaintext = allowed
            for call in tuple(self._watchers.values()):
                call()

    def watch(self, session: int, call: Callable[[], None]) -> None:
        """Call this for the session of a number whenever that changes, until it is unwatched."""
        self._watchers[session] = call

    def unwatch(self, session: int) -> None:
        """Call nothing more for a session."""
        self._watchers.pop(session, None)
