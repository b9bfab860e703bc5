"""Reminders.

    chatd bot --stay --json --room ops --name remind -- python3 remind.py reminders.json

    !remind 10m tea   says in ten minutes: ana: tea

They are kept in a file, so they come also if the bot was not there meanwhile; each comes once,
because it has a key.
"""

import json
import os
import re
import select
import sys
import time

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
MOST = 100  # reminders at a time
WANTED = re.compile(r"!remind ([1-9]\d{0,3})([smhd]) (.+)")


class Reminders:
    def __init__(self, path):
        self.path = path
        self.due = {}  # by key: the time, and what is said then
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                self.due = json.load(file)

    def save(self):
        with open(f"{self.path}.new", "w", encoding="utf-8") as file:
            json.dump(self.due, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(f"{self.path}.new", self.path)

    def answer(self, call):
        """Return the answer to a call."""
        wanted = WANTED.fullmatch(call["text"])
        if wanted is None:
            return (
                f"{call['author']}: !remind 10m tea reminds you in ten minutes; 2h and 1d do, too."
            )
        if len(self.due) >= MOST:
            return f"{call['author']}: {MOST} reminders wait already. Try later."
        number, unit, text = wanted.groups()
        at = call["time"] / 1000 + int(number) * SECONDS[unit]
        self.due[f"remind-{call['seq']}"] = [at, f"{call['author']}: {text}"]
        self.save()
        return f"{call['author']}: at {time.strftime('%H:%M on %d %B', time.localtime(at))}."

    def tell(self):
        """Say what is due, and return the seconds until the next one, or None."""
        for key, (at, text) in sorted(self.due.items(), key=lambda item: item[1][0]):
            if at > time.time():
                return at - time.time()
            say(text=text, key=key)
            del self.due[key]
            self.save()
        return None


def say(**members):
    print(json.dumps(members), flush=True)


def main():
    reminders, unread = Reminders(sys.argv[1]), b""
    while True:
        seconds = reminders.tell()
        if not select.select([0], [], [], seconds)[0]:
            continue
        read = os.read(0, 65536)
        if not read:
            return
        *lines, unread = (unread + read).split(b"\n")
        for call in map(json.loads, lines):
            if call["text"].split()[0] == "!remind":
                say(text=reminders.answer(call), reply_to=call["seq"])
            else:
                say(reply_to=call["seq"])  # not for this bot


main()
