"""`tests.browser.tab`: the functions that other tests use work in the installed browser."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.browser import chromium as browsers
from tests.browser.chromium import Chromium
from tests.browser.tab import LAPTOP, PHONE, Heard, Tab, axe_core

PAGE = """<!doctype html><html lang=en><title>a page</title>
<meta name=viewport content="width=device-width">
<main><label>Say <input autofocus></label><button>Send</button><ul></ul></main>
<script>
document.querySelector("button").onclick = () => setTimeout(() => {
    const item = document.createElement("li");
    item.textContent = document.querySelector("input").value;
    document.querySelector("ul").append(item);
}, 50);
</script>"""


def page(html: str = PAGE) -> str:
    return "data:text/html;charset=utf-8," + quote(html)


def test_what_is_typed_is_shown_once_the_page_has_done_it(tab: Tab) -> None:
    tab.open(page())
    tab.type("hola 👋🏽 ñ")
    assert tab.texts("li") == []
    tab.click("button")
    assert tab.has("li", "hola") == ["hola 👋🏽 ñ"]
    assert tab.title == "a page"


def test_keys_move_what_has_the_keyboard(tab: Tab) -> None:
    tab.open(page())
    assert tab.focused == "input"
    tab.press("\ue004")  # the tabulator
    assert tab.focused == "Send"
    tab.chord("\ue008", "\ue004")  # with the shift key
    assert tab.focused == "input"


def test_a_screen_reader_finds_roles_and_names(tab: Tab) -> None:
    tab.open(page())
    heard = tab.heard()
    assert Heard("textbox", "Say") in heard
    assert Heard("button", "Send") in heard


def test_a_tab_stays_where_it_was_when_another_one_is_used(chromium: Chromium) -> None:
    one, other = chromium.tab(Tab), chromium.tab(Tab)
    one.open(page("<p>one"))
    other.open(page("<p>other"))
    assert one.texts("p") == ["one"]
    assert other.texts("p") == ["other"]
    other.close()
    assert one.texts("p") == ["one"]


def test_a_screen_and_what_the_system_prefers_can_be_chosen(tab: Tab) -> None:
    tab.open(page())
    for device in PHONE, LAPTOP:
        tab.use(device)
        seen = tab.script("return [innerWidth, innerHeight, devicePixelRatio]")
        assert seen == [device.width, device.height, device.scale]
    for scheme in "dark", "light":
        tab.prefer(scheme)
        query = f"(prefers-color-scheme: {scheme})"
        assert tab.script("return matchMedia(arguments[0]).matches", query)
    tab.speak("es")
    tab.open(page())
    assert tab.script("return navigator.language") == "es"
    assert tab.screenshot("page").startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("html", "complaint"),
    [
        ("<script>console.error('oh', 'no')</script>", "no"),
        ("<script>nowhere()</script>", "nowhere is not defined"),
        ("<script>Promise.reject(new Error('unseen'))</script>", "unseen"),
        ("<script src=http://127.0.0.1:1/x.js></script>", "ERR_"),
        (
            "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'\">"
            "<p onclick=alert(1)><script>alert(2)</script>",
            "Content Security Policy",
        ),
    ],
    ids=["written", "raised", "rejected", "not loaded", "forbidden"],
)
def test_what_the_browser_complains_of_is_noticed(
    chromium: Chromium, tab: Tab, html: str, complaint: str
) -> None:
    seen: list[str] = []

    def noticed() -> bool:
        seen.extend(chromium.complaints())
        return complaint in "".join(seen)

    tab.open(page(html))
    tab.until(noticed, f"a complaint with {complaint}")  # which may come after the page is there
    chromium.forgive(complaint)
    tab.open(page(html))
    assert not chromium.complaints()


@pytest.mark.skipif(
    axe_core() is None,
    reason="axe-core is not here: npm install, or name axe.min.js in AXE_CORE",
)
def test_axe_finds_what_is_wrong_and_nothing_else(tab: Tab) -> None:
    tab.open(page(PAGE.replace("</main>", "<h1>Talk</h1></main>")))
    assert tab.findings("critical", "serious", "moderate") == []
    tab.open(page(PAGE.replace("label>", "b>").replace("<html lang=en>", "<html>")))
    (language, label) = sorted(tab.findings("critical", "serious"))
    assert '"label"' in label
    assert '"html-has-lang"' in language


def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert browsers.missing().startswith("no browser to test with: Chromium (Debian: apt install")
