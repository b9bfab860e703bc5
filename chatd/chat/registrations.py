"""Changes of accounts: registering and removing them, their passwords and other credentials.

Each change is stored first; then the sessions that it concerns lose their names or their grants.
Conditions are checked again after the store has answered, because sessions go on meanwhile. This
module must not know connections or commands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from chatd.accounts.accounts import Account, Accounts, new_epoch
from chatd.accounts.credentials import PASSWORD, TOKEN, Credentials, by_password
from chatd.chat.logins import Logins
from chatd.chat.names import Names
from chatd.chat.session import Session
from chatd.chat.staying import Staying
from chatd.chat.unread import UnreadTracker
from chatd.storage.contract import Store, StoreError
from chatd.storage.records import Put, change


class AccountRecords(Protocol):
    """A part of the server that stores records for accounts."""

    def account_gone(self, account: str) -> list[Put]:
        """Return the changes that delete the records of an account, given its key."""


class Registrations:
    """Changes accounts in a store, and ends what the changes take from sessions.

    ``pushes`` is the part whose records end with a password, ``records`` are all others that store
    records for accounts, except the hooks: ``end_hooks`` ends the hooks of removed accounts, and
    logs that in their rooms. ``let_go`` signs out those of some sessions whose grants are not valid
    any more.
    """

    def __init__(
        self,
        store: Store,
        clock: IReactorTime,
        accounts: Accounts,
        credentials: Credentials,
        names: Names,
        logins: Logins,
        unread: UnreadTracker,
        staying: Staying,
        records: Sequence[AccountRecords],
        pushes: AccountRecords,
        end_hooks: Callable[[], None],
        let_go: Callable[[Iterable[Session]], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._accounts = accounts
        self._credentials = credentials
        self._names = names
        self._logins = logins
        self._unread = unread
        self._staying = staying
        self._records = (*records, pushes)
        self._pushes = pushes
        self._end_hooks = end_hooks
        self._let_go = let_go

    async def register(self, account: Account, owner: Session | None = None) -> None:
        """Register a name, for the session ``owner`` that has it, or for a person who is not here.

        Other sessions of that person, such as tabs, have it as the account's from now on. Others
        who have it, or a name that looks like it, become guests without a name. Raises `Refusal`,
        and `StoreError`.
        """
        account = account._replace(epoch=new_epoch())
        async with self._names.registering(account):
            await self._store_new(account)
        grant = by_password(account, self._clock.seconds())
        if not self._credentials.is_valid(grant):
            return  # it was removed already, and may have another owner
        tabs: Sequence[Session] = ()
        if owner is not None and not owner.stream.finished:
            if owner.name == account.name:
                tabs = self._names.together(owner)[1:]
            owner.identity.set_grant(grant)
            self._names.release_claim(owner)
            self._logins.limits.networks.record_login(account, owner.network)
        for tab in tabs:
            tab.identity.set_grant(grant._replace(typed=None))  # it was not typed there
            self._names.release_claim(tab)
            self._logins.begin_login(tab)
        self.displace_guests(account)
        if owner is not None and owner.grant is grant and owner.name != account.name:
            # Another tab has renamed both meanwhile.
            self._names.give(owner, account.name)

    def displace_guests(self, account: Account) -> None:
        """Make guests nameless who have the name of an account, or one that looks like it."""
        for session in self._names.in_the_way(account):
            session.answer("registered_elsewhere", name=session.name)
            self._logins.make_guest(session)

    async def _store_new(self, account: Account) -> None:
        try:
            await self._accounts.store(account)
        except StoreError:
            if account.key not in self._accounts.table:
                # Sessions may have logged in to it meanwhile, and made rooms. If it is in doubt
                # whether it was stored, it is removed, too, so that no later owner has these.
                self.end_sessions(account.key)
                if self.records_of(account.key):
                    with suppress(StoreError):
                        await self.unregister(account)
            raise

    async def unregister(self, account: Account) -> None:
        """Remove an account and all records of it, so that its name is free.

        Raises `StoreError`.
        """
        await self._replace(account, None)

    async def close(self, account: Account) -> None:
        """Remove all of an account but its name, which stays taken; it admits no login.

        Raises `StoreError`.
        """
        closed = Account(
            account.name,
            "",
            created=account.created,
            created_ms=account.created_ms,
            epoch=new_epoch(),
            closed=True,
        )
        await self._replace(account, closed)

    async def _replace(self, account: Account, left: Account | None) -> None:
        """Remove an account and all records of it, and leave another one, or none."""
        stays = self._staying.ending(account.key, self._staying.records.rooms_of(account.key))
        puts = [self._accounts.table.put(account.key, left), *self.records_of(account.key)]
        with self._names.giving_up(account):
            done = change(self._store, *puts)
            self._end_hooks()  # in the same transaction
            await done
        self.end_sessions(account.key)
        self._staying.told(stays)
        await self._unread.inboxes.clear(account.key)

    def records_of(self, account: str) -> list[Put]:
        """Return the changes that delete the records of an account, given its key.

        The account itself is not among them.
        """
        return [put for part in self._records for put in part.account_gone(account)]

    def end_sessions(self, account: str) -> None:
        """End the sessions of an account that was removed, given its key.

        Those with its password become guests. Programs and browsers are disconnected, because they
        would go on as another person.
        """
        sessions = tuple(self._names.of(account))
        for session in sessions:
            grant = session.grant
            if grant is not None and grant.kind == PASSWORD:
                session.answer("unregistered", name=session.name)
                self._logins.log_out(session)
        self._let_go(sessions)
        self._unread.account_gone(account)

    async def change_password(
        self, account: Account, hash: str, by: Session | None = None, *, keep_tokens: bool = False
    ) -> None:
        """Change the password of an account, and end all earlier grants, and its push.

        They are sessions, browsers' sign-ins and, unless ``keep_tokens``, tokens. The session
        ``by`` goes on. Raises `StoreError`.

        The new epoch ends them; what goes on is carried over into it. Failed tries of the old
        password delay no login any more.
        """
        changed = account._replace(hash=hash, epoch=new_epoch(), closed=False)
        kept = set(self._credentials.of(account.key, TOKEN)) if keep_tokens else set()
        before = after = None if by is None else by.grant
        if by is not None and before is not None:
            kept.add(before.credential)
            after = before._replace(epoch=changed.epoch, typed=self._clock.seconds())
            by.identity.set_grant(after)
        put = self._accounts.table.put(account.key, changed)
        try:
            ended = self._pushes.account_gone(account.key)
            await change(self._store, put, *self._credentials.carry_over(changed, kept), *ended)
        except StoreError:
            if by is not None and by.grant is after:  # else it was logged out meanwhile
                by.identity.set_grant(before)
            raise
        self._logins.limits.forget(account.key)
        self._let_go(self._names.of(account.name))

    async def change_credentials(self, *puts: Put, stays: Session | None = None) -> None:
        """Store changes of credentials, all or none, and sign out the sessions whose grants end.

        The session ``stays`` is not signed out. Raises `StoreError`.
        """
        table = self._credentials.table
        concerned = {each.account for put in puts if (each := table.get(put.key)) is not None}
        await change(self._store, *puts)
        for account in concerned:
            others = [session for session in self._names.of(account) if session is not stays]
            self._let_go(others)
