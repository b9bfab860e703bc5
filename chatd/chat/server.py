"""The server: everything that concerns more than one session, made in one constructor.

Each part is a class in a module of its own, and the constructor of `ChatServer` reads as the list
of them. `ChatServer` itself has what is left: how a session comes and goes. It must
not know connections or commands.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack

from twisted.internet.interfaces import IReactorTime

from chatd.accounts.accounts import Accounts
from chatd.accounts.credentials import Credentials
from chatd.accounts.passwords import Passwords
from chatd.accounts.sign_in import NO_SIGN_IN, SignIn
from chatd.chat.alerts import Alerts
from chatd.chat.audit import Audit
from chatd.chat.connected_sessions import ConnectedSessions
from chatd.chat.cut_off import CutOff
from chatd.chat.directory import Rooms
from chatd.chat.evictions import Evictions
from chatd.chat.hook_names import HookNames
from chatd.chat.hook_review import HookReview
from chatd.chat.idempotency import IdempotencyKeys
from chatd.chat.keyed_lines import KeyedLines
from chatd.chat.line_quotas import LineQuotas
from chatd.chat.logins import Logins
from chatd.chat.lost_readers import LostReaders
from chatd.chat.moderation import Moderation
from chatd.chat.name_watches import NameWatches
from chatd.chat.names import Names
from chatd.chat.open_alerts import OpenAlerts
from chatd.chat.other_nodes import OtherNodes
from chatd.chat.people_marks import MarkedPeople
from chatd.chat.private_lines import PrivateLines
from chatd.chat.publisher import Publisher
from chatd.chat.questions import Questions
from chatd.chat.reach import Reach
from chatd.chat.registers import Registers
from chatd.chat.registrations import Registrations
from chatd.chat.room_deeds import RoomDeeds
from chatd.chat.room_moves import RoomMoves
from chatd.chat.roster import Roster
from chatd.chat.session import Rights, Session
from chatd.chat.session_numbers import SessionNumbers
from chatd.chat.sign_outs import SignOuts
from chatd.chat.spending import Spending
from chatd.chat.stay_records import StayRecords
from chatd.chat.staying import Staying
from chatd.chat.store_names import ENGLISH
from chatd.chat.unread import UnreadTracker
from chatd.event import QUITTING, Departure
from chatd.formats.base import Format
from chatd.i18n import Language
from chatd.rooms.read_queue import ReadQueue
from chatd.rooms.stream import Stream
from chatd.storage.contract import Store
from chatd.text.folding import fold
from chatd.util.budgets import Budgets
from chatd.util.state import Stateful
from chatd.webhooks.incoming.registry import IncomingHooks
from chatd.webhooks.registry import Hooks


class ChatServer:
    """A chat on one store.

    ``lobby`` is the room that sessions enter first, ``guest`` the word before the number of a guest
    without a name, ``recent`` the number of past lines that a newcomer to a room is sent, ``motd``
    the text after the welcome, and ``now`` returns the time in seconds since 1970. ``passwords``
    hashes passwords, which are taken in clear with ``plaintext_passwords``. ``sign_in`` is that of
    an organisation. ``budgets`` count what each owner uses, and ``audit`` records who did what.
    What is ``beside`` it, by names, is handed over with it.
    """

    def __init__(
        self,
        store: Store,
        clock: IReactorTime,
        *,
        lobby: str = ENGLISH.lobby,
        guest: str = ENGLISH.guest,
        recent: int = 10,
        language: Language = Language.ENGLISH,
        motd: str = "",
        passwords: Passwords | None = None,
        plaintext_passwords: bool = False,
        sign_in: SignIn = NO_SIGN_IN,
        budgets: Budgets | None = None,
        audit: Audit | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.now, self.language = now, language
        self.store, self.error_log = store, store.error_log
        self._clock, self.motd, self._started = clock, motd, clock.seconds()
        budgets = self.budgets = budgets or Budgets(clock)
        self.audit = audit or Audit(clock)
        self.beside: dict[str, Stateful] = {}
        self.numbers, reads = SessionNumbers(store), ReadQueue(store)
        self.accounts = Accounts(store)
        self.credentials = Credentials(store, self.accounts, now)
        roster = self.roster = Roster(store, clock)
        self.moderation = Moderation(store, self.accounts, now, fold(lobby), self.roster.called)
        self.incoming = IncomingHooks(store, self.budgets)
        self.names = Names(self.accounts, store.claims, guest, self.incoming.check_person)
        self.hook_names = HookNames(self.names, store.claims)
        self.watches = NameWatches(self.names, self.roster, clock, now)
        self.private_lines = PrivateLines(store)
        self.spending = Spending(self.budgets, self.accounts)
        stays = StayRecords(store, clock, self.accounts, self.moderation.rooms)
        sessions = self.sessions = ConnectedSessions(self.names, self.accounts, self.roster)
        self.marked = MarkedPeople(
            clock, self.names, self.roster, sessions.called, self.accounts, self.moderation, stays
        )
        self.rooms = Rooms(store, reads, self.moderation, lobby, clock, stays, self.marked)
        self.lobby = self.rooms.lobby
        self.cut_off = CutOff(store, clock, self.sessions)
        self.reach = Reach(store, clock, self.sessions, self.roster, self.rooms)
        self.registers = Registers(self, reads)
        self._rights = Rights(
            self.credentials.is_valid, self.moderation.guard, self.rooms.readable, self.spending.pay
        )
        self.quotas = LineQuotas(store)
        self.idempotency = IdempotencyKeys(store, now)
        self.keyed_lines = KeyedLines(store, self.idempotency, self.rooms.get, self.spending)
        self.unread = UnreadTracker(
            store, clock, reads, self.accounts, self.spending, self.rooms.get, self.rooms.readable
        )
        self.questions = Questions(store, clock, sessions, self.roster, self.unread.sessions)
        self.open_alerts = OpenAlerts(store)
        self.lost_readers = LostReaders(self)
        self.staying = Staying(self, stays, clock)
        self.hooks = Hooks(store, self.budgets)
        self.hook_review = HookReview(self)
        self.alerts = Alerts(
            store, clock, budgets, self.accounts, self.unread, roster, self.moderation, language
        )
        self.moves = RoomMoves(self.rooms, self.moderation, self.unread, self.staying, recent)
        self.evictions = Evictions(clock, self.sessions, self.rooms, self.moderation, self.moves)
        self.deeds = RoomDeeds(
            store, self.rooms, self.hook_review, self.evictions, self.spending, self.staying
        )
        self.logins = Logins(
            store,
            clock,
            self.accounts,
            self.credentials,
            self.names,
            self.moderation,
            self.unread,
            self.spending,
            self.staying,
            self.evictions.review,
            passwords=passwords,
            plaintext=plaintext_passwords,
            sign_in=sign_in,
            now=now,
        )
        self.sign_outs = SignOuts(self.logins, self.names, self.credentials, self.finish)
        self.registrations = Registrations(
            store,
            clock,
            self.accounts,
            self.credentials,
            self.names,
            self.logins,
            self.unread,
            self.staying,
            # All that store records for accounts: see tests/chat/test_unregistering.py.
            (
                self.credentials,
                self.moderation,
                self.unread.read_marks,
                self.staying,
                self.idempotency,
                self.questions,
                self.open_alerts,
                self.lost_readers,
                self.logins.limits,
            ),
            self.alerts.pushes,
            self.hook_review.review,
            self.sign_outs.let_go,
        )
        self.publisher = Publisher(self, OtherNodes(self, clock))
        store.subscribe(self.publisher)

    # Coming and going

    def connect(
        self, stream: Stream, format: Format, *, private: bool = True, number: int | None = None
    ) -> Session:
        """Make a session in no room, ``private`` or not, of a new ``number`` unless it has one."""
        session = Session(
            number := self.numbers.take() if number is None else number,
            self.names.of_guest(number),
            stream,
            format,
            self._clock,
            self.language,
            self.error_log,
            self._rights,
            private=private,
        )
        self.sessions.add(session)
        return session

    def enter(self, session: Session, *, recent: bool = True) -> None:
        """Welcome a session: see `RoomMoves.welcome`."""
        self.moves.welcome(session, self.motd, recent)

    def finish(self, session: Session, departure: Departure = QUITTING) -> None:
        """Send a session what it is owed so far, and nothing after that. Its name is free."""
        self.names.free(session)
        self.lost_readers.ending(session)
        if self.roster.is_kept:
            self.roster.end(session)
        with ExitStack() as ending:
            if session.identity.grant is not None:
                ending.callback(self.staying.departed, session)
            ending.callback(session.stream.finish)
            ending.callback(session.subscriptions.stop)
            ending.callback(self.moves.leave, session, None, departure)
            if session.account is not None:  # its client may not take the farewell any more
                self.unread.keep(session.account)

    def disconnect(self, session: Session) -> None:
        """Forget a session whose client has gone."""
        with ExitStack() as ending:  # the last one first, also if one of them fails
            ending.callback(session.stream.abandon)
            ending.callback(self.moderation.disconnected, session.number)
            ending.callback(self.spending.end, session)
            ending.callback(self.quotas.remove, session)
            ending.callback(self.sessions.remove, session)
            ending.callback(self.lost_readers.ended, session)
            ending.callback(self.unread.depart, session)
            if not session.stream.finished:
                self.finish(session)

    def check(self) -> None:
        """Store what is due, and end grants and counts that expired; call it every five seconds."""
        self.unread.checks.check()
        self.sign_outs.let_go_ended()
        self.logins.limits.check()
        self.registers.look()
        self.incoming.keep()

    def change_welcome(self, motd: str, language: Language) -> None:
        """Use another text after the welcome, and a language, for those who come from here on."""
        self.motd, self.language = motd, language
        self.alerts.change_language(language)

    @property
    def saves(self) -> bool:
        """True if the last commit succeeded, as far as the store knows, and it takes lines."""
        return self.store.saves and self.store.takes_lines

    @property
    def uptime(self) -> float:
        """The seconds since it was made."""
        return self._clock.seconds() - self._started
