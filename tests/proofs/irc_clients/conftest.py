"""The browser of the people who talk with IRC clients."""

from tests.browser.conftest import _started, chromium

__all__ = ["_started", "chromium"]
