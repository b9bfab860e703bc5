"""The pictures of the page in the READMEs: one conversation of nc, telnet, curl and a browser.

    python -m tests.browser.pictures docs

writes them into a directory. They are looked at, and not compared.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.browser.chromium import Chromium, missing
from tests.browser.page import HERE, Page
from tests.browser.programs import give, program, shows
from tests.browser.tab import LAPTOP, PHONE, Device
from tests.support.live_server import PATIENCE, LiveServer

SCREEN_OF_A_PHONE = Device(PHONE.width, PHONE.height, 1.0, touch=True)


def hold_conversation(page: Page, daemon: LiveServer, stack: ExitStack) -> None:
    """Have the conversation of the pictures."""
    nc, telnet, luis = (
        stack.enter_context(program(name, "127.0.0.1", str(daemon.port)))
        for name in ("nc", "telnet", "nc")
    )
    give(luis, "/nick luis", "/join builds", "/topic Every build, as it ends", "morning")
    shows(luis, "<luis> morning")
    give(nc, "/nick ana", "/topic Release on Friday", "Good morning. I am on nc, as always.")
    shows(nc, "as always")
    give(telnet, "/nick tere", "And I on telnet. ¿Todo bien?", "/me looks at the release notes")
    shows(telnet, "* tere")
    page.say("/nick eva", "Hola. I came with a browser: same room, same lines.")
    page.said("same lines")
    rooms = f"{daemon.url}api/rooms"
    for room, name, text in (
        ("lobby", "ci", "build 17 is green: https://ci.example/17"),
        ("builds", "ci", "build 17 is green"),
    ):
        post = ("curl", "-sS", "--fail", "-d", text, f"{rooms}/{room}/messages?name={name}")
        subprocess.run(post, check=True, timeout=PATIENCE, capture_output=True)
    page.said("build 17")
    page.say("/join builds")
    page.has("#room-name", "builds")
    page.chord("\ue00a", "\ue013")
    page.has("#room-name", "lobby")
    give(luis, "@eva, can you look at 16?")
    shows(luis, "look at 16")
    give(nc, "eva: nice. The log stays on this machine, too.")
    page.said("on this machine")
    page.has(".badge", "")


def main(directory: str) -> None:
    """Make all pictures."""
    if reason := missing():
        sys.exit(reason)
    os.environ["CHATD_SCREENSHOTS"] = directory
    with tempfile.TemporaryDirectory() as work, ExitStack() as stack:
        chromium = Chromium()
        stack.callback(chromium.quit)
        daemon = stack.enter_context(LiveServer(Path(work), web=0))
        page = chromium.tab(Page)
        page.use(LAPTOP)
        page.prefer("light")
        page.enter(daemon.url)
        page.click("#welcome-later")
        hold_conversation(page, daemon, stack)
        page.click("#notify-no")
        page.lacks(f"{HERE} .badge:not(:empty)")
        for device, shape in ((LAPTOP, "desktop"), (SCREEN_OF_A_PHONE, "phone")):
            page.use(device)
            for scheme in ("light", "dark"):
                page.prefer(scheme)
                page.screenshot(f"browser-{shape}-{scheme}")
        chromium.leave()


if __name__ == "__main__":
    main(*sys.argv[1:])
