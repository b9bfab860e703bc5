"""`chatd.client.config_files`: reading what others cannot have written, and replacing it whole."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from chatd.client import config_files
from chatd.client.wire import ClientError
from chatd.util import whole_files


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


class TestPath:
    """The path of a file."""

    def test_it_is_in_the_directory_for_configuration(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("XDG_CONFIG_HOME", "/etc/ana")
        assert config_files.path_of("profiles") == "/etc/ana/chatd/profiles"

    @pytest.mark.parametrize("variable", [None, "", "relative"])
    def test_without_one_it_is_in_the_home_directory(
        self, monkeypatch: pytest.MonkeyPatch, variable: str | None
    ) -> None:
        monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
        if variable is not None:
            monkeypatch.setenv("XDG_CONFIG_HOME", variable)
        monkeypatch.setenv("HOME", "/home/ana")
        assert config_files.path_of("profiles") == "/home/ana/.config/chatd/profiles"

    def test_a_user_without_a_home_directory_has_no_file(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
        monkeypatch.setattr(os.path, "expanduser", lambda path: path)
        assert config_files.path_of("profiles") is None


class TestReading:
    """The lines of a file that no other user could have written."""

    def test_they_are_those_of_the_file(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("one\ntwo\n")
        assert config_files.lines_of(str(tmp_path / "file")) == ["one", "two"]

    @pytest.mark.parametrize("path", ["no", "no/file", None])
    def test_without_a_file_there_are_none(self, tmp_path: Path, path: str | None) -> None:
        assert config_files.lines_of(None if path is None else str(tmp_path / path)) == []

    def test_a_link_of_the_user_is_followed(self, tmp_path: Path) -> None:
        (tmp_path / "target").write_text("one\n")
        (tmp_path / "link").symlink_to("target")
        assert config_files.lines_of(str(tmp_path / "link")) == ["one"]

    @pytest.mark.parametrize("others", [0o620, 0o602, 0o666])
    def test_a_file_that_others_may_write_to_is_refused(self, tmp_path: Path, others: int) -> None:
        path = tmp_path / "file"
        path.touch()
        if os.geteuid() == 0:
            os.chown(path, -1, 65534)  # a group of others, as far as anyone knows
        path.chmod(others)
        with pytest.raises(ClientError, match=rf"^cannot use {path}: others may .*chmod go-w"):
            config_files.lines_of(str(path))

    def test_a_file_where_others_may_write_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        tmp_path.chmod(0o777)
        with pytest.raises(ClientError, match=rf"others may write to the directory {tmp_path} "):
            config_files.lines_of(str(tmp_path / "file"))

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
    def test_a_file_of_another_user_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        os.chown(tmp_path / "file", 65534, -1)
        with pytest.raises(ClientError, match=r"/file belongs to \w+\. Work as that user\.$"):
            config_files.lines_of(str(tmp_path / "file"))

    def test_a_directory_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(ClientError, match="is not a file"):
            config_files.lines_of(str(tmp_path))

    def test_text_that_is_not_utf_8_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_bytes(b"\xff")
        with pytest.raises(ClientError, match="it is not UTF-8"):
            config_files.lines_of(str(tmp_path / "file"))

    def test_a_file_without_end_is_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(whole_files, "MAX_BYTES", 3)
        (tmp_path / "file").write_text("1234")
        with pytest.raises(ClientError, match="more than 3 bytes"):
            config_files.lines_of(str(tmp_path / "file"))


class TestChanging:
    """The replacement of a file."""

    def test_none_is_made_where_others_may_write(self, tmp_path: Path) -> None:
        """A link of theirs may lead root to another place."""
        tmp_path.chmod(0o777)
        with (
            pytest.raises(ClientError, match=rf"others may write to the directory {tmp_path} "),
            config_files.being_changed(f"{tmp_path}/config/chatd/file"),
        ):
            pass
        assert not [*tmp_path.iterdir()]

    def test_directories_and_the_file_are_made_for_the_user_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "config" / "chatd" / "file"
        with config_files.being_changed(str(path)):
            config_files.replace(str(path), ["one", "two"])
        assert path.read_text() == "one\ntwo\n"
        assert [mode(each) for each in (path.parent.parent, path.parent, path)] == [
            0o700,
            0o700,
            0o600,
        ]

    def test_a_reader_has_the_old_file_or_the_new_one(self, tmp_path: Path) -> None:
        path = tmp_path / "file"
        path.write_text("old\n")
        with open(path) as reader, config_files.being_changed(str(path)):
            config_files.replace(str(path), ["new"])
            assert reader.read() == "old\n"
        assert path.read_text() == "new\n"

    def test_the_target_of_a_link_is_replaced(self, tmp_path: Path) -> None:
        (tmp_path / "folder").mkdir()
        (tmp_path / "folder" / "target").touch()
        (tmp_path / "link").symlink_to("folder/target")
        with config_files.being_changed(str(tmp_path / "link")):
            config_files.replace(str(tmp_path / "link"), ["new"])
        assert (tmp_path / "folder" / "target").read_text() == "new\n"
        assert (tmp_path / "link").is_symlink()

    def test_what_a_killed_process_left_is_no_obstacle(self, tmp_path: Path) -> None:
        (tmp_path / "file.new").touch()
        with config_files.being_changed(str(tmp_path / "file")):
            config_files.replace(str(tmp_path / "file"), ["new"])
        assert [each.name for each in tmp_path.iterdir()] == ["file"]

    def test_a_directory_that_cannot_be_made_is_one_line(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        refused = pytest.raises(
            ClientError, match=r"^cannot change .*/file/x/y: .*/file/x: Not a directory\.$"
        )
        with refused, config_files.being_changed(str(tmp_path / "file" / "x" / "y")):
            pass

    def test_a_directory_of_others_is_refused(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o777)
        refused = pytest.raises(ClientError, match=r"others may write to the directory")
        with refused, config_files.being_changed(str(tmp_path / "chatd" / "file")):
            pass
