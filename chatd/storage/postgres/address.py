"""The address of a database of PostgreSQL, as ``--store`` has it: libpq's URI, of which a part.

An address says where the database is and how the server is to prove itself. It may be read by all
who see the list of processes, so no secret may be in it; and nothing in it may weaken what chatd
relies on. So there is a table of the parameters that it may have (`ALLOWED`).

This module must not know psycopg, nor open what an address names.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import unquote

from chatd.util.usage import listed, unknown

SCHEME = "postgresql"

EXAMPLE = "postgresql:///chatd"
"""The shortest address of a database."""

CONNECT_SECONDS = 2
"""Seconds until an attempt to connect to one host is given up: the least that libpq takes."""

_URI = re.compile(r"postgresql://(?:(?P<user>[^/?]*)@)?(?P<hosts>[^/?@]*)(?:/(?P<name>[^?]*))?\Z")

_HOST = re.compile(r"(\[[^\]]*\]|[^:\[\]]*)(?::([0-9]*))?\Z")


class WrongAddress(ValueError):
    """A text is no address of a database. The text of this is a sentence, without secrets."""


class Host(NamedTuple):
    """A host of an address: what libpq takes for ``host``, ``hostaddr`` and ``port``."""

    name: str
    address: str = ""
    port: str = ""

    @property
    def is_local(self) -> bool:
        """True if what is sent to the host cannot leave this machine."""
        is_socket = self.name.startswith(("/", "@"))
        if is_socket and not self.address:
            return True
        return _is_loopback(self.name or self.address) and _is_loopback(self.address or self.name)


class Address(NamedTuple):
    """The address of a database.

    ``where`` is the text of it, and ``parameters`` are those for libpq. ``hosts`` are empty if they
    are those of a service, of the environment, or libpq's default one.
    """

    where: str
    hosts: Sequence[Host]
    parameters: Mapping[str, str]

    @property
    def is_local(self) -> bool:
        """True if it is known that no host is another machine."""
        return bool(self.hosts) and all(host.is_local for host in self.hosts)


def address_of(where: str) -> Address:
    """Return the address that a text is. Raises `WrongAddress`."""
    before, _, query = where.partition("?")
    found = _URI.match(before)
    if found is None:
        raise WrongAddress(_not_one(where))
    if not re.fullmatch('[!"$-~]*', where):
        raise WrongAddress("spaces, # and what is not ASCII are to be written as %XX")
    if "@" in where.partition("@")[2] or "@" in f"{found['hosts']}{found['name']}{query}":
        raise WrongAddress(f"@ is to be written as %40, except after the user; {_NO_SECRETS}")
    user, name = _decoded(found["user"] or ""), _decoded(found["name"] or "")
    if ":" in (found["user"] or ""):
        raise WrongAddress(_NO_SECRETS)
    given = _parameters_of(query)
    if "/" in name:
        raise WrongAddress(f"the database is one name after the host: {EXAMPLE}")
    hosts = _hosts_of(found["hosts"], given)
    for key, value in (("user", user), ("dbname", name)):
        if value:
            if key in given:
                raise WrongAddress(f"{key} is there twice: in front of ? and after it")
            given[key] = value
    if "dbname" not in given and "service" not in given:
        missing = f"{before.rstrip('/')}/chatd" if found["hosts"] else EXAMPLE
        raise WrongAddress(f"the name of the database is missing. Did you mean {missing}?")
    address = Address(where, hosts, given)
    _check_encryption(address)
    parameters = {**_ALWAYS, **given, **_conninfo_of(hosts)}
    if not address.is_local:
        parameters["sslmode"] = "verify-full"
    return address._replace(parameters=parameters)


def wrong_address(where: str) -> str:
    """Return what is wrong with an address, and what may have been meant; "" if nothing is."""
    try:
        address_of(where)
    except WrongAddress as wrong:
        text = str(wrong)
        return text if text.endswith("?") else f"{text}."
    return ""


_NO_SECRETS = (
    "no password can be in it, because others can read it there: write the password to a file that"
    " PGPASSFILE names, or to a service"
)


def _not_one(where: str) -> str:
    """Return what may have been meant by a text of another form. A password is not repeated."""
    rest = re.sub(r"\A[^:/]*:/*", "", where)
    slashes = "//" if "@" in rest or "/" in rest.partition("?")[0] else "///"
    meant = f"{SCHEME}:{slashes}{rest}"
    if rest and meant != where:
        try:
            address_of(meant)
            return f"Did you mean {meant}?"
        except WrongAddress:
            pass
    return f"Did you mean {EXAMPLE}?"


def _decoded(text: str) -> str:
    """Return a text without percent-encoding."""
    if re.search("%(?![0-9A-Fa-f]{2})", text):
        raise WrongAddress("after % there are two hexadecimal digits, as in %2F; % itself is %25")
    try:
        decoded = unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise WrongAddress("the characters that are written as %XX are not UTF-8") from None
    if not decoded.isprintable():
        raise WrongAddress("control characters are not allowed, also as %XX")
    return decoded


def _parameters_of(query: str) -> dict[str, str]:
    """Return the parameters after the question mark."""
    given: dict[str, str] = {}
    for each in query.split("&") if query else ():
        key, equals, value = (_decoded(part) for part in each.partition("="))
        if key in _SECRETS:
            raise WrongAddress(_NO_SECRETS)
        if key in _REFUSED:
            raise WrongAddress(f"the parameter {key} cannot be given: {_REFUSED[key]}")
        if key not in ALLOWED:
            raise WrongAddress(unknown("parameter", key, ALLOWED, "See libpq's").rstrip("."))
        if not equals or not value:
            raise WrongAddress(f"the parameter {key} has no value")
        if key in given:
            raise WrongAddress(f"the parameter {key} is there twice")
        if wrong := ALLOWED[key](value):
            raise WrongAddress(f"the parameter {key} takes {wrong}; not {value!r}")
        given[key] = value
    return given


def _hosts_of(text: str, given: dict[str, str]) -> Sequence[Host]:
    """Return the hosts that a text and parameters name. These are taken out of the parameters."""
    names, ports = [], []
    for each in text.split(",") if text else ():
        found = _HOST.match(each)
        if found is None or (not found[1] and found[2] is None):
            raise WrongAddress(f"{each!r} is no host: write NAME:PORT, or an address of IPv6 in []")
        names.append(_name_of(found[1]))
        ports.append(found[2] or "")
    if (any(ports) and "port" in given) or (any(names) and "host" in given):
        raise WrongAddress("hosts and ports are to be named in front of ? or after it, not both")
    names = given.pop("host").split(",") if "host" in given else names
    addresses = given.pop("hostaddr").split(",") if "hostaddr" in given else []
    ports = given.pop("port").split(",") if "port" in given else ports
    for port in filter(None, ports):
        if not port.isdecimal() or not 1 <= int(port) <= 65535:
            raise WrongAddress(f"a port is a number up to 65535; not {port!r}")
    count = max(len(names), len(addresses), len(ports))
    for some in names, addresses, ports:
        if len(some) not in (0, 1, count) or (some is not ports and len(some) not in (0, count)):
            raise WrongAddress("there are not as many hosts as addresses or ports of hosts")
    names, addresses = names or [""] * count, addresses or [""] * count
    ports = ports * count if len(ports) == 1 else ports or [""] * count
    return [Host(*each) for each in zip(names, addresses, ports, strict=True)]


def _name_of(text: str) -> str:
    """Return the name of a host, which may be an address of IPv6 in brackets."""
    name = _decoded(text.strip("[]"))
    if text.startswith("["):
        try:
            ipaddress.IPv6Address(name)
        except ValueError:
            raise WrongAddress(f"{text!r} is no address of IPv6") from None
    if "," in name:  # libpq would take it for several hosts
        raise WrongAddress("no name of a host can have a comma")
    return name


def _conninfo_of(hosts: Sequence[Host]) -> Mapping[str, str]:
    """Return hosts as libpq's parameters."""
    keys = "host", "hostaddr", "port"
    values = [[host[index] for host in hosts] for index in range(len(keys))]
    return {key: ",".join(some) for key, some in zip(keys, values, strict=True) if any(some)}


def _check_encryption(address: Address) -> None:
    """Raise `WrongAddress` if other machines could read what is sent, or pose as the server."""
    mode = address.parameters.get("sslmode")
    if mode not in (None, "verify-full") and not address.is_local:
        raise WrongAddress(
            f"sslmode={mode} is for hosts of this machine alone: others need verify-full, with"
            " sslrootcert=FILE for the certificate of your authority"
        )


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


_Check = Callable[[str], str]
"""Returns what a parameter takes, if a value is none for it; "" if it is one."""


def _anything(value: str) -> str:
    return ""


def _file(value: str) -> str:
    return "" if value.startswith("/") else "the path of a file from / on"


def _root_certificate(value: str) -> str:
    return "" if value == "system" or not _file(value) else f"{_file('')}, or system"


def _number(value: str) -> str:
    return "" if re.fullmatch("[0-9]{1,9}", value) else "a whole number"


def _one_of(*words: str) -> _Check:
    def check(value: str) -> str:
        return "" if value in words else listed(words)

    return check


ALLOWED: Mapping[str, _Check] = {
    "host": _anything,
    "hostaddr": _anything,
    "port": _anything,  # these three are checked together
    "user": _anything,
    "service": _anything,
    "servicefile": _file,
    "passfile": _file,
    "target_session_attrs": _one_of("read-write"),
    "sslmode": _one_of("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
    "sslrootcert": _root_certificate,
    "sslcert": _file,
    "sslkey": _file,
    "sslcrl": _file,
    "sslcrldir": _file,
    "sslnegotiation": _one_of("postgres", "direct"),
    "sslsni": _one_of("0", "1"),
    "ssl_min_protocol_version": _one_of("TLSv1.2", "TLSv1.3"),
    "channel_binding": _one_of("disable", "prefer", "require"),
    "require_auth": _anything,
    "requirepeer": _anything,
    "keepalives": _one_of("0", "1"),
    "keepalives_idle": _number,
    "keepalives_interval": _number,
    "keepalives_count": _number,
    "tcp_user_timeout": _number,
}
"""The parameters that an address may have, each with the check of its value."""

_SECRETS = {"password", "sslpassword", "scram_client_key", "scram_server_key"}
_SECRETS |= {"oauth_client_secret"}

_REFUSED = {
    "dbname": f"the database is a part of the address, as in {EXAMPLE}",
    "options": "chatd sets what its sessions need, and other settings could undo that",
    "client_encoding": "chatd and its database speak UTF-8",
    "application_name": "chatd says its own, with the name of the node",
    "fallback_application_name": "chatd says its own, with the name of the node",
    "replication": "it is for standbys",
    "connect_timeout": f"an attempt lasts {CONNECT_SECONDS} seconds, and is repeated",
    "load_balance_hosts": "there is one server that takes lines, and chatd looks for it",
    "gssencmode": "chatd protects connections with TLS",
    "sslcompression": "compression can disclose what is sent",
    "sslkeylogfile": "with such a file others could read what is sent",
    "ssl_max_protocol_version": "newer versions of TLS are as safe, or safer",
}
"""The parameters of libpq that an address cannot have, with the reasons."""

DEAD_SECONDS = 5
"""Seconds until a session ends whose server, or the network to it, does not answer: one that rests
is probed after two."""

_ALWAYS = {
    "keepalives_idle": "2",
    "keepalives_interval": "1",
    "keepalives_count": str(DEAD_SECONDS - 2),
    "tcp_user_timeout": str(1000 * DEAD_SECONDS),
    "target_session_attrs": "read-write",
    "connect_timeout": str(CONNECT_SECONDS),
    "client_encoding": "UTF8",
    "gssencmode": "disable",
    "options": "",  # not those of PGOPTIONS
}
