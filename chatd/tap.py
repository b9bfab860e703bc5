"""The module that `twistd` loads for the plugin, under the name that Twisted projects give it."""

from chatd.daemon.options import Options
from chatd.daemon.wiring import makeService

__all__ = ["Options", "makeService"]
