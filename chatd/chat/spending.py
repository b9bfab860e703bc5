"""The spending of sessions: what they put on disk is counted in the budgets of their owners.

Theory of operation. `chatd.util.budgets` says what an owner is, and when something does not fit. A
session that speaks takes a slice of its owner's budgets ahead, into its `Allotment`, and each line
costs a subtraction. When too little is left it takes the next slice; what is left of that is given
back when the session ends, or acts for another owner. All else is counted when it is made.

The bytes of a line are those that it takes on disk at most, with its index: measured with random
texts, in which every three letters are new to the index. Prose takes a fifth of that.

An administrator is counted as all others, and never refused: the one who puts an end to a flood
must be able to. This module must not know connections or commands.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil

from chatd.accounts.accounts import Accounts
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal
from chatd.i18n import Phrase
from chatd.storage.records import Put
from chatd.text.sizes import written_size
from chatd.text.times import written_duration
from chatd.util.budget_table import TABLE, Kind
from chatd.util.budgets import Budgets, Owner, Use, UsedUp, owner_of

SLICE_LINES = 64
SLICE_BYTES = 64 * 1024
"""Most lines and bytes that a session takes ahead: some 80 lines of 60 letters."""

SLICES = 1024
"""A slice is this part of what is left at most, so a thousand sessions that say a line each do not
hold all of it: those of a lecture, say, who are guests at one address."""

LINE_BYTES = 160
"""Most bytes of a line on disk beside its text: a row, its place in the index, and an author of 32
letters of four bytes."""

ASCII_BYTES = 11
LETTER_BYTES = 21
"""Most bytes on disk of a letter of a line of ASCII alone, and of any other line, with its index.
Measured on files of 1 to 4 MB: 8.5 and 20.9 (random ASCII and Han); 10.7 of 2,000 random lines of
60 letters. Prose takes 2.2."""

RECORD_BYTES = 100
"""Most bytes of a record on disk beside its value: its kind and its row."""


ACCOUNT_BYTES = 1024
"""Most bytes on disk of a new account or password: the record, its settings, its first mark."""


class Allotment:
    """Lines and bytes that a session took ahead from the budgets of an owner, and may still use."""

    __slots__ = ("account", "bytes", "lines", "owner")

    def __init__(self, account: str | None, owner: Owner) -> None:
        self.account = account
        self.owner = owner
        self.lines = 0
        self.bytes = 0


class Spending:
    """Counts what sessions use, in ``budgets``."""

    def __init__(self, budgets: Budgets, accounts: Accounts) -> None:
        self.budgets = budgets
        self._accounts = accounts
        self._allotments: dict[Session, Allotment] = {}  # of those that have spoken

    def owner_of(self, session: Session) -> Owner:
        """Return the owner that a session acts for."""
        return owner_of(session.account, session.identity.host)

    def pay(self, session: Session, lines: int, text: str) -> None:
        """Count lines that a session says, with this text in all. Raises `Refusal`."""
        bytes = _bytes_of(lines, text)
        allotment = self._allotments.get(session)
        if allotment is None or allotment.lines < lines or allotment.bytes < bytes:
            allotment = self._allot(session, allotment, lines, bytes)
        allotment.lines -= lines
        allotment.bytes -= bytes

    def check(self, session: Session, *costs: tuple[Kind, int]) -> None:
        """Raise `Refusal` if amounts of some kinds do not fit into the budgets of a session."""
        try:
            self.budgets.check(self.owner_of(session), *costs)
        except UsedUp as over:
            self._check_refusal(session, over)

    def charge(self, session: Session, *costs: tuple[Kind, int]) -> None:
        """Count amounts of some kinds for the owner of a session, or raise `Refusal`."""
        self.check(session, *costs)
        self.budgets.count(self.owner_of(session), *costs)

    def charge_lines(self, owner: Owner, lines: int, text: str) -> None:
        """Count lines that a hook says for its owner, with this text in all. Raises `Refusal`."""
        self.charge_hook(owner, (Kind.LINES, lines), (Kind.BYTES, _bytes_of(lines, text)))

    def charge_hook(self, owner: Owner, *costs: tuple[Kind, int]) -> None:
        """Count amounts of some kinds for the owner of a hook, or raise `Refusal`."""
        try:
            self.budgets.spend(owner, *costs)
        except UsedUp as over:
            raise refusal_of(over) from None

    def charge_stored(
        self, session: Session, puts: Iterable[Put], *costs: tuple[Kind, int], deed: str = ""
    ) -> None:
        """Count records that a session changes, the text of a deed, and amounts of other kinds.

        Raises `Refusal`.
        """
        lines = 1 if deed else 0
        bytes = _bytes_of(lines, deed) + sum(map(_bytes_of_record, puts))
        self.charge(session, (Kind.LINES, lines), (Kind.BYTES, bytes), *costs)

    def count_stored(self, session: Session, puts: Iterable[Put]) -> None:
        """Count records that are stored for a session and cannot be refused: marks, say."""
        bytes = sum(map(_bytes_of_record, puts))
        self.budgets.count(self.owner_of(session), (Kind.BYTES, bytes))

    def uses(self, session: Session) -> list[list[Use]]:
        """Return the uses of the owner of a session, of each kind that is counted."""
        self.end(session)  # what it has not used yet is not shown
        owner = self.owner_of(session)
        return list(filter(None, (self.budgets.uses(owner, kind) for kind in Kind)))

    def end(self, session: Session) -> None:
        """Give back what a session took ahead and has not used."""
        allotment = self._allotments.pop(session, None)
        if allotment is not None:
            left = (Kind.LINES, -allotment.lines), (Kind.BYTES, -allotment.bytes)
            self.budgets.count(allotment.owner, *left)

    def _allot(
        self, session: Session, allotment: Allotment | None, lines: int, bytes: int
    ) -> Allotment:
        """Return the allotment of a session, with the next slice, and at least so much in it."""
        account = session.account
        if allotment is None or account != allotment.account:
            self.end(session)
            allotment = Allotment(account, self.owner_of(session))
            self._allotments[session] = allotment
        owner = allotment.owner
        lines_left = self.budgets.left(owner, Kind.LINES)
        bytes_left = self.budgets.left(owner, Kind.BYTES)
        more_lines = max(lines - allotment.lines, min(SLICE_LINES, lines_left // SLICES))
        more_bytes = max(bytes - allotment.bytes, min(SLICE_BYTES, bytes_left // SLICES))
        costs = (Kind.LINES, more_lines), (Kind.BYTES, more_bytes)
        if more_lines > lines_left or more_bytes > bytes_left:
            self.check(session, *costs)
        self.budgets.count(owner, *costs)
        allotment.lines += more_lines
        allotment.bytes += more_bytes
        return allotment

    def _check_refusal(self, session: Session, over: UsedUp) -> None:
        """Raise the refusal of what does not fit, unless it is an administrator's."""
        account = self._accounts.table.get(session.account or "")
        by_account = account is not None and account.admin and session.identity.may_administer
        is_administrator = session.identity.administers or by_account
        if not is_administrator:
            raise refusal_of(over) from None


def refusal_of(over: UsedUp) -> Refusal:
    """Return the refusal of what does not fit into a budget: it says which, and for how long."""
    budget = over.budget
    limit = written_amount(budget.kind, over.limit)
    values = {
        "what": Phrase(f"budget_{budget.kind.value}"),
        "whose": Phrase(f"budget_of_{budget.level.value}"),
        "limit": limit,
    }
    if budget.rule.held:
        return Refusal(ErrorKind.USED_UP, "used_up_held", **values)
    minutes = ceil(over.seconds / 60)  # no one waits for seconds
    wait = written_duration(60 * minutes)
    return Refusal(ErrorKind.USED_UP, "used_up", wait=wait, count=60 * minutes, **values)


def written_amount(kind: Kind, amount: int) -> str:
    """Return an amount of a kind as people are shown it: as a size, or a number."""
    return written_size(amount) if TABLE[kind].in_bytes else str(amount)


def _bytes_of(lines: int, text: str) -> int:
    return lines * LINE_BYTES + len(text) * (ASCII_BYTES if text.isascii() else LETTER_BYTES)


def _bytes_of_record(put: Put) -> int:
    value = put.record.value
    return 0 if value is None else RECORD_BYTES + len(put.key) + len(value)
