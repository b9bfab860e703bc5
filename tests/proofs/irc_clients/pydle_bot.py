"""A bot on pydle: LOG PORT NICKNAME #ROOM PASSWORD. See `tests.proofs.irc_clients.bots`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import pydle


class Bot(pydle.Client):
    """Logs what it is told of, and does what standard input says."""

    RECONNECT_MAX_ATTEMPTS = None
    RECONNECT_DELAYED = True
    RECONNECT_DELAYS = (1,)

    def __init__(self, log: Path, room: str, nickname: str, **options: Any) -> None:
        super().__init__(nickname, **options)
        self._log = log
        self._room = room

    def note(self, line: str) -> None:
        """Log a line."""
        with self._log.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")

    async def on_connect(self) -> None:
        await super().on_connect()
        await self.join(self._room)

    async def on_join(self, channel: str, user: str) -> None:
        await super().on_join(channel, user)
        if user == self.nickname:
            self.note(f"joined {channel}")

    async def on_message(self, target: str, by: str, message: str) -> None:
        await super().on_message(target, by, message)
        if by != self.nickname:
            self.note(f"<{by}> {message}")

    async def on_ctcp_action(self, by: str, target: str, contents: str) -> None:
        self.note(f"* {by} {contents}")

    async def on_topic_change(self, channel: str, message: str, by: str) -> None:
        await super().on_topic_change(channel, message, by)
        self.note(f"topic of {channel} by {by}: {message}")

    async def on_kick(self, channel: str, target: str, by: str, reason: str | None = None) -> None:
        await super().on_kick(channel, target, by, reason)
        if target == self.nickname:
            self.note(f"kicked from {channel} by {by}")

    async def obey(self, line: str) -> None:
        """Do what a line says."""
        what, where, text = (*line.split(" ", 2), "")[:3]
        if what == "join":
            await self.join(where)
        elif what == "say":
            await self.message(where, text)
        elif what == "act":
            await self.ctcp(where, "ACTION", text)
        else:
            await self.set_topic(where, text)


async def main(log: str, port: str, nickname: str, room: str, password: str) -> None:
    login = {"sasl_username": nickname, "sasl_password": password} if password else {}
    bot = Bot(Path(log), room, nickname, **login)
    await bot.connect("127.0.0.1", int(port), tls=False)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        await bot.obey(line.rstrip("\n"))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
