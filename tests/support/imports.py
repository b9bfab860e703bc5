"""All that a daemon and the commands of chatd import when they start, and no reactor.

A process that has imported this forks them at a tenth of the cost of a new interpreter.
"""

from __future__ import annotations

from twisted.application.service import IServiceMaker
from twisted.plugin import getPlugins

import chatd.cli
import chatd.client.admin
import chatd.daemon.wiring
import chatd.protocols.web.site  # noqa: F401 - imported by the wiring where there is a port for it

list(getPlugins(IServiceMaker))  # twistd looks for them all; let them be imported once
