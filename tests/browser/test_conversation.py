"""One conversation of nc, telnet, curl and a browser in one room."""

from __future__ import annotations

import shutil
import subprocess
from contextlib import ExitStack

import pytest

from tests.browser.page import TEXTS, Page
from tests.browser.programs import give, program, shows
from tests.support.live_server import PATIENCE, LiveServer

PROGRAMS = "nc", "telnet", "curl"


@pytest.mark.skipif(
    not all(map(shutil.which, PROGRAMS)), reason=f"needs all of {', '.join(PROGRAMS)}"
)
def test_nc_telnet_curl_and_a_browser_hold_one_conversation(page: Page, daemon: LiveServer) -> None:
    room = f"{daemon.url}api/rooms/lobby"
    with ExitStack() as stack:
        nc, telnet = (
            stack.enter_context(program(name, "127.0.0.1", str(daemon.port)))
            for name in ("nc", "telnet")
        )
        reader = stack.enter_context(program("curl", "-sN", f"{room}/stream?after=0"))
        give(nc, "/nick nestor", "hola de nc")
        shows(nc, "<nestor> hola de nc")
        give(telnet, "/nick tere", "hola de telnet")
        shows(telnet, "<tere> hola de telnet")
        page.say("/nick ana", "hola del navegador")
        page.said("hola del navegador")
        post = ("curl", "-sS", "--fail", "-d", "hola de curl", f"{room}/messages?name=carlos")
        subprocess.run(post, check=True, timeout=PATIENCE, capture_output=True)
        page.said("hola de curl")
        everything = [f"hola de{way}" for way in (" nc", " telnet", "l navegador", " curl")]
        assert page.texts(TEXTS) == everything
        for text in everything:
            assert f'"text":"{text}"' in shows(reader, text)
        for name, text in zip(("tere", "ana", "carlos"), everything[1:], strict=True):
            assert shows(nc, f"> {text}") == f"<{name}> {text}\n"
        page.screenshot("conversation")
