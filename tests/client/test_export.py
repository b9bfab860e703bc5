"""`chatd export`: stored events, with seq, also while a daemon runs."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path

import pytest
import pytest_twisted
from twisted.internet import reactor

from chatd import cli
from chatd.event import STAY, Deed, Draft, Kind, register_of
from chatd.remarks import Remark
from chatd.storage.sqlite.store import SqliteStore
from chatd.text.escaping import visible
from chatd.text.times import local_time
from tests.support.remarks import DECISION
from tests.support.sentences import EN, ES

NOON = 1_795_300_000
AT_NOON = local_time(NOON)
MUTED = ES.deed("mute", "ana", "luis", time="10m")
Run = Callable[..., tuple[int, str, str]]


class StoredTalk:
    """A store that stays open, as that of a running daemon, and lines that are said in it."""

    def __init__(self, path: Path) -> None:
        self.now = float(NOON)
        self.store = SqliteStore(reactor, path, now=lambda: self.now)  # type: ignore[arg-type]
        self.store.start()

    async def say(
        self,
        *texts: str,
        room: str = "lobby",
        author: str = "ana",
        kind: Kind = Kind.MESSAGE,
        as_one: bool = False,
    ) -> None:
        await self.store.commit([Draft(room, 7, author, kind, texts, as_one)])


@pytest_twisted.async_yield_fixture
async def talk(tmp_path: Path) -> AsyncIterator[StoredTalk]:
    talk = StoredTalk(tmp_path / "chatd.sqlite")
    yield talk
    await talk.store.close()


@pytest.fixture
def run(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    """Return a function that runs `chatd export` and returns its status, output and errors."""

    def run(
        *arguments: str, store: str = f"sqlite:{tmp_path / 'chatd.sqlite'}"
    ) -> tuple[int, str, str]:
        status = cli.main(["export", "--store", store, *arguments])
        out, err = capfdbinary.readouterr()
        return status, out.decode(), err.decode()

    return run


async def test_text_is_what_people_saw_with_room_and_seq(talk: StoredTalk, run: Run) -> None:
    await talk.say("hola")
    await talk.say("waves", kind=Kind.ACTION)
    await talk.say("done", kind=Kind.NOTICE)
    await talk.say("tea", room="Ops", kind=Kind.TOPIC)
    assert run() == (
        0,
        f"#Ops 1 [{AT_NOON}] {EN.notice('topic_set', name='ana', topic='tea')}\n"
        f"#lobby 1 [{AT_NOON}] <ana> hola\n"
        f"#lobby 2 [{AT_NOON}] * ana waves\n"
        f"#lobby 3 [{AT_NOON}] <ana> done\n",
        "",
    )


async def test_one_room_is_exported_however_its_name_is_written(talk: StoredTalk, run: Run) -> None:
    await talk.say("hola")
    await talk.say("hey", room="Ops")
    assert run("--room", "#OPS") == (0, f"#Ops 1 [{AT_NOON}] <ana> hey\n", "")


async def test_jsonl_holds_every_field_and_the_text_as_it_was_said(
    talk: StoredTalk, run: Run
) -> None:
    text = "ñ \x1b[2J \x7f \x9b \u202e 🎉"
    await talk.say(text)
    status, out, _ = run("--format", "jsonl")
    assert status == 0
    assert json.loads(out) == {
        "room": "lobby",
        "seq": 1,
        "time": NOON * 1000,
        "session": 7,
        "author": "ana",
        "kind": "message",
        "text": text,
    }


async def test_jsonl_names_the_kind_of_a_line(talk: StoredTalk, run: Run) -> None:
    await talk.say("done", kind=Kind.NOTICE)
    assert json.loads(run("--format", "jsonl")[1])["kind"] == "notice"


async def test_jsonl_names_the_message_that_a_line_is_part_of(talk: StoredTalk, run: Run) -> None:
    await talk.say("one", "two", as_one=True)
    _, out, _ = run("--format", "jsonl")
    assert [json.loads(line)["part_of"] for line in out.splitlines()] == [1, 1]


@pytest.mark.parametrize("form", ["text", "jsonl", "markdown"])
async def test_nothing_that_was_said_can_drive_a_terminal(
    talk: StoredTalk, run: Run, form: str
) -> None:
    await talk.say("".join(map(chr, range(1, 0x100))) + "\u202e\u2028")
    _, out, _ = run("--format", form)
    lines = out.removesuffix("\n").split("\n")
    assert len(lines) == (5 if form == "markdown" else 1)
    assert visible(lines[-1]) == lines[-1]


def markdown(*events: str, room: str = "\\#lobby") -> str:
    """Return a transcript of one room and one day."""
    day, clock = AT_NOON.split(" ")
    return f"# {room}\n\n## {day}\n\n" + "".join(f"- {clock} {event}\n" for event in events)


async def test_markdown_is_a_transcript_to_read_and_to_paste(talk: StoredTalk, run: Run) -> None:
    await talk.say("hola")
    await talk.say("waves", kind=Kind.ACTION)
    await talk.say("done", kind=Kind.NOTICE)
    await talk.say("tea", kind=Kind.TOPIC)
    await talk.say("mute luis 600 too loud", kind=Kind.DEED)
    await talk.say(DECISION.text(), kind=Kind.DECISION)
    line = "&lt;luis&gt; we go back to 1\\.2"
    decision = EN.sentence("remark_decision", name="ana", line=line, words="")
    await talk.say("good morning", room="Ops")
    assert run("--format", "markdown") == (
        0,
        markdown("**ana**: good morning", room="\\#Ops")
        + "\n"
        + markdown(
            "**ana**: hola",
            "**ana** waves",
            "**ana**: done",
            f"*{EN.sentence('topic_set', name='ana', topic='tea')}*",
            f"*{EN.deed('mute', 'ana', 'luis', time='10m', reason='too loud')[4:]}*",
            f"*{decision}*",
        ),
        "",
    )


@pytest.mark.parametrize(
    ("form", "line"),
    [
        ("text", f"#lobby 1 [{AT_NOON}] {MUTED}\n"),
        ("markdown", markdown(f"*{MUTED[4:]}*")),
    ],
)
async def test_notices_are_in_the_language_of_the_option(
    talk: StoredTalk, run: Run, form: str, line: str
) -> None:
    await talk.say("mute luis 600", kind=Kind.DEED)
    assert run("--format", form, "--language", "es")[1] == line


async def test_markdown_has_a_heading_for_each_day(talk: StoredTalk, run: Run) -> None:
    await talk.say("hola")
    talk.now += 86400
    await talk.say("hola!")
    lines = run("--format", "markdown")[1].splitlines()
    days = [local_time(NOON + more).split(" ")[0] for more in (0, 86400)]
    assert [line for line in lines if line.startswith("## ")] == [f"## {day}" for day in days]


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("# no heading", "\\# no heading"),
        ("*a* _b_ `c` ~d~ |e|", "\\*a\\* \\_b\\_ \\`c\\` \\~d\\~ \\|e\\|"),
        ("[a](http://b) ![c](d)", "\\[a\\](http\\:/\\/b) !\\[c\\](d)"),
        ("<script>&lt;", "&lt;script&gt;&amp;lt;"),
        ("@ana ana@b.org $x$ :tea:", "\\@ana ana\\@b\\.org \\$x\\$ \\:tea:"),
        ("www.example.org", "www\\.example\\.org"),
        ("12:30:45, WWW.x.y", "12:30:45, WWW\\.x\\.y"),
        ("\\ \x1b[2J\r\n- b", "\\\\ \\^\\[\\[2J\\^M\\^J- b"),
        ("a. b - c! (d)", "a. b - c! (d)"),
        ("e.org/x //e.org", "e\\.org/x /\\/e\\.org"),
        (":100: :8ball: 1:2:3", "\\:100: \\:8ball: 1:2:3"),
        ("http://a@b/", "http\\:/\\/a\\@b/ \\[b\\]"),
    ],
    ids=ascii,
)
async def test_nothing_that_was_said_is_markdown(
    talk: StoredTalk, run: Run, said: str, written: str
) -> None:
    await talk.say(said, author="_a_")
    await talk.say(said, kind=Kind.TOPIC)
    assert run("--format", "markdown")[1] == markdown(
        f"**\\_a\\_**: {written}", f"*{EN.sentence('topic_set', name='ana', topic=written)}*"
    )


async def test_private_lines_are_left_out_without_the_option(talk: StoredTalk, run: Run) -> None:
    await talk.say("hola")
    await talk.say("psst", room="@luis", kind=Kind.PRIVATE)
    assert run()[1] == f"#lobby 1 [{AT_NOON}] <ana> hola\n"
    private = f"#@luis 1 [{AT_NOON}] (private) <ana> psst\n"
    assert run("--private")[1] == f"{private}#lobby 1 [{AT_NOON}] <ana> hola\n"
    assert run("--private", "--room", "@LUIS")[1] == private
    assert run("--format", "markdown", "--private", "--room", "@luis")[1] == markdown(
        "**ana** (private): psst", room="\\@luis (private)"
    )
    status, out, err = run("--room", "@luis")
    assert (status, out) == (1, "")
    assert "'@luis' cannot be a room's name" in err


async def test_since_leaves_out_what_was_said_before(talk: StoredTalk, run: Run) -> None:
    await talk.say("early")
    talk.now += 60
    await talk.say("late")
    late = local_time(NOON + 60).replace(" ", "T")
    assert run("--since", late)[1] == f"#lobby 2 [{local_time(NOON + 60)}] <ana> late\n"


async def test_since_goes_by_when_lines_were_said_though_the_clock_was_wrong(
    talk: StoredTalk, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    await talk.say("early")
    for text, seconds in ("first", 3600), ("behind", -1e7), ("ahead", 1e7), ("last", 3650):
        talk.now = NOON + seconds
        await talk.say(text)
    monkeypatch.setattr("time.time", lambda: NOON + 3660)
    assert [line.split()[1] for line in run("--since", "10m")[1].splitlines()] == [*"2345"]
    monkeypatch.setattr("time.time", lambda: NOON + 7200)
    assert run("--since", "10m")[1] == ""


async def test_since_takes_a_time_span(
    talk: StoredTalk, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    await talk.say("early")
    talk.now += 3600
    await talk.say("late")
    monkeypatch.setattr("time.time", lambda: NOON + 3660)
    assert [line.split()[1] for line in run("--since", "10m")[1].splitlines()] == ["2"]
    assert [line.split()[1] for line in run("--since", "2h")[1].splitlines()] == ["1", "2"]


async def test_more_events_than_a_page_holds_are_all_exported_in_order(
    talk: StoredTalk, run: Run
) -> None:
    await talk.store.commit(
        [Draft("lobby", 7, "ana", Kind.MESSAGE, [str(n)]) for n in range(1, 1500)]
    )
    assert [int(line.split()[1]) for line in run()[1].splitlines()] == list(range(1, 1500))


@pytest.mark.parametrize(
    ("arguments", "store", "why"),
    [
        ([], "sqlite:/nowhere/chatd.sqlite", "there is no such file"),
        (["--room", "nope"], None, "nothing was said in a room called 'nope'"),
        (["--room", "a b"], None, "'a b' cannot be a room's name"),
    ],
)
async def test_an_export_that_is_impossible_is_one_line(
    talk: StoredTalk, run: Run, arguments: list[str], store: str | None, why: str
) -> None:
    await talk.say("hola")
    status, out, err = run(*arguments, **({} if store is None else {"store": store}))
    assert (status, out) == (1, "")
    assert err.startswith("chatd: cannot export ")
    assert why in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("content", [b"", b"not a database, but long enough to look like one" * 99])
async def test_a_file_that_is_no_store_is_refused(tmp_path: Path, run: Run, content: bytes) -> None:
    (tmp_path / "other").write_bytes(content)
    status, out, err = run(store=f"sqlite:{tmp_path / 'other'}")
    assert (status, out) == (1, "")
    assert err.count("\n") == 1


async def test_a_moment_that_is_none_is_wrong_usage(run: Run) -> None:
    with pytest.raises(SystemExit) as exit_status:
        run("--since", "yesterday")
    assert exit_status.value.code == 2


async def test_a_pipe_or_folder_is_refused_at_once(tmp_path: Path, run: Run) -> None:
    """SQLite would wait until a process writes to a pipe."""
    os.mkfifo(tmp_path / "pipe")
    for name in "pipe", "":
        status, out, err = run(store=f"sqlite:{tmp_path / name}")
        assert (status, out) == (1, "")
        assert f"there is no file {tmp_path / name}. Name the one" in err


class TestMarked:
    """The decisions, with their lines."""

    async def mark(self, talk: StoredTalk, seq: int, excerpt: str, words: str = "") -> None:
        talk.now += 60
        remark = Remark("decision", seq, "luis", excerpt, words)
        await talk.say(remark.text(), author="ana", kind=Kind.DECISION)

    async def talk_of_two(self, talk: StoredTalk) -> None:
        await talk.say("the *disk* is full", "=2+2 or back to 1.2?", author="luis")
        await self.mark(talk, 1, "the *disk*…")
        await self.mark(talk, 2, "=2+2", "+1, to 1.2")

    async def test_markdown_has_the_lines_and_what_was_decided(
        self, talk: StoredTalk, run: Run
    ) -> None:
        await self.talk_of_two(talk)
        status, out, _ = run("--marked", "--format", "markdown")
        said, first, second = (local_time(NOON + more).split(" ")[1] for more in (0, 60, 120))
        day = AT_NOON.split(" ")[0]
        assert (status, out) == (
            0,
            f"# \\#lobby\n\n## {day}\n\n"
            f"- {said} **luis**: the \\*disk\\* is full (ana, {first})\n"
            f"- {said} **luis**: \\=2+2 or back to 1\\.2? → **+1, to 1\\.2** (ana, {second})\n",
        )

    async def test_csv_is_a_table_without_formulas(self, talk: StoredTalk, run: Run) -> None:
        await self.talk_of_two(talk)
        status, out, _ = run("--marked", "--format", "csv")
        rows = list(csv.reader(io.StringIO(out, newline="")))
        assert status == 0
        assert rows[0] == [
            *("time", "room", "by", "decision", "line_time", "author", "line", "seq", "line_seq")
        ]
        assert rows[2][1:4] == ["lobby", "ana", "'+1, to 1.2"]
        assert rows[2][5:] == ["luis", "'=2+2 or back to 1.2?", "4", "2"]
        times = [datetime.fromisoformat(rows[2][at].replace("Z", "+00:00")) for at in (4, 0)]
        assert [time.timestamp() for time in times] == [NOON, NOON + 120]

    async def test_jsonl_has_an_object_for_each(self, talk: StoredTalk, run: Run) -> None:
        await self.talk_of_two(talk)
        rows = [json.loads(line) for line in run("--marked", "--format", "jsonl")[1].splitlines()]
        assert rows[1] == {
            "room": "lobby",
            "seq": 4,
            "time": (NOON + 120) * 1000,
            "by": "ana",
            "words": "+1, to 1.2",
            "line": {
                "seq": 2,
                "time": NOON * 1000,
                "author": "luis",
                "text": "=2+2 or back to 1.2?",
            },
        }

    async def test_text_is_what_people_saw(self, talk: StoredTalk, run: Run) -> None:
        await self.talk_of_two(talk)
        (_, last) = run("--marked")[1].splitlines()
        line = EN.notice("remark_decision", name="ana", line="<luis> =2+2", words=" (+1, to 1.2)")
        assert last == f"#lobby 4 [{local_time(NOON + 120)}] {line}"

    async def test_of_a_deleted_line_the_beginning_is_left(
        self, talk: StoredTalk, run: Run
    ) -> None:
        await self.talk_of_two(talk)
        await talk.store.forget("lobby", 2)
        rows = [json.loads(line) for line in run("--marked", "--format", "jsonl")[1].splitlines()]
        assert rows[0]["line"] == {"seq": 1, "time": None, "author": "luis", "text": "the *disk*…"}
        assert "**luis**: \\=2+2 →" in run("--marked", "--format", "markdown")[1]
        assert "luis,the *disk*…" in run("--marked", "--format", "csv")[1]

    async def test_since_a_time_are_those_that_were_made_since(
        self, talk: StoredTalk, run: Run
    ) -> None:
        await self.talk_of_two(talk)
        since = datetime.fromtimestamp(NOON + 90).isoformat()
        assert len(run("--marked", "--since", since)[1].splitlines()) == 1

    async def test_are_all_of_a_long_log_in_order(self, talk: StoredTalk, run: Run) -> None:
        remark = Remark("decision", 1, "luis", "x").text()
        await talk.say("x", *[remark] * 450, kind=Kind.DECISION)
        out = run("--marked", "--format", "jsonl")[1]
        seqs = [json.loads(line)["seq"] for line in out.splitlines()]
        assert seqs == [*range(2, 452)]

    async def test_csv_is_for_them_alone(self, talk: StoredTalk, run: Run) -> None:
        status, _, err = run("--format", "csv")
        assert status != 0
        assert "--marked" in err


class TestPresent:
    """The register of a room, which is a log beside it."""

    async def fill(self, talk: StoredTalk) -> None:
        await talk.say("hola", room="class")
        stay = Deed(STAY, "luis", 60, f"{NOON * 1000}").text()
        await talk.say(stay, room=register_of("class"), author="luis", kind=Kind.DEED)

    async def test_is_written_as_csv(self, talk: StoredTalk, run: Run) -> None:
        await self.fill(talk)
        status, out, _ = run("--room", "class", "--present", "--format", "csv")
        assert status == 0
        (row,) = csv.DictReader(io.StringIO(out))
        assert (row["room"], row["name"], row["seconds"]) == ("class", "luis", "60")

    async def test_is_written_of_all_rooms(self, talk: StoredTalk, run: Run) -> None:
        await self.fill(talk)
        assert [
            json.loads(line)["name"]
            for line in run("--present", "--format", "jsonl")[1].splitlines()
        ] == ["luis"]

    async def test_is_in_no_other_export(self, talk: StoredTalk, run: Run) -> None:
        await self.fill(talk)
        for arguments in (), ("--private",), ("--format", "jsonl", "--private"):
            assert len(run(*arguments)[1].splitlines()) == 1

    @pytest.mark.parametrize("name", ["=class", "#=class"])
    async def test_cannot_be_named_as_a_room(self, talk: StoredTalk, run: Run, name: str) -> None:
        await self.fill(talk)
        assert run("--room", name)[0] == 1

    async def test_is_no_transcript(self, talk: StoredTalk, run: Run) -> None:
        await self.fill(talk)
        status, _, err = run("--present", "--format", "markdown")
        assert status == 1
        assert "csv, jsonl or text" in err

    async def test_csv_is_no_format_of_lines(self, talk: StoredTalk, run: Run) -> None:
        await self.fill(talk)
        status, _, err = run("--format", "csv")
        assert status == 1
        assert "--marked or --present" in err
