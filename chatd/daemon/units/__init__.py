"""The units of systemd: chatd as a service, and the sockets that systemd may open for it.

A unit is a file of this package; in that of the service, ``{start}`` is the place of its command.
This package must not know where units are installed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from importlib.resources import files

SERVICE = "chatd.service"

SOCKETS = ("chatd.socket", "chatd-web.socket")

_LISTEN = r"""\
# --lan \
# --unix-names \
  --listen tcp:60060:interface=127.0.0.1 \
  --listen unix:/run/chatd/chat.sock \
  --web tcp:60080:interface=127.0.0.1
# Delete the # before --lan to let the local network in, over TLS: `journalctl -u chatd` then says
# how others come in. Delete that before --unix-names to give users of this machine their logins
# as names: members of the group chatd administer then."""

_TAKE_SOCKETS = "--listen systemd:name=chat --web systemd:name=web"


def units(program: Sequence[str], config: str | None, *, sockets: bool) -> Mapping[str, str]:
    """Return the texts of units by their names.

    ``program`` is the command ``chatd``, ``config`` the path of a file of settings, which then has
    the addresses. With ``sockets`` systemd opens those for chat and for browsers.
    """
    words = [*program, "serve", *([] if config is None else ["--config", config])]
    lines = [f"ExecStart={' '.join(map(quoted, words))}"]
    if config is None:
        lines[0] += f" {_TAKE_SOCKETS if sockets else _LISTEN}"
    if sockets:
        # The file of a socket is in the directory that the service has while it runs.
        lines += [f"Sockets={' '.join(SOCKETS)}", "RuntimeDirectoryPreserve=yes"]
    service = _text_of(SERVICE).replace("{start}", "\n".join(lines))
    others = {name: _text_of(name) for name in SOCKETS} if sockets else {}
    return {SERVICE: service, **others}


def quoted(word: str) -> str:
    """Return a word of a command as a unit has it (systemd.service(5), "Command lines")."""
    word = word.replace("%", "%%").replace("$", "$$")
    if re.fullmatch(r"[\w$%+,./:=@-]+", word, re.ASCII):
        return word
    escaped = word.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
    return f'"{escaped}"'


def _text_of(name: str) -> str:
    return files(__name__).joinpath(name).read_text("utf-8")
