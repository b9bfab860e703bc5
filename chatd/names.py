"""Which names are in use, and by whom: those of the people who are here, and the registered ones.

It knows no room and no command.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from chatd.accounts import Account, Accounts
from chatd.refusals import Refusal, short
from chatd.session import Session
from chatd.texts import ErrorKind
from chatd.validation import InvalidName, NameFault, fold, is_reserved, looks

T = TypeVar("T")


class Likeness(Generic[T]):
    """What names in use look like, so that no other one can be taken for them."""

    def __init__(self) -> None:
        self._owners: dict[str, T] = {}

    def find(self, name: str) -> T | None:
        """Whose name looks like this one; None if nobody's does."""
        owners = (self._owners.get(look) for look in looks(name))
        return next((owner for owner in owners if owner is not None), None)

    def all(self, name: str) -> list[T]:
        """All whose names look like this one."""
        owners = (self._owners.get(look) for look in looks(name))
        return [owner for owner in owners if owner is not None]

    def add(self, name: str, owner: T) -> None:
        """This name is in use."""
        for look in looks(name):
            self._owners.setdefault(look, owner)

    def take(self, name: str, owner: T) -> None:
        """This name is in use, and whatever looks like it is no longer in the way."""
        self._owners.update((look, owner) for look in looks(name))

    def remove(self, name: str, owner: T) -> None:
        """It is not, any more."""
        for look in looks(name):
            if self._owners.get(look) == owner:
                del self._owners[look]


class Names:
    """The names in use. One who is logged in may be here several times, and so may a guest of whom
    that is known (`Session.holder`)."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._sessions: dict[str, list[Session]] = {}
        self._names: dict[Session, str] = {}
        self._like: Likeness[str] = Likeness()  # to names
        for account in accounts.table.values():
            self._like.add(account.name, account.name)

    def __len__(self) -> int:
        return len(self._sessions)

    def of(self, name: str) -> Sequence[Session]:
        """Who has that name: the sessions, those that came first in front."""
        return self._sessions.get(fold(name), ())

    def check(self, session: Session, name: str) -> None:
        """Whether a session may have this name, which is a valid one. Raises `Refusal` if not."""
        key = fold(name)
        if is_reserved(name):
            raise Refusal(ErrorKind.INVALID_NAME, "reserved_name", name=name)
        if key != session.account:
            if self._accounts.called(name) is not None:
                raise Refusal(ErrorKind.NAME_IN_USE, "registered_name", name=name)
            if not all(other is session or _share(other, session) for other in self.of(name)):
                raise Refusal(ErrorKind.NAME_IN_USE, "name_in_use", name=name)
        other = self._like.find(name)
        if other is not None and fold(other) != key and not self._is_only_of(session, other):
            raise Refusal(ErrorKind.NAME_IN_USE, "looks_like_name", name=name, other=other)

    def check_account(self, name: str) -> None:
        """Whether this valid name may be registered, whoever has it now. Raises `Refusal`."""
        if is_reserved(name):
            raise Refusal(ErrorKind.INVALID_NAME, "reserved_name", name=name)
        for other in [name, *self._like.all(name)]:
            if (account := self._accounts.called(other)) is not None:
                if fold(other) == fold(name):
                    raise Refusal(ErrorKind.NAME_IN_USE, "registered_name", name=name)
                raise Refusal(
                    ErrorKind.NAME_IN_USE, "looks_like_name", name=name, other=account.name
                )

    def in_the_way(self, account: Account) -> list[Session]:
        """Who has the name of an account, or one that looks like it, and is not logged in."""
        names = {fold(name): name for name in [account.name, *self._like.all(account.name)]}
        return [
            session
            for name in names.values()
            for session in self.of(name)
            if session.account is None
        ]

    def _is_only_of(self, session: Session, name: str) -> bool:
        return self._accounts.called(name) is None and list(self.of(name)) == [session]

    def take(self, session: Session, name: str) -> None:
        """A session has this name from now on, and no longer the one that it had."""
        self.free(session)
        self._sessions.setdefault(fold(name), []).append(session)
        self._names[session] = name
        self._like.add(name, name)

    def give(self, session: Session, name: str) -> None:
        """Let a session have this name, and tell it and the others so."""
        before, was_guest = session.name, session.is_guest
        self.take(session, name)
        try:
            session.rename(name)
        finally:
            if session.name != name:  # it has failed
                self.free(session)
                if not was_guest:
                    self.take(session, before)

    def make_guest(self, session: Session) -> None:
        """Let a session have no name of its own any more, and tell it and the others so."""
        self.free(session)
        session.rename(f"guest{session.number}", guest=True)

    def free(self, session: Session) -> None:
        """A session has no name any more that others could not take."""
        name = self._names.pop(session, None)
        if name is None:
            return
        sessions = self._sessions[fold(name)]
        sessions.remove(session)
        if not sessions:
            del self._sessions[fold(name)]
            self.forget(name)

    def forget(self, name: str) -> None:
        """This name, written so, is nobody's now, unless somebody has it."""
        account = self._accounts.called(name)
        if not self.of(name) and (account is None or account.name != name):
            self._like.remove(name, name)

    def reserve(self, name: str) -> None:
        """This name is being registered: nothing that looks like it can be taken, or registered."""
        self._like.take(name, name)

    def unreserve(self, name: str) -> None:
        """It could not be."""
        self._like.remove(name, name)
        for other in self._names.values():
            self._like.add(other, other)  # one of them may look like it


def _share(one: Session, other: Session) -> bool:
    """Whether two guests are one person, for all that is known: such as two tabs of a browser."""
    return bool(one.holder) and one.holder == other.holder


def refusal_of(invalid: InvalidName, key: str, wanted: str) -> Refusal:
    """What is said to somebody who wanted a name that cannot be one; ``key`` says of what."""
    if invalid.reason is NameFault.SCRIPTS:
        key = "mixed_scripts"
    return Refusal(ErrorKind.INVALID_NAME, key, name=short(wanted))
