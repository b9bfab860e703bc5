"""The header by which a proxy names the person who sent a request, at one UNIX socket.

The proxy has signed the person in. Only the kernel's word that the client is the user as whom the
proxy runs makes the header count; no other address looks at it. This module must not know the paths
of the API.
"""

from __future__ import annotations

from twisted.internet.interfaces import IReactorTime

from chatd.accounts.credentials import Grant
from chatd.chat.actions.login import grant_by_proxy, record_untrusted_proxy
from chatd.errors import ErrorKind, Refusal
from chatd.i18n import sentence
from chatd.protocols.web.api.request_session import DOOR, Call, stranger
from chatd.protocols.web.http.messages import Problem, bad_request
from chatd.text.escaping import visible
from chatd.util.error_log import RecurringWarning


class TrustedHeader:
    """A header of that name, which counts if the client is the user ``uid``."""

    def __init__(self, name: str, uid: int, clock: IReactorTime) -> None:
        self._name = name.lower()
        self._uid = uid
        self._trouble = RecurringWarning(
            clock, "a request with the header of sign-in was refused: {why}."
        )
        self._refused = RecurringWarning(
            clock, "a person whom the proxy names was refused: {why}", is_fault=False
        )

    async def grant_for(self, call: Call) -> Grant | None:
        """Return the grant of the person whom a request names; None if it names none.

        Raises `Problem` if the client is another user, or the header is malformed, and `Refusal` if
        that person may not come in.
        """
        named = call.request.headers.get(self._name, ())
        if not any(named):
            return None
        uid = call.asker.uid
        if uid != self._uid:
            who = "a client that" if uid is None else f"uid {uid}, which"
            record_untrusted_proxy(call.server, call.asker.origin, DOOR)
            self._trouble.tell(f"{who} is not the uid {self._uid} of trusted_uid sent it")
            raise Problem(ErrorKind.NOT_ALLOWED, "header_not_trusted")
        if len(named) > 1:
            raise bad_request("header_twice", name=self._name)
        try:
            name = named[0].encode("latin-1").decode()
        except UnicodeDecodeError:
            raise bad_request() from None
        with stranger(call) as (session, _):
            try:
                return await grant_by_proxy(call.server, session, name)
            except Refusal as refusal:
                text = sentence(call.server.language, refusal.key, **refusal.values)
                self._refused.tell(visible(text))
                raise
