"""A person who is elsewhere is told of private lines and of mentions."""

from __future__ import annotations

from tests.browser.page import HERE, Page
from tests.support.live_server import Client, LiveServer

DESKTOP = """
window.isFirst = true;
document.hasFocus = () => isFirst;
window.shown = [];
window.Notification = class {
    static permission = "default";
    static async requestPermission() { return this.permission = "granted"; }
    constructor(title, options) { shown.push(this); Object.assign(this, {title, ...options}); }
    close() { this.isClosed = true; }
};
"""
"""A desktop that shows its notifications to the test, grants what it is asked for, and has the page
in front (`FRONT`) or not: in a Chromium without a screen, no tab is behind another."""

FRONT = "isFirst = arguments[0]; dispatchEvent(new Event(isFirst ? 'focus' : 'blur'))"

SHOWN = "return shown.map(({title, body, isClosed}) => [title, body, Boolean(isClosed)])"
OFFER, YES, SWITCH = "#notify-offer", "#notify-yes", "#notify"
ICON = "return document.querySelector('#icon').getAttribute('href')"


def test_notifications_from_the_offer_to_the_switch(page: Page, daemon: LiveServer) -> None:
    page.devtools("Page.addScriptToEvaluateOnNewDocument", source=DESKTOP)
    page.reload()
    page.say("/nick ana")
    page.lacks("#welcome:not([hidden])")
    page.shows(OFFER, False)
    with Client(daemon.port) as luis:
        luis.type("/nick luis")
        luis.until("luis")
        luis.type("hola ana")
        page.shows(OFFER)
        page.screenshot("offer")
        page.click(YES)
        page.shows(OFFER, False)
        assert page.script("return document.querySelector(arguments[0]).checked", SWITCH)
        assert page.script(SHOWN) == []
        luis.type("seen, ana")
        page.said("seen, ana")
        page.script(FRONT, False)
        luis.type("/msg ana psst", "ana, ¿estás?")
        page.until(lambda: len(page.script(SHOWN)) == 2, "two notifications")
        assert page.script(SHOWN) == [
            ["luis", "psst", False],
            ["luis · #lobby", "ana, ¿estás?", False],
        ]
        page.until(lambda: page.script(ICON) == "/icon-dot.svg", "the dot in the icon")
        # In one step, as a click on a desktop is: the room that was open is not read meanwhile.
        page.script(f"{FRONT}; shown[0].onclick()", True)
        page.has("#room-name", "luis")
        page.until(lambda: [each[2] for each in page.script(SHOWN)] == [True, False], "one is read")
        page.click("#rooms .item")
        page.until(lambda: page.script(ICON) == "/icon.svg", "the icon without a dot")
        page.click(SWITCH)
        page.reload()
        page.has(HERE, "")
        assert not page.script("return document.querySelector(arguments[0]).checked", SWITCH)
        page.shows(SWITCH)
        page.shows(OFFER, False)
