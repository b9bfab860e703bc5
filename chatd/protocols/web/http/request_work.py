"""The work of the site on the requests of one client, one at a time, and the sending of answers.

This module must not know what is asked, nor when a request may be handled.
"""

from __future__ import annotations

from collections.abc import Coroutine
from dataclasses import replace
from typing import Any, Protocol

from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure

from chatd.errors import ErrorKind, Refusal
from chatd.i18n import Language
from chatd.protocols.transport.handler import Goodbye, Handler
from chatd.protocols.transport.lifecycle import State
from chatd.protocols.transport.managed_connection import ManagedConnection
from chatd.protocols.web.http.messages import Answer, Problem, Request, error_answer
from chatd.protocols.web.http.responder import Responder
from chatd.protocols.web.http.upgrade import ConnectionRequester, HandOver, Requester

SAFE = frozenset(("GET", "HEAD", "OPTIONS"))
"""The methods of requests that change nothing (RFC 9110 section 9.2.1)."""

COME_BACK_SECONDS = 1
"""Seconds after which a client is to ask again whose request is not answered by this process."""


class Answering(Protocol):
    """An object that answers requests: a `chatd.protocols.web.site.Site`."""

    def answer(
        self, request: Request, asker: Requester
    ) -> Coroutine[Deferred[Any], Any, Answer | HandOver]: ...

    def successor(self, kind: str) -> Handler[Any] | None:
        """Return a handler for a client of another process whose connection was given to one.

        Return None if that process had none of the kind.
        """


class RequestWork:
    """The work on the requests that came by a connection."""

    __slots__ = (
        "_connection",
        "_is_last",
        "_is_safe",
        "_requester",
        "_responder",
        "_site",
        "_working",
        "under_way",
    )

    def __init__(
        self,
        connection: ManagedConnection,
        requester: ConnectionRequester,
        responder: Responder,
        site: Answering,
    ) -> None:
        self._connection = connection
        self._requester = requester
        self._responder = responder
        self._site = site
        self._working: Deferred[None] | None = None
        self._is_safe = self._is_last = False
        self.under_way = False
        """True until the last request is answered."""

    def begin(self, request: Request, language: Language) -> None:
        """Have a request answered. Errors are told in a language."""
        self._is_safe = request.method in SAFE
        self.under_way = True
        working = Deferred.fromCoroutine(self._respond(request, language))
        working.addErrback(self._give_up)
        if self.under_way:  # it may be answered at once
            self._working = working

    def break_off(self) -> None:
        """Have the client ask another process, if the request changes nothing. End in any case.

        What changes something is not broken off: it may have had its effect.
        """
        self._is_last = True
        if self._is_safe and self._working is not None and not self._responder.answers.sending:
            self._working.cancel()

    async def _respond(self, request: Request, language: Language) -> None:
        error_log = self._connection.factory.server.error_log
        try:
            answer = await self._site.answer(request, self._requester)
        except CancelledError:
            answer = _asked_again(language)
        except Exception:
            error_log.tell("a request could not be answered", words=False)
            answer = error_answer(Refusal(ErrorKind.SERVER_ERROR, "server_error"), language)
        await self._answered(answer)

    async def _answered(self, answer: Answer | HandOver) -> None:
        connection, responder = self._connection, self._responder
        if connection.lifecycle.departed:
            return  # it was aborted while the site was at work
        stopped = self._is_last or connection.lifecycle.state is State.DRAINING
        if isinstance(answer, HandOver) and not (connection.lifecycle.lost or stopped):
            responder.answers.forget()
            connection.switch(answer.make())  # and this handler never goes on
            return
        if isinstance(answer, HandOver):
            responder.finish()
        else:
            answer = replace(answer, closes=answer.closes or stopped)
            if answer.pieces is None:
                responder.respond(answer)
            else:
                await responder.respond_in_pieces(answer, answer.pieces)
                if self._connection.lifecycle.departed:
                    return  # in the midst of the answer
        self._end()
        if not connection.lifecycle.departed:
            connection.reader.wake()

    def _end(self) -> None:
        self._working, self.under_way = None, False

    def _give_up(self, failure: Failure) -> None:
        self._end()
        error_log = self._connection.factory.server.error_log
        error_log.tell("a client could not be answered", failure, words=False)
        self._connection.abort()


def _asked_again(language: Language) -> Answer:
    """Return the answer to a request that another process is to answer."""
    headers = [("Retry-After", str(COME_BACK_SECONDS))]
    key = Goodbye.UPGRADING.value
    problem = Problem(ErrorKind.NOT_READABLE, key, status=503, headers=headers)
    return error_answer(problem, language, closes=True)
