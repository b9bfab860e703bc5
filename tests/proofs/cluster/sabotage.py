"""Faults of a daemon that the proof has to find: each function makes one in its own process."""

from __future__ import annotations

from chatd.storage.postgres.channel import Channel
from chatd.storage.shared.follower import Follower


def show_what_is_read() -> None:
    """Have a node show lines as soon as it has read them."""
    publish_safe = Follower.publish_safe

    def publish_all(self: Follower) -> None:
        self.safe = max(self.safe, self.read.number)
        publish_safe(self)

    Follower.publish_safe = publish_all  # type: ignore[method-assign]


def take_warnings_for_yes() -> None:
    """Have a node count commits of which the server says that it has not waited for the standby."""
    Channel._note = lambda self, said: None  # type: ignore[method-assign]
