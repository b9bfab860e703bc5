"""The page in Firefox, the other engine: a walk through all that differs between browsers."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.checkout import ROOT
from tests.support.live_server import Client, LiveServer

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
PUPPETEER = ROOT / "node_modules" / "puppeteer-core"
WALK = Path(__file__).parent / "firefox.mjs"


def missing() -> str:
    """Return the reason to skip: what is not installed; empty if all is."""
    lacking = []
    if FIREFOX is None:
        lacking.append("Firefox (Debian: apt install firefox-esr)")
    if shutil.which("node") is None:
        lacking.append("Node")
    if not PUPPETEER.is_dir():
        lacking.append("puppeteer-core (npm install)")
    return f"no Firefox to test with: {', '.join(lacking)} not found" if lacking else ""


@pytest.mark.skipif(bool(missing()), reason=missing())
def test_the_page_works_in_firefox_from_the_first_line_to_a_restart(tmp_path: Path) -> None:
    pictures = os.environ.get("CHATD_SCREENSHOTS")
    with ExitStack() as stack:
        daemon = stack.enter_context(LiveServer(tmp_path, web=0))
        luis = stack.enter_context(Client(daemon.port))
        luis.type("/nick luis", "a line of the past")
        luis.until("> a line of the past")
        walk = stack.enter_context(
            subprocess.Popen(
                ["node", WALK, str(FIREFOX), daemon.url, *filter(None, [pictures])],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )
        stack.callback(walk.terminate)
        assert walk.stdin is not None
        assert walk.stdout is not None
        said = []
        for line in walk.stdout:
            said.append(line)
            if line == "restart\n":
                daemon.kill()
                stack.enter_context(daemon.again())
                walk.stdin.write("\n")
                walk.stdin.flush()
        assert walk.wait() == 0, "".join(said)
