"""A conversation in a terminal, from its first connection to its end.

Text that was typed and not sent is printed at the end, where it can be copied; the rest of the
screen is gone, as an editor's is. This module must not know how connections are made, nor what is
drawn.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import datetime

from chatd.client.chat import View
from chatd.client.reconnecting import Reconnecting
from chatd.client.screen import Screen
from chatd.client.sentences import Sentence
from chatd.client.server import Connection
from chatd.text.escaping import visible


async def talk(begin: Callable[[View], Reconnecting], connection: Connection) -> int:
    """Talk over *connection*, and others after it, until the user leaves. Return the exit status.

    *begin* returns the conversation of a screen. Raises `ClientError` if the server refuses the
    user for good.
    """
    screen = Screen(sys.stdout, lambda: datetime.now().astimezone())
    link = begin(screen)
    screen.begin(link)
    # The first command would wait for the table of commands, which takes seconds to load.
    threading.Thread(
        target=importlib.import_module, args=["chatd.commands.dispatch"], daemon=True
    ).start()
    exchange = asyncio.ensure_future(link.run(connection))
    exchange.add_done_callback(lambda _: _exit(screen))
    try:
        with _signals_handled_by(lambda number: _exit(screen, _Terminated(number))):
            await screen.app.run_async()
        if exchange.done():
            exchange.result()
        return 1 if link.conversation.unsent else 0
    except _Terminated as end:
        return 128 + end.number
    except EOFError:  # the terminal is gone
        return 1
    finally:
        exchange.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await exchange
        with contextlib.suppress(OSError):  # the terminal may be gone
            mark = Sentence("not_sent").in_language(screen.language)
            for text in [*link.conversation.unsent, *screen.drafts]:
                print(mark, *map(visible, text.split("\n")), sep="\n", flush=True)


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


def _exit(screen: Screen, error: Exception | None = None) -> None:
    """End the screen, with *error* if there is one, unless it has ended."""
    app = screen.app
    if not app.is_running or app.is_done:
        return
    if error is None:
        app.exit()
    else:
        app.exit(exception=error)
