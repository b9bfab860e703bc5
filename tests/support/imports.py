"""All that a daemon and the commands of chatd import when they start, and no reactor.

A process that has imported this forks them at a tenth of the cost of a new interpreter.
"""

from __future__ import annotations

import argon2  # noqa: F401 - imported where passwords are hashed
import twisted.internet.default
import twisted.scripts._twistd_unix
import twisted.scripts.twistd  # noqa: F401
from twisted.application.service import IServiceMaker
from twisted.internet.interfaces import IStreamServerEndpointStringParser
from twisted.plugin import getPlugins

import chatd.cli
import chatd.client.admin
import chatd.daemon.wiring
import chatd.tap  # noqa: F401
from chatd.protocols.web import site  # imported by the wiring where there is a port for it

# twistd looks for them all; let them be imported once.
for plugins in IServiceMaker, IStreamServerEndpointStringParser:
    list(getPlugins(plugins))

# The page is put together and packed once, too.
site.page()
site.description()
