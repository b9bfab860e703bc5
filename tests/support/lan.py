"""The ways in of `--lan`, on a machine with addresses of each kind."""

from __future__ import annotations

from datetime import datetime, timezone
from ipaddress import ip_address
from pathlib import Path

from chatd.daemon.given import Given, GivenSettings, Source
from chatd.daemon.lan import LanDoors, doors_of
from chatd.daemon.settings import Settings, settings_of
from chatd.util.privileges import current

NOW = datetime.now(timezone.utc)

ADDRESSES = ["192.168.1.5", "93.184.216.34", "127.0.0.1", "fd00::5", "2606:2800::1", "fe80::1"]


def settings(**values: str) -> Settings:
    """Return settings as a file gives them: ``web__names="x"``, say."""
    given = {"lan__open": "true", **values}
    paths = {name.replace("__", "."): text for name, text in given.items()}
    return settings_of(
        GivenSettings({path: Given(path, (text,), Source.FILE) for path, text in paths.items()})
    )


def doors(folder: Path, *addresses: str, **values: str) -> LanDoors:
    return doors_of(
        settings(**values), folder, current(), map(ip_address, addresses or ADDRESSES), NOW
    )
