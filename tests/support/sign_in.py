"""A helper of an organisation's sign-in in this process, and a server that asks it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred

from chatd.accounts.sign_in import Answer, HelperFailed, Question, SignIn, Verdict
from chatd.util.fair_queue import Asker
from tests.support.world import World

SECRET = "kept elsewhere"
"""The password of all whom the organisation knows."""


class StandInHelper:
    """A helper that knows some people; while it is ``held`` it does not answer.

    ``names`` are those that it answers in place of the ones that it was asked for.
    """

    def __init__(self, *people: str) -> None:
        self.people = set(people)
        self.names: dict[str, str] = {}
        self.asked: list[Question] = []
        self.fails = False
        self.held: Deferred[None] | None = None

    async def ask(self, asker: Asker, question: Question, has_gone: Callable[[], bool]) -> Answer:
        """Answer as a helper does: see `chatd.accounts.sign_in.Helper`."""
        self.asked.append(question)
        if self.held is not None:
            await self.held
        if self.fails:
            raise HelperFailed("answers nothing")
        if question.account_name not in self.people:
            return Answer(Verdict.UNKNOWN)
        if question.passphrase != SECRET:
            return Answer(Verdict.WRONG)
        return Answer(Verdict.RIGHT, self.names.get(question.account_name, ""))


class Office(World):
    """A server of an organisation whose helper knows maria and luis."""

    def __init__(
        self, *, creates: bool = True, local: frozenset[str] = frozenset(), **options: Any
    ) -> None:
        self.helper = StandInHelper("maria", "luis")
        super().__init__(sign_in=SignIn(self.helper, creates, local), **options)
