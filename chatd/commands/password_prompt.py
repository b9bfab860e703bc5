"""Prompts for passwords, for all commands that take one.

A password is the rest of a line, or the next line, which is prompted for. Only connections of lines
have prompts. `chatd.chat.actions.password_check` checks passwords; this module must not know the
commands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from chatd.accounts.passwords import LEAST_CHARACTERS
from chatd.chat.actions.authentication import (
    PasswordProof,
    new_password,
    own_account,
    recent_proof,
)
from chatd.chat.actions.organisation import check_password_exists
from chatd.chat.actions.password_check import prove_password
from chatd.chat.prompt import Answer
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.commands.base import Job, tell_why_not
from chatd.errors import ErrorKind, InvalidAnswer, Refusal
from chatd.storage.contract import StoreError


@contextmanager
def question(session: Session, password: str) -> Iterator[None]:
    """Context of a command that asks for a password unless one is given.

    If the command is refused, the next line may be the password all the same, and is not said.
    """
    try:
        yield
    except Exception:
        if not is_given(password):
            session.prompt.refuse_to_ask()
        raise


@contextmanager
def present_password_question(session: Session) -> Iterator[None]:
    """As `question`, for the present password, unless it was typed recently.

    In that case the next line may be that password all the same, and is recognised.
    """
    if not session.identity.is_proven:
        with question(session, ""):
            yield
        return
    try:
        yield
    finally:
        session.prompt.may_get_password()


def is_given(password: str) -> bool:
    """Return True if there is a password in that rest of a line."""
    return bool(password.strip(" "))


def is_command(answer: str) -> bool:
    """Return True if an answer is a command such as ``/quit``, and too short to be a password."""
    word = answer.strip()
    return len(word) < LEAST_CHARACTERS and word.startswith("/") and word[1:].isalpha()


def take_password(
    session: Session,
    password: str,
    then: Callable[[str], Job | None],
    prompt: str = "password_prompt",
) -> Job | None:
    """Call ``then`` with a password; prompt for it first if none is given.

    The prompt is the sentence of the key ``prompt``, or the one with ``shown_`` before it if what
    is typed can be seen. An empty line cancels, and so does a command (`is_command`). A password
    that is refused for what it is (`InvalidAnswer`) is prompted for again; after another refusal
    the next line may be a password all the same, and is not said.
    """
    if is_given(password):
        return then(password)

    session.prompt.ask(prompt, _answer_of(session, then), if_shown=f"shown_{prompt}")
    return None


def take_new_password(
    session: Session,
    password: str,
    then: Callable[[str], Job | None],
    prompt: str = "password_prompt",
) -> Job | None:
    """As `take_password`, for a new password of the session's name.

    One that is typed without being seen is asked for twice: a slip would lock the person out.
    """

    def answered(text: str) -> Job | None:
        def compare(again: str) -> Job | None:
            if again != text:
                raise InvalidAnswer(ErrorKind.WRONG_USE, "passwords_differ")
            return then(text)

        new_password(text, session.name)
        again = _answer_of(session, compare)
        return None if session.prompt.ask_to_repeat("repeat_password_prompt", again) else then(text)

    return then(password) if is_given(password) else take_password(session, "", answered, prompt)


def with_present_password(
    server: ChatServer, session: Session, then: Callable[[PasswordProof], Job | None]
) -> Job | None:
    """Call ``then`` with a proof of the account's present password.

    Prompt for the password unless it was typed in this session recently. A terminal left open, a
    cookie or a token is not enough for what lets others in.

    The caller has checked that the session is logged in and its connection confidential. ``then``
    must check the account again, which may end while the prompt waits. Raises `Refusal`.
    """
    with present_password_question(session):
        proof = recent_proof(session)
        if proof is not None:
            return then(proof)

        async def check(text: str) -> None:
            waiting = then(await prove_password(server, session, text))
            if waiting is not None:
                await waiting

        check_password_exists(server, own_account(server, session))
        return take_password(session, "", check, "present_password_prompt")


def _answer_of(session: Session, then: Callable[[str], Job | None]) -> Answer:
    """Return the function that takes an answer, which may be empty, for ``then``."""

    def answered(text: str) -> Job | None:
        if text and not is_command(text):
            return _answering(session, lambda: then(text))
        session.answer("password_cancelled")
        return None

    return answered


async def _answering(session: Session, then: Callable[[], Job | None]) -> None:
    """Do what a password was asked for, or tell the session why not, and ask again if need be."""
    try:
        waiting = then()
        if waiting is not None:
            await waiting
    except (Refusal, StoreError) as error:
        tell_why_not(session, error)
        if isinstance(error, InvalidAnswer):
            session.prompt.ask_again()
        else:
            session.prompt.refuse_to_ask()
