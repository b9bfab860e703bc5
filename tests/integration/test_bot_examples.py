"""examples/bots: each of them runs, in a room of a daemon."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from configparser import ConfigParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from typing import Any

import pytest

from chatd.command_line.subcommands import parser_of
from chatd.i18n import Language
from tests.support.bots import BotProcess
from tests.support.checkout import ROOT
from tests.support.documents import marked, read
from tests.support.live_server import PATIENCE, Client, LiveServer, environment

BOTS = ROOT / "examples" / "bots"
BUSYBOX = shutil.which("busybox")


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[LiveServer]:
    with LiveServer(tmp_path, "-l", f"unix:{tmp_path}/chat.sock") as daemon:
        yield daemon


@pytest.fixture
def ana(daemon: LiveServer) -> Iterator[Client]:
    with daemon.guest() as ana:
        ana.type("/nick ana", "/join ops")
        yield ana


@pytest.fixture(params=["system", "BusyBox"])
def tools(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the examples find the tools of this system, and those of BusyBox if it is installed."""
    if request.param == "system":
        return
    if BUSYBOX is None:
        pytest.skip("there is no busybox")
    links = tmp_path / "busybox"
    links.mkdir()
    subprocess.run([BUSYBOX, "--install", "-s", str(links)], check=True, timeout=PATIENCE)
    monkeypatch.setenv("PATH", str(links), prepend=os.pathsep)
    run = subprocess.run(["sh", "--help"], capture_output=True, check=False, timeout=PATIENCE)
    assert b"BusyBox" in run.stderr


def bot_of(daemon: LiveServer, *options: str, program: tuple[str, ...]) -> BotProcess:
    if shutil.which(program[0]) is None:
        pytest.skip(f"there is no {program[0]}")
    where = ("--unix", f"{daemon.directory}/chat.sock", "--room", "ops", "--name", "helper")
    return BotProcess(daemon.directory, *where, *options, "--", *program)


def answer(client: Client, line: str) -> str:
    """Say a line, and return what the bot says next."""
    client.type(line)
    return client.until("<helper> ")[-1].removeprefix("<helper> ")


@pytest.mark.usefixtures("tools")
def test_hello(daemon: LiveServer, ana: Client) -> None:
    with bot_of(daemon, program=("sh", str(BOTS / "hello.sh"))):
        assert answer(ana, "!ping") == "pong, ana"
        assert "load average" in answer(ana, "!uptime")
        ana.type("!other")
        assert answer(ana, "!help") == "I know !ping and !uptime."


@pytest.mark.usefixtures("tools")
def test_dice(daemon: LiveServer, ana: Client) -> None:
    with bot_of(daemon, program=("awk", "-f", str(BOTS / "dice.awk"))):
        assert re.fullmatch("ana rolls 1d6: [1-6]", answer(ana, "!roll"))
        found = re.fullmatch(
            r"ana rolls 3d20: (\d+) \+ (\d+) \+ (\d+) = (\d+)", answer(ana, "!roll 3d20")
        )
        assert found is not None
        *dice, total = map(int, found.groups())
        assert sum(dice) == total
        for wrong in "0d6", "100d6", "2d", "1d6;id", '$(id)d"6':
            assert answer(ana, f"!roll {wrong}").startswith("ana: !roll 2d6 rolls")


@pytest.mark.usefixtures("tools")
def test_the_lines_of_a_file(daemon: LiveServer, ana: Client) -> None:
    log = daemon.directory / "app.log"
    log.write_text("old\n")
    with bot_of(daemon, "--stay", program=("sh", str(BOTS / "follow.sh"), str(log))):
        assert answer(ana, "!last") == "old"
        ana.type("!other")
        with log.open("a") as file:
            file.write("disk full\n")
        assert ana.until("<helper> ")[-1] == "<helper> disk full"
        assert answer(ana, "!last") == "disk full"


def test_a_standup(daemon: LiveServer, ana: Client) -> None:
    file = daemon.directory / "standup.json"
    program = ("node", str(BOTS / "standup.mjs"), str(file))
    with bot_of(daemon, "--jobs", "1", program=program), daemon.guest() as luis:
        luis.type("/nick luis", "/join ops")
        assert answer(ana, "!standup").startswith("Not a word yet")
        assert answer(ana, "!today").startswith("ana: say what you do today")
        assert answer(ana, "!today the release") == "ana: noted. 1 so far."
        luis.type("!today 'tests' $(id)")
        assert ana.until("luis: noted")[-1] == "<helper> luis: noted. 2 so far."
        assert answer(ana, "!standup") == "ana: the release"
        assert ana.until("<helper> ")[-1] == "<helper> luis: 'tests' $(id)"


def test_reminders(daemon: LiveServer, ana: Client) -> None:
    file = daemon.directory / "reminders.json"
    program = (sys.executable, str(BOTS / "remind.py"), str(file))
    with bot_of(daemon, "--stay", "--json", program=program) as bot:
        assert answer(ana, "!remind tea").startswith("ana: !remind 10m tea")
        ana.type("!other")
        assert answer(ana, "!remind 2h tea").startswith("ana: at ")
        assert bot.stop() == 0
    ((key, (at, text)),) = json.loads(file.read_text()).items()
    assert text == "ana: tea"
    assert 7100 < at - time.time() < 7300
    # It comes due while the bot is not there.
    due = json.dumps({key: [time.time() - 1, text]})
    file.write_text(due)
    with bot_of(daemon, "--stay", "--json", program=program):
        assert ana.until("<helper> ")[-1] == "<helper> ana: tea"
    # The program was killed after it said so, and before it noted that.
    file.write_text(due)
    with bot_of(daemon, "--stay", "--json", program=program):
        ana.type("!remind 1d x")
        assert not [line for line in ana.until("ana: at ")[:-1] if line.startswith("<helper>")]


@pytest.mark.usefixtures("tools")
def test_a_summary_for_cron(daemon: LiveServer, ana: Client) -> None:
    ana.type("one", "two", "/me waves", "/sync")
    ana.until("/sync")
    with daemon.guest() as luis:
        luis.type("/nick luis", "/join ops", "three <ana> x", "/sync")
        luis.until("/sync")
    chatd = Path(sys.executable).with_name("chatd")
    command = ["sh", str(BOTS / "summary.sh"), "ops", "--unix", f"{daemon.directory}/chat.sock"]
    for _ in range(2):
        subprocess.run(
            command,
            env={**environment(), "CHATD": str(chatd)},
            cwd=daemon.directory,
            check=True,
            timeout=PATIENCE,
        )
    ana.type("/sync")
    said = [line for line in ana.until("/sync") if line.startswith("<summary>")]
    assert said == ["<summary> Lines of the last day: 3. ana 2, luis 1."]


class Matterbridge:
    """A stand-in for the API of matterbridge: GET /api/stream, POST /api/message.

    Its messages are as matterbridge's API bridge has them (bridge/api/api.go, config.Message).
    """

    def __init__(self) -> None:
        self.posted: Queue[dict[str, Any]] = Queue()
        self.tokens: list[str | None] = []
        self.streamed: Queue[dict[str, Any] | None] = Queue()
        self.refusals = [503]
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.tokens.append(self.headers["Authorization"])
                self.send_response(200)
                self.end_headers()
                hello = {"text": "", "username": "api", "event": "api_connected"}
                self.wfile.write(json.dumps(hello).encode() + b"\n")
                while (message := outer.streamed.get()) is not None:
                    self.wfile.write(json.dumps(message).encode() + b"\n")

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = outer.refusals.pop() if outer.refusals else 200
                if status == 200:
                    outer.posted.put(json.loads(body))
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self) -> None:
        self.streamed.put(None)
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def test_a_bridge(daemon: LiveServer, ana: Client) -> None:
    token = daemon.directory / "token"
    token.write_text("secret\n")
    bridge = Matterbridge()
    try:
        program = (sys.executable, str(BOTS / "matterbridge.py"), bridge.url, "ops", str(token))
        with bot_of(daemon, "--stay", "--json", "--all", program=program):
            ana.type("hola")
            posted = bridge.posted.get(timeout=PATIENCE)
            assert posted == {"text": "hola", "username": "ana", "gateway": "ops"}
            message = {"text": "hi", "username": "<mia@slack> ", "gateway": "ops", "event": ""}
            for each in (
                {**message, "gateway": "other", "text": "not for us"},
                {**message, "id": "a" * 20},
                {**message, "id": "a" * 20},  # sent again
                {**message, "text": "bye"},
            ):
                bridge.streamed.put(each)
            seen = ana.until("bye")
            assert [line for line in seen if line.startswith("<helper>")] == [
                "<helper> <mia@slack> hi",
                "<helper> <mia@slack> bye",
            ]
            ana.type("end")
            assert bridge.posted.get(timeout=PATIENCE)["text"] == "end"
            assert bridge.posted.empty()
            assert bridge.tokens == ["Bearer secret"]
    finally:
        bridge.close()


DOCUMENTS = {Language.ENGLISH: "docs/bots.md", Language.SPANISH: "docs/programas.md"}


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", ["bot", "failure"])
def test_the_transcripts_of_the_document(
    daemon: LiveServer, ana: Client, language: Language, name: str
) -> None:
    text = read(DOCUMENTS[language])
    (script,) = re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    (failing,) = set(re.findall(r"`sh -c '(.*?)'`", text))
    transcript = marked(text, f"transcript {name} {language.value}").splitlines()
    program = ("sh", "-c", script if name == "bot" else failing)
    with bot_of(daemon, "--language", language.value, program=program):
        seen: list[str] = []
        for number, line in enumerate(transcript):
            if line.startswith("<ana> "):
                ana.type(line.removeprefix("<ana> "))
            while len(seen) <= number:
                received = ana.line()
                assert received, "the daemon has ended"
                if received.startswith("<"):
                    seen.append(received)
    assert seen == transcript


@pytest.mark.parametrize("language", Language)
def test_the_unit_of_the_document_has_a_command_that_is_right(language: Language) -> None:
    unit = ConfigParser(interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    (text,) = re.findall(
        r"^```ini\n(.*?)^```$", read(DOCUMENTS[language]), re.MULTILINE | re.DOTALL
    )
    unit.read_string(text)
    program, command, *arguments = shlex.split(unit["Service"]["ExecStart"])
    assert (program, command) == ("/opt/chatd/bin/chatd", "bot")
    options = parser_of("bot").parse(arguments)
    assert options.program == ["/bin/sh", "/opt/bots/hello.sh"]
    assert unit["Service"]["StateDirectory"] in options.state


def test_each_example_is_run_here() -> None:
    tested = Path(__file__).read_text()
    for path in BOTS.iterdir():
        assert f'"{path.name}"' in tested, path.name
        assert all(path.name in read(document) for document in DOCUMENTS.values())
        assert os.access(path, os.R_OK)
