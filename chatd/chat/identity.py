"""The identity of one session: its name, its account and its place in the network.

This module decides what a grant allows a session to do. It must not know rooms, connections, other
sessions or the wording of an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from twisted.internet.interfaces import IReactorTime

from chatd.accounts.credentials import FRESH_SECONDS, PROXY, USER, Grant, Scope, grant_from
from chatd.errors import ErrorKind, Refusal
from chatd.text.networks import origin_of
from chatd.util.fair_queue import Asker
from chatd.util.state import State

_NO_GAPS: Mapping[str, int] = {}
"""Those of all for whom everything could be read."""


class Identity:
    """The name, the account and the origin of one session.

    ``holds`` returns True for a grant that is valid now. ``grant`` is the grant that the session
    logged in with, valid or not; None for a guest. Guests with the same ``client_id``, which is not
    "", may share a name. ``host`` is the IP address that the session comes from, or "",
    and ``network`` what counts as one address (`chatd.text.validation.network_of_host`). Both are
    `chatd.text.networks.origin_of_user` for a user of the machine who is known. ``uid`` is the user
    who connected to a UNIX socket, also one that counts as no address; None if that is not known.
    ``door`` is the kind of the connection, "" if it has none.
    ``gaps`` are the last seqs that could not be read for the session, by the names of logs.
    ``confidential`` is True if no other party can read what the client sends, ``has_spoken`` once
    the session has said something.
    """

    __slots__ = (
        "_clock",
        "changed",
        "client_id",
        "confidential",
        "door",
        "gaps",
        "grant",
        "has_spoken",
        "holds",
        "host",
        "is_guest",
        "name",
        "network",
        "uid",
    )

    def __init__(self, name: str, clock: IReactorTime, holds: Callable[[Grant], bool]) -> None:
        self.name = name
        self.is_guest = True
        self.has_spoken = False
        self.grant: Grant | None = None
        self.client_id = ""
        self.host = ""
        self.network = ""
        self.uid: int | None = None
        self.confidential = False
        self.door = ""
        self.gaps = _NO_GAPS
        self.changed: Callable[[], None] | None = None
        self._clock = clock
        self.holds = holds

    def state(self) -> State:
        """Return what another process needs to go on; where the session comes from it knows."""
        return {
            "name": self.name,
            "guest": self.is_guest,
            "spoke": self.has_spoken,
            "client": self.client_id,
            "grant": None if self.grant is None else self.grant._asdict(),
            "gaps": dict(self.gaps),
        }

    def resume(self, state: State) -> None:
        """Go on from a state."""
        self.name, self.is_guest = state["name"], state["guest"]
        self.has_spoken, self.client_id = state["spoke"], state["client"]
        self.grant = None if state["grant"] is None else grant_from(state["grant"])
        self.gaps = state["gaps"] or _NO_GAPS

    def missed(self, log: str, upto: int) -> None:
        """Take note that events of a log up to a seq could not be read, given the log's name."""
        self.gaps = {**self.gaps, log: max(upto, self.gaps.get(log, 0))}

    def when_changed(self, call: Callable[[], None] | None) -> None:
        """Call this when something changes that other nodes know of the session."""
        self.changed = call

    def rename(self, name: str, guest: bool) -> None:
        """Replace the name; ``guest`` is True if it is one that the server made up."""
        self.name, self.is_guest = name, guest
        if self.changed is not None:
            self.changed()

    def set_grant(self, grant: Grant | None) -> None:
        """Replace the grant; None makes the session a guest's."""
        self.grant = grant
        if self.changed is not None:
            self.changed()

    def note_spoken(self) -> None:
        """Take note that the session has said something."""
        self.has_spoken = True
        if self.changed is not None:
            self.changed()

    def set_client_id(self, client_id: str) -> None:
        """Replace the identifier of the client; "" shares the name with no other session."""
        self.client_id = client_id

    def set_origin(
        self,
        host: str,
        network: str,
        confidential: bool,
        door: str = "",
        uid: int | None = None,
    ) -> None:
        """Store where the session comes from, and if its input is confidential."""
        self.host, self.network, self.confidential, self.door = host, network, confidential, door
        self.uid = uid

    @property
    def origin(self) -> str:
        """The host, or else the user of the machine who connected; "" if neither is known."""
        return origin_of(self.host, self.uid)

    @property
    def account(self) -> str | None:
        """The key of the account that the session is logged in to, if its grant is valid."""
        grant = self.grant
        return grant.account if grant is not None and self.holds(grant) else None

    @property
    def asker(self) -> Asker:
        """The owner of what the session asks for, as it waits in turns with others'."""
        return Asker(self.network, self.account or "")

    @property
    def has_expired(self) -> bool:
        """True if the session has a grant that is not valid any more."""
        return self.grant is not None and not self.holds(self.grant)

    def lacks(self, scope: Scope) -> Refusal | None:
        """Return the reason why the grant does not allow ``scope``; None if it does.

        Guests have no grant: what they may do is checked elsewhere.
        """
        grant = self.grant
        if grant is None or not scope:
            return None
        if not self.holds(grant):
            return Refusal(ErrorKind.NOT_ALLOWED, "not_signed_in")
        if grant.scope >= scope:
            return None
        key = "token_reads_only" if scope is Scope.WRITE else "not_with_a_token"
        return Refusal(ErrorKind.NOT_ALLOWED, key)

    def check_scope(self, scope: Scope) -> None:
        """Raise the `Refusal` that `lacks` returns, if it returns one."""
        refusal = self.lacks(scope)
        if refusal is not None:
            raise refusal.anew()

    @property
    def administers(self) -> bool:
        """True if the session is an administrator's by its grant, also if its account is not."""
        grant = self.grant
        return grant is not None and grant.administers and self.holds(grant)

    @property
    def may_administer(self) -> bool:
        """True if the session has the rights of an administrator if its account has them.

        The word of a proxy gives them only to those whom the operator named: see `administers`.
        """
        return self.grant is None or self.grant.kind != PROXY

    @property
    def typed_its_password(self) -> bool:
        """True if the password of the account was typed here within `FRESH_SECONDS`."""
        grant = self.grant
        if grant is None or grant.typed is None or not self.holds(grant):
            return False
        return self._clock.seconds() - grant.typed < FRESH_SECONDS

    @property
    def is_proven(self) -> bool:
        """True if it need not be asked for the password of its account.

        It was typed here recently, or the kernel says that the client's user is the owner: who sits
        at a terminal that was left open can connect anew as that user, too.
        """
        grant = self.grant
        is_user = grant is not None and grant.kind == USER and self.holds(grant)
        return is_user or self.typed_its_password
