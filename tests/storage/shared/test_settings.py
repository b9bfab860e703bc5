"""Tests of `chatd.storage.shared.settings`: names of nodes."""

from __future__ import annotations

import socket

import pytest

from chatd.storage.shared.settings import default_node


@pytest.mark.parametrize(
    ("host", "node"),
    [("alba", "alba"), ("alba.example.org", "alba"), ("-", None), ("", None), ("a" * 33, None)],
)
def test_a_node_is_called_as_its_machine_if_that_can_be_a_name(
    monkeypatch: pytest.MonkeyPatch, host: str, node: str | None
) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: host)
    assert default_node() == node
