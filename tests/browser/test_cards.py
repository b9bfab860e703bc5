"""Cards on the page: questions and what was answered, alerts and who has them, decisions."""

from __future__ import annotations

import json
import re
from urllib.request import Request, urlopen

from tests.browser.accounts import PASSWORD, registered
from tests.browser.page import DOWN, ENTER, HERE, LINES, PEOPLE, TABULATOR, Page
from tests.browser.tab import PHONE, axe_core
from tests.support.live_server import PATIENCE, Client, LiveServer

CARD = "#lines .card"
OWN = f"{CARD} .own"
PRESSED = f"{CARD} button[aria-pressed=true]"
COUNTS = f"{CARD} .count"
TALLY = f"{CARD} .tally"
ASKED = "Which port does HTTP use?"
FOOTER = "#lines .remarks"
ALERTS = "#alerts"
SHARES = (
    "return [...document.querySelectorAll('.question .share')]"
    ".map(each => each.style.getPropertyValue('--share'))"
)


def is_accessible(page: Page) -> bool:
    """Return False if axe-core is here and finds anything serious."""
    return axe_core() is None or page.findings("critical", "serious") == []


def focus_last_time(page: Page) -> None:
    """Give the keyboard to the time of the last line."""
    page.script("[...document.querySelectorAll('#lines .at')].at(-1).focus()")


def test_a_question_is_answered_on_its_card(page: Page, daemon: LiveServer) -> None:
    with Client(daemon.port) as ana:
        ana.type("/nick ana", f"/register {PASSWORD}", "/create class")
        ana.until("/help moderation")
        page.say("/nick luis", "/join class")
        page.has(HERE, "class")
        ana.type(f"/ask {ASKED} | 21 | 80 | 443")
        assert ASKED in page.has(CARD, ASKED)[0]
        focus_last_time(page)
        while page.focused != "21":
            page.press(TABULATOR)
        page.press(ENTER)
        page.has(OWN, "Your answer: 21")
        page.press(TABULATOR, ENTER)
        page.has(OWN, "Your answer: 80")
        assert page.texts(PRESSED) == [page.focused] == ["80"], "the focus stays on the card"
        assert not page.is_shown(TALLY), "only its author is told how many have answered"
        assert is_accessible(page)
        page.reload()
        page.has(OWN, "Your answer: 80")
        ana.type("/ask anon Was it too fast? | yes | no")
        page.has(CARD, "nobody sees who chose what")
        page.click(f"{LINES}:last-child .card li:last-child button")
        page.until(lambda: page.count(PRESSED) == 1, "an anonymous answer cannot be changed")
        ana.type("/ask done", "/ask done")
        page.has(f"{LINES}.question", "Closed, with 1 answer.")
        page.until(lambda: page.count(f"{CARD} button:not([hidden])") <= 2, "both are closed")
        assert page.script(SHARES) == ["0", "1", "0", "0", "1"]
        page.until(lambda: page.count(f"{LINES}.answer .card") == 2, "the results are cards, too")
        page.reload()
        page.has(OWN, "Your answer: 80")
        assert page.texts(f"{LINES}.question .count") == ["0", "1", "0", "0", "1"]
        assert is_accessible(page)
        page.screenshot("cards-answered")


def test_the_one_who_asks_sees_the_answers_come_and_who_is_missing(
    page: Page, daemon: LiveServer
) -> None:
    registered(page, "ana")
    page.say("/create class")
    page.has(HERE, "class")
    with Client(daemon.port) as luis, Client(daemon.port) as nora:
        luis.type("/nick luis", "/join class")
        nora.type("/nick nora", "/join class")
        page.has(PEOPLE, "luis")
        page.has(PEOPLE, "nora")
        page.say(f"/ask {ASKED} | 21 | 80", "/ask Questions?")
        page.has(TALLY, "0 of 2")
        luis.type("/a it is too fast")
        page.has(TALLY, "1 of 2")
        page.has(CARD, "luis: it is too fast")
        page.until(lambda: page.texts(f"{TALLY} .names")[-1] == "nora", "luis is not missing")
        people = page.has(PEOPLE, "Not yet")
        assert people[0].startswith("nora")
        assert "Not yet" not in "".join(people[1:])
        before = page.texts(TALLY)
        page.reload()
        page.until(lambda: page.texts(TALLY) == before, "it is there after a reload")
        for scheme in "light", "dark":
            page.prefer(scheme)
            assert is_accessible(page)
            page.screenshot(f"cards-{scheme}")
        page.use(PHONE)
        page.screenshot("cards-phone")
        page.click(f"{LINES}.question:last-of-type {TALLY.removeprefix('#lines ')} button")
        page.has(f"{LINES}.answer", "Closed, with 1 answer.")
        luis.until("closed the question")
        luis.type("/a 2")
        page.until(lambda: page.texts(COUNTS) == ["0", "1"], "the bars of the other one")
        page.click(f"{TALLY} button:not([hidden]):last-child")
        page.has(f"{LINES}.answer", "ana showed the answers")
        assert "Closed" not in page.texts(f"{LINES}.answer")[-1]


def hook(page: Page, name: str) -> str:
    """Make an incoming hook in the room's settings, and return its URL."""
    page.click("#settings-open")
    page.has("#forms button", "Make a URL")
    form = "[...document.querySelectorAll('#forms form')].find(each => /URL/.test(each.innerText))"
    page.script(f"{form}.querySelector('input').focus()")
    page.type(name)
    page.press(ENTER)
    page.until(lambda: page.focused == "forms-password", "the password is asked for")
    page.type(PASSWORD)
    page.press(ENTER)
    told = page.has("#forms-told", "/hooks/")[0]
    page.devtools(
        "Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"]
    )
    page.click("#forms-told button")
    page.has("#forms-told button", "Copied")
    page.click("#forms .close")
    page.click("#line")
    found = re.search(r"http\S+", told)
    assert found is not None
    return found[0]


def post(url: str, *names: str, status: str = "firing") -> None:
    """Post alerts as Alertmanager does."""
    alerts = [
        {"status": status, "labels": {"alertname": name}, "annotations": {}} for name in names
    ]
    body = json.dumps({"alerts": alerts}).encode()
    request = Request(url, body, {"Content-Type": "application/json"})
    with urlopen(request, timeout=PATIENCE) as answer:
        assert answer.read() == b"ok"


def test_an_incident_has_its_alerts_and_decisions(page: Page, daemon: LiveServer) -> None:
    registered(page, "ana")
    page.say("/create ops")
    page.has(HERE, "ops")
    url = hook(page, "tools")
    with Client(daemon.port) as luis:
        luis.type("/nick luis", "/join ops")
        page.has(LINES, "luis joined")
        post(url, "DiskFull", "HighLoad")
        page.has(ALERTS, "2 alerts that nobody has")
        page.click(f"{FOOTER} .free:last-child button")
        page.has(FOOTER, "ana has this")
        page.has(ALERTS, "2 alerts, 1 that nobody has")
        luis.type("/ack DiskFull on it")
        page.has(FOOTER, "on it")
        page.has(ALERTS, "2 alerts, all taken")
        page.click(ALERTS)
        page.has("#menu .item", "HighLoad: ana has this")
        page.press(ENTER)
        page.has(".found", "HighLoad")
        post(url, "DiskFull", status="resolved")
        page.has(FOOTER, "This alert is over.")
        page.has(ALERTS, "1 alert, taken")
        page.click("#line")
        page.say("back to 1.2?")
        page.said("back to 1.2?")
        focus_last_time(page)
        page.press(TABULATOR, ENTER)
        page.has("#menu .item", "Mark as a decision")
        page.press(DOWN, ENTER)
        page.has(FOOTER, "is with 1 of 1")
        page.click(f"{FOOTER} .close")
        page.lacks(FOOTER, "is with")
        page.script("document.getElementById('line-menu').click()")
        page.press(ENTER)
        page.until(lambda: page.is_shown("#forms"), "the words of the decision are asked for")
        page.type("yes, until Monday")
        page.press(ENTER)
        page.has(FOOTER, "marked by ana")
        assert "yes, until Monday" in luis.until("yes, until Monday")[-1]
        page.screenshot("incident")
        page.reload()
        page.has(FOOTER, "yes, until Monday")
        page.has(ALERTS, "1 alert, taken")
        page.has(FOOTER, "This alert is over.")
        assert is_accessible(page)
        assert page.texts(f"{FOOTER} .of") == [
            "[FIRING] DiskFull",
            "[FIRING] HighLoad",
        ], "each alert of one message has its title"
        post(url, "SlowLogin", status="firing")
        page.has(ALERTS, "2 alerts, 1 that nobody has")
        page.until(lambda: page.count(f"{FOOTER} .of") == 2, "an alert alone needs no title")
