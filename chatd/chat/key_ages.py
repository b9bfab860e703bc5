"""The idempotency keys of a table by age, so that the oldest are forgotten first.

It must not know what is asked for with a key, nor when one is forgotten.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import NamedTuple


class Said(NamedTuple):
    """The use of a key by a request of a session, given its number; 0 if it is of none.

    What was stored with it are the events with ``after < seq <= upto`` in the room of that name: of
    lines, those of the session. Or it is about these events; or about none if the room is "".
    ``digest`` is of the request, ``time`` in seconds since 1970, and not before that of an older
    key; ``share`` is that of the key's owner.
    """

    room: str
    session: int
    after: int
    upto: int
    digest: str
    time: int
    share: str = ""


Ages = OrderedDict[str, int]
"""Keys and their times, the oldest first."""


class KeyAges:
    """The keys of a table by age: all, and those of each owner and of each share.

    ``newest`` is the time of the newest one.
    """

    def __init__(self) -> None:
        self.all = Ages()
        self.owners: dict[str, Ages] = {}
        self.shares: dict[str, Ages] = {}
        self._sizes: dict[int, dict[str, None]] = {}  # shares, by how many keys they have
        self.newest = 0

    def enter(self, key: str, said: Said) -> None:
        """See `chatd.storage.records.Index`."""
        self.newest = max(self.newest, said.time)
        share = self.shares.setdefault(said.share, Ages())
        for ages in self.all, self.owners.setdefault(space_of(key), Ages()), share:
            ages[key] = said.time
            if next(iter(ages.values())) > said.time:  # its removal was taken back
                ages.move_to_end(key, last=False)
        self._resize(said.share, len(share) - 1, len(share))

    def leave(self, key: str, said: Said) -> None:
        """See `chatd.storage.records.Index`."""
        del self.all[key]
        space, share = space_of(key), self.shares[said.share]
        del self.owners[space][key], share[key]
        if not self.owners[space]:
            del self.owners[space]
        if not share:
            del self.shares[said.share]
        self._resize(said.share, len(share) + 1, len(share))

    def _resize(self, share: str, before: int, now: int) -> None:
        if before:
            del self._sizes[before][share]
            if not self._sizes[before]:
                del self._sizes[before]
        if now:
            self._sizes.setdefault(now, {})[share] = None

    def oldest_of_the_largest(self, share: str) -> str:
        """Return the oldest key of the share that has the most once this one has one more."""
        # There are few sizes: at most 200, for 20,000 keys.
        largest = self._sizes[max(self._sizes)]
        return next(iter(self.shares[share if share in largest else next(iter(largest))]))


def space_of(key: str) -> str:
    """Return the space of its owner that a key of the table begins with."""
    return key.rpartition("/")[0]
