"""`chatd.util.key_pairs`: whole pairs are read, and what is wrong with others is said."""

from __future__ import annotations

import os
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from chatd.util import self_signed
from chatd.util.key_pairs import BadPair, Pair, PairFiles, certificates_of, names_of
from tests.support.authority import write_signed_pair
from tests.support.certificate import fingerprint_of, write_certificate

NOW = datetime(2026, 11, 30, 12, tzinfo=timezone.utc)


@pytest.fixture
def files(tmp_path: Path) -> PairFiles:
    """Return the files of a pair that is as it should be."""
    return self_signed.make(tmp_path, ["chat.test", "10.0.0.1"], NOW).files


def fault(files: PairFiles) -> str:
    """Return what is wrong with a pair."""
    with pytest.raises(BadPair) as bad:
        files.read()
    return str(bad.value)


class TestAPair:
    def test_has_the_fingerprint_that_other_libraries_read(self, files: PairFiles) -> None:
        assert files.read().fingerprint == fingerprint_of(files.certificate)

    def test_may_be_in_one_file(self, tmp_path: Path) -> None:
        both = write_certificate(tmp_path / "both.pem")
        assert PairFiles(both, both).read().is_self_signed

    def test_may_have_certificates_of_authorities_in_between(
        self, files: PairFiles, tmp_path: Path
    ) -> None:
        other = write_certificate(tmp_path / "other.pem").read_bytes()
        files.certificate.write_bytes(files.certificate.read_bytes() + other)
        pair = files.read()
        assert (names_of(pair.certificate), len(pair.chain)) == (["chat.test", "10.0.0.1"], 1)

    def test_may_have_them_in_a_file_of_their_own(self, files: PairFiles, tmp_path: Path) -> None:
        chain = write_certificate(tmp_path / "other.pem")
        assert len(files._replace(chain=chain).read().chain) == 1

    def test_is_found_from_another_directory(
        self, files: PairFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        name = Path(files.certificate.name)
        found = PairFiles(name, Path(files.key.name), chain=name).absolute()
        monkeypatch.chdir("/")
        assert found.read().chain == (files.read().certificate,)

    def test_of_an_authority_is_not_self_signed(self, tmp_path: Path) -> None:
        write_signed_pair(tmp_path, NOW)
        pair = self_signed.files_in(tmp_path).read()
        assert not pair.is_self_signed
        assert names_of(pair.certificate) == []


class TestTheDates:
    @pytest.fixture
    def pair(self, tmp_path: Path) -> Pair:
        """Return a pair that is valid for ten days."""
        write_signed_pair(tmp_path, NOW, 10)
        return self_signed.files_in(tmp_path).read()

    @pytest.mark.parametrize("days", [0, 9.9])
    def test_are_right_from_begin_to_end(self, pair: Pair, days: float) -> None:
        assert pair.wrong_date(NOW + timedelta(days)) is None

    def test_are_wrong_before(self, pair: Pair) -> None:
        wrong = "the certificate is valid from 2026-11-30 on; is the clock right?"
        assert pair.wrong_date(NOW - timedelta(seconds=1)) == wrong

    def test_are_wrong_after(self, pair: Pair) -> None:
        assert (
            pair.wrong_date(NOW + timedelta(10))
            == "the certificate expired on 2026-12-10; renew it"
        )


class TestFaults:
    def test_a_file_that_is_missing(self, files: PairFiles) -> None:
        files.key.unlink()
        assert fault(files).startswith(f"key={files.key} cannot be read: No such file or directory")

    @pytest.mark.parametrize("name", ["key", "certificate"])
    def test_a_file_that_is_half_written(self, files: PairFiles, name: str) -> None:
        path: Path = getattr(files, name)
        path.write_bytes(path.read_bytes()[:120])
        assert "cannot be read: it is cut off, or of an unknown kind" in fault(files)
        assert f"{name}={path}" in fault(files)

    @pytest.mark.parametrize("name", ["key", "certificate"])
    def test_a_pipe(self, files: PairFiles, name: str) -> None:
        path: Path = getattr(files, name)
        path.unlink()
        os.mkfifo(path)
        assert fault(files).startswith(f"{name}={path} cannot be read: it is not a file.")

    @pytest.mark.parametrize("name", ["key", "certificate"])
    def test_a_file_that_is_empty(self, files: PairFiles, name: str) -> None:
        getattr(files, name).write_bytes(b"")
        assert "in PEM. Name the file of the" in fault(files)

    def test_a_key_of_another_certificate(self, files: PairFiles, tmp_path: Path) -> None:
        other = tmp_path / "other"
        other.mkdir()
        write_signed_pair(other, NOW)
        wrong = files._replace(key=other / "key.pem")
        assert fault(wrong).startswith("key and certificate do not belong together.")

    def test_are_named_as_the_operator_did(self, tmp_path: Path) -> None:
        nothing = PairFiles(tmp_path / "c", tmp_path / "k", "certKey", "privateKey")
        assert fault(nothing).startswith("privateKey=")

    def test_a_text_without_a_certificate(self) -> None:
        with pytest.raises(BadPair, match=r"notes has no certificate in PEM"):
            certificates_of(b"milk", "notes")


class TestPermissionsOfTheKey:
    @pytest.mark.parametrize("mode", [0o600, 0o640, 0o400])
    def test_are_closed_to_others(self, files: PairFiles, mode: int) -> None:
        files.key.chmod(mode)
        assert files.open_to_others() is None

    @pytest.mark.parametrize("mode", [0o644, 0o660, 0o604, 0o602])
    def test_are_named_if_they_are_open(self, files: PairFiles, mode: int) -> None:
        files.key.chmod(mode)
        assert files.open_to_others() == f"0{mode:o}"
