"""The command `chatd`, with --lan on free ports: a program, to run beside daemons of others."""

from __future__ import annotations

import sys

from chatd import cli
from chatd.daemon import lan

if __name__ == "__main__":
    lan.PORTS = dict.fromkeys(lan.PORTS, 0)
    lan.WEB_HERE = "tcp:0:interface=127.0.0.1"
    sys.exit(cli.main())
