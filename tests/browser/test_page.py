"""The page in conversations: no line is lost or doubled, and text is never markup."""

from __future__ import annotations

from pathlib import Path

from tests.browser.chromium import Chromium
from tests.browser.page import (
    BANNER,
    CUT_OFF,
    DOWN,
    ENTER,
    HERE,
    LINES,
    ME,
    PEOPLE,
    ROOMS,
    TEXTS,
    UP,
    Page,
)
from tests.proofs.terminal.documented import beyond, is_unsafe
from tests.support.hostile import HOSTILE
from tests.support.live_server import Client, LiveServer
from tests.support.sentences import EN


def test_what_is_said_here_is_seen_elsewhere_and_the_other_way_round(
    page: Page, daemon: LiveServer
) -> None:
    with Client(daemon.port) as luis:
        luis.type("/nick luis")
        luis.until("luis")
        page.has(PEOPLE, "luis")
        page.say("¿qué tal? 👋🏽")
        assert "¿qué tal? 👋🏽" in luis.until("¿qué tal?")[-1]
        luis.type("bien, y tú", "/me saluda", "/topic tarde")
        page.said("bien, y tú")
        page.has(LINES, "luis saluda")
        page.has("#topic", "tarde")
    assert page.texts(TEXTS) == ["¿qué tal? 👋🏽", "bien, y tú"]


def test_a_command_is_answered_and_one_that_is_wrong_too(page: Page) -> None:
    page.say("/who", "/nonsense")
    page.has(LINES, "In #lobby: 1 guest.")
    page.has(f"{LINES}.error", "/nonsense")


def test_a_guest_keeps_the_name_over_a_reload_and_in_another_tab(
    page: Page, chromium: Chromium, daemon: LiveServer
) -> None:
    page.say("/nick ana")
    page.has(ME, "ana")
    page.reload()
    page.has(ME, "ana")
    other = chromium.tab(Page)
    other.enter(daemon.url)
    other.has(ME, "ana")
    stranger = chromium.tab(Page)
    stranger.enter(daemon.url_at("localhost"))
    stranger.has(ME, "guest")


def test_two_tabs_show_the_same_once(page: Page, chromium: Chromium, daemon: LiveServer) -> None:
    other = chromium.tab(Page)
    other.enter(daemon.url)
    other.say("from the second")
    page.said("from the second")
    page.say("from the first")
    for tab in page, other:
        assert tab.said("from the first") == ["from the second", "from the first"]


def test_older_lines_come_as_one_scrolls_up_each_once_and_in_order(
    page: Page, daemon: LiveServer
) -> None:
    with Client(daemon.port) as luis:
        luis.type(*(f"line {number}" for number in range(300)))
        luis.until("line 299")
    page.reload()
    page.said("line 299")
    assert len(page.seqs()) < 150

    def scroll() -> bool:
        page.script("document.querySelector('#log').scrollTop = 0")
        return "line 0" in page.texts(TEXTS)

    page.until(scroll, "the first line")
    assert page.texts(TEXTS) == [f"line {number}" for number in range(300)]
    assert page.seqs() == sorted(set(page.seqs()))


def test_nothing_is_lost_or_doubled_when_the_daemon_is_killed_and_started(
    page: Page, chromium: Chromium, daemon: LiveServer
) -> None:
    chromium.forgive(CUT_OFF)
    page.say("/nick ana", "before")
    page.said("before")
    daemon.kill()
    page.shows(BANNER)
    page.screenshot("no-connection")
    widths = (
        "return ['banner', 'log', 'composer'].map(id => document.getElementById(id).offsetWidth)"
    )
    assert len(set(page.script(widths))) == 1  # one column, one above the other
    page.say("meanwhile")
    page.has("#pending", "meanwhile")
    with daemon.again() as again, Client(again.port) as luis:
        luis.type("afterwards")
        luis.until("afterwards")
        page.shows(BANNER, False)
        page.has(ME, "ana")
        page.said("meanwhile")
        assert sorted(page.said("afterwards")) == ["afterwards", "before", "meanwhile"]
        assert page.seqs() == sorted(set(page.seqs()))


def test_another_log_takes_the_place_of_what_was_there(
    page: Page, chromium: Chromium, daemon: LiveServer, tmp_path: Path
) -> None:
    """The page comes back to another, longer log, as when a store was replaced."""
    chromium.forgive(CUT_OFF)
    page.say("/nick ana", "of the old log")
    page.said("of the old log")
    daemon.kill()
    page.shows(BANNER)
    for each in tmp_path.glob("store*"):
        each.unlink()
    lines = [f"new {number}" for number in range(5)]
    with LiveServer(tmp_path) as other, Client(other.port) as luis:
        luis.type(*lines)
        luis.until(lines[-1])
    with daemon.again():
        page.shows(BANNER, False)
        page.said(lines[-1])
        assert page.texts(TEXTS) == lines
        page.say("and on")
        page.said("and on")
        assert page.seqs() == [1, 2, 3, 4, 5, 6]


def test_pastes_in_the_midst_of_which_the_daemon_is_killed_are_said_once(
    page: Page, chromium: Chromium, daemon: LiveServer
) -> None:
    chromium.forgive(CUT_OFF)
    lines = [f"line {number:03}" for number in range(200)]
    with daemon.guest() as luis:
        page.say(*("\n".join(lines[first : first + 50]) for first in range(0, 200, 50)))
        luis.until(lines[20])
        daemon.kill()
    page.shows(BANNER)
    with daemon.again() as again, Client(again.port) as luis:
        page.said(lines[150])
        luis.type("/history 300")
        luis.until("lines of #lobby")
        kept = [line.rpartition("> ")[2] for line in luis.until(f"> {lines[-1]}")]
    assert kept == lines
    assert page.seqs() == [1, 51, 101, 151]


def test_what_is_unread_in_another_room_is_counted_until_it_is_seen(
    page: Page, daemon: LiveServer
) -> None:
    page.say("/nick ana", "/join ops")
    page.has(HERE, "ops")
    with Client(daemon.port) as luis:
        luis.type("one", "two", "ana: three")
        luis.until("three")
        page.has(f"{ROOMS} .badge", "@1")
        assert page.texts(f"{ROOMS} .badge:not(:empty)") == ["@1", "3"]
        page.until(lambda: "(3 @1)" in page.title, "both are counted on the tab")
    page.click(f"{ROOMS}:not([aria-current=true])")
    page.has(HERE, "lobby")
    assert page.said("three") == ["one", "two", "ana: three"]
    page.until(lambda: "(" not in page.title, "nothing is unread")


# Text is text

SCRIPTS = (
    "<script>hurt = 1</script>",
    "<img src=x onerror=hurt=1>",
    "<svg/onload=hurt=1><animate onbegin=hurt=1>",
    '"><iframe srcdoc="<script>parent.hurt=1</script>"></iframe>',
    "</div></main><h1>gone</h1>",
    "<style>* { display: none }</style>",
    "<meta http-equiv=refresh content='0;url=http://127.0.0.1:1/'>",
    "<base href=http://127.0.0.1:1/>",
    "<form><button formaction=javascript:hurt=1>press",
    "<a href=javascript:hurt=1>here</a>",
    "javascript:hurt=1 vbscript:hurt=1 data:text/html,<script>hurt=1</script>",
    'http://127.0.0.1:1/"onmouseover="hurt=1"',
    "http://127.0.0.1:1/<img/src=x/onerror=hurt=1>",
    "http://javascript:hurt@127.0.0.1:1/",
    "{{constructor.constructor('hurt=1')()}} ${hurt=1} {name} %s",
    "&lt;script&gt;hurt=1&lt;/script&gt; &#60;b&#62; &amp;amp;",
    "<!-- --!> <![CDATA[ ]]> <? ?> </textarea></title></script>",
    "__proto__ constructor toString",
)

INSIDE = """
return [...new Set(Array.from(document.querySelectorAll("#lines .text *"), each => each.localName
    + ":" + each.getAttributeNames().sort()))];
"""


def test_what_looks_like_html_is_shown_as_it_was_written(page: Page, daemon: LiveServer) -> None:
    with Client(daemon.port) as luis:
        luis.type("/nick luis", *SCRIPTS, *(f"/topic {script}" for script in SCRIPTS))
        for script in SCRIPTS:
            page.has(TEXTS, script)
            page.has("#topic, #lines .line.topic", script)
        luis.type(*(f"/msg guest1 {script}" for script in SCRIPTS), f"/me {SCRIPTS[0]}")
        page.has(LINES, f"luis {SCRIPTS[0]}")
    assert page.texts(TEXTS) == list(SCRIPTS)
    assert set(page.script(INSIDE)) <= {"a:dir,href,rel,target"}
    assert page.script("return typeof hurt") == "undefined"
    for href in page.script("return Array.from(document.links, link => link.href)"):
        assert href.startswith(("http://127.0.0.1:1/", daemon.url))
    page.say("/search hurt", "/history 100")
    page.has(LINES, SCRIPTS[1])
    page.reload()
    page.said(SCRIPTS[-1])
    assert page.script("return typeof hurt") == "undefined"


ADDRESSES = (
    "#<img src=x onerror=hurt=1>",
    "#%3Cscript%3Ehurt=1%3C/script%3E/1",
    "#javascript:hurt=1",
    "#%E0%A4%A",
    "#__proto__",
    "#@a/1",
    "#lobby/1e3",
)


def test_so_it_is_in_messages_of_lines_in_what_is_found_and_in_addresses(
    page: Page, daemon: LiveServer
) -> None:
    with Client(daemon.port) as luis:
        code = (
            f"```{SCRIPTS[1].replace(' ', '/')}",
            *SCRIPTS,
            "```",
            *(f"`{each}`" for each in SCRIPTS),
        )
        luis.type("/nick luis", "/paste", *code, ".")
        page.has(TEXTS, SCRIPTS[0])
    page.click(".block button[aria-expanded]")
    (text,) = page.has(TEXTS, f"{SCRIPTS[-1]}\n{SCRIPTS[0]}")
    assert text.split("\n") == [*SCRIPTS, *SCRIPTS]
    page.click("#search-open")
    page.type("hurt")
    page.press(ENTER)
    assert f"`{SCRIPTS[1]}`" in page.has("#found .text", SCRIPTS[1])
    for address in ADDRESSES:
        page.script("location.hash = arguments[0]", address)
        page.has(f"{LINES}.error", address.split("<")[0])
        page.until(lambda: page.script("return location.hash") == "#lobby", "it is taken back")
    assert page.script("return typeof hurt") == "undefined"


def test_hostile_text_is_made_visible_as_on_a_terminal(page: Page, daemon: LiveServer) -> None:
    """Characters that must not reach a terminal do not reach the page, either."""
    unsafe = [chr(code) for code in range(0x110000) if is_unsafe(chr(code))]
    sent = [each for each in unsafe if not 0xD800 <= ord(each) < 0xE000 and each != "\n"]
    lines = ["".join(f"a{each}b" for each in sent[at : at + 20]) for at in range(0, len(sent), 20)]
    with Client(daemon.port) as luis:
        luis.socket.sendall("".join(f"{line} end\n" for line in lines).encode())
        for name, text in HOSTILE.items():
            luis.socket.sendall(f"{text} {name}\n/topic {text} {name}\n".encode())
        luis.type("that was it")
        page.said("that was it")
    for name in HOSTILE:
        page.has(LINES, name)
    shown = page.script("return document.documentElement.textContent")
    assert set(beyond(shown.replace("\n", ""))) == set()
    assert len([text for text in page.texts(TEXTS) if text.endswith("end")]) == len(lines)
    page.say(f"from here {HOSTILE['sequences']}")
    page.has(TEXTS, "from here ^[]0;title")


def test_what_the_operator_says_is_text_too(chromium: Chromium, tmp_path: Path) -> None:
    (tmp_path / "motd").write_text(f"{SCRIPTS[1]}\n")
    page = chromium.tab(Page)
    with LiveServer(tmp_path, "--motd", "motd", web=0) as daemon:
        page.enter(daemon.url)
        page.has(LINES, SCRIPTS[1])
        assert page.script("return typeof hurt") == "undefined"
        chromium.leave()


def test_arrows_go_from_line_to_line_and_to_their_links(page: Page) -> None:
    page.say("one", "two", "three")
    page.said("three")
    page.script("document.querySelector('#log').focus()")
    page.press(UP, UP, UP, DOWN, ENTER)
    page.until(lambda: page.script("return location.hash") == "#lobby/2", "its address")
    page.has(".found .text", "two")


def test_help_and_a_new_room_say_what_a_guest_can_do(page: Page) -> None:
    page.say("/help me")
    page.has(LINES, "/ignore")
    page.say("/create mine")
    page.has(LINES, EN.sentence("nobody_runs_new_room", room="mine"))


def test_a_guest_is_welcomed_until_the_first_line(page: Page, daemon: LiveServer) -> None:
    page.shows("#welcome")
    with Client(daemon.port) as luis:
        luis.type("/nick luis")
        page.click(f"{PEOPLE}:enabled")
        page.click("#menu button")
        page.has("#begins", "Private, for you and luis.")
        page.say("hola")
        page.said("hola")
    page.shows("#welcome", False)
