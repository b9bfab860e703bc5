"""`chatd.storage.versions`: a log that is read as it is must have all steps."""

from __future__ import annotations

import pytest

from chatd.storage.contract import StoreError
from chatd.storage.versions import check_version

pytestmark = pytest.mark.quick


def test_one_with_all_steps_is_read() -> None:
    check_version(6, 6, "the file")


def test_an_empty_one_is_refused() -> None:
    with pytest.raises(StoreError, match=r"^it is empty\.$"):
        check_version(0, 6, "the file")


def test_an_older_one_is_refused_with_what_to_do() -> None:
    with pytest.raises(StoreError) as refused:
        check_version(5, 6, "the file")
    assert str(refused.value) == (
        "it was written by an older chatd (version 5 of the file; this one reads 6)."
        " Start this one's daemon on it once."
    )
