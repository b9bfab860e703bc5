"""Lines that accounts said without being sent them, which count as read.

They are counted in memory alone: after a restart such lines may be counted as missed. This module
must not know sessions or the store.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chatd.chat.read_marks import SPANS_KEPT, EmptyStretch


class OwnLines:
    """The stretches that accounts said, by account and log: the last `SPANS_KEPT` of each log."""

    def __init__(self) -> None:
        self._spans: dict[str, dict[str, list[EmptyStretch]]] = {}

    @property
    def accounts(self) -> Iterable[str]:
        """The accounts with such lines."""
        return self._spans.keys()

    def logs(self, account: str) -> Iterable[str]:
        """Return the logs in which an account has such lines."""
        return self._spans.get(account, {}).keys()

    def spans(self, account: str, log: str) -> Sequence[EmptyStretch]:
        """Return the stretches of an account in a log."""
        return self._spans.get(account, {}).get(log, ())

    def add(self, account: str, log: str, seqs: Iterable[int]) -> None:
        """Count lines of an account in a log, given their seqs in order."""
        spans = self._spans.setdefault(account, {}).setdefault(log, [])
        for seq in seqs:
            if spans and spans[-1].end == seq - 1:
                spans[-1] = EmptyStretch(spans[-1].start, seq)
            else:
                spans.append(EmptyStretch(seq - 1, seq))
        del spans[:-SPANS_KEPT]

    def prune(self, account: str, log: str, seq: int) -> None:
        """Forget the stretches of an account in a log that end at a seq or before."""
        own = self._spans.get(account, {})
        left = [span for span in own.pop(log, ()) if span.end > seq]
        if left:
            own[log] = left
        elif not own:
            self._spans.pop(account, None)

    def drop(self, account: str) -> None:
        """Forget all lines of an account."""
        self._spans.pop(account, None)

    def clear(self) -> None:
        """Forget the lines of all accounts."""
        self._spans.clear()
