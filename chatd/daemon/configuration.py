"""The configuration: the settings that all sources make together, or a refusal.

This module must not know which settings there are.
"""

from __future__ import annotations

from chatd.daemon.given import Faulty, GivenSettings, Source
from chatd.daemon.options import Options
from chatd.daemon.os_process import refuse, refuse_call
from chatd.daemon.settings import Settings, settings_of


def settings_from(options: Options) -> Settings:
    """Return the settings. Raises `SystemExit` with what is wrong.

    A fault of the command line alone is a wrong call, of which the first fault is told. Other
    faults are told all at once, in a line each.
    """
    try:
        return settings_of(GivenSettings(options.given))
    except Faulty as faulty:
        for fault in faulty.faults:
            if fault.source is Source.COMMAND_LINE:
                refuse_call(fault.line)
        refuse("\nchatd: ".join(fault.line for fault in faulty.faults))
