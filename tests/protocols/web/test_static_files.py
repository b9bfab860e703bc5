"""`chatd.protocols.web.static_files`: the page's files, for browsers with and without a copy."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from chatd.protocols.web.http.messages import Answer, Request
from chatd.protocols.web.static_files import StaticFiles, page_of

INDEX = b'<!doctype html><script src="/main.js"></script>' * 10


@pytest.fixture
def page(tmp_path: Path) -> StaticFiles:
    (tmp_path / "index.html").write_bytes(INDEX)
    (tmp_path / "main.js").write_bytes(b"1")
    (tmp_path / "notes.swp").write_bytes(b"no")
    return page_of(tmp_path)


def answer(page: StaticFiles, *path: str, query: str = "", **headers: str) -> Answer:
    fields = {name.replace("_", "-"): [value] for name, value in headers.items()}
    return page[path].answer(Request("GET", path, query, headers=fields))


def test_files_are_found_by_their_paths_and_the_first_by_none(page: StaticFiles) -> None:
    assert set(page) == {(), ("main.js",)}


def test_a_file_says_what_it_is(page: StaticFiles) -> None:
    assert answer(page).body.startswith(INDEX[:20])
    assert dict(answer(page).headers)["Content-Type"] == "text/html; charset=utf-8"
    assert dict(answer(page, "main.js").headers)["Content-Type"] == "text/javascript; charset=utf-8"


def test_a_file_is_packed_for_who_takes_it(page: StaticFiles) -> None:
    packed = answer(page, accept_encoding="gzip, br")
    assert gzip.decompress(packed.body) == answer(page).body
    assert dict(packed.headers)["Content-Encoding"] == "gzip"
    assert dict(packed.headers)["Vary"] == "Accept-Encoding"
    assert "Content-Encoding" not in dict(answer(page).headers)


def test_a_file_that_packing_makes_longer_is_not_packed(page: StaticFiles) -> None:
    assert answer(page, "main.js", accept_encoding="gzip").body == b"1"


def test_who_has_a_file_is_not_sent_it_again(page: StaticFiles) -> None:
    for encoding in "gzip", "":
        tag = dict(answer(page, accept_encoding=encoding).headers)["ETag"]
        for known in tag, f'"x", W/{tag}', "*":
            again = answer(page, accept_encoding=encoding, if_none_match=known)
            assert (again.status, again.body) == (304, b"")
            assert dict(again.headers)["ETag"] == tag
        assert answer(page, accept_encoding=encoding, if_none_match='"x"').status == 200


def test_packed_and_not_are_two_things(page: StaticFiles) -> None:
    tags = {dict(answer(page, accept_encoding=each).headers)["ETag"] for each in ("gzip", "")}
    assert len(tags) == 2


def test_a_browser_asks_each_time_whether_there_is_a_newer_one(page: StaticFiles) -> None:
    for query in "", "an-older-version":
        assert dict(answer(page, query=query).headers)["Cache-Control"] == "no-cache"


def test_a_file_of_this_version_is_kept(page: StaticFiles) -> None:
    named = re.search(rb'src="/main.js\?(\w+)"', answer(page).body)
    assert named
    kept = dict(answer(page, "main.js", query=named[1].decode()).headers)["Cache-Control"]
    assert kept == "max-age=31536000, immutable"
