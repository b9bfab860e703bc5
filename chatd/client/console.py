"""A conversation in a terminal: one line that is edited, and above it the lines of the server.

A typed line disappears on Enter, because it comes back from the server once it is saved: the user
sees each line once, in its place among the others. Lines that arrive are printed above the line
being typed, which is erased for that and drawn again at once.

Lines from the server are escaped before they are shown, so they cannot control the terminal. A
password that the server asks for is not shown, and no key brings back a password. To a server that
is not known (`chatd.client.server`) no password is sent. This module must not know how the
connection was made, nor what commands do.
"""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TextIO

from prompt_toolkit import PromptSession
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.data_structures import Size
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.output.vt100 import Vt100_Output
from prompt_toolkit.renderer import print_formatted_text
from prompt_toolkit.styles import default_ui_style

from chatd.client import wire
from chatd.client.duplex import DuplexLink
from chatd.client.lines import (
    Fragment,
    SeenNames,
    asks_for_password,
    begins_paste,
    ends_commands,
    names_in,
    paint,
)
from chatd.client.typed_passwords import Typed, TypedPasswords
from chatd.client.wire import ClientError
from chatd.client.wrapping import wrapped
from chatd.text.escaping import visible

FAREWELL_TIMEOUT = 3.0
"""Seconds that the server has to answer lines that were typed before Ctrl+D."""


async def talk(link: DuplexLink, doubt: str) -> int:
    """Talk over *link* until the user leaves; return the exit status.

    *doubt* says why the server is not known; "" if it is. Raises `ClientError` if the server closes
    first.
    """
    return await _Console(link, doubt).run()


class _Console:
    """A prompt, and the connection whose lines are printed above it."""

    def __init__(self, link: DuplexLink, doubt: str) -> None:
        self._link = link
        self._passwords = TypedPasswords(doubt)
        self._names = SeenNames()
        self._asked_to_leave = False
        self._pastes = 0
        """Messages that were sent and that the server has not begun to take."""
        self._has_commands = True
        self._listening: asyncio.Task[None] | None = None
        # `chatd connect | tee log`: lines go there, and the line being typed to standard error.
        self._shows_lines = sys.stdout.isatty()
        plain = not self._shows_lines or bool(os.environ.get("NO_COLOR"))
        self._paint = _leave_plain if plain else paint
        self._depth = ColorDepth.DEPTH_1_BIT if plain else None
        self._screen = _screen(sys.stdout if self._shows_lines else sys.stderr)
        self._history = _History()
        self._session: PromptSession[None] = PromptSession(
            "> ",
            history=self._history,
            is_password=Condition(lambda: self._passwords.expected),
            output=self._screen,
            color_depth=self._depth,
            completer=_Completer(self._names),
            complete_while_typing=False,
            enable_suspend=True,
            erase_when_done=True,
            key_bindings=_keys(),
        )
        # Lines are handed on without leaving the prompt, so that it is never off the screen.
        self._session.default_buffer.accept_handler = self._accept

    async def run(self) -> int:
        """Talk until the user or the server leaves; return the exit status."""
        app = self._session.app
        with _signals_handled_by(lambda number: self._exit(_Terminated(number))):
            try:
                await self._session.prompt_async(pre_run=self._listen)
            except EOFError:
                await self._finish()
                return 0
            except _Terminated as end:
                return 128 + end.number
            finally:
                if self._listening is not None:
                    self._listening.cancel()
        if self._asked_to_leave:
            return 0
        lost = " What you were typing was not sent." if app.current_buffer.text else ""
        raise ClientError(f"{self._link.ending}{lost}")

    def _accept(self, buffer: Buffer) -> bool:
        """Send what was typed, or several pasted lines as one message, and start an empty line."""
        typed = list(self._judged(buffer.text))
        self._asked_to_leave = False
        self._history.is_paused = any(each.is_secret for each in typed)
        for each in typed:
            if each.sent is not None:
                self._send(each.sent)
            if each.told:
                self._print([_OWN + each.told])
        self._flush()
        return False

    def _judged(self, text: str) -> Iterator[Typed]:
        """Yield the answer to a question in a text, and the line or the message that follows it."""
        if self._passwords.expected:
            answer, _, text = text.partition("\n")
            yield self._passwords.judge(answer)
            if not text:
                return
        text = text.strip("\n")
        judge = self._passwords.judge_message if "\n" in text else self._passwords.judge
        yield judge(text)

    def _send(self, text: str) -> None:
        """Queue a line, or a message of several; where `/paste` would be said, its lines."""
        data = text.encode(errors="surrogateescape")
        if "\n" in text and self._has_commands:
            self._pastes += 1
            self._link.send(wire.as_message(data))
        else:
            self._asked_to_leave = _asks_to_leave(text)
            self._link.send(b"".join(map(wire.as_line, data.split(b"\n"))))

    def _flush(self) -> None:
        """Send what is queued, now or when the connection takes it."""
        self._link.flush()
        loop = asyncio.get_running_loop()
        if self._link.has_unsent:
            loop.add_writer(self._link, self._flush)
        else:
            loop.remove_writer(self._link)

    def _listen(self) -> None:
        self._listening = asyncio.ensure_future(self._receive())

    async def _receive(self) -> None:
        """Show the lines of the server until it closes, then end the prompt."""
        try:
            while self._link.is_open:
                await self._readable()
                self._show(self._link.receive())
        except OSError as error:  # nothing can be shown any more
            if not self._exit(error):
                raise
        else:
            # The line being typed cannot be sent now. Leave it where it can be copied.
            if self._session.default_buffer.text:
                self._session.app.erase_when_done = False
            self._exit(None)

    async def _readable(self) -> None:
        loop = asyncio.get_running_loop()
        arrived = asyncio.Event()
        loop.add_reader(self._link, arrived.set)
        try:
            await arrived.wait()
        finally:
            loop.remove_reader(self._link)

    async def _finish(self) -> None:
        """Half-close, and show the answers to lines that were sent."""
        assert self._listening is not None
        self._link.finish()
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._listening, FAREWELL_TIMEOUT)

    def _exit(self, error: Exception | None) -> bool:
        """End the prompt, with *error* if there is one. Return False if it had ended already."""
        app = self._session.app
        if not app.is_running or app.is_done:
            return False
        if error is None:
            app.exit()
        else:
            app.exit(exception=error)
        return True

    def _show(self, raw_lines: list[bytes]) -> None:
        """Print lines above the line that is being typed."""
        if not raw_lines:
            return
        rings = any(raw.startswith(wire.BELL) for raw in raw_lines)
        lines = [
            visible(raw.removeprefix(wire.BELL).decode(errors="backslashreplace"))
            for raw in raw_lines
        ]
        for line in tuple(lines):
            if self._pastes and begins_paste(line):
                self._pastes -= 1
                lines.remove(line)  # a person who pasted has not typed /paste
            self._has_commands &= not ends_commands(line)
            self._names.see(names_in(line))
            if asks_for_password(line) and (told := self._passwords.ask()):
                lines.append(_OWN + told)
        self._print(lines)
        if rings:
            self._screen.bell()

    def _print(self, lines: list[str]) -> None:
        app = self._session.app
        if app.is_running:
            app.renderer.erase()
        if self._shows_lines:
            columns = self._screen.get_size().columns
            fragments = [
                fragment
                for line in lines
                for fragment in (*wrapped(self._paint(line), columns), _END)
            ]
            print_formatted_text(
                self._screen, FormattedText(fragments), default_ui_style(), color_depth=self._depth
            )
        else:
            sys.stdout.write("".join(f"{line}\n" for line in lines))
            sys.stdout.flush()
        if app.is_running:
            app.invalidate()


class _History(InMemoryHistory):
    """The lines that were typed and that keys bring back, except passwords."""

    is_paused = False
    """True if the next line is not to be added."""

    def append_string(self, string: str) -> None:
        """Add a line, unless the history is paused."""
        if not self.is_paused:
            super().append_string(string)


class _Terminated(Exception):
    """Signal *number* ends the process."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextlib.contextmanager
def _signals_handled_by(handler: Callable[[int], object]) -> Iterator[None]:
    """Have *handler* called for signals that would otherwise leave the terminal in raw mode."""
    loop = asyncio.get_running_loop()
    signals = (signal.SIGTERM, signal.SIGHUP)
    for number in signals:
        loop.add_signal_handler(number, handler, number)
    try:
        yield
    finally:
        for number in signals:
            loop.remove_signal_handler(number)


def _screen(stream: TextIO) -> Vt100_Output:
    """Return the terminal at *stream*, which is never asked for the position of its cursor.

    Lines that are printed before the answer arrives would make it wrong.
    """

    def size() -> Size:
        columns, rows = os.get_terminal_size(stream.fileno())
        return Size(rows=rows or 24, columns=columns or 80)

    return Vt100_Output(
        stream,
        size,
        term=os.environ.get("TERM"),
        default_color_depth=ColorDepth.from_env(),
        enable_cpr=False,
    )


_END: Fragment = ("", "\n")

_OWN = "chatd: "
"""The beginning of a line that comes from this program."""


def _leave_plain(line: str) -> list[Fragment]:
    return [("", line)]


def _keys() -> KeyBindings:
    """Return the keys: Ctrl+C clears the line, or leaves if it is empty; Tab completes."""
    keys = KeyBindings()

    @keys.add("tab")
    def _(event: KeyPressEvent) -> None:
        buffer = event.app.current_buffer
        if buffer.complete_state:
            buffer.complete_next()
            return
        # prompt_toolkit completes in a task of its own, and gives up if a key is pressed before.
        wanted = CompleteEvent(completion_requested=True)
        completions = list(buffer.completer.get_completions(buffer.document, wanted))
        if len(completions) == 1:
            buffer.apply_completion(completions[0])
        else:
            buffer.start_completion(insert_common_part=True)

    @keys.add("c-c")
    @keys.add("<sigint>")
    def _(event: KeyPressEvent) -> None:
        buffer = event.app.current_buffer
        if buffer.text:
            buffer.reset()
        else:
            event.app.exit(exception=KeyboardInterrupt)

    return keys


class _Completer(Completer):
    """The completion of a command at the start of the line, and of a name anywhere else."""

    def __init__(self, names: SeenNames) -> None:
        self._names = names

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        """Yield the completions of the word before the cursor."""
        word = document.text_before_cursor.rpartition(" ")[2]
        if document.text_before_cursor.startswith("/") and word == document.text_before_cursor:
            words = _commands_starting_with(word[1:])
        else:
            words = self._names.starting_with(word)
        for completed in words:
            yield Completion(completed + " ", start_position=-len(word), display=completed)


# The table of commands is the server's, and it loads Twisted: import it once a slash is typed.


def _commands_starting_with(start: str) -> list[str]:
    """Return commands: each by its own name if *start* is empty, else all names that fit."""
    from chatd.commands.dispatch import COMMANDS, TABLE

    names = COMMANDS if start else [command.name for command in TABLE]
    return [f"/{name}" for name in names if name.startswith(start.lower())]


def _asks_to_leave(line: str) -> bool:
    """Return True if *line* asks the server to close the connection."""
    if not line.startswith("/"):
        return False
    from chatd.commands.dispatch import COMMANDS, parse

    words = parse(line)
    return words is not None and COMMANDS.get(words[0]) is COMMANDS["quit"]
