"""The module that `twistd` loads for the plugin: what Twisted's habit wants under this name."""

from chatd.daemon.plugin import Options, makeService

__all__ = ["Options", "makeService"]
