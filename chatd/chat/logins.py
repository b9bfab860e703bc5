"""Logging in and out: whose session is whose, and what is kept with an account.

It knows no connection and no command; whether somebody may stay where they are then is the
server's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from twisted.internet.interfaces import IReactorTime

from chatd.accounts.accounts import Account, Accounts, new_epoch
from chatd.accounts.credentials import (
    NO_EPOCH,
    PASSWORD,
    TOKEN,
    Credentials,
    Grant,
    Scope,
    by_password,
)
from chatd.accounts.passwords import Passwords
from chatd.chat.moderation import Moderation
from chatd.chat.names import Names
from chatd.chat.session import Session
from chatd.chat.unread import UnreadTracker
from chatd.storage.contract import Store, StoreError
from chatd.storage.records import Put, change
from chatd.util.rate_limit import RateLimiter, RecentKeys

NAME_TRIES = (5, 5.0)
ADDRESS_TRIES = (40, 3.0)
"""How many wrong passwords for one name and from one address are looked at one after another, and
in how many seconds one more. A class behind one address logs in at once."""


class Keeper(Protocol):
    """Keeps something for accounts."""

    def account_gone(self, account: str) -> list[Put]:
        """Return the changes that take away what is kept for an account, given its key."""


class Logins:
    """``passwords`` checks them, if there is anything to do so; with ``plaintext`` also where
    others may read them on the way. ``keepers`` are all who keep something for accounts, but for
    hooks: ``end_hooks`` ends those of accounts that are gone, and tells their rooms. ``review``
    puts a session out of where it may not be; ``let_go`` signs out those of some sessions whose
    grants are not valid any more."""

    def __init__(
        self,
        store: Store,
        clock: IReactorTime,
        accounts: Accounts,
        credentials: Credentials,
        names: Names,
        moderation: Moderation,
        attendance: UnreadTracker,
        keepers: Sequence[Keeper],
        end_hooks: Callable[[], None],
        review: Callable[[Session], None],
        let_go: Callable[[Iterable[Session]], None],
        *,
        passwords: Passwords | None,
        plaintext: bool,
    ) -> None:
        self.passwords = passwords
        self.plaintext = plaintext
        self.name_tries = RateLimiter(clock, *NAME_TRIES)
        self.address_tries = RateLimiter(clock, *ADDRESS_TRIES)
        self._came_from = RecentKeys()  # where accounts have logged in: see `_place`
        self._store = store
        self._clock = clock
        self._accounts = accounts
        self._credentials = credentials
        self._names = names
        self._moderation = moderation
        self._attendance = attendance
        self._keepers = keepers
        self._end_hooks = end_hooks
        self._review = review
        self._let_go = let_go

    def may_pass_secrets(self, confidential: bool) -> bool:
        """Whether passwords and the like may go over a connection, if nobody can read it on the way
        (``confidential``) or somebody may."""
        return confidential or self.plaintext

    async def register(self, account: Account, owner: Session | None = None) -> None:
        """Register a name, for the session ``owner`` that has it, or for a person who is not here.

        Others who have it, or a name that looks like it, become guests without a name. Raises
        `Refusal`, and `StoreError`.
        """
        self._names.check_account(account.name)
        account = account._replace(epoch=new_epoch())
        try:
            await self._accounts.keep(account)
        except StoreError:
            if account.key not in self._accounts.table:
                # Sessions may have logged in to it meanwhile, and made rooms.
                self.account_gone(account)
                if self.kept_with(account.key):
                    await self.unregister(account)
            raise
        grant = by_password(account, self._clock.seconds())
        if not self._credentials.hold(grant):
            return  # it was removed already, and may have another owner
        if owner is not None and not owner.stream.finished:
            owner.identity.set_grant(grant)
            self._came_from.add(_place(account, owner.network))
        for session in self._names.in_the_way(account):
            session.answer("registered_elsewhere", name=session.name)
            self._make_guest(session)
        if owner is not None and owner.grant is grant and owner.name != account.name:
            # Another tab has renamed both meanwhile.
            self._names.give(owner, account.name)

    async def unregister(self, account: Account) -> None:
        """Make a name nobody's, and forget all that is kept with it. Raises `StoreError`."""
        puts = [self._accounts.table.put(account.key, None), *self.kept_with(account.key)]
        with self._names.giving_up(account):
            done = change(self._store, *puts)
            self._end_hooks()  # in the same transaction
            await done
        self.account_gone(account)
        await self._attendance.clear(account.key)

    def kept_with(self, account: str) -> list[Put]:
        """Return the changes that take away what is kept for an account, but not itself."""
        return [put for keeper in self._keepers for put in keeper.account_gone(account)]

    def account_gone(self, account: Account) -> None:
        """End the sessions of an account that was removed: those with its password become guests,
        programs and browsers are disconnected, because they would go on as another person."""
        sessions = tuple(self._names.of(account.name))
        for session in sessions:
            grant = session.grant
            if grant is not None and grant.kind == PASSWORD:
                session.answer("unregistered", name=account.name)
                self.log_out(session)
        self._let_go(sessions)
        self._attendance.account_gone(account.key)

    async def change_password(
        self, account: Account, hash: str, by: Session | None = None, *, keep_tokens: bool = False
    ) -> None:
        """Let an account have another password, and end all that was granted before: sessions,
        browsers' sign-ins and, unless they are to be kept, tokens. The session that this comes from
        goes on. Raises `StoreError`.

        The new epoch ends them; what goes on is carried over into it.
        """
        changed = account._replace(hash=hash, epoch=new_epoch())
        kept = set(self._credentials.of(account.key, TOKEN)) if keep_tokens else set()
        before = after = None if by is None else by.grant
        if by is not None and before is not None:
            kept.add(before.credential)
            after = before._replace(epoch=changed.epoch, typed=self._clock.seconds())
            by.identity.set_grant(after)
        put = self._accounts.table.put(account.key, changed)
        try:
            await change(self._store, put, *self._credentials.carry_over(changed, kept))
        except StoreError:
            if by is not None and by.grant is after:  # else it was logged out meanwhile
                by.identity.set_grant(before)
            raise
        self._let_go(self._names.of(account.name))

    async def change_credentials(self, *puts: Put, stays: Session | None = None) -> None:
        """Change some of what is kept, all or none, and let go of those sessions whose grants that
        ends, but for one that ``memberships``. Raises `StoreError`."""
        table = self._credentials.table
        concerned = {each.account for put in puts if (each := table.get(put.key)) is not None}
        await change(self._store, *puts)
        for account in concerned:
            others = [session for session in self._names.of(account) if session is not stays]
            self._let_go(others)

    def log_in(self, session: Session, account: Account, grant: Grant | None = None) -> None:
        """Log a session in to an account, and give it the account's name. Without a grant, the
        password has just been typed in it."""
        before = session.grant
        if before is not None:
            self._end_login(session)
        try:
            self._names.give(session, account.name)
            session.identity.set_grant(grant or by_password(account, self._clock.seconds()))
        finally:
            if before is not None and session.grant is None:
                self._names.make_guest(session)
        self._came_from.add(_place(account, session.network))
        self.logged_in(session)

    def act_for(self, session: Session, account: Account, grant: Grant) -> None:
        """Let a session of a program speak and read for an account. No person has seen the lines
        that it receives, so it is sent no missed lines."""
        self._names.give(session, account.name)
        session.identity.set_grant(grant)
        session.read_as_text()
        session.subscriptions.apply(session.subscriptions.settings.with_kept(account.settings))

    def password_typed(self, session: Session) -> None:
        """Note that the password of its account has just been typed in a session."""
        if session.grant is not None:
            typed = session.grant._replace(typed=self._clock.seconds())
            session.identity.set_grant(typed)

    def tries_of(self, account: Account, network: str) -> list[tuple[RateLimiter, str]]:
        """Where it counts when somebody there tries a password of that account, and by which key.

        Who tries from where its owner has come from is counted apart, so that nobody can lock the
        owner out by guessing from elsewhere.
        """
        place = _place(account, network)
        counts = [(self.name_tries, place if place in self._came_from else account.key)]
        if network:
            counts.append((self.address_tries, network))
        return counts

    def log_out(self, session: Session) -> None:
        """A session is no account's any more, but a guest where it is."""
        self._end_login(session)
        self._make_guest(session)

    def _make_guest(self, session: Session) -> None:
        """Take a session's name. What was given to it under that name ends, too."""
        self._names.make_guest(session)
        self._review(session)

    def sign_out(self, session: Session) -> None:
        """Sign out a session whose typed password is not its account's any more.

        It becomes a guest where it is, and keeps a grant that is not valid, so that it may do
        nothing before it logs in or out: lines that were meant as the account's are not said as a
        guest's.
        """
        grant = session.grant
        assert grant is not None
        session.answer("password_changed_elsewhere")
        self.log_out(session)
        # Not valid for ever: if the change could not be kept, the old epoch would be again.
        session.identity.set_grant(grant._replace(epoch=NO_EPOCH))

    def _end_login(self, session: Session) -> None:
        try:
            self.logging_out(session)
        except Exception:
            self._store.error_log.tell("a session could not be logged out properly")
        session.identity.set_grant(None)
        session.subscriptions.apply(session.subscriptions.settings.without_others)

    def account_of(self, session: Session) -> Account | None:
        """The account that a session is logged in to, as long as what it was granted is valid."""
        return None if session.grant is None else self._credentials.account_of(session.grant)

    def ignored_by(self, session: Session) -> tuple[str, ...]:
        """Whom a session ignores, also if another one of its account has only just said so."""
        account = self.account_of(session)
        kept = {} if account is None else account.settings
        return session.subscriptions.settings.with_kept(kept).ignored

    def logged_in(self, session: Session) -> None:
        """A session has just logged in, or registered, and has the name of its account."""
        account = self._accounts.table[session.account or ""]
        session.subscriptions.apply(session.subscriptions.settings.with_kept(account.settings))
        self._review(session)
        self._attendance.arrive(session, account.key)

    def logging_out(self, session: Session) -> None:
        """Count a session as departed, and put it out of where only its account may be. The account
        may be gone already."""
        try:
            self._attendance.depart(session)
        finally:
            self._moderation.logging_out(session)
            session.identity.set_grant(None)
            self._review(session)

    async def keep_setting(self, session: Session, **settings: Any) -> None:
        """Change settings of a session, and store them with its account if it has one. Raises
        `StoreError` if they cannot be stored.

        The list of ignored people is the same on all connections of an account, also those of
        programs. A session with a token stores nothing.
        """
        account = self.account_of(session) if session.identity.lacks(Scope.FULL) is None else None
        sessions = {session}
        if account is not None:
            kept = account._replace(settings={**account.settings, **settings})
            await change(self._store, self._accounts.table.put(account.key, kept))
            if "ignored" in settings:
                # Also programs with a token, which only read or say something.
                sessions.update(self._names.of(account.name))
        for each in sessions:
            each.subscriptions.apply(each.subscriptions.settings.with_kept(settings))


def _place(account: Account, network: str) -> str:
    """Return the key of an account at a network: not that of an account before it of that name."""
    return f"{account.key} {account.created} {network}"
