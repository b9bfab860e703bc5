"""The layout of the code: modules have tests, packages say their purpose, and none is too long.

`COVERED_BY` and `SIZED` are the tables of exceptions. Each entry has to be needed.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

from tests.support.checkout import ROOT, nodes_of, syntax_tree

MODULE_LINES = 400
CLASS_LINES = 200

COVERED_BY = {
    "chatd/__init__.py": "tests/integration/test_packaging.py",
    "chatd/__main__.py": "tests/test_cli.py",
    "chatd/tap.py": "tests/integration/test_daemon.py",
    "chatd/accounts/check_counts.py": "tests/accounts/test_sign_in_helper.py",
    "chatd/command_line/bash.py": "tests/command_line/test_completion.py",
    "chatd/command_line/man_page.py": "tests/command_line/test_man.py",
    "chatd/command_line/settings_page.py": "tests/command_line/test_man.py",
    "chatd/command_line/subcommands.py": "tests/test_cli.py",
    "chatd/command_line/zsh.py": "tests/command_line/test_completion.py",
    "chatd/daemon/address_sentences.py": "tests/daemon/test_service.py",
    "chatd/rooms/inbox.py": "tests/rooms/test_stream.py",
    "chatd/rooms/passing.py": "tests/rooms/test_feed.py",
    "chatd/daemon/exposition.py": "tests/daemon/test_monitor.py",
    "chatd/daemon/figure_row.py": "tests/daemon/test_figures.py",
    "chatd/daemon/given.py": "tests/daemon/test_options.py",
    "chatd/daemon/listener_settings.py": "tests/daemon/test_listener_wiring.py",
    "chatd/daemon/listener_table.py": "tests/daemon/test_settings_table.py",
    "chatd/daemon/setting_row.py": "tests/daemon/test_settings_table.py",
    "chatd/daemon/settings.py": "tests/daemon/test_configuration.py",
    "chatd/daemon/settings_checks.py": "tests/daemon/test_configuration.py",
    "chatd/daemon/irc_rows.py": "tests/daemon/test_settings_table.py",
    "chatd/daemon/webhook_rows.py": "tests/daemon/test_settings_table.py",
    "chatd/chat/hook_names.py": "tests/commands/test_incoming_hooks.py",
    "chatd/chat/actions/hook_posts.py": "tests/protocols/web/api/test_hooks.py",
    "chatd/chat/actions/incoming_hooks.py": "tests/commands/test_incoming_hooks.py",
    "chatd/daemon/shared_rows.py": "tests/daemon/test_settings_table.py",
    "chatd/daemon/toml_settings.py": "tests/daemon/test_configuration.py",
    "chatd/daemon/value_kinds.py": "tests/daemon/test_options.py",
    "chatd/protocols/irc/proving.py": "tests/protocols/irc/test_sasl.py",
    "chatd/errors.py": "tests/formats/test_formats.py",
    "chatd/event.py": "tests/rooms/test_room.py",
    "chatd/chat/members.py": "tests/chat/test_membership.py",
    "chatd/chat/actions/costs.py": "tests/commands/test_base.py",
    "chatd/chat/actions/past_messages.py": "tests/protocols/irc/test_chathistory.py",
    "chatd/chat/actions/push.py": "tests/commands/test_push.py",
    "chatd/client/bots/outbox.py": "tests/client/bots/test_answering.py",
    "chatd/client/bots/processes.py": "tests/client/bots/test_programs.py",
    "chatd/client/bots/requests.py": "tests/client/bots/test_answering.py",
    "chatd/client/bots/results.py": "tests/client/bots/test_programs.py",
    "chatd/client/control.py": "tests/client/test_admin.py",
    "chatd/client/chat.py": "tests/client/test_conversation.py",
    "chatd/client/console.py": "tests/client/test_screen.py",
    "chatd/client/incoming.py": "tests/client/test_conversation.py",
    "chatd/client/keys.py": "tests/client/test_screen.py",
    "chatd/client/layout.py": "tests/client/test_screen.py",
    "chatd/client/room_messages.py": "tests/client/test_conversation.py",
    "chatd/client/room_list.py": "tests/client/test_conversation.py",
    "chatd/client/search_line.py": "tests/client/test_screen.py",
    "chatd/client/markdown.py": "tests/client/test_export.py",
    "chatd/client/marked.py": "tests/client/test_export.py",
    "chatd/chat/actions/remarks.py": "tests/chat/actions/test_decisions.py",
    "chatd/client/loaded.py": "tests/client/test_check.py",
    "chatd/client/list_rooms.py": "tests/integration/test_reading_commands.py",
    "chatd/client/logging_in.py": "tests/client/test_say.py",
    "chatd/client/older_lines.py": "tests/client/test_conversation.py",
    "chatd/client/pauses.py": "tests/client/test_reconnecting.py",
    "chatd/client/reading.py": "tests/client/test_hostile_server.py",
    "chatd/client/said_text.py": "tests/client/test_say.py",
    "chatd/client/search.py": "tests/integration/test_reading_commands.py",
    "chatd/client/who.py": "tests/integration/test_reading_commands.py",
    "chatd/client/typed_lines.py": "tests/client/test_conversation.py",
    "chatd/commands/arguments.py": "tests/commands/test_grammar.py",
    "chatd/commands/deeds.py": "tests/commands/test_moderation.py",
    "chatd/commands/operate.py": "tests/commands/test_moderation.py",
    "chatd/commands/sanctions.py": "tests/commands/test_moderation.py",
    "chatd/commands/talking.py": "tests/commands/test_dispatch.py",
    "chatd/formats/bare.py": "tests/formats/test_formats.py",
    "chatd/formats/base.py": "tests/formats/test_formats.py",
    "chatd/formats/chat.py": "tests/formats/test_formats.py",
    "chatd/formats/irc_labels.py": "tests/protocols/irc/test_labels.py",
    "chatd/formats/sse.py": "tests/protocols/web/live/test_event_stream.py",
    "chatd/i18n/en.py": "tests/i18n/test_i18n.py",
    "chatd/i18n/es.py": "tests/i18n/test_i18n.py",
    "chatd/protocols/control.py": "tests/client/test_admin.py",
    "chatd/protocols/transport/traffic.py": "tests/daemon/test_figures.py",
    "chatd/protocols/transport/handler.py": "tests/protocols/web/test_connection.py",
    "chatd/protocols/irc/channels.py": "tests/protocols/irc/test_rooms.py",
    "chatd/protocols/irc/client.py": "tests/protocols/irc/test_registration.py",
    "chatd/protocols/irc/conversation.py": "tests/protocols/irc/test_handler.py",
    "chatd/protocols/irc/door.py": "tests/protocols/irc/test_info.py",
    "chatd/protocols/irc/whowas.py": "tests/protocols/irc/test_monitor.py",
    "chatd/protocols/irc/numerics.py": "tests/protocols/irc/test_handler.py",
    "chatd/protocols/irc/table.py": "tests/protocols/irc/test_handler.py",
    "chatd/protocols/irc/answers.py": "tests/protocols/irc/test_labels.py",
    "chatd/protocols/irc/batches.py": "tests/protocols/irc/test_multiline.py",
    "chatd/protocols/irc/past.py": "tests/protocols/irc/test_chathistory.py",
    "chatd/protocols/irc/speaking.py": "tests/protocols/irc/test_talking.py",
    "chatd/protocols/irc/talks.py": "tests/protocols/irc/test_chathistory.py",
    "chatd/protocols/lines/protocol.py": "tests/protocols/lines/test_chat.py",
    "chatd/protocols/lines/handler.py": "tests/protocols/lines/test_chat.py",
    "chatd/protocols/web/http/decoder.py": "tests/protocols/web/test_connection.py",
    "chatd/chat/keyed_lines.py": "tests/chat/test_idempotency.py",
    "chatd/protocols/live/receipts.py": "tests/protocols/web/test_idempotency.py",
    "chatd/protocols/web/api/client_keys.py": "tests/protocols/web/test_idempotency.py",
    "chatd/protocols/web/api/operation.py": "tests/protocols/web/api/test_openapi.py",
    "chatd/protocols/web/api/request_session.py": "tests/protocols/web/api/test_route.py",
    "chatd/protocols/web/api/schemas.py": "tests/protocols/web/api/test_openapi.py",
    "chatd/protocols/web/http/responder.py": "tests/protocols/web/test_connection.py",
    "chatd/protocols/web/http/security_headers.py": "tests/protocols/web/test_site.py",
    "chatd/protocols/web/http/upgrade.py": "tests/protocols/web/test_connection.py",
    "chatd/protocols/live/conversation.py": "tests/protocols/live/test_verbs.py",
    "chatd/protocols/live/members.py": "tests/protocols/web/test_grammar.py",
    "chatd/storage/imported_rooms.py": "tests/storage/sqlite/test_importing.py",
    "chatd/storage/postgres/rows.py": "tests/storage/postgres/test_archive.py",
    "chatd/daemon/store_wiring.py": "tests/daemon/test_wiring.py",
    "chatd/storage/postgres/index_thread.py": "tests/storage/postgres/test_store.py",
    "chatd/storage/operated.py": "tests/storage/test_contract.py",
    "chatd/storage/questions.py": "tests/storage/sqlite/test_store.py",
    "chatd/storage/counts.py": "tests/daemon/test_figures.py",
    "chatd/storage/postgres/schema/__init__.py": "tests/storage/postgres/test_schema.py",
    "chatd/storage/node_states.py": "tests/daemon/test_shared_figures.py",
    "chatd/storage/shared/engine.py": "tests/support/test_shared_store.py",
    "chatd/storage/sqlite/lock.py": "tests/storage/sqlite/test_file.py",
    "chatd/storage/sqlite/schema/__init__.py": "tests/storage/sqlite/test_schema.py",
    "chatd/storage/sqlite/search_index.py": "tests/storage/sqlite/test_maintenance.py",
    "chatd/storage/sqlite/writer.py": "tests/storage/sqlite/test_store.py",
    "chatd/chat/answer_news.py": "tests/protocols/live/test_questions.py",
    "chatd/chat/question_records.py": "tests/chat/test_questions.py",
    "chatd/rooms/delivery_counts.py": "tests/daemon/test_figures.py",
    "chatd/rooms/cursor.py": "tests/rooms/test_feed.py",
    "chatd/rooms/log_reader.py": "tests/rooms/test_room.py",
    "chatd/rooms/replay.py": "tests/rooms/test_feed.py",
    "chatd/rooms/tail.py": "tests/rooms/test_feed.py",
    "chatd/text/blanks.py": "tests/text/test_validation.py",
    "chatd/text/times.py": "tests/text/test_validation.py",
    "chatd/text/unicode_tables.py": "tests/text/test_confusables.py",
    "chatd/util/command_manual.py": "tests/util/test_command_parser.py",
    "chatd/util/privileges.py": "tests/integration/test_privileges.py",
    "chatd/webhooks/incoming/alerts.py": "tests/webhooks/incoming/test_reader.py",
    "chatd/webhooks/incoming/layout.py": "tests/webhooks/incoming/test_reader.py",
    "chatd/webhooks/incoming/lines.py": "tests/webhooks/incoming/test_reader.py",
    "chatd/webhooks/incoming/values.py": "tests/webhooks/incoming/test_reader.py",
    "chatd/webhooks/attempts.py": "tests/webhooks/test_delivery.py",
    "chatd/webhooks/outgoing.py": "tests/daemon/test_service.py",
    "chatd/webhooks/targets.py": "tests/webhooks/test_delivery.py",
}
"""The tests of modules that have no test file of their name in the mirrored place."""

SIZED = {
    "chatd/i18n/en.py",
    "chatd/i18n/es.py",
    "chatd/webhooks/http_client.py",
}
"""The modules that are too long, or have a class that is. Their docstrings give the reason."""


NAME_OF_TESTS = re.compile(r"tests\.(\w+\.)*test_\w+")
"""The name of a module with tests."""


def modules() -> list[str]:
    """Return the modules of chatd that are more than a docstring, as paths."""
    return sorted(
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "chatd").rglob("*.py")
        if path.name != "__init__.py" or len(syntax_tree(path).body) > 1
    )


def modules_of_the_spec() -> list[str]:
    """Return the modules of the model of the shared log, as paths."""
    return sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "spec").rglob("*.py"))


def mirrored_test(module: str) -> str:
    """Return the path of the test file of a module in the mirrored place."""
    path = Path(module)
    name = path.parent.name if path.stem == "__init__" else path.stem
    return Path("tests", *path.parent.parts[1:], f"test_{name}.py").as_posix()


def too_long(module: str) -> list[str]:
    """Return which limits a module exceeds: its own, and those of its classes."""
    lines = (ROOT / module).read_text("utf-8").count("\n")
    found = [f"over {MODULE_LINES} lines"] if lines > MODULE_LINES else []
    if lines < CLASS_LINES:
        return found  # a class is no longer than its module, and most need not be parsed
    for node in nodes_of(syntax_tree(ROOT / module)):
        if isinstance(node, ast.ClassDef):
            assert node.end_lineno is not None
            if node.end_lineno - node.lineno >= CLASS_LINES:
                found.append(f"over {CLASS_LINES} lines")
    return found


def docstring(module: str) -> str:
    """Return the docstring of a module on one line; empty without one."""
    return " ".join((ast.get_docstring(syntax_tree(ROOT / module)) or "").split())


@pytest.mark.parametrize("module", modules())
def test_a_module_has_tests_of_its_name_or_in_the_table(module: str) -> None:
    own = ROOT / mirrored_test(module)
    if module in COVERED_BY:
        assert not own.is_file(), f"take {module} out of COVERED_BY: {own.name} is there"
        assert (ROOT / COVERED_BY[module]).is_file(), f"{COVERED_BY[module]} is not there"
    else:
        assert own.is_file(), f"add {own.relative_to(ROOT)}, or {module} to COVERED_BY"


@pytest.mark.parametrize("module", [*modules(), *modules_of_the_spec()])
def test_a_module_and_its_classes_are_short_or_it_gives_the_reason(module: str) -> None:
    exceeded = too_long(module)
    if module in SIZED:
        assert exceeded, f"take {module} out of SIZED"
        for limit in exceeded:
            assert limit in docstring(module), f"{module} does not say why it is {limit}"
        return
    assert not exceeded, f"split {module}, or give the reason, and add it to SIZED"


@pytest.mark.parametrize("module", sorted({*COVERED_BY, *SIZED}))
def test_the_tables_name_modules_that_are_there(module: str) -> None:
    assert (ROOT / module).is_file()


@pytest.mark.parametrize(
    "package",
    sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "chatd").rglob("__init__.py")),
)
def test_a_package_says_what_it_is_for_and_what_it_must_not_know(package: str) -> None:
    assert re.search(r"\. .*\bmust (not )?(know|import)\b", docstring(package))


@pytest.mark.parametrize(
    "path", sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("*.py"))
)
def test_a_module_of_the_tests_imports_no_tests(path: str) -> None:
    """Shared parts are in a module of their own, most of them in tests/support."""
    if not NAME_OF_TESTS.search((ROOT / path).read_text("utf-8")):
        return  # most files name none anywhere, and need not be parsed
    imported = {
        node.module or ""
        for node in nodes_of(syntax_tree(ROOT / path))
        if isinstance(node, ast.ImportFrom)
    }
    tests = {name for name in imported if NAME_OF_TESTS.fullmatch(name)}
    assert not tests


@pytest.mark.parametrize(
    "path",
    sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "tests/support").rglob("*.py")),
)
def test_a_shared_module_of_the_tests_says_what_it_is_for(path: str) -> None:
    assert docstring(path)


@cache
def classes_of_tests() -> dict[str, list[str]]:
    """Return the files of the tests that define each class, by its name."""
    found = defaultdict(list)
    for path in (ROOT / "tests").rglob("*.py"):
        for node in nodes_of(syntax_tree(path)):
            if isinstance(node, ast.ClassDef):
                found[node.name].append(path.relative_to(ROOT).as_posix())
    return found


@pytest.mark.parametrize("name", ["World", "LoopbackServer", "LiveServer", "Member"])
def test_a_name_of_the_tests_that_all_know_names_one_class(name: str) -> None:
    defined = classes_of_tests()[name]
    assert len(defined) == 1, f"{name} is a class in {defined}: give all but one another name"
