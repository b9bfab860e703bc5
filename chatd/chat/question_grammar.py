"""The grammar of questions and answers: from what a person typed to a question, and to an option.

Pure. It must not know who asks or answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chatd.errors import ErrorKind, Refusal, short
from chatd.remarks import MOST_OPTIONS, Question
from chatd.text.blanks import trimmed
from chatd.text.folding import fold

SEPARATOR = "|"
"""The character between a question and its options, and between these."""

QUESTION_CHARACTERS = 1000
"""Most characters of the words of a question: some twelve lines of a terminal."""

OPTION_CHARACTERS = 100
"""Most characters of an option, so that a page shows it as a button of one line or two."""

ANSWER_CHARACTERS = 500
"""Most characters of an answer in words. A thousand of them take a megabyte at most in memory, or
four in other scripts, and as many bytes on disk."""

YES = ("", "yes", "y", "sí", "si")
"""Answers that mean yes, the first of which is no word at all."""

WORDS = -1
"""The number of the option of an answer in words."""


def question_of(argument: str, *, anonymous: bool = False) -> Question:
    """Return the question that ``QUESTION | OPTION | OPTION`` is. Raises `Refusal`."""
    words, *options = map(trimmed, argument.split(SEPARATOR))
    if options and not options[-1]:
        del options[-1]  # the line ends with a separator
    return checked(Question(words, tuple(options), anonymous))


def checked(question: Question) -> Question:
    """Return a question of valid lines if it can be asked. Raises `Refusal`."""
    words, options, anonymous = question
    if not words:
        raise _refusal("question_is_blank")
    if len(words) > QUESTION_CHARACTERS:
        raise _refusal("question_too_long", limit=QUESTION_CHARACTERS, length=len(words))
    if len(options) > MOST_OPTIONS:
        raise _refusal("too_many_options", limit=MOST_OPTIONS, number=len(options))
    if anonymous and not options:
        raise _refusal("anonymous_without_options")
    for number, option in enumerate(options, 1):
        if not option:
            raise _refusal("option_is_blank", number=number)
        if len(option) > OPTION_CHARACTERS:
            raise _refusal("option_too_long", number=number, limit=OPTION_CHARACTERS)
        if SEPARATOR in option:
            raise _refusal("option_has_separator", number=number)
        same = options.index(next(each for each in options if fold(each) == fold(option))) + 1
        if same < number:
            raise _refusal("options_are_same", first=same, number=number)
        numbers = [str(each) for each in range(1, len(options) + 1)]
        if fold(option) in numbers and fold(option) != str(number):
            raise _refusal("option_is_a_number", number=number, option=fold(option))
    return question


def option_of(question: Question, answer: str) -> int:
    """Return the place of the option that an answer chooses, from 0; `WORDS` if it has none.

    An answer is the number of an option, or its text. Raises `Refusal`.
    """
    options, wanted = question.options, fold(trimmed(answer))
    if not options:
        if len(answer) > ANSWER_CHARACTERS:
            raise _refusal("answer_too_long", limit=ANSWER_CHARACTERS, length=len(answer))
        return WORDS
    numbers = [str(number) for number in range(1, len(options) + 1)]
    if wanted in numbers:
        return numbers.index(wanted)
    same = _place(options, (wanted,))
    if same is None and wanted in YES:
        same = 0 if len(options) == 1 else _place(options, YES)
    if same is not None:
        return same
    key = "which_option" if not wanted else "no_such_option"
    raise _refusal(key, answer=short(trimmed(answer)), limit=len(options), options=listed(options))


def _place(options: Sequence[str], wanted: Iterable[str]) -> int | None:
    """Return the place of the option that is one of some folded texts; None if none or several."""
    found = [place for place, option in enumerate(options) if fold(option) in wanted]
    return found[0] if len(found) == 1 else None


def listed(options: Sequence[str]) -> str:
    """Return options with their numbers: ``1: red, 2: blue``."""
    return ", ".join(f"{number}: {option}" for number, option in enumerate(options, 1))


def counted(options: Sequence[str], places: Iterable[int]) -> list[int]:
    """Return how many of some answers chose each option."""
    counts = [0] * len(options)
    for place in places:
        counts[place] += 1
    return counts


def _refusal(key: str, **values: object) -> Refusal:
    return Refusal(ErrorKind.WRONG_USE, key, **values)
