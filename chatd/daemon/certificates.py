"""The certificates of all addresses with TLS: read again when they change, and watched for expiry.

A SIGHUP has them read at once; files that have changed are also seen by a look each minute, since a
program in a container can rarely send signals. This module must not know addresses or clients.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall
from twisted.logger import Logger

from chatd.daemon.server_certificate import ServerCertificate, Stamp
from chatd.text.escaping import visible
from chatd.util.key_pairs import BadPair, day

LOOK_SECONDS = 60.0
"""Seconds between two looks at the files. Certificates of six days leave hours for a renewal."""

WARNING_SECONDS = 86_400.0
"""Seconds between two looks at the dates."""

SOON, VERY_SOON = timedelta(days=14), timedelta(days=3)
"""Times before the end of a certificate: a warning once from the first on, and daily from the
second on. certbot renews thirty days before."""


class Renewal(NamedTuple):
    """The outcome of reading certificates again: lines for the operator, which are logged."""

    renewed: list[str]
    """A line for each certificate that is another one now."""

    faults: list[str]
    """A line for each that was not taken, with the reason."""


def utc_now() -> datetime:
    """Return the present time."""
    return datetime.now(timezone.utc)


class Certificates:
    """All certificates of the daemon. They are read again, and watched, between start and stop."""

    log = Logger()

    def __init__(
        self,
        certificates: Iterable[ServerCertificate],
        clock: IReactorTime,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.all = tuple(certificates)
        self._now = now
        self._refused: dict[ServerCertificate, Stamp] = {}
        self._warned: set[object] = set()  # certificates that end soon
        self._calls = {
            LoopingCall(self._look): LOOK_SECONDS,
            LoopingCall(self._warn_of_dates): WARNING_SECONDS,
        }
        for call in self._calls:
            call.clock = clock

    def start(self) -> None:
        """Warn of keys that others can read and of dates, now; and look again from now on."""
        if not self.all:
            return
        for each in self.all:
            self._warn_of_permissions(each)
        self._warn_of_dates()
        for call, seconds in self._calls.items():
            call.start(seconds, now=False)

    def stop(self) -> None:
        """Look no more."""
        for call in self._calls:
            if call.running:
                call.stop()

    def reload_certificates(self) -> Renewal:
        """Read all files again."""
        renewal = Renewal([], [])
        for each in self.all:
            self._renew(each, renewal)
        return renewal

    def _look(self) -> None:
        """Read the files again that have changed, unless they were refused as they are now."""
        unread = Renewal([], [])
        for each in self.all:
            stamp = each.stamp_of_change()
            if stamp is not None and self._refused.get(each) != stamp:
                self._renew(each, unread)

    def _renew(self, certificate: ServerCertificate, renewal: Renewal) -> None:
        """Read a pair again, and add the outcome to ``renewal``."""
        before = certificate.pair
        stamp = certificate.stamp_of_change()
        try:
            certificate.renew(self._now())
        except BadPair as bad:
            if stamp is not None:
                self._refused[certificate] = stamp
            fault = f"the certificate stays as it was read before: {visible(str(bad))}"
            self.log.error("{why}", why=fault)
            renewal.faults.append(fault)
            return
        self._refused.pop(certificate, None)
        now = certificate.pair
        if now.certificate != before.certificate:
            path, key = visible(str(certificate.files.certificate)), now.fingerprint
            renewal.renewed.append(
                f"{path} was read again. It is valid until {day(now.not_after)}."
            )
            if key == before.fingerprint:
                self.log.info(
                    "{path} was read again, for those who come from now on. It is valid until"
                    " {day}. Its key is the same.",
                    path=path,
                    day=day(now.not_after),
                    fingerprint=key,
                )
            else:
                self.log.info(
                    "{path} was read again, for those who come from now on. It is valid until"
                    " {day}. Its key is {fingerprint} now: clients that know the old one refuse"
                    " it.",
                    path=path,
                    day=day(now.not_after),
                    fingerprint=key,
                )
            self._warn_of_permissions(certificate)
            self._warn_of_date(certificate)

    def _warn_of_dates(self) -> None:
        for each in self.all:
            self._warn_of_date(each)

    def _warn_of_date(self, certificate: ServerCertificate) -> None:
        now, pair = self._now(), certificate.pair
        left = pair.not_after - now
        path = visible(str(certificate.files.certificate))
        if wrong := pair.wrong_date(now):
            self.log.warn("{path}: {why}.", path=path, why=wrong)
        elif left <= VERY_SOON or (left <= SOON and pair.certificate not in self._warned):
            self._warned.add(pair.certificate)
            self.log.warn(
                "{path}: the certificate expires on {day}, {when}. Renew it.",
                path=path,
                day=day(pair.not_after),
                when=_in_days(left.days),
            )

    def _warn_of_permissions(self, certificate: ServerCertificate) -> None:
        mode = certificate.files.open_to_others()
        if mode is not None:
            self.log.warn(
                "the key {path} can be read by others (its mode is {mode}): `chmod 600` closes it.",
                path=visible(str(certificate.files.key)),
                mode=mode,
            )


def _in_days(days: int) -> str:
    if days < 1:
        return "within a day"
    return "in 1 day" if days == 1 else f"in {days} days"
