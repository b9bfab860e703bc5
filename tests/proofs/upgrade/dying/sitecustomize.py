"""Has a successor end at a step: Python imports this module by its name when it starts.

The step is in the file that ``CHATD_DIES_AT`` names: the word that the successor is about to say to
the daemon, or ``begin`` for its start. ``stop`` before it stops the process in place of ending it.
This module must not be imported by a test.
"""

import os
import signal
import sys


def _step() -> tuple[str, signal.Signals]:
    try:
        with open(os.environ["CHATD_DIES_AT"]) as file:
            words = file.read().split()
    except (KeyError, OSError):
        words = []
    ends = signal.SIGSTOP if words[:1] == ["stop"] else signal.SIGKILL
    return (words[-1] if words else "", ends)


def _die(ends: signal.Signals) -> None:
    os.kill(os.getpid(), ends)


class _Finder:
    """Wraps `Channel.say` once its module is imported."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Find nothing; wrap what the daemon's own code has by now."""
        module = sys.modules.get("chatd.daemon.handover.channel")
        if module is None or not hasattr(module, "Channel"):
            return
        sys.meta_path.remove(self)
        say = module.Channel.say

        def say_or_die(channel: object, what: str, *rest: object, **members: object) -> None:
            step, ends = _step()
            if step == what:
                _die(ends)
            say(channel, what, *rest, **members)

        module.Channel.say = say_or_die


if os.environ.get("CHATD_HANDOVER"):
    if _step()[0] == "begin":
        _die(_step()[1])
    sys.meta_path.insert(0, _Finder())
