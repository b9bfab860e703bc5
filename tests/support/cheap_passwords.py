"""A cost of hashing passwords for the daemons and commands of tests.

With the real one, each login takes a fifth of a second of the processor.
`tests/accounts/test_passwords.py` looks at that.

The process that imports this must not have installed a reactor.
"""

from __future__ import annotations

from functools import partial

import chatd.client.admin
import chatd.daemon.wiring
from chatd.accounts.passwords import Hasher

COST = (1, 8, 1)
"""The least time, memory (KiB) and lanes of argon2."""


def hash_cheaply() -> None:
    """Let the daemon or command that this process becomes hash passwords at that cost."""
    for module in chatd.client.admin, chatd.daemon.wiring:
        vars(module)["Hasher"] = partial(Hasher, *COST)
