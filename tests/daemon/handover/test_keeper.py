"""The keeper in processes: it passes signals on, reaps, and ends as the successor does."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from chatd.daemon.handover.keeper import PASSED_ON
from tests.support.live_server import PATIENCE, environment

CHILD = """\
import os, signal, sys
def told(number, frame):
    print(signal.Signals(number).name, flush=True)
for each in map(int, sys.argv[1:]):
    signal.signal(each, told)
signal.signal(signal.SIGUSR2, lambda *_: sys.exit(7))
signal.signal(signal.SIGQUIT, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
print("there", flush=True)
while True:
    signal.pause()
"""
"""A program that prints the signals it is sent. SIGUSR2 and SIGQUIT end it."""

KEEP = f"""\
import os, subprocess, sys
orphan = subprocess.Popen([sys.executable, "-c", ""])
child = subprocess.Popen([sys.executable, "-c", {CHILD!r}, *sys.argv[1:]])
from chatd.daemon.handover.keeper import become_keeper
become_keeper(child.pid)
"""


@pytest.mark.parametrize(
    ("end", "status"), [(signal.SIGUSR2, 7), (signal.SIGQUIT, 128 + signal.SIGKILL)]
)
def test_signals_go_to_the_successor_and_its_end_is_that_of_the_keeper(
    tmp_path: Path, end: signal.Signals, status: int
) -> None:
    ending = (signal.SIGUSR2, signal.SIGQUIT)
    passed = [each for each in PASSED_ON if each not in ending]
    with subprocess.Popen(
        [sys.executable, "-c", KEEP, *(str(int(each)) for each in passed)],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
    ) as keeper:
        assert keeper.stdout is not None
        assert keeper.stdout.readline() == b"there\n"
        while b"keeper import" not in Path(f"/proc/{keeper.pid}/cmdline").read_bytes():
            pass  # until then the program is another one
        for each in passed:
            keeper.send_signal(each)  # also before it handles signals: then they wait
            assert keeper.stdout.readline().decode() == f"{each.name}\n"
        keeper.send_signal(end)
        assert keeper.wait(PATIENCE) == status


def test_it_needs_no_module_of_the_site_or_of_the_directory(tmp_path: Path) -> None:
    (tmp_path / "signal.py").write_text("raise SystemExit('the wrong module')")
    keep = (
        "import os, sys; from chatd.daemon.handover.keeper import become_keeper;"
        " number = os.fork();"
        " os._exit(5) if number == 0 else (os.chdir(sys.argv[1]), become_keeper(number))"
    )
    done = subprocess.run([sys.executable, "-c", keep, str(tmp_path)], env=environment())
    assert done.returncode == 5
