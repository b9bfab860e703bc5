"""States of earlier versions: this version goes on from each that it says it can read.

A member that is added needs a default where it is read, and no new file: the old one has to do
without it. A member that is gone, renamed or of another kind needs a new version (`STATES`), which
may still read the old one (`READABLE`), and a file of its own:
``python3 -m tests.daemon.handover.states``. A file is never written again once its version was
released.
"""

from __future__ import annotations

import pytest

from chatd.daemon.handover.giving import READABLE, STATES
from chatd.util.state import decode
from tests.daemon.handover.states import SETTLED, file_of, kept, members, scene, taken


@pytest.mark.parametrize("version", READABLE)
def test_clients_of_an_earlier_version_go_on(version: int) -> None:
    made = scene()
    made.world.hand_over(change=lambda _: kept(version))
    assert made.ben.seen() == ["<guest3> the disk is full"], "what it had not taken"
    for client in made.people:
        client.bytes_seen()
    made.ana.send("í".encode()[1:] + b"nea\n")
    made.world.settle()
    line = "half a línea"
    assert made.ana.seen() == made.ben.seen() == [f"<ana> {line}"]
    assert made.program.seen() == [line]
    assert made.eva.texts() == made.page.texts() == [line]
    (shown,) = made.kim.seen()
    assert shown.endswith(f"PRIVMSG #lobby :{line}")
    made.world.person("max")
    made.world.wait(SETTLED)
    assert any("max" in each for each in made.ana.seen())
    assert made.ben.seen() == [], "he has said /quiet"
    made.ana.type("/who")
    assert any("ben" in each for each in made.ana.seen())


def test_a_file_has_all_that_is_handed_over() -> None:
    now = set(members(taken(scene())))
    then = set(members([decode(each) for each in kept(STATES)]))
    assert not then - now, (
        f"states have these no more: {sorted(then - now)}. A daemon of {file_of(STATES).name} could"
        " not be gone back to: raise STATES, and write the file of the new version."
    )


def test_every_readable_version_has_a_file() -> None:
    missing = [version for version in READABLE if not file_of(version).exists()]
    assert not missing, "python3 -m tests.daemon.handover.states writes that of today"
