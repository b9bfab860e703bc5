"""Sentences for the operator about the addresses at which the daemon listens.

This module must not know how an address is bound, or served.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import partial

from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.interfaces import IAddress

from chatd.daemon.listener_settings import ListenerKind
from chatd.i18n import Language, sentence
from chatd.text.escaping import visible

_PATHS = {ListenerKind.WEB: "", ListenerKind.METRICS: "metrics"}
"""The path that an address over HTTP is shown with."""


def sentences_about(
    language: Language, kind: ListenerKind, address: IAddress, key: str | None, teaches: bool
) -> str:
    """Return the sentences for the operator about one address, with ``key`` that of its TLS.

    If it is for this machine only, they say how to let others in if the text ``teaches`` that.
    """
    text = written(address)
    if kind in _PATHS and not isinstance(address, UNIXAddress):
        text = f"{'http' if key is None else 'https'}://{text}/{_PATHS[kind]}"
    say = partial(sentence, language)
    sentences = [say("log_listening", address=text)]
    if kind is ListenerKind.METRICS:
        return " ".join((*sentences, say("log_metrics")))
    if kind is ListenerKind.BARE:
        sentences.append(say("log_bare"))
    if kind is ListenerKind.IRC:
        sentences.append(say("log_irc"))
    if key and kind is ListenerKind.CHAT:
        sentences.append(say("log_key", fingerprint=key))
    if is_loopback(address):
        opened_by_lan = kind not in (ListenerKind.BARE, ListenerKind.IRC)
        sentences.append(say("log_lets_in" if teaches and opened_by_lan else "log_this_machine"))
    return " ".join(sentences)


def listening_sentence(language: Language, addresses: Iterable[IAddress]) -> str:
    """Return a sentence with all of some addresses."""
    return sentence(language, "log_listening", address=", ".join(map(written, addresses)))


def is_loopback(address: IAddress) -> bool:
    """Return True if an address of IP is of this machine only."""
    if isinstance(address, IPv6Address):
        return address.host == "::1"
    return isinstance(address, IPv4Address) and address.host.startswith("127.")


def written(address: IAddress) -> str:
    """Return an address as operators write it: ``127.0.0.1:60060``, or a path."""
    if isinstance(address, IPv6Address):
        return f"[{address.host}]:{address.port}"
    if isinstance(address, IPv4Address):
        return f"{address.host}:{address.port}"
    if isinstance(address, UNIXAddress):
        return visible(os.fsdecode(address.name or b""))
    return str(address)
