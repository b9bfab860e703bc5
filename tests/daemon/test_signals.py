"""Signals to a daemon of its own process, in the foreground and in the background."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.support.certificate import fingerprint_of, write_certificate
from tests.support.live_server import WELCOMED, Client, LiveServer, in_the_background
from tests.support.sentences import EN


def greeting(address: int | str) -> list[str]:
    with Client(address) as person:
        person.type("/quit")
        return person.until(EN.notice("goodbye"))


# SIGHUP


def test_in_the_foreground_a_hangup_rereads_the_motd(tmp_path: Path) -> None:
    motd = tmp_path / "motd"
    motd.write_text("Old news.")
    with LiveServer(tmp_path, "--motd", "motd") as daemon:
        assert "*** Old news." in greeting(daemon.port)
        motd.write_text("Noticias: ñ.\nAnd more.\n")
        daemon.process.send_signal(signal.SIGHUP)
        assert daemon.logged() == f"read the motd {motd} again."
        assert greeting(daemon.port)[3:5] == ["*** Noticias: ñ.", "*** And more."]


def test_a_hangup_with_an_unreadable_motd_leaves_the_old_one(tmp_path: Path) -> None:
    motd = tmp_path / "motd"
    motd.write_text("Old news.")
    with LiveServer(tmp_path, "--motd", "motd") as daemon:
        motd.write_bytes(b"\xff\x1b[2J")
        daemon.process.send_signal(signal.SIGHUP)
        why = "it is not UTF-8"
        assert daemon.logged() == f"cannot read the motd {motd}: {why}. The old one stays."
        motd.unlink()
        daemon.process.send_signal(signal.SIGHUP)
        why = "No such file or directory"
        assert daemon.logged() == f"cannot read the motd {motd}: {why}. The old one stays."
        assert "*** Old news." in greeting(daemon.port)


def test_a_hangup_has_certificates_read_again(tmp_path: Path) -> None:
    pair = write_certificate(tmp_path / "pair.pem")
    pair.chmod(0o600)
    with LiveServer(tmp_path, "-w", "ssl:0:pair.pem:interface=127.0.0.1") as daemon:
        write_certificate(pair)
        daemon.process.send_signal(signal.SIGHUP)
        logged = daemon.logged()
        assert f"{pair} was read again" in logged
        assert f"Its key is {fingerprint_of(pair)} now" in logged


def test_a_hundred_hangups_disturb_no_client(tmp_path: Path) -> None:
    with LiveServer(tmp_path) as daemon, Client(daemon.port) as ana:
        for number in range(100):
            daemon.process.send_signal(signal.SIGHUP)
            ana.type(f"line {number}")
        said = [f"<guest1> line {number}" for number in range(100)]
        assert ana.until("line 99")[-100:] == said
        assert daemon.stop() in (0, -signal.SIGTERM)
        assert "Traceback" not in daemon.rest()


def test_in_the_background_a_hangup_begins_a_new_log_and_rereads_the_motd(tmp_path: Path) -> None:
    motd = tmp_path / "motd"
    motd.write_text("Old news.")
    with in_the_background(tmp_path, "--motd", "motd") as (number, path):
        assert "*** Old news." in greeting(path)
        motd.write_text("New news.")
        os.kill(number, signal.SIGHUP)
        while "*** New news." not in greeting(path):
            pass
        assert (tmp_path / "twistd.log.1").read_text().endswith("lines.\n")
        assert (tmp_path / "twistd.log").read_text().endswith(f"read the motd {motd} again.\n")


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGUSR1])
def test_in_the_background_both_signals_begin_a_new_log(
    tmp_path: Path, number: signal.Signals
) -> None:
    with in_the_background(tmp_path) as (process, path):
        os.kill(process, number)
        while not (tmp_path / "twistd.log.1").exists():
            greeting(path)
    assert "Traceback" not in (tmp_path / "twistd.log").read_text()


# SIGTERM


def test_it_is_ended_in_time_although_its_reactor_hangs(tmp_path: Path) -> None:
    with LiveServer(tmp_path) as daemon, Client(daemon.port) as ana:
        ana.type("saved")
        ana.until("<guest1> saved")
        daemon.hold()
        assert daemon.stop() == -signal.SIGALRM  # after STOP_SECONDS, which the system counts
    with LiveServer(tmp_path) as again, Client(again.port) as luis:
        assert luis.until("> saved")


@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_second_signal_changes_nothing(tmp_path: Path, second: signal.Signals) -> None:
    with LiveServer(tmp_path) as daemon, Client(daemon.port) as ana, Client(daemon.port):
        ana.until(WELCOMED)
        daemon.process.send_signal(signal.SIGTERM)
        assert ana.line() == EN.notice("stopping")
        assert daemon.stop(second) == -signal.SIGTERM
        assert "Traceback" not in daemon.rest()
