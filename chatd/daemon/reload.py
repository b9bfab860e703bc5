"""A reload: the configuration is read again, and the settings that can change are changed.

All is read and checked first; after a fault, all settings stay as they are. Settings that need a
restart are named. This module must not know how a part follows a setting: each has a method.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple

from twisted.logger import Logger

from chatd.chat.audit import AuditEvent
from chatd.chat.server import ChatServer
from chatd.daemon.audit_file import AuditFile
from chatd.daemon.certificates import Certificates
from chatd.daemon.configuration import Configuration
from chatd.daemon.given import Faulty
from chatd.daemon.listener_settings import ListenerSettings
from chatd.daemon.listener_table import LISTENER_ROWS
from chatd.daemon.listener_wiring import host_names
from chatd.daemon.log_output import LogOutput
from chatd.daemon.motd import MotdError, read_motd
from chatd.daemon.retention import Retention
from chatd.daemon.service import Listener
from chatd.daemon.setting_row import LISTEN
from chatd.daemon.setting_row import Reload as When
from chatd.daemon.settings import Settings
from chatd.daemon.settings_table import SETTINGS
from chatd.daemon.tools_address import tools_address
from chatd.daemon.value_kinds import shown
from chatd.text.escaping import visible
from chatd.util.budget_table import Limits as BudgetLimits
from chatd.webhooks.http_client import Gate, has_tls
from chatd.webhooks.registry import Rules


class Parts(NamedTuple):
    """The parts of a daemon that follow settings while it runs."""

    server: ChatServer
    retention: Retention
    gate: Gate
    listeners: Sequence[Listener]
    """Those of the settings, and after them those of --lan."""

    certificates: Certificates

    limits_of: Callable[[Settings], BudgetLimits]
    """Return the limits of all budgets."""

    log: LogOutput

    audit: AuditFile | None


class Outcome(NamedTuple):
    """The outcome of a reload: lines for the operator, in each case."""

    changed: list[str]
    """The settings that were changed."""

    waiting: list[str]
    """A line for each setting that changed and needs a restart."""

    faults: list[str]
    """A line for each fault."""

    renewed: list[str]
    """A line for each certificate that is another one now."""


def _change_limits(parts: Parts, settings: Settings) -> None:
    parts.server.budgets.change_limits(parts.limits_of(settings))


def _change_hooks(parts: Parts, settings: Settings) -> None:
    parts.server.hooks.use_rules(Rules(settings.hook_networks, has_tls()))
    parts.gate.allow(settings.hook_networks)


def _change_names(parts: Parts, settings: Settings) -> None:
    for listener in parts.listeners:
        if listener.hosts is not None:
            listener.hosts.change_names(host_names(settings))
    incoming = parts.server.incoming
    address = tools_address(parts.listeners, settings)
    incoming.use_rules(incoming.rules._replace(address=address))


def _change_log(parts: Parts, settings: Settings) -> None:
    parts.log.change(settings.log)


def _change_retention(parts: Parts, settings: Settings) -> None:
    parts.retention.change_policy(settings.retention)
    parts.server.store.agree(settings.alike)


Change = Callable[[Parts, Settings], object]
"""Has the parts of a daemon follow a setting."""

CHANGES: Mapping[str, Change] = {
    "server.recent": lambda parts, new: parts.server.moves.change_recent(new.recent),
    "passwords.allow_plaintext": lambda parts, new: parts.server.logins.secrecy.allow_plaintext(
        new.plaintext_passwords
    ),
    "webhooks.allow_plaintext": lambda parts, new: parts.server.incoming.allow_plaintext(
        new.plaintext_hooks
    ),
    "store.keep": _change_retention,
    "webhooks.to": _change_hooks,
    "web.names": _change_names,
    **dict.fromkeys(("log.format", "log.level"), _change_log),
    **dict.fromkeys(
        ("limits.budgets", "limits.connections", "limits.connections_per_address"), _change_limits
    ),
}
"""The changes by the paths of settings. The motd is read again each time, and the language goes
with it; limits of single connections belong to listeners."""


class Reload:
    """Reads the configuration of a daemon again. Relative paths are relative to ``rundir``.

    ``reloading`` returns the context in which it does that.
    """

    log = Logger()

    def __init__(
        self,
        configuration: Configuration,
        settings: Settings,
        rundir: Path,
        parts: Parts,
        reloading: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._configuration = configuration
        self._rundir = rundir
        self._parts = parts
        self._reloading = reloading
        self._started = self._settings = settings
        self._served = list(settings.listeners)

    def request(self) -> dict[str, Any]:
        """Reload as `reload` does, and return the outcome as an object of JSON."""
        outcome = self._renew(self._parts.server.audit.record)
        return outcome._asdict()

    def reload(self) -> Outcome:
        """Read all again, change what can be, and log the outcome."""
        return self._renew(self._parts.server.audit.by_daemon)

    def _renew(self, record: Callable[..., None]) -> Outcome:
        with self._reloading():
            outcome = self._reload()
            renewed, faults = self._parts.certificates.reload_certificates()
            outcome.renewed.extend(renewed)
            outcome.faults.extend(faults)
        if self._parts.audit is not None and (fault := self._parts.audit.reopen()) is not None:
            outcome.faults.append(fault)
        changed = ", ".join(outcome.changed)
        record(AuditEvent.RELOAD, ok=not outcome.faults, changed=changed)
        return outcome

    def _reload(self) -> Outcome:
        try:
            settings = self._configuration.read()
            motd = read_motd(self._motd(settings))
        except Faulty as faulty:
            faults = [fault.line for fault in faulty.faults]
            for fault in faults:
                self.log.error("{why} The settings stay.", why=visible(fault))
            return Outcome([], [], faults, [])
        except MotdError as error:
            self.log.error("{why} The old one stays.", why=visible(str(error)))
            return Outcome([], [], [str(error)], [])
        waiting = [
            f"{name} changed; it holds after a restart." for name in self._not_changed(settings)
        ]
        self._parts.server.change_welcome(motd, settings.language)
        changed = [*self._change(settings), *self._change_listeners(settings)]
        self._settings = settings
        self._log(changed, waiting)
        return Outcome(changed, waiting, [], [])

    def _motd(self, settings: Settings) -> Path | None:
        return None if settings.motd is None else self._rundir / settings.motd

    def _log(self, changed: list[str], waiting: list[str]) -> None:
        motd = self._motd(self._settings)
        if motd is not None:
            self.log.info("read the motd {path} again.", path=visible(str(motd)))
        if self._configuration.file is not None:
            path = visible(self._configuration.name)
            if changed:
                names = visible(", ".join(changed))
                self.log.info("read {path} again. Changed: {names}.", path=path, names=names)
            else:
                self.log.info("read {path} again. Nothing changed.", path=path)
        for line in waiting:
            self.log.warn("{why}", why=visible(line))

    def _not_changed(self, new: Settings) -> Iterator[str]:
        """Generate the names of settings that are not as at the start, and need a restart."""
        started = self._started
        yield from _changed(started, new, restart=True)
        left = list(new.listeners)
        for before in started.listeners:
            now = _taken(before, left)
            if now is None or _own(before, restart=True) != _own(now, restart=True):
                yield _name(before)
        yield from map(_name, left)

    def _change(self, new: Settings) -> list[str]:
        """Have all parts follow the settings. Return the names of those that changed."""
        names = _changed(self._settings, new, restart=False)
        for change in dict.fromkeys(CHANGES[name] for name in names if name in CHANGES):
            change(self._parts, new)
        return names

    def _change_listeners(self, new: Settings) -> Iterator[str]:
        """Have listeners follow their limits. Generate the names of those with other own ones."""
        left = list(new.listeners)
        count = len(self._served)
        for door in self._parts.listeners[count:]:
            door.factory.change_limits(new.limits, {})
        for place, listener in enumerate(self._parts.listeners[:count]):
            before = self._served[place]
            now = _taken(before, left)
            if now is not None:
                listener.factory.change_limits(now.limits, now.own.budgets)
                self._served[place] = now
                if _own(before, restart=False) != _own(now, restart=False):
                    yield _name(now)


def _changed(before: Settings, now: Settings, *, restart: bool) -> list[str]:
    """Return the paths of settings that differ, of those that need a restart or of the others."""
    return [
        row.path
        for row in SETTINGS
        if (row.reload is When.RESTART) == restart
        and before.by_path[row.path] != now.by_path[row.path]
    ]


def _taken(listener: ListenerSettings, left: list[ListenerSettings]) -> ListenerSettings | None:
    """Take the settings of the same address out of those that are left; None if there are none."""
    for place, each in enumerate(left):
        if (each.kind, each.endpoint) == (listener.kind, listener.endpoint):
            return left.pop(place)
    return None


def _name(listener: ListenerSettings) -> str:
    return f"{LISTEN} {shown(listener.endpoint)}"


def _own(listener: ListenerSettings, *, restart: bool) -> object:
    """Return what a listener has of its own: that which needs a restart, or the other settings."""
    return {
        row.path: listener.by_path.get(row.path)
        for row in LISTENER_ROWS
        if (row.reload is When.RESTART) == restart
    }
