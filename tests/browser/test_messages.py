"""Messages of several lines on the page: pasted, shown as one, folded, copied."""

from __future__ import annotations

from tests.browser.page import ENTER, HERE, LINES, ROOMS, SHIFT, TEXTS, Page
from tests.support.live_server import Client, LiveServer

FOLD = ".block button[aria-expanded]"
COPY = f".block:has({FOLD.removeprefix('.block ')}) button:not([aria-expanded])"

TOP = "return document.querySelector(arguments[0]).getBoundingClientRect().top"

EVERY_LINE = [f"line {number}" for number in range(20)]

CLIPBOARD = """
const done = arguments[arguments.length - 1];
navigator.clipboard.readText().then(done, error => done(String(error)));
"""


def test_several_lines_are_one_message(page: Page, daemon: LiveServer) -> None:
    with Client(daemon.port) as luis:
        luis.type("/nick luis")
        luis.until("luis")
        page.type("```\n/quit now\n\nhttps://example.com/ `x`\n```")
        page.press(ENTER)
        said = page.said("/quit now")
        assert said == ["/quit now\n\nhttps://example.com/ `x`"]
        assert page.count(f"{TEXTS} a, {TEXTS} code") == 0
        assert "/quit now" in luis.until("`x`")[-3]
        page.type("one `a https://example.com/`")
        page.chord(SHIFT, ENTER)
        page.type("/who https://example.com/b")
        page.press(ENTER)
        page.said("/who")
        assert page.texts(f"{TEXTS} code") == ["a https://example.com/"]
        assert page.texts(f"{TEXTS} a") == ["https://example.com/b"]
        assert page.seqs() == [1, 6]
        luis.type("/paste", *EVERY_LINE, ".")
        page.said("line 7")
        assert page.seqs() == [1, 6, 8]
    assert "line 8" not in page.texts(TEXTS)[-1]
    page.script("navigator.clipboard.writeText = () => Promise.reject()")
    page.click(COPY)
    page.has(COPY, "Selected: press Ctrl+C")
    assert page.script("return String(getSelection())").split("\n")[:20] == EVERY_LINE
    page.script("delete navigator.clipboard.writeText")
    page.click(FOLD)
    page.lacks(TEXTS, "line 19")
    page.click(FOLD)
    page.has(TEXTS, "line 19")
    assert page.findings("serious", "critical") == []
    page.screenshot("messages")
    page.devtools(
        "Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"]
    )
    page.click(COPY)
    page.has(COPY, "Copied")
    copied = page.driver.execute_async_script(CLIPBOARD)
    assert copied == "\n".join(EVERY_LINE)


def test_a_message_that_is_unfolded_stays_so(page: Page, daemon: LiveServer) -> None:
    page.say("/join ops")
    page.has(HERE, "ops")
    with Client(daemon.port) as luis:
        luis.type(*(f"before {number}" for number in range(30)), "/paste", *EVERY_LINE, ".")
        luis.until("line 19")
    page.has(f"{ROOMS} .badge", "31")
    page.click(f"{ROOMS}:not([aria-current=true])")
    page.has(f"{LINES} .new", "New")
    place = page.script(TOP, FOLD)
    page.click(FOLD)
    page.has(TEXTS, "line 19")
    with Client(daemon.port) as luis:
        luis.type("and then")
        page.has(TEXTS, "and then")
    assert abs(page.script(TOP, FOLD) - place) < 2, "the button stays where it was"
    page.click("#line")
    page.say("read")
    page.said("read")
    page.lacks(f"{LINES} .new")
    page.has(TEXTS, "line 19")
    page.click(FOLD)
    page.lacks(TEXTS, "line 19")


def test_a_link_to_a_line_of_a_message_shows_the_message(page: Page, daemon: LiveServer) -> None:
    with Client(daemon.port) as luis:
        luis.type("before", "/paste", "one", "two", "three", ".")
        luis.until("three")
    page.said("two")
    assert page.script("return document.querySelector('.line:last-child .at').hash") == "#lobby/2"
    page.open(f"{daemon.url}#lobby/3")
    page.has(".found .text", "one\ntwo\nthree")


def test_a_message_that_is_too_large_is_not_sent(page: Page) -> None:
    page.type("x\n" * 101 + "y")
    page.has("#line-error", "102 lines, and a message has 100 at most")
    page.press(ENTER)
    page.type("z")
    page.has("#line-error", "102 lines")
    assert page.texts(LINES + ".message") == []
