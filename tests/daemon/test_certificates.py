"""`Certificates`: when files are read again, and which lines the log has of it."""

from __future__ import annotations

from collections.abc import Generator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from twisted.internet.task import Clock

from chatd.daemon.certificates import LOOK_SECONDS, WARNING_SECONDS, Certificates
from chatd.daemon.server_certificate import ServerCertificate
from chatd.util import self_signed
from tests.support.authority import write_signed_pair
from tests.support.certificate import fingerprint_of
from tests.support.logs import Expect, logged

BEGIN = datetime(2026, 11, 30, 12, tzinfo=timezone.utc)


class Watched:
    """A folder with a pair that is valid for ninety days, and the daemon's watch of it."""

    def __init__(self, folder: Path, days: float = 90) -> None:
        self.folder = folder
        write_signed_pair(folder, BEGIN, days)
        self.certificate = ServerCertificate(self_signed.files_in(folder))
        self.clock = Clock()
        self.now = BEGIN
        self.all = Certificates([self.certificate], self.clock, lambda: self.now)

    @property
    def fingerprint(self) -> str:
        return self.certificate.pair.fingerprint

    def replace(self, *, keeps_key: bool = False) -> None:
        write_signed_pair(self.folder, BEGIN, 91, keeps_key=keeps_key)

    def spoil(self) -> None:
        """Leave half of the certificate in its file."""
        path = self.folder / "cert.pem"
        path.write_bytes(path.read_bytes()[:100])

    def pass_days(self, days: int) -> None:
        for _ in range(days):
            self.now += timedelta(days=1)
            self.clock.advance(WARNING_SECONDS)


@pytest.fixture
def watched(tmp_path: Path) -> Generator[Watched, None, None]:
    watched = Watched(tmp_path)
    watched.all.start()
    yield watched
    watched.all.stop()
    assert watched.clock.getDelayedCalls() == []


class TestASignal:
    def test_has_the_files_read_again(self, watched: Watched) -> None:
        watched.replace()
        with logged() as lines:
            assert watched.all.reload_certificates() == (
                [f"{watched.folder}/cert.pem was read again. It is valid until 2027-03-01."],
                [],
            )
        assert watched.fingerprint == fingerprint_of(watched.folder / "cert.pem")
        (line,) = lines
        assert "cert.pem was read again" in line
        assert "valid until 2027-03-01" in line
        assert f"Its key is {watched.fingerprint} now" in line

    def test_tells_that_the_key_has_stayed(self, watched: Watched) -> None:
        watched.replace(keeps_key=True)
        with logged() as lines:
            watched.all.reload_certificates()
        assert "Its key is the same." in lines[0]

    def test_tells_nothing_of_what_has_not_changed(self, watched: Watched) -> None:
        with logged() as lines:
            assert watched.all.reload_certificates() == ([], [])
        assert lines == []

    def test_tells_each_time_that_a_pair_is_bad(
        self, watched: Watched, expected_errors: Expect
    ) -> None:
        before = watched.fingerprint
        watched.spoil()
        for _ in range(2):
            renewed, (fault,) = watched.all.reload_certificates()
            assert renewed == []
            assert fault.startswith("the certificate stays as it was read before: certificate=")
        assert watched.fingerprint == before
        assert len(expected_errors()) == 2


class TestALookEachMinute:
    def test_finds_a_new_pair(self, watched: Watched) -> None:
        watched.replace()
        watched.clock.advance(LOOK_SECONDS - 1)
        assert watched.fingerprint != fingerprint_of(watched.folder / "cert.pem")
        watched.clock.advance(1)
        assert watched.fingerprint == fingerprint_of(watched.folder / "cert.pem")

    def test_waits_while_a_pair_is_half_written_and_tells_it_once(
        self, watched: Watched, expected_errors: Expect
    ) -> None:
        before = watched.fingerprint
        watched.spoil()
        with logged() as lines:
            for _ in range(3):
                watched.clock.advance(LOOK_SECONDS)
        assert watched.fingerprint == before
        assert len(lines) == len(expected_errors()) == 1
        watched.replace()
        watched.clock.advance(LOOK_SECONDS)
        assert watched.fingerprint != before

    def test_tells_another_fault_too(self, watched: Watched, expected_errors: Expect) -> None:
        watched.spoil()
        with logged() as lines:
            watched.clock.advance(LOOK_SECONDS)
            (watched.folder / "cert.pem").unlink()
            watched.clock.advance(LOOK_SECONDS)
        assert len(lines) == len(expected_errors()) == 2
        assert "cannot be read: No such file or directory" in lines[1]

    def test_reads_nothing_that_is_as_before(
        self, watched: Watched, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(watched.certificate, "renew", None)
        watched.clock.advance(LOOK_SECONDS)


class TestDates:
    def test_are_warned_of_two_weeks_before_and_daily_from_three_days_on(
        self, watched: Watched
    ) -> None:
        days_left = []
        with logged() as lines:
            for left in range(89, -3, -1):
                watched.pass_days(1)
                if lines:
                    days_left.append(left)
                    lines.clear()
        assert days_left == [14, 3, 2, 1, 0, -1, -2]

    @pytest.mark.parametrize(
        ("days", "line"),
        [
            (15, ""),
            (14, "the certificate expires on 2027-02-28, in 14 days. Renew it."),
            (2, "in 2 days. Renew it."),
            (1, "in 1 day. Renew it."),
            (0.5, "within a day. Renew it."),
            (-1, "expired on 2027-02-28; renew it."),
        ],
    )
    def test_are_looked_at_at_the_start(self, tmp_path: Path, days: float, line: str) -> None:
        watched = Watched(tmp_path, 90)
        watched.now = watched.certificate.pair.not_after - timedelta(days=days)
        with logged() as lines:
            watched.all.start()
            watched.all.stop()
        assert len(lines) == bool(line)
        assert line in "".join(lines)

    def test_of_a_new_certificate_are_warned_of_again(self, watched: Watched) -> None:
        watched.pass_days(76)
        write_signed_pair(watched.folder, BEGIN, 95)
        watched.clock.advance(LOOK_SECONDS)
        with logged() as lines:
            watched.pass_days(5)
        assert len(lines) == 1

    def test_of_a_new_certificate_are_looked_at_when_it_is_taken(self, watched: Watched) -> None:
        write_signed_pair(watched.folder, BEGIN, 2)
        with logged() as lines:
            watched.all.reload_certificates()
        assert "in 2 days. Renew it." in lines[-1]

    def test_are_not_told_again_with_a_fault(
        self, watched: Watched, expected_errors: Expect
    ) -> None:
        watched.now += timedelta(days=88)
        watched.spoil()
        with logged() as lines:
            watched.all.reload_certificates()
        assert len(lines) == len(expected_errors()) == 1


class TestTheKeyOfThePair:
    @pytest.mark.parametrize(("mode", "lines"), [(0o600, 0), (0o640, 0), (0o644, 1)])
    def test_is_warned_of_if_others_can_read_it(
        self, tmp_path: Path, mode: int, lines: int
    ) -> None:
        watched = Watched(tmp_path)
        (tmp_path / "key.pem").chmod(mode)
        with logged() as told:
            watched.all.start()
            watched.all.stop()
        assert len(told) == lines
        assert not told or "can be read by others (its mode is 0644)" in told[0]


def test_without_certificates_there_is_nothing_to_look_at() -> None:
    clock = Clock()
    certificates = Certificates([], clock)
    certificates.start()
    assert clock.getDelayedCalls() == []
    assert certificates.reload_certificates() == ([], [])
    certificates.stop()
