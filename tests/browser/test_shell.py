"""The page without its server, from the files that the browser keeps, and with a newer server."""

from __future__ import annotations

import re
import shutil
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import pytest

from chatd.protocols.web.http.messages import Request
from chatd.protocols.web.static_files import page_of
from tests.browser.chromium import Chromium
from tests.browser.page import BANNER, CUT_OFF, HERE, LINES, Page
from tests.support.checkout import ROOT
from tests.support.live_server import LiveServer

KEPT = """
const done = arguments[arguments.length - 1];
(async () => {
    const addresses = [];
    for (const name of await caches.keys()) {
        for (const { url } of await (await caches.open(name)).keys()) addresses.push(url);
    }
    done(addresses.map(each => new URL(each)).map(each => each.pathname + each.search));
})();
"""

CONTROLLED = "return navigator.serviceWorker.controller !== null"


def kept(page: Page) -> list[str]:
    """Return the addresses of all that the page's worker keeps."""
    return list(page.driver.execute_async_script(KEPT))


def scripts_kept(page: Page) -> list[str]:
    return [each for each in kept(page) if each.startswith("/main.js")]


def wait_until_kept(page: Page) -> None:
    page.until(lambda: page.script(CONTROLLED), "the page is kept by the browser")


def test_without_its_server_the_page_is_there_and_says_so(
    page: Page, chromium: Chromium, daemon: LiveServer
) -> None:
    chromium.forgive(CUT_OFF)
    wait_until_kept(page)
    errors = page.devtools("Page.getInstallabilityErrors")["installabilityErrors"]
    assert errors == [], "it can be installed as an app"
    page.say("/nick ana", "a line of the room")
    page.said("a line of the room")
    page.reload()
    page.said("a line of the room")
    assert {each.partition("?")[0] for each in kept(page)} == {
        *("/", "/style.css", "/socket.js", "/main.js"),
        *("/manifest.webmanifest", "/icon.svg", "/app.png"),
    }
    daemon.kill()
    page.reload()
    page.shows(BANNER)
    page.has(BANNER, "No connection")
    page.has(HERE, "lobby")
    page.shows("#begins", False)
    assert page.texts(LINES) == []
    page.screenshot("offline")
    page.type("written without a connection")
    page.press("\ue007")
    page.has("#pending", "written without")
    with daemon.again():
        page.shows(BANNER, False)
        page.said("written without a connection")


class Versions:
    """A server of the page without a chat, which has one version after another."""

    def __init__(self, work: Path) -> None:
        self._work = work
        self.quick = Event()
        """Not set: the page itself is answered late."""
        self.quick.set()
        self.upgrade("first")
        versions = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path, _, query = self.path.partition("?")
                name = tuple(filter(None, path.split("/")))
                if not name:
                    versions.quick.wait()
                file = versions.page.get(name)
                if file is None:
                    self.send_error(404)
                    return
                answer = file.answer(Request("GET", name, query))
                self.send_response(answer.status)
                for header in answer.headers:
                    self.send_header(*header)
                self.end_headers()
                self.wfile.write(answer.body)

            def log_message(self, *_: object) -> None:
                """Log nothing."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def upgrade(self, name: str) -> None:
        """Be another version from here on, which has its name in the page."""
        directory = shutil.copytree(
            ROOT / "chatd" / "protocols" / "web" / "page", self._work / name
        )
        index = directory / "index.html"
        index.write_text(index.read_text("utf-8").replace("<b class", f"<i>{name}</i><b class", 1))
        self.page = page_of(directory)
        page = self.page[()].answer(Request("GET", ())).body.decode()
        (self.script,) = re.findall(r'"(/main\.js[^"]*)"', page)


@pytest.fixture
def versions(chromium: Chromium, tmp_path: Path) -> Generator[Versions, None, None]:
    chromium.forgive("WebSocket|from the Manifest|404")
    versions = Versions(tmp_path)
    thread = Thread(target=versions.http.serve_forever, args=[0.02])
    thread.start()
    yield versions
    chromium.leave()
    versions.quick.set()
    versions.http.shutdown()
    thread.join()
    versions.http.server_close()


def test_after_an_upgrade_no_older_page_stays(chromium: Chromium, versions: Versions) -> None:
    address = f"http://127.0.0.1:{versions.http.server_address[1]}/"
    page = chromium.tab(Page)
    page.open(address)
    page.has("#rooms-panel i", "first")
    wait_until_kept(page)
    versions.upgrade("second")
    page.reload()
    page.has("#rooms-panel i", "second")
    page.until(lambda: scripts_kept(page) == [versions.script], "the second version alone is kept")
    versions.upgrade("third")
    versions.quick.clear()
    page.reload()
    assert page.texts("#rooms-panel i") == ["second"], "what is kept is there without the server"
    versions.quick.set()
    page.has("#rooms-panel i", "third")
