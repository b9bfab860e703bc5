"""`chatd upgrade` as the operator runs it, on daemons of processes of their own."""

from __future__ import annotations

import re
import signal
from pathlib import Path

from chatd import __version__
from chatd.client import upgrade
from chatd.daemon.handover.giving import GIVING_SECONDS, READY_SECONDS
from chatd.daemon.handover.standing import GOODBYE_SECONDS, SETTLE_SECONDS
from chatd.daemon.handover.store import OPENING_SECONDS, PREPARING_SECONDS
from chatd.daemon.signals import STOP_SECONDS
from tests.support.commands import chatd_in_text
from tests.support.live_server import LiveServer
from tests.support.sentences import EN

DONE = re.compile(
    rf"upgraded: process (\d+) goes on with chatd {re.escape(__version__)}: 2 clients stayed,"
    r" nobody has to come back\. The pause was \d+ ms\.\n"
)

RESTARTED = re.compile(rf"restarted: process (\d+) goes on with chatd {re.escape(__version__)}\.\n")


def asked(directory: Path, *arguments: str) -> tuple[int, str, str]:
    """Run `chatd upgrade` there; return its exit status, output and errors."""
    return chatd_in_text(directory, "upgrade", "--store", "sqlite:store", *arguments)


def test_a_daemon_in_the_foreground_is_upgraded_twice_and_restarted(tmp_path: Path) -> None:
    with LiveServer(tmp_path, "--audit", "audit", fresh=True) as daemon:
        with daemon.guest() as ana, daemon.guest() as luis:
            for number in range(2):
                status, out, err = asked(tmp_path)
                assert (status, err) == (0, "")
                done = DONE.fullmatch(out)
                assert done
                ana.type(f"line {number}")
                assert luis.until(f"line {number}")[-1] == f"<guest1> line {number}"
                assert (tmp_path / "store.lock").read_text().strip() == done[1]
            status, out, err = asked(tmp_path, "--restart")
            assert (status, err) == (0, "")
            restarted = RESTARTED.fullmatch(out)
            assert restarted
            assert restarted[1] == done[1], "the process stays, for who waits for it"
            assert EN.notice("stopping") in luis.until(EN.notice("stopping"))
        assert daemon.stop(signal.SIGINT) in (0, 128 + signal.SIGINT)
        assert daemon.rest().count(EN.sentence("log_stopped")) == 2
    events = re.findall(r'"event": "([a-z]+)"', (tmp_path / "audit").read_text())
    assert events == ["start", "upgrade", "upgrade", "stop", "start", "stop"]


def test_what_fails_is_told_in_a_line_and_the_daemon_goes_on(tmp_path: Path) -> None:
    motd = tmp_path / "motd"
    motd.write_text("Hello.")
    with LiveServer(tmp_path, "--motd", "motd", fresh=True) as daemon, daemon.guest() as ana:
        motd.unlink()
        for arguments in [], ["--restart"]:
            status, out, err = asked(tmp_path, *arguments)
            assert (status, out) == (1, "")
            assert err == (
                "chatd: not upgraded: the new version does not start: cannot read the motd"
                f" {motd}: No such file or directory. This version goes on.\n"
            )
        ana.type("still here")
        ana.until("<guest1> still here")
        daemon.stop()
        assert "Traceback" not in daemon.rest()


def test_without_a_daemon_there_is_nothing_to_upgrade(tmp_path: Path) -> None:
    status, out, err = asked(tmp_path)
    assert (status, out) == (1, "")
    assert err == (
        "chatd: no daemon that uses sqlite:store runs here. The next one that starts is the version"
        " that is installed now.\n"
    )
    status, _, err = asked(tmp_path, "--node", "alba")
    assert status == 2
    assert "--node is for a database" in err


def test_it_waits_longer_than_an_upgrade_or_a_stop_can_take() -> None:
    standing = GOODBYE_SECONDS + SETTLE_SECONDS + OPENING_SECONDS + GIVING_SECONDS
    assert READY_SECONDS + PREPARING_SECONDS + standing < upgrade.ANSWER_SECONDS
    assert upgrade.RESTART_SECONDS > STOP_SECONDS
