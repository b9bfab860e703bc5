"""`chatd.client.imports.said`: lines of a file, and times."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from chatd.client.imports.said import Bad, milliseconds, numbered
from chatd.storage.timestamps import LAST_WRITABLE

pytestmark = pytest.mark.quick


def test_lines_have_their_numbers_and_blank_ones_are_passed_over() -> None:
    assert list(numbered([b"\xef\xbb\xbfone\r\n", b"\n", b" \n", b"two"])) == [
        ("line 1", "one"),
        ("line 4", "two"),
    ]


def test_a_line_in_another_encoding_is_bad() -> None:
    ((place, bad),) = numbered([b"ma\xf1ana\n"])
    assert place == "line 1"
    assert isinstance(bad, Bad)
    assert bad.why.startswith("it is not UTF-8.")


def test_times_that_no_line_has_are_none() -> None:
    assert milliseconds(datetime(1970, 1, 1, 0, 0, 1, 500_000, timezone.utc)) == 1500
    assert milliseconds(datetime(1969, 12, 31, tzinfo=timezone.utc)) is None
    last = datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone.utc)
    assert milliseconds(last) == LAST_WRITABLE - 999
    assert milliseconds(last.replace(tzinfo=timezone(timedelta(hours=-12)))) is None
