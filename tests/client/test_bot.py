"""`chatd bot` with a daemon: its command line, its name, and the ends of its connections."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatd import cli
from chatd.client.sentences import Sentence
from tests.support.bots import BotProcess
from tests.support.commands import chatd_in_text
from tests.support.live_server import Client, LiveServer

PASSWORD = "correct horse battery"

ECHO = 'read -r who text; echo "$who said $text"'


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[LiveServer]:
    with LiveServer(tmp_path, "-l", f"unix:{tmp_path}/chat.sock") as daemon:
        yield daemon


def bot_of(daemon: LiveServer, arguments: str, script: str, **variables: str) -> BotProcess:
    return BotProcess(
        daemon.directory,
        *("--unix", str(daemon.directory / "chat.sock")),
        *shlex.split(arguments),
        *("--", "sh", "-c", script),
        **variables,
    )


def registered(daemon: LiveServer, name: str) -> Client:
    """Return a client that has registered a name, in the room ops."""
    client = daemon.guest()
    client.type(f"/nick {name}", f"/register {PASSWORD}", "/join ops", "/sync")
    client.until("/sync")
    return client


def answers(daemon: LiveServer) -> list[str]:
    """Return the lines of the room ops, without their times."""
    _, out, _ = chatd_in_text(
        daemon.directory, "tail", "-n", "100", "--unix", f"{daemon.directory}/chat.sock", "ops"
    )
    return [line.partition("] ")[2] for line in out.splitlines()]


def test_it_answers_a_call_and_ends_by_sigterm(daemon: LiveServer) -> None:
    with bot_of(daemon, "--room ops --name helper", ECHO) as bot, daemon.guest() as ana:
        ana.type("/nick ana", "/join ops", "hola", "!ping $(id)")
        ana.until("<helper> ana said !ping $(id)")
        assert bot.stop() == 0
    assert answers(daemon)[-2:] == ["<ana> !ping $(id)", "<helper> ana said !ping $(id)"]


def test_without_a_name_it_is_a_guest_in_the_lobby(daemon: LiveServer) -> None:
    with bot_of(daemon, "", ECHO), daemon.guest() as luis:
        luis.type("/nick luis", "!x")
        assert "> luis said !x" in luis.until("luis said !x")[-1]


def test_two_bots_do_not_answer_one_another(daemon: LiveServer) -> None:
    with (
        bot_of(daemon, "--room ops --name one", "echo '!said by one'"),
        bot_of(daemon, "--room ops --name two", "echo '!said by two'"),
        daemon.guest() as ana,
    ):
        ana.type("/nick ana", "/join ops", "!x")
        seen = [*ana.until("!said by"), *ana.until("!said by")]
        ana.type("!y")
        seen += [*ana.until("!said by"), *ana.until("!said by")]
    said = sorted(line for line in seen if "!said" in line)
    assert said == sorted(["<one> !said by one", "<two> !said by two"] * 2)


def test_with_a_token_it_obeys_accounts_alone(daemon: LiveServer) -> None:
    token = daemon.directory / "token"
    with registered(daemon, "helper") as helper:
        helper.type("/token new bot write")
        token.write_text(helper.until("chatd_")[-1].rpartition(" ")[2])
    with registered(daemon, "ana") as ana, daemon.guest() as luis:
        luis.type("/nick luis", "/join ops", "/sync")
        luis.until("/sync")
        options = f"--room ops --token-file {token} --from ana,helper"
        with bot_of(daemon, options, 'echo "$CHATD_ACCOUNT"; env | grep -c chatd_') as bot:
            luis.type("!x")
            ana.until("<luis> !x")
            ana.type("!y")
            assert ana.until("!y failed")[-3:] == [
                "<helper> ana",
                "<helper> 0",
                f"<helper> {failed('!y', 1)}",
            ]
            assert bot.stop() == 0
    assert "<helper> ana" in answers(daemon)
    assert "<helper> luis" not in answers(daemon)


def failed(word: str, status: int) -> str:
    return str(Sentence("bot_failed", word=word, reason=Sentence("bot_status", status=status)))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("--from luis", "there is no account luis here"),
        ("--token-file token", "Not allowed"),
        ("--name ana", "Name in use"),
        ("--token-file none", "cannot read none"),
    ],
)
def test_it_does_not_start(daemon: LiveServer, options: str, told: str) -> None:
    (daemon.directory / "token").write_text("chatd_none\n")
    with registered(daemon, "ana"):
        bot = bot_of(daemon, f"--room ops {options}", "true")
        assert bot.wait() == 1
        assert told in bot.said
        bot.__exit__(None, None, None)


def test_one_that_stays_answers_in_json_and_speaks_to_one_person_alone(daemon: LiveServer) -> None:
    script = (
        'while read -r line; do seq=${line#*"seq\\":"}; seq=${seq%%,*};'
        ' echo "{\\"text\\":\\"psst $$\\",\\"to\\":\\"ana\\",\\"reply_to\\":$seq}"; done'
    )
    with bot_of(daemon, "--room ops --stay --json", script), daemon.guest() as ana:
        ana.type("/nick ana", "/join ops", "!1")
        first = ana.until("psst")[-1]
        ana.type("!2")
        assert ana.until("psst")[-1] == first
        assert first.startswith("(private) <guest")
    assert not [line for line in answers(daemon) if "psst" in line]


def test_two_with_one_state_do_not_run(daemon: LiveServer) -> None:
    with bot_of(daemon, "--room ops --name helper", ECHO):
        other = bot_of(daemon, "--room ops --name helper", ECHO)
        assert other.wait() == 1
        assert "another bot uses" in other.said
        other.__exit__(None, None, None)


def test_it_comes_back_to_a_daemon_that_was_killed(daemon: LiveServer) -> None:
    with bot_of(daemon, "--room ops --name helper", ECHO) as bot:
        with daemon.guest() as ana:
            ana.type("/nick ana", "/join ops", "!1")
            ana.until("<helper> ana said !1")
        bot.said = ""
        daemon.kill()
        bot.until("Trying again")
        with daemon.again() as again, again.guest() as ana:
            ana.type("/nick ana", "/join ops", "!2")
            ana.until("<helper> ana said !2")
            assert bot.stop() == 0
    said = [line for line in answers_of(daemon.directory) if line.startswith("<helper>")]
    assert said == ["<helper> ana said !1", "<helper> ana said !2"]


def answers_of(directory: Path) -> list[str]:
    """Return the lines that are stored of the room ops."""
    status, out, _ = chatd_in_text(directory, "export", "--room", "ops", "--store", "sqlite:store")
    assert status == 0
    return [line.partition("] ")[2] for line in out.splitlines()]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--name", "helper"], "PROGRAM is missing"),
        (["--", "no-such-program"], "there is no program no-such-program"),
        (["--jobs", "0", "cat"], "not a number of calls"),
        (["--limit", "nan", "cat"], "not a time in seconds"),
        (["--from", "ana,a b", "cat"], "cannot be a name"),
        (["--since", "2h", "cat"], "--since"),
        (["--token-file", "x", "--name", "helper", "cat"], "a token says who it is"),
    ],
)
def test_wrong_calls(capsys: pytest.CaptureFixture[str], arguments: list[str], told: str) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main(["bot", *arguments])
    assert end.value.code == 2
    assert told in capsys.readouterr().err
