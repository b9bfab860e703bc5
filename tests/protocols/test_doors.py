"""Protocols and the daemon do nothing in the chat but by its actions.

Beside those they may read, and see to what is theirs: connections, starting and stopping.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.support.checkout import ROOT

READ = {
    "accounts.called",
    "accounts.table.get",
    "credentials.account_of",
    "credentials.grant_of",
    "credentials.half_of",
    "credentials.is_unproved",
    "credentials.sign_in_of",
    "logins.may_pass_secrets",
    "marked.describe",
    "marked.is_away",
    "marked.roles_of",
    "mask",  # of the server as IRC clients know it
    "moderation.check",
    "moderation.roles.mode_of",
    "now",
    "private_lines.check",
    "rooms.called",
    "rooms.find",
    "rooms.get",
    "rooms.of",
    "roster.others",
    "sessions.away_text",
    "sessions.called",
    "sessions.called_anywhere",
    "sessions.is_here",
    "sessions.name_of",
    "sessions.reachable",
    "store.when_published",
    "unread.inboxes.of",
    "unread.read_marks.of",
    "unread.sessions",
    "watches.state_of",
    "watches.watched_by",
    "budgets.total",
    "store.last_back_up",
    "store.log_state",
    "store.sizes",
    "store.sizes().get",
}
"""Calls of the server, or of its parts, that change nothing."""

OF_A_CONNECTION = {
    "connect",
    "disconnect",
    "enter",
    "error_log.tell",
    "evictions.review",
    "finish",
    "logins.secrecy.unwatch",
    "logins.secrecy.watch",
    "moves.tell_invited",
    "numbers.check",
    "unread.seen",
    "watches.end",
    "watches.resume_watching",
    "watches.tell",
    "watches.unwatch",
}
"""A client comes and goes, is told of others, and takes what it is sent."""

OF_THE_DAEMON = {
    "audit.by_daemon",
    "audit.reopen",
    "budgets.change_limits",
    "change_welcome",
    "check",
    "hook_review.review",
    "hooks.use_rules",
    "incoming.allow_plaintext",
    "incoming.keep",
    "incoming.use_rules",
    "logins.secrecy.allow_plaintext",
    "moves.change_recent",
    "rooms.release_notices",
    "staying.look",
    "store.agree",
    "unread.inboxes.clear_gone",
    "unread.stop",
}
"""The daemon starts, stops, reloads, and looks after what is due."""


def calls(source: str) -> set[str]:
    """Return the methods of a server, or of its parts, that some code calls."""
    functions = (node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    paths = (f".{ast.unparse(function)}" for function in functions)
    parts = (path.replace("._server.", ".server.").rpartition(".server.") for path in paths)
    return {called for _, server, called in parts if server}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("server.finish(session)", {"finish"}),
        ("self._server.moves.leave(session)", {"moves.leave"}),
        ("lambda: conversation.server.now()", {"now"}),
        ("server.motd", set()),
        ("enter(server, session)", set()),
    ],
)
def test_calls_are_found(source: str, found: set[str]) -> None:
    assert calls(source) == found


def called_in(package: str) -> set[str]:
    """Return the methods of a server, or of its parts, that the modules of a package call."""
    modules = Path(ROOT, "chatd", package).rglob("*.py")
    return {called for module in modules for called in calls(module.read_text("utf-8"))}


def test_protocols_do_nothing_but_by_actions() -> None:
    assert called_in("protocols") <= READ | OF_A_CONNECTION


def test_the_daemon_does_nothing_but_by_actions() -> None:
    assert called_in("daemon") <= READ | OF_THE_DAEMON
