"""``python3 -m tests.proofs.first_line``: measure how soon the first line is seen.

Exit with 1 if the median is over a bar. Nothing else may run meanwhile.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from tests.browser.chromium import Chromium, missing
from tests.browser.tab import PHONE, Tab
from tests.proofs.first_line.slow_network import Speed, slow_network
from tests.support.live_server import LiveServer

MOBILE = Speed(round_trip=0.150, rate=1_600_000 / 8)
"""150 ms, and 1.6 Mbit/s: what Lighthouse calls a slow 4G."""

SLOWER = 4
"""The processor of the phone is so many times slower than that of this machine."""

FIRST, AGAIN = 1.5, 1.0
"""Most seconds until a line is seen: of the first visit, and of a later one."""

LINES = [f"a line of the past, number {number}, as people write them" for number in range(60)]

WATCH = """
new MutationObserver(() => {
    if (document.querySelector("#lines .message")) requestAnimationFrame(
        () => setTimeout(() => window.seenAt ??= performance.now()));
}).observe(document, {childList: true, subtree: true});
"""
"""A script that notes when a line is on the screen: after the frame that first has one."""

KEPT = "return navigator.serviceWorker.controller !== null"


def visit(tab: Tab, address: str) -> float:
    """Open the page, and return the seconds until a line is seen."""
    tab.open(address)
    seen_at = float(tab.until(lambda: tab.script("return window.seenAt"), "a line")) / 1000
    tab.until(lambda: tab.script(KEPT), "the page is kept by the browser")
    return seen_at


def main() -> int:
    """Measure, and print all times. Return 1 if a bar is missed."""
    parser = argparse.ArgumentParser(prog="python3 -m tests.proofs.first_line")
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    if reason := missing():
        sys.exit(reason)
    first: list[float] = []
    again: list[float] = []
    with tempfile.TemporaryDirectory() as work, ExitStack() as stack:
        daemon = stack.enter_context(LiveServer(Path(work), web=0))
        with daemon.guest() as luis:
            luis.type("/nick luis", *LINES)
            luis.until(LINES[-1])
        assert daemon.web_port is not None
        chromium = Chromium()
        stack.callback(chromium.quit)
        for _ in range(rounds):
            # Another port is another origin: nothing is stored for it.
            with slow_network(daemon.web_port, MOBILE) as port:
                address = f"http://127.0.0.1:{port}/"
                tab = chromium.tab(Tab)
                tab.use(PHONE)
                tab.devtools("Emulation.setCPUThrottlingRate", rate=SLOWER)
                tab.devtools("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
                first.append(visit(tab, address))
                again.append(visit(tab, address))
                chromium.leave()
                chromium.forget()
    missed = 0
    for name, times, bar in ("first", first, FIRST), ("again", again, AGAIN):
        middle = median(times)
        missed |= middle > bar
        print(f"{name}: {middle:.2f} s ({', '.join(f'{each:.2f}' for each in sorted(times))})")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
