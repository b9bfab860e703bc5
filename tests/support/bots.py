"""`chatd bot` as a process, and the answers that it says in a room of a daemon."""

from __future__ import annotations

import os
import select
import signal
import time
from pathlib import Path
from types import TracebackType

from tests.support import forks
from tests.support.commands import RUN_CHATD
from tests.support.live_server import PATIENCE, environment, prepared


class BotProcess:
    """`chatd bot` with some arguments, in a directory that has its state.

    It is in its room once it is entered as a context. ``before`` is code that runs before its own,
    ``variables`` are more variables of its environment.
    """

    def __init__(
        self, directory: Path, *arguments: str, before: str = "", **variables: str
    ) -> None:
        reading, writing = os.pipe()
        self._errors = open(reading, "rb", buffering=0)  # noqa: SIM115 - closed with the bot
        self.said = ""
        whole = {**os.environ, **environment(), "XDG_STATE_HOME": str(directory), **variables}
        with open(os.devnull, "rb") as nothing:
            self.process = forks.Program(
                prepared(),
                f"{before}\n{RUN_CHATD}",
                "bot",
                *arguments,
                directory=directory,
                environment=whole,
                files=(nothing.fileno(), writing, writing),
            )
        os.close(writing)

    def __enter__(self) -> BotProcess:
        self.until("is in #")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.wait()
        self._errors.close()

    def until(self, text: str) -> str:
        """Wait until it has said a text on standard error; return all that it said."""
        late = time.monotonic() + PATIENCE
        while text not in self.said:
            left = max(0.0, late - time.monotonic())
            assert select.select([self._errors], [], [], left)[0], f"it only said {self.said!r}"
            some = os.read(self._errors.fileno(), 1 << 16)
            assert some, f"it has ended: {self.said!r}"
            self.said += some.decode()
        return self.said

    def stop(self) -> int:
        """End it by SIGTERM, and return its status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    def wait(self) -> int:
        """Wait until it ends by itself, and return its status."""
        status = self.process.wait(PATIENCE)
        self.said += self._errors.read().decode()
        return status
