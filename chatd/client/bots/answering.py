"""A bot in its room: it takes calls, has them worked on, and says the answers.

Theory of operation. The room is followed from the bookmark in the state on. Each answer is said
with a key that follows from the bot, the room and the seq of the call; the server says a key once.
Then the call is noted as settled. If the bot or the server is killed before that, the call comes
again after the next start, the program may run again, and the server knows the key of the answer.
An answer that the server cannot take now is said later; one that it refuses is not said. This
module must not know how a program is run, nor how to connect.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from chatd.client.bots.answers import Part
from chatd.client.bots.calls import Call, call_in
from chatd.client.bots.outbox import BotOutbox
from chatd.client.bots.requests import TEMPORARY, Requests
from chatd.client.bots.results import Result, Results
from chatd.client.bots.state import State
from chatd.client.bots.waiting import Waiting
from chatd.client.following import QUIET_SECONDS, Following, bookmark_of
from chatd.client.json_lines import JsonLink, Message, Refused, text_of
from chatd.client.pauses import pause_after
from chatd.client.reading import note
from chatd.client.sentences import Sentence
from chatd.text.escaping import excerpt
from chatd.text.folding import fold

LONGEST_WORD = 40
"""Most characters of the first word of a call, in a sentence about it."""


class Rules(NamedTuple):
    """The lines that are calls, and how many are worked on.

    If a bot ``takes_all``, each message is a call. If there are ``accounts``, folded names, only
    their calls are answered. Of calls that it missed it answers the last ``most_old``, and none at
    its start if it ``skips`` them. ``jobs`` is the most calls that are worked on at once,
    ``of_person`` the most that wait for one person.
    """

    takes_all: bool = False
    accounts: frozenset[str] = frozenset()
    most_old: int = 20
    skips: bool = False
    jobs: int = 4
    of_person: int = 1


class Runner(Protocol):
    """Runs a program for calls. The results come into a `Results`."""

    def start(self, call: Call) -> None:
        """Work on a call."""


class Bot:
    """A bot in a room. ``clock`` gives seconds that only grow."""

    def __init__(
        self,
        rules: Rules,
        state: State,
        runner: Runner,
        results: Results,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rules = rules
        self._state = state
        self._runner = runner
        self._results = results
        self._clock = clock
        self._following: Following | None = None
        self._outbox = BotOutbox(state)
        self._waiting = Waiting(rules.jobs, rules.of_person)
        self._active: dict[int, Call] = {}
        self._arrived = deque[tuple[Call, bool]]()  # and if it is an old one
        self._left: list[int] = []
        self._is_catching_up = False
        self._failures = 0
        self._retry_at = 0.0
        self._saved_at = clock()

    def serve(self, talk: JsonLink, hello: Message, room: str) -> None:
        """Answer calls in a room until the connection ends.

        Raises `PutOut` if the bot is not to come back, and `ClientError` if a request failed.
        """
        self._requests = Requests(talk, hello)
        self._retry_at = 0.0
        following = self._enter(talk, room)
        note(f"{text_of(hello, 'name')} is in #{following.room}.")
        heard, is_asked = self._clock(), False
        while talk.is_open:
            self._work()
            try:
                messages, _ = talk.exchange(self._pause(), self._results.fileno())
            except TimeoutError:
                messages = []
            now = self._clock()
            if messages:
                heard, is_asked = now, False
            elif now - heard >= QUIET_SECONDS:
                if is_asked:
                    return
                talk.send("ping")
                heard, is_asked = now, True
            self._requests.held.extend(messages)
            self._take_held()

    def _pause(self) -> float:
        """Return the seconds for which there is nothing to do without a message or a result."""
        due = self._retry_at - self._clock()
        return min(QUIET_SECONDS, due) if due > 0 else QUIET_SECONDS

    def _take_held(self) -> None:
        assert self._following is not None
        while self._requests.held:
            self._following.receive(self._requests.held.popleft())

    def _work(self) -> None:
        """Do all that can be done now; if the server cannot take it now, do it later."""
        self._take_results()
        while self._clock() >= self._retry_at:
            try:
                self._tell_left()
                self._add_arrived()
                self._take_results()
                self._outbox.say_all(self._say)
            except Refused as refused:
                if refused.kind not in TEMPORARY:
                    raise
                note(f"{refused} Trying again.")
                self._retry_at = self._clock() + pause_after(self._failures)
                self._failures += 1
                return
            self._failures = 0
            self._begin_calls()
            if self._clock() - self._saved_at >= QUIET_SECONDS:
                self._saved_at = self._clock()
                self._state.save()
            if not self._requests.held:
                return
            self._take_held()

    def _enter(self, talk: JsonLink, room: str) -> Following:
        """Enter the room, and take the calls that were missed."""
        if self._following is None:
            begun = "" if self._rules.skips else self._state.bookmark
            self._following = Following(room, self._take, begun)
        following = self._following
        is_new = not following.bookmark
        self._is_catching_up = True
        following.enter(talk)
        self._requests.fence(following.room)
        self._take_held()
        self._is_catching_up = False
        if is_new or following.began_anew:
            self._begin_anew(following.bookmark)
        old = [each for each in self._arrived if each[1]]
        for each in old[: max(0, len(old) - self._rules.most_old)]:
            self._arrived.remove(each)
            self._left.append(each[0].seq)
        return following

    def _begin_anew(self, bookmark: str) -> None:
        """Leave out all that was said before, also in another log of the room."""
        self._waiting = Waiting(self._rules.jobs, self._rules.of_person)
        self._active.clear()
        self._arrived.clear()
        self._left.clear()
        self._outbox.clear()
        self._state.begin(bookmark)

    def _tell_left(self) -> None:
        """Say how many calls are left out. The first one is the same after another start."""
        if self._left:
            key = self._state.key_of(f"left:{self._left[0]}")
            self._say(self._sentence("bot_left_out", count=len(self._left)), key)
            self._state.settle(*self._left)
            self._left.clear()

    def _take(self, events: Sequence[Message]) -> None:
        """Take the calls among some events of the room."""
        assert self._following is not None
        before = self._following.bookmark
        for event in events:
            call = call_in(event, self._following.room, takes_all=self._rules.takes_all)
            if call is not None and self._may_be_meant(call) and self._state.came(call.seq, before):
                self._arrived.append((call, self._is_catching_up))
            before = bookmark_of(event)
            self._state.passed(before)

    def _may_be_meant(self, call: Call) -> bool:
        return not self._rules.accounts or call.person in self._rules.accounts

    def _begin_calls(self) -> None:
        while (call := self._waiting.begin()) is not None:
            self._runner.start(call)

    def _add_arrived(self) -> None:
        while self._arrived:
            self._add(*self._arrived[0])
            self._arrived.popleft()
            self._begin_calls()

    def _add(self, call: Call, is_old: bool) -> None:
        """Let a call wait for the program, if its author may call it."""
        account = self._requests.account_of(call.author, call.time)
        if self._rules.accounts and fold(account) not in self._rules.accounts:
            self._state.leave(call.seq)
            return
        call = call._replace(account=account)
        if self._waiting.add(call, is_old=is_old):
            self._active[call.seq] = call
        else:
            self._outbox.put(call, [self._sentence("bot_busy", name=call.author)])

    def _take_results(self) -> None:
        """Let the results be said that are there, also while the server cannot take them.

        Otherwise their descriptor would stay readable, and nothing would wait until the next try.
        """
        for result in self._results.take():
            self._take_result(result)

    def _take_result(self, result: Result) -> None:
        """Let a result be said. One to a call of another log is dropped."""
        call, parts, failure = result
        if call is None:
            told = [] if failure is None else [self._sentence("bot_ended", reason=failure)]
            self._outbox.put(None, [*parts, *told])
        elif self._active.get(call.seq) is call:
            del self._active[call.seq]
            self._waiting.end(call)
            self._outbox.put(call, self._with_failure(call, parts, failure))

    def _with_failure(
        self, call: Call, parts: Sequence[Part], failure: Sentence | None
    ) -> Sequence[Part]:
        """Return the answer to a call: with its failure, if its author waits for an answer."""
        if failure is None or not call.wants_answer:
            return parts
        word = excerpt(call.word, LONGEST_WORD)
        told = Sentence("bot_failed", word=word, reason=failure)
        if not parts or parts[-1].to or parts[-1].key:  # these are not for it
            return [*parts, Part("", after=told)]
        *first, last = parts
        return [*first, last._replace(after=told)]

    def _sentence(self, key: str, **values: object) -> Part:
        return Part(Sentence(key, **values).in_language(self._requests.limits.language))

    def _say(self, part: Part, key: str) -> None:
        assert self._following is not None
        self._requests.say(self._following.room, part, key)
