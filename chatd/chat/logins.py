"""Logging sessions in to accounts and out of them, and the settings of accounts.

This module must not know connections or commands. The server decides in which rooms a session may
stay afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.interfaces import IReactorTime

from chatd.accounts.accounts import Account, Accounts
from chatd.accounts.credentials import NO_EPOCH, Credentials, Grant, Scope, by_password
from chatd.accounts.passwords import Passwords
from chatd.accounts.sign_in import SignIn
from chatd.chat.invitations import tell_of_invitations
from chatd.chat.login_limits import LoginLimits
from chatd.chat.moderation import Moderation
from chatd.chat.names import Names
from chatd.chat.secrecy import Secrecy
from chatd.chat.session import Session
from chatd.chat.spending import Spending
from chatd.chat.staying import Staying
from chatd.chat.unread import UnreadTracker
from chatd.storage.contract import Store
from chatd.storage.records import change


class Logins:
    """Logs sessions in and out.

    ``passwords`` hashes passwords, None without accounts; with ``plaintext`` they are also taken
    where others can read them on the way. ``sign_in`` is that of an organisation. ``review`` puts a
    session out of the rooms in which it may not be any more. ``now`` returns the time in
    seconds since 1970.
    """

    def __init__(
        self,
        store: Store,
        clock: IReactorTime,
        accounts: Accounts,
        credentials: Credentials,
        names: Names,
        moderation: Moderation,
        unread: UnreadTracker,
        spending: Spending,
        staying: Staying,
        review: Callable[[Session], None],
        *,
        passwords: Passwords | None,
        plaintext: bool,
        sign_in: SignIn,
        now: Callable[[], float],
    ) -> None:
        self.passwords = passwords
        self.secrecy = Secrecy(plaintext)
        self.sign_in = sign_in
        self.limits = LoginLimits(store, now)
        self._store = store
        self._clock = clock
        self._accounts = accounts
        self._credentials = credentials
        self._names = names
        self._moderation = moderation
        self._unread = unread
        self._spending = spending
        self._staying = staying
        self._review = review

    @property
    def checks_passwords(self) -> bool:
        """True if there is a part that checks passwords: this server, or an organisation."""
        return self.passwords is not None or self.sign_in.helper is not None

    def by_password(self, account: Account) -> Grant:
        """Return the grant of an account whose password has just been typed."""
        return by_password(account, self._clock.seconds())

    def may_pass_secrets(self, confidential: bool) -> bool:
        """Return True if passwords and tokens may be sent over a connection.

        It is ``confidential`` if others cannot read it on the way.
        """
        return confidential or self.secrecy.plaintext

    def log_in(self, session: Session, account: Account, grant: Grant | None = None) -> None:
        """Log a session in to an account, and give it the account's name.

        Without a ``grant``, the password has just been typed in the session.
        """
        before = session.grant
        if before is not None:
            self._leave_account(session)
        try:
            self._names.give(session, account.name)
            session.identity.set_grant(grant or self.by_password(account))
        finally:
            if before is not None and session.grant is None:
                self._names.make_guest(session)
        self.limits.networks.record_login(account, session.network)
        self.begin_login(session)

    def name(self, session: Session, account: Account, grant: Grant) -> None:
        """Give a session that is in no room yet a grant, and the name of its account.

        The greeting says the name. The login begins once it has entered: see `begin_login`.
        """
        self._names.take(session, account.name)
        session.identity.rename(account.name, guest=False)
        session.identity.set_grant(grant)
        self.limits.networks.record_login(account, session.network)

    def act_for(self, session: Session, account: Account, grant: Grant) -> None:
        """Let a session of a program speak and read for an account.

        No person sees the lines that it receives, so it is sent no missed lines.
        """
        self._names.give(session, account.name)
        session.identity.set_grant(grant)
        session.read_as_text()
        session.subscriptions.apply(session.subscriptions.settings.with_kept(account.settings))

    def password_typed(self, session: Session) -> None:
        """Record that the password of its account has just been typed in a session."""
        if session.grant is not None:
            typed = session.grant._replace(typed=self._clock.seconds())
            session.identity.set_grant(typed)

    def log_out(self, session: Session) -> None:
        """Log a session out. It becomes a guest in its rooms."""
        self._leave_account(session)
        self.make_guest(session)

    def make_guest(self, session: Session) -> None:
        """Make a session a guest without a name.

        It is put out of rooms that were open to the name alone.
        """
        self._names.make_guest(session)
        self._review(session)

    def sign_out(self, session: Session) -> None:
        """Sign out a session whose typed password is not its account's any more.

        It becomes a guest in its rooms, and has a grant that is not valid, so that it may do
        nothing before it logs in or out: lines that were meant as the account's are not said as a
        guest's.
        """
        grant = session.grant
        assert grant is not None
        session.answer("password_changed_elsewhere")
        self.log_out(session)
        # Never valid again: if the change could not be stored, the old epoch would be.
        session.identity.set_grant(grant._replace(epoch=NO_EPOCH))

    def _leave_account(self, session: Session) -> None:
        try:
            self.end_login(session)
        except Exception:
            self._store.error_log.tell("a session could not be logged out properly")
        session.identity.set_grant(None)
        session.subscriptions.apply(session.subscriptions.settings.without_others)

    def account_of(self, session: Session) -> Account | None:
        """Return the account that a session is logged in to; None without a valid grant."""
        return None if session.grant is None else self._credentials.account_of(session.grant)

    def ignored_by(self, session: Session) -> tuple[str, ...]:
        """Return the names that a session ignores.

        Among them are those that another session of its account has just added.
        """
        account = self.account_of(session)
        stored = {} if account is None else account.settings
        return session.subscriptions.settings.with_kept(stored).ignored

    def begin_login(self, session: Session) -> None:
        """Begin the login of a session that has the grant and the name of its account.

        Apply the account's settings, send missed lines, and tell of invitations that waited.
        """
        account = self._accounts.table[session.account or ""]
        session.subscriptions.apply(session.subscriptions.settings.with_kept(account.settings))
        session.joined.show_account()
        self._review(session)
        self._unread.arrive(session, account.key)
        self._staying.arrived(session)
        tell_of_invitations(self._store, self._moderation, session, account.key)

    def end_login(self, session: Session) -> None:
        """End the login of a session: it departs, and leaves rooms that only its account may read.

        The account may be removed already.
        """
        try:
            self._unread.depart(session)
        finally:
            assert session.grant is not None
            self._moderation.bind_logged_out(session.number, session.grant.account)
            session.identity.set_grant(None)
            session.joined.show_account()
            self._review(session)

    async def change_settings(self, session: Session, **settings: Any) -> None:
        """Change settings of a session, and store them with its account if it has one.

        Raises `Refusal`, and `StoreError` if they cannot be stored.

        The list of ignored names is the same in all sessions of an account, also those of programs.
        A session with a token stores nothing.
        """
        account = self.account_of(session) if session.identity.lacks(Scope.FULL) is None else None
        sessions = {session}
        if account is not None:
            changed = account._replace(settings={**account.settings, **settings})
            put = self._accounts.table.put(account.key, changed)
            self._spending.charge_stored(session, [put])
            await change(self._store, put)
            if "ignored" in settings:
                # Also programs with a token, which only read or say something.
                sessions.update(self._names.of(account.name))
        for each in sessions:
            each.subscriptions.apply(each.subscriptions.settings.with_kept(settings))
