"""Alertmanager, Monit, Apprise, slack_sdk, @slack/webhook and curl post to a daemon by a hook.

Each counts what it posts as delivered, and a person at a terminal reads the lines. A program that
this machine does not have is left out.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from tests.support.admin import admin
from tests.support.documents import read
from tests.support.live_server import PATIENCE, LiveServer, output_of
from tests.support.server_processes import free_port

pytestmark = pytest.mark.senders

ALERTMANAGER = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
MONIT = shutil.which("monit")
MODULES = Path(os.environ.get("NODE_PATH", "")) / "@slack" / "webhook"
HERE = Path(__file__).parent

ROUTE = "route:\n  receiver: chat\n  group_by: [alertname]\n"
TIMES = "  group_wait: 0s\n  group_interval: 1s\n"


def recipe(kind: str, url: str) -> str:
    """Return the configuration that docs/alerts.md has for a kind of receiver, with a URL.

    Alerts are posted at once: the rest of the route is that of the document, too.
    """
    blocks = re.findall("```yaml\n(.*?)```", read("docs/alerts.md"), re.DOTALL)
    (block,) = (each for each in blocks if f"{kind}_configs:" in each)
    whole = block if block.startswith(ROUTE) else ROUTE + block
    return whole.replace(ROUTE, ROUTE + TIMES).replace("http://chat.lan:60080/hooks/TOKEN", url)


class Room:
    """The lobby of a daemon, with a hook and a reader."""

    def __init__(self, server: LiveServer, directory: Path) -> None:
        status, said, error = admin(directory, "hook", "in", "lobby", "alerts")
        assert status == 0, error
        self.url = said.strip()
        self.token = self.url.rpartition("/")[2]
        self.host = f"127.0.0.1:{server.web_port}"
        self.reader = server.guest()

    def said(self, last: str) -> list[str]:
        """Return the lines of the hook up to one that has this text."""
        lines = self.reader.until(last)
        return [line.removeprefix("<alerts> ") for line in lines if line.startswith("<alerts> ")]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with LiveServer(tmp_path, web=0) as server:
        found = Room(server, tmp_path)
        try:
            yield found
        finally:
            found.reader.__exit__()


class Alertmanager:
    """Debian's Alertmanager in a process of its own, which posts by one kind of receiver."""

    def __init__(self, directory: Path, kind: str, url: str) -> None:
        self.port = free_port()
        configuration = directory / "alertmanager.yml"
        configuration.write_text(recipe(kind, url))
        assert ALERTMANAGER is not None
        self.process = subprocess.Popen(
            [
                ALERTMANAGER,
                f"--config.file={configuration}",
                f"--storage.path={directory / 'alertmanager'}",
                f"--web.listen-address=127.0.0.1:{self.port}",
                "--cluster.listen-address=",
            ],
            stderr=subprocess.PIPE,
        )
        assert self.process.stderr is not None
        while b"Listening on" not in (line := self.process.stderr.readline()):
            assert line, "it did not start"

    def tell(self, ends: timedelta) -> None:
        """Tell it of an alert, which ends after a time from now."""
        now = datetime.now(timezone.utc)
        alert = {
            "labels": {"alertname": "DiskFull", "instance": "db1:9100"},
            "annotations": {"summary": "disk of db1 at 97 %"},
            "startsAt": (now - timedelta(minutes=5)).isoformat(),
            "endsAt": (now + ends).isoformat(),
            "generatorURL": "http://prom:9090/g",
        }
        self._ask("/api/v2/alerts", json.dumps([alert]).encode())

    def counted(self, name: str, kind: str) -> float:
        """Return a count of its metrics for a kind of receiver; 0 for one that it does not show."""
        text = self._ask("/metrics").decode()
        found = re.search(rf'^{name}{{integration="{kind}"[^}}]*}} (\S+)$', text, re.MULTILINE)
        return 0.0 if found is None else float(found[1])

    def waits_for(self, name: str, kind: str) -> bool:
        """Return True once a count of its metrics is not 0; False if it stays 0 for long."""
        end = time.monotonic() + PATIENCE
        while not self.counted(name, kind):
            if time.monotonic() > end:
                return False
        return True

    def _ask(self, path: str, body: bytes | None = None) -> bytes:
        url = f"http://127.0.0.1:{self.port}{path}"
        request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            found: bytes = answer.read()
            return found

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stderr is not None
        self.process.stderr.close()


@pytest.mark.skipif(ALERTMANAGER is None, reason="needs prometheus-alertmanager")
@pytest.mark.parametrize(
    ("kind", "first", "last", "ended"),
    [
        ("slack", r"\[FIRING\] DiskFull http://.*", "97 % http://prom", r"\[RESOLVED\].*"),
        ("webhook", r"\[FIRING\] DiskFull instance=db1:9100", "http://prom", r"\[RESOLVED\].*"),
        ("discord", r"\[FIRING:1\] DiskFull \(db1:9100\)", "Source: http", r"\[RESOLVED\].*"),
    ],
)
def test_alertmanager_counts_alerts_and_their_ends_as_delivered(
    room: Room, tmp_path: Path, kind: str, first: str, last: str, ended: str
) -> None:
    manager = Alertmanager(tmp_path, kind, room.url)
    try:
        manager.tell(timedelta(hours=1))
        said = room.said(last)
        assert re.fullmatch(first, said[0])
        assert any("disk of db1 at 97 %" in line for line in said)
        manager.tell(timedelta(seconds=-1))
        said = room.said(last)
        assert re.fullmatch(ended, said[0])
        assert manager.counted("alertmanager_notifications_failed_total", kind) == 0
        assert manager.counted("alertmanager_notifications_total", kind) >= 1
    finally:
        manager.stop()


@pytest.mark.skipif(ALERTMANAGER is None, reason="needs prometheus-alertmanager")
def test_alertmanager_sends_again_what_a_killed_daemon_did_not_take(tmp_path: Path) -> None:
    web = free_port()
    with LiveServer(tmp_path, web=web) as server:
        room = Room(server, tmp_path)
        manager = Alertmanager(tmp_path, "slack", room.url)
        server.process.kill()
        server.process.wait()
        room.reader.__exit__()
    try:
        manager.tell(timedelta(hours=1))
        assert manager.waits_for("alertmanager_notification_requests_failed_total", "slack")
        with LiveServer(tmp_path, web=web) as server, server.guest() as reader:
            reader.until("<alerts> [FIRING] DiskFull http")
        assert manager.counted("alertmanager_notifications_failed_total", "slack") == 0
    finally:
        manager.stop()


def monit_files(directory: Path, url: str) -> Path:
    """Write the recipe of docs/alerts.md for Monit, and return its control file.

    In place of the whole disk it watches the size of one file.
    """
    document = read("docs/alerts.md").partition("## Monit")[2]
    rules, script = re.findall(r"```\w*\n(.*?)```", document, re.DOTALL)[:2]
    alert, watched = directory / "chat-alert", directory / "watched"
    alert.write_text(script.replace("http://chat.lan:60080/hooks/TOKEN", url))
    alert.chmod(0o755)
    for old, new in (
        ("/usr/local/bin/chat-alert", str(alert)),
        ("filesystem root with path /", f"file root with path {watched}"),
        ("space usage > 90%", "size > 9 B"),
    ):
        assert old in rules
        rules = rules.replace(old, new)
    control = directory / "monitrc"
    files = [f"set {name}file {directory / name}\n" for name in ("pid", "id", "state")]
    control.write_text("set daemon 1\n" + "".join(files) + rules)
    control.chmod(0o700)
    return control


@pytest.mark.skipif(MONIT is None, reason="needs monit")
def test_monit_says_that_a_rule_fails_and_that_it_is_over(room: Room, tmp_path: Path) -> None:
    assert MONIT is not None
    control, watched = monit_files(tmp_path, room.url), tmp_path / "watched"
    watched.write_text("0123456789")
    with subprocess.Popen([MONIT, "-I", "-c", str(control)]) as monit:
        try:
            first, second = room.said("size test failed")
            assert re.fullmatch(r"\[FIRING\] root of \S+", first)
            assert "current size is 10 B" in second
            watched.write_text("")
            (over, _) = room.said("succeeded")
            assert over == first.replace("FIRING", "RESOLVED")
            room.reader.type("/acks")
            assert room.reader.until("No alert goes on")
        finally:
            monit.terminate()


@pytest.mark.skipif(importlib.util.find_spec("apprise") is None, reason="needs apprise")
@pytest.mark.parametrize("scheme", ["mmost", "json", "form", "gotify"])
def test_apprise_counts_a_message_as_delivered(room: Room, tmp_path: Path, scheme: str) -> None:
    urls = {
        "mmost": f"mmost://{room.host}/{room.token}",
        "json": f"json://{room.host}/hooks/{room.token}",
        "form": f"form://{room.host}/hooks/{room.token}",
        "gotify": f"gotify://{room.host}/hooks/{room.token}",
    }
    apprise = Path(sys.executable).parent / "apprise"
    options = ("-t", "Build 17", "-b", "failed\nsee log", urls[scheme])
    output_of(str(apprise), *options, cwd=tmp_path)
    assert room.said("see log") == ["Build 17", "failed", "see log"]


@pytest.mark.skipif(importlib.util.find_spec("slack_sdk") is None, reason="needs slack_sdk")
def test_slack_sdk_reads_ok(room: Room) -> None:
    webhook: Any = importlib.import_module("slack_sdk.webhook")
    client = webhook.WebhookClient(room.url)
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "Deploy 17"}},
        {"type": "section", "text": {"type": "mrkdwn", "text": "<https://x.example|log> &amp; b"}},
    ]
    answer = client.send(text="for a phone", blocks=blocks)
    assert (answer.status_code, answer.body) == (200, "ok")
    assert room.said("& b") == ["Deploy 17", "log https://x.example & b"]
    answer = client.send(attachments=[{"title": "t", "text": "u", "color": "danger"}])
    assert (answer.status_code, answer.body) == (200, "ok")
    assert room.said("u") == ["t", "u"]


@pytest.mark.skipif(not MODULES.is_dir(), reason="needs npm's @slack/webhook")
def test_slack_webhook_of_npm_reads_ok(room: Room, tmp_path: Path) -> None:
    node = shutil.which("node")
    assert node is not None
    assert output_of(node, str(HERE / "slack_webhook.cjs"), room.url, cwd=tmp_path) == "ok\n"
    assert room.said("done") == ["Deploy 18", "*done* log https://x.example"]


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["-d", "disk at 97 %"], ["disk at 97 %"]),
        (["-d", '{"text": "hola"}'], ["hola"]),
        (["--data-urlencode", 'payload={"text": "a & <http://b|c>"}'], ["a & c http://b"]),
        (["--data-urlencode", "text=a & b"], ["a & b"]),
        (["-H", "Content-Type: text/plain", "--data-binary", "one\ntwo"], ["one", "two"]),
    ],
)
def test_curl_is_answered_ok(
    room: Room, tmp_path: Path, options: list[str], said: list[str]
) -> None:
    assert output_of("curl", "-fsS", *options, room.url, cwd=tmp_path) == "ok"
    assert room.said(said[-1]) == said
