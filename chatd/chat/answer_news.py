"""News of answers: the sessions of the one who asked are told how many there are.

Answers come by the hundred in a second, so that is told at most every `NEWS_SECONDS`, once for each
question. Of an anonymous question it is the number alone. Clients that show lines alone are sent
nothing: their formats render none of it. This module must not know rights.
"""

from __future__ import annotations

from collections.abc import Collection

from twisted.internet.interfaces import IReactorTime

from chatd.chat.question_records import Asked, QuestionRecords, counts_of
from chatd.chat.session import Session

NEWS_SECONDS = 0.5
"""Seconds between two messages about one question: often enough for bars that grow."""


class AnswerNews:
    """Tells of new answers to the ``questions``, from now on."""

    def __init__(self, questions: QuestionRecords, clock: IReactorTime) -> None:
        self._questions = questions
        self._clock = clock
        self._changed: dict[str, None] = {}  # the keys of the questions
        questions.answers.watch(lambda keys: self._note(map(_question_of, keys)))
        questions.ballots.roll.watch(lambda keys: self._note(map(_question_of, keys)))

    def _note(self, questions: Collection[str] | map[str]) -> None:
        if not self._changed:
            self._clock.callLater(NEWS_SECONDS, self._tell)
        self._changed.update(dict.fromkeys(questions))

    def _tell(self) -> None:
        changed, self._changed = self._changed, {}
        for key in changed:
            record = self._questions.questions.get(key)
            if record is not None and record.open and record.seq:
                asked = Asked(key, record)
                people = self._questions.people
                for session in people.sessions_of(record.asker, record.session, record.by):
                    session.attempt(self._tell_session, session, asked)

    def _tell_session(self, session: Session, asked: Asked) -> None:
        record, given = asked.record, self._questions.given_to(asked)
        hidden = record.anonymous or not record.options
        counts = [] if hidden else [each.people for each in counts_of(record, given, named=False)]
        if not session.stream.finished:
            answered = session.replies.format.answered(
                record.room, record.seq, len(given), counts or None
            )
            session.stream.put(answered)


def _question_of(answer: str) -> str:
    """Return the key of the question of an answer, given the answer's: ``ROOM/NUMBER/PERSON``."""
    return "/".join(answer.split("/")[:2])
