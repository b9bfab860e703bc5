"""Sizes in bytes: read, and written with few digits."""

from __future__ import annotations

import pytest

from chatd.text.sizes import bytes_of, written_size


@pytest.mark.parametrize(
    ("size", "bytes"),
    [("0", 0), ("17", 17), ("512K", 512 << 10), ("256m", 256 << 20), ("1G", 1 << 30)],
)
def test_a_size_is_read(size: str, bytes: int) -> None:
    assert bytes_of(size) == bytes


@pytest.mark.parametrize("size", ["", "G", "-1", "1.5G", "1 G", "1T", "1GB", "٣", "1" * 10])
def test_what_is_no_size_is_refused(size: str) -> None:
    with pytest.raises(ValueError, match="not a size like 512K, 256M or 1G"):
        bytes_of(size)


@pytest.mark.parametrize(
    ("bytes", "size"),
    [
        (0, "0"),
        (1023, "1023"),
        (1024, "1K"),
        (256 << 20, "256M"),
        (1010 << 20, "1010M"),
        (5 << 28, "1.25G"),
        (2000 << 30, "2000G"),
    ],
)
def test_a_size_is_written(bytes: int, size: str) -> None:
    assert written_size(bytes) == size
