"""The names in use: those of the guests who are connected, and the registered ones.

Theory of operation. Two names look alike if they share a key of `chatd.text.validation.looks`. An
index by these keys (`ConfusableIndex`) finds the sessions, and another one (of `Accounts`) the
accounts, whose names look like a given one. A name can be taken if none of them belongs to another
person. Persons are told apart by their account, and guests by `Identity.client_id`. While an
account is being removed, its name stays reserved until the store has answered (`Names.giving_up`).

That says what this node knows. Others may share its store, so a guest's name is also claimed there
before a session takes it (`Names.claiming`), and the name of an account while that is being
registered (`Names.registering`). A store that is shared takes a while to answer. Then what was
checked before a claim is checked again after it: by then this node knows of all names that were
stored before. A session that logs in claims nothing, because the record of the account is stored.

This module must not know rooms or commands.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Generic, TypeVar

from chatd.accounts.accounts import Account, Accounts
from chatd.chat.held_claims import (
    Claiming,
    HeldClaims,
    claim_of_account,
    claim_of_person,
    is_of_person,
)
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal, short
from chatd.storage.claims import Claim, Claims
from chatd.text.folding import fold
from chatd.text.validation import InvalidName, NameFault, check_new_name, looks, validate_name

T = TypeVar("T")


class ConfusableIndex(Generic[T]):
    """An index of owners by the looks of their names.

    An owner has one name; several owners may have the same one. ``noted`` is called with a name
    that an owner has now, or has no more.

    Looking alike (`chatd.text.validation.looks`) is symmetric and not transitive: ``Bob1`` looks
    like ``bob1`` and like ``Bobl``, which do not look alike. So a name may look like those of
    several owners whose names do not look alike, and each of them counts.
    """

    def __init__(self) -> None:
        self._names: dict[T, str] = {}
        self._owners: dict[str, dict[T, None]] = {}  # by looks, in the order of `add`
        self.noted: Callable[[str, T], None] = _not_noted

    def name_of(self, owner: T) -> str:
        """Return the name of an owner that has one."""
        return self._names[owner]

    def owners(self, name: str) -> list[T]:
        """Return the owners whose names look like this one or equal it."""
        found = (owner for look in sorted(looks(name)) for owner in self._owners.get(look, ()))
        return list(dict.fromkeys(found))

    def add(self, name: str, owner: T) -> None:
        """Add an owner, which has no name yet, with this name."""
        self._names[owner] = name
        self.noted(name, owner)
        for look in looks(name):
            self._owners.setdefault(look, {})[owner] = None

    def remove(self, owner: T) -> str | None:
        """Remove an owner and return its name; None if it has none."""
        name = self._names.pop(owner, None)
        if name is not None:
            self.noted(name, owner)
        for look in () if name is None else looks(name):
            del self._owners[look][owner]
            if not self._owners[look]:
                del self._owners[look]
        return name


Check = Callable[[str], None]
"""A check of a name."""


def _no_hooks(name: str) -> None:
    """Take every name: the default without incoming hooks."""


class Names:
    """The names in use: those of all accounts, and those of guests who are connected.

    Invariant: two different persons never have names at a time that look alike. The sessions of one
    account are one person, and so are guest sessions of one `Identity.client_id`.

    A guest without a name is called ``guest`` and the number of the session. ``hooks`` raises
    `Refusal` for a name that incoming hooks keep from people. ``when_lost`` is called with the
    sessions whose name another person has taken at another node.
    """

    def __init__(
        self, accounts: Accounts, claims: Claims, guest: str = "guest", hooks: Check = _no_hooks
    ) -> None:
        self._accounts = accounts
        self._check_hooks = hooks
        self.when_lost: Callable[[Sequence[Session]], None] = _ignore
        self.claims: HeldClaims[Session] = HeldClaims(claims)
        self.claims.lost = self._was_lost
        self._lost: set[str] = set()
        self._guest = guest
        self._sessions: dict[str, list[Session]] = {}
        self._like: ConfusableIndex[Session] = ConfusableIndex()
        self._given_up: ConfusableIndex[object] = ConfusableIndex()

    def __len__(self) -> int:
        return len(self._sessions)

    def note_with(self, note: Callable[[str, int], None]) -> None:
        """Call this for each name that a session takes or frees, with the session's number."""
        self._like.noted = lambda name, session: note(name, session.number)

    def of(self, name: str) -> Sequence[Session]:
        """Return the sessions that have that name, in the order in which they took it."""
        return self._sessions.get(fold(name), ())

    def check(self, sessions: Sequence[Session], name: str) -> None:
        """Raise `Refusal` if the sessions of one person may not have this valid name.

        ``sessions`` is the result of `together`.
        """
        _check_new(name)
        self._check_hooks(name)
        key = fold(name)
        registered = self._registered_like(name)
        here = [other for other in self._like.owners(name) if other not in sessions]
        if key != sessions[0].account and key in map(fold, registered):
            raise Refusal(ErrorKind.NAME_IN_USE, "registered_name", name=name)
        if not all(other in sessions or _are_one(other, sessions[0]) for other in self.of(name)):
            raise Refusal(ErrorKind.NAME_IN_USE, "name_in_use", name=name)
        for other in (*registered, *map(self._like.name_of, here)):
            if fold(other) != key:
                raise Refusal(ErrorKind.NAME_IN_USE, "looks_like_name", name=name, other=other)

    def check_account(self, name: str) -> None:
        """Raise `Refusal` if this valid name may not be registered. Guests do not count."""
        _check_new(name)
        self._check_hooks(name)
        registered = self._registered_like(name)
        if fold(name) in map(fold, registered):
            raise Refusal(ErrorKind.NAME_IN_USE, "registered_name", name=name)
        for other in registered:
            raise Refusal(ErrorKind.NAME_IN_USE, "looks_like_name", name=name, other=other)

    def check_no_person(self, name: str) -> None:
        """Raise `Refusal` if a person has this valid name, or one that looks like it."""
        _check_new(name)
        here = map(self._like.name_of, self._like.owners(name))
        for other in (*self._registered_like(name), *here):
            raise taken(name, other, "name_in_use")

    def claiming(self, session: Session, name: str) -> Claiming:
        """Return a context in which a guest holds a valid name that `check` has accepted.

        Call `check_claim` in it. The guest still holds the name afterwards if a session has taken
        it by the claim. Entering raises `StoreError`.
        """
        holder = session.identity.client_id or f"session {session.number}"
        return self.claims.claiming(claim_of_person(name, holder))

    def check_claim(self, session: Session, claiming: Claiming) -> None:
        """Raise `Refusal` if the store says that another person has the name, or a look-alike."""
        if claiming.in_the_way is not None:
            name = claiming.claim.name
            self.check(self.together(session), name)
            raise taken(name, claiming.in_the_way, "name_in_use")

    @asynccontextmanager
    async def registering(self, account: Account) -> AsyncIterator[None]:
        """Context in which no other node can register the name of an account, or a look-alike.

        Raises `Refusal` if it may not be registered, and `StoreError`.
        """
        self.check_account(account.name)
        async with self.claims.claiming(claim_of_account(account)) as claiming:
            if claiming.in_the_way is not None:
                raise taken(account.name, claiming.in_the_way, "registered_name")
            self.check_account(account.name)
            yield

    def in_the_way(self, account: Account) -> list[Session]:
        """Return the guests with the name of an account, or with one that looks like it."""
        return [other for other in self._like.owners(account.name) if other.account is None]

    @contextmanager
    def giving_up(self, account: Account) -> Iterator[None]:
        """Context in which the name of an account is reserved, until its removal is stored."""
        owner = object()
        self._given_up.add(account.name, owner)
        try:
            yield
        finally:
            self._given_up.remove(owner)

    def take(self, session: Session, name: str, claim: Claim | None = None) -> None:
        """Record that a session has this name instead of the one that it had.

        A name that is not its account's is held by a ``claim``.
        """
        self.free(session)
        self._lost.discard(name)
        if claim is not None:
            self.claims.give(session, claim)
        self._sessions.setdefault(fold(name), []).append(session)
        self._like.add(name, session)

    def together(self, session: Session) -> list[Session]:
        """Return a session and the others of the same person that have its name.

        They are renamed together.
        """
        others = (other for other in self.of(session.name) if other is not session)
        return [session, *(other for other in others if _are_one(other, session))]

    def give(
        self,
        session: Session,
        name: str,
        claim: Claim | None = None,
        along: Collection[Session] = (),
    ) -> None:
        """Rename a session, which it and the others in its rooms are told.

        A name that is not its account's is held by a ``claim``. The sessions ``along`` are renamed
        next.
        """
        identity = session.identity
        before, was_guest = identity.name, identity.is_guest
        with self.claims.keeping(session) as claim_before:
            self.take(session, name, claim)
            try:
                session.rename(name, along=along)
            finally:
                if identity.name != name:  # `rename` has failed
                    self.free(session)
                    if not was_guest:
                        self.take(session, before, claim_before)

    def of_guest(self, number: int) -> str:
        """Return the name of a guest without a name, by the number of the session."""
        return f"{self._guest}{number}"

    def number_of_guest(self, key: str) -> int | None:
        """Return the number in a guest's name as `of_guest` gives it, folded; None for others."""
        digits = key.removeprefix(self._guest)
        return int(digits[:10]) if digits != key and digits.isdecimal() else None

    def make_guest(self, session: Session) -> None:
        """Make a session a guest without a name, which it and the others in its rooms are told."""
        self.free(session)
        session.rename(self.of_guest(session.number), guest=True)

    def free(self, session: Session) -> None:
        """Free the name of a session, so that others can take it. Nothing happens without one."""
        self.claims.free(session)
        name = self._like.remove(session)
        if name is None:
            return
        sessions = self._sessions[fold(name)]
        sessions.remove(session)
        if not sessions:
            del self._sessions[fold(name)]

    def is_lost(self, name: str) -> bool:
        """Return True if another person has taken a name, as it is written, that was held here."""
        return name in self._lost

    def _was_lost(self, claim: Claim, sessions: Sequence[Session]) -> None:
        if is_of_person(claim):
            self._lost.add(claim.name)
            self.when_lost(sessions)

    def release_claim(self, session: Session) -> None:
        """Hold the name of a session no more by a claim: it is free, or an account has it."""
        self.claims.free(session)

    def _registered_like(self, name: str) -> list[str]:
        """Return the registered names that look like this one or equal it."""
        accounts = (account.name for account in self._accounts.alike(name))
        return [*accounts, *map(self._given_up.name_of, self._given_up.owners(name))]


def _not_noted(name: str, owner: object) -> None:
    """Do nothing before `Names.note_with`."""


def _ignore(sessions: Sequence[Session]) -> None:
    """Do nothing before `Names.when_lost` is set."""


def _are_one(one: Session, other: Session) -> bool:
    """Return True if two sessions are known to be of one person."""
    if one.account != other.account:
        return False
    return one.account is not None or (
        bool(one.identity.client_id) and one.identity.client_id == other.identity.client_id
    )


def taken(name: str, other: str, key: str) -> Refusal:
    """Return the refusal of a name; ``key`` is the sentence if the other name equals it."""
    if fold(name) == fold(other):
        return Refusal(ErrorKind.NAME_IN_USE, key, name=name)
    return Refusal(ErrorKind.NAME_IN_USE, "looks_like_name", name=name, other=other)


def _check_new(name: str) -> None:
    try:
        check_new_name(name)
    except InvalidName as invalid:
        raise refusal_of(invalid, "invalid_name", name) from None


def valid_name(wanted: str) -> str:
    """Return a name in the form in which it is stored. Raises `Refusal` if it cannot be one."""
    try:
        return validate_name(wanted)
    except InvalidName as invalid:
        raise refusal_of(invalid, "invalid_name", wanted) from None


def refusal_of(invalid: InvalidName, key: str, wanted: str) -> Refusal:
    """Return the refusal of an invalid name; ``key`` is the sentence for a wrong form."""
    key = _OF_FAULTS.get(invalid.reason, key)
    return Refusal(ErrorKind.INVALID_NAME, key, name=short(wanted))


_OF_FAULTS = {
    NameFault.SCRIPTS: "mixed_scripts",
    NameFault.RESERVED: "reserved_name",
    NameFault.ADDRESS: "name_is_address",
    NameFault.DOT: "ends_in_dot",
}
