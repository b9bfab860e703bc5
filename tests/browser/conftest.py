"""One Chromium for all tests of a process that use one, and a daemon with a page for each test.

A test fails if the browser complained: of an error in a script, a violation of the page's policy,
or a request that failed. `Chromium.forgive` accepts the complaints that a test provokes.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.browser.chromium import Chromium, missing
from tests.browser.page import Page
from tests.browser.tab import LAPTOP, Tab
from tests.support.live_server import LiveServer


@pytest.fixture(scope="session")
def _started() -> Generator[Chromium, None, None]:
    if reason := missing():
        pytest.skip(reason)
    chromium = Chromium()
    yield chromium
    chromium.quit()


@pytest.fixture
def chromium(_started: Chromium) -> Generator[Chromium, None, None]:
    """Yield the browser without open tabs and cookies."""
    yield _started
    _started.leave()
    complaints = _started.complaints()
    _started.forget()
    assert not complaints, "the browser complained:\n" + "\n".join(complaints)


@pytest.fixture
def tab(chromium: Chromium) -> Tab:
    """Return an empty tab."""
    return chromium.tab(Tab)


@pytest.fixture
def page(chromium: Chromium, daemon: LiveServer) -> Page:
    """Return the page of the daemon, ready to write in, on a laptop."""
    page = chromium.tab(Page)
    page.use(LAPTOP)
    page.prefer("light")
    page.enter(daemon.url)
    return page


@pytest.fixture
def daemon(chromium: Chromium, tmp_path: Path) -> Generator[LiveServer, None, None]:
    """Yield a daemon with a page and an empty store. It ends after all tabs are closed."""
    with LiveServer(tmp_path, web=0) as daemon:
        yield daemon
        chromium.leave()
