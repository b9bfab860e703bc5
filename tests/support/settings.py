"""Settings of the daemon from arguments of the command line, for tests."""

from __future__ import annotations

from chatd.daemon.configuration import Configuration
from chatd.daemon.listener_settings import ListenerKind
from chatd.daemon.options import Options
from chatd.daemon.settings import Settings


def settings(*arguments: str) -> Settings:
    """Return what these arguments mean."""
    options = Options()
    options.parseOptions(arguments)
    return Configuration(options.given, {}).read_or_refuse()


def endpoints(settings: Settings, kind: ListenerKind = ListenerKind.CHAT) -> list[str]:
    """Return the descriptions of the endpoints of a kind."""
    return [each.endpoint for each in settings.listeners if each.kind is kind]
