"""`chatd.client.conversation`: what is typed and what a server sends, over several connections."""

from __future__ import annotations

import pytest

from chatd.client import room_list
from chatd.client.conversation import Login
from chatd.client.sentences import Sentence
from chatd.client.shown import Kind
from chatd.client.wire import ClientError
from tests.support.conversations import Talk, event
from tests.support.sentences import EN


@pytest.fixture
def talk() -> Talk:
    """Return a conversation of a guest in the lobby."""
    talk = Talk()
    talk.connect()
    talk.enter()
    return talk


def told(key: str, **values: object) -> str:
    """Return a sentence of the program in English."""
    return str(Sentence(key, **values))


def back(talk: Talk, name: str = "guest1") -> dict[str, object]:
    """Break the connection and connect again. Return the hello."""
    talk.conversation.lost()
    return talk.connect(name)


class TestHello:
    def test_the_first_one_names_no_room_so_that_it_leads_to_the_lobby(self) -> None:
        assert Talk().connect() == {"type": "hello", "key": "key-1"}

    def test_it_asks_for_a_name_and_rooms_that_were_given(self) -> None:
        hello = Talk(name="ana", rooms=["ops", "dev"]).connect()
        assert hello["name"] == "ana"
        assert hello["rooms"] == {"ops": None, "dev": None}

    def test_a_server_that_was_found_is_told_of_once(self) -> None:
        talk = Talk(found="/run/chatd/chat.sock")
        talk.connect()
        talk.enter()
        back(talk)
        shown = [each.text for lines in talk.window.lines.values() for each in lines]
        assert shown.count(told("server_found", where="/run/chatd/chat.sock")) == 1

    def test_the_first_of_the_rooms_is_shown(self) -> None:
        talk = Talk(rooms=["ops", "dev"])
        talk.connect()
        talk.enter("ops")
        talk.enter("dev")
        current = talk.conversation.chat.rooms.current
        assert current is not None
        assert current.name == "ops"

    def test_a_later_one_has_the_bookmark_of_the_last_line(self, talk: Talk) -> None:
        talk.hear(17, "luis", "hola")
        assert back(talk)["rooms"] == {"lobby": "17-17000"}

    def test_a_later_one_has_the_name_that_was_taken_meanwhile(self, talk: Talk) -> None:
        talk.take("you", name="eva", guest=False, account=False)
        assert back(talk, "eva")["name"] == "eva"

    def test_a_later_one_has_the_language_that_was_chosen(self, talk: Talk) -> None:
        talk.take("you", name="guest1", guest=True, account=False, language="es")
        assert back(talk)["language"] == "es"

    def test_a_room_that_was_left_is_not_entered_again(self, talk: Talk) -> None:
        talk.enter("ops")
        talk.take("left", room="ops")
        assert back(talk)["rooms"] == {"lobby": None}


class TestLines:
    def test_a_line_is_sent_with_a_key_and_waits_until_it_is_answered(self, talk: Talk) -> None:
        talk.conversation.submit("hola")
        (line,) = talk.lines
        assert line["room"] == "lobby"
        assert line["text"] == "hola"
        assert line["key"]
        assert talk.waiting == ["hola"]
        talk.take("ack", id=line["id"], room="lobby", seq=1)
        assert not talk.waiting
        assert not talk.conversation.unsent

    def test_a_line_that_came_back_is_not_shown_as_waiting_too(self, talk: Talk) -> None:
        talk.conversation.submit("//hola")
        talk.hear(1, "guest1", "/hola")
        assert talk.texts() == ["/hola"]
        assert not talk.waiting
        assert talk.conversation.unsent == ["//hola"]

    def test_it_is_sent_again_with_its_key_over_the_next_connection(self, talk: Talk) -> None:
        talk.conversation.submit("one")
        talk.conversation.submit("/me waves")
        before = talk.lines
        back(talk)
        assert not talk.lines, "sent to a room that the person is not in yet"
        talk.enter(resumed=True)
        assert talk.lines == before

    def test_a_line_that_was_stored_before_the_end_is_shown_once(self, talk: Talk) -> None:
        talk.conversation.submit("hola")
        (line,) = talk.lines
        back(talk, "guest2")
        talk.enter(resumed=True)
        talk.hear(1, "guest1", "hola")
        assert talk.texts() == ["hola"]
        assert not talk.waiting
        talk.take("ack", id=line["id"], room="lobby", seq=1)
        assert not talk.conversation.unsent

    def test_what_is_typed_without_a_connection_waits_for_one(self, talk: Talk) -> None:
        talk.conversation.lost()
        talk.conversation.submit("one")
        talk.conversation.submit("/topic two")
        assert talk.waiting == ["one", "/topic two"]
        talk.connect("guest2")
        talk.enter(resumed=True)
        assert [line["text"] for line in talk.lines] == ["one", "/topic two"]

    def test_a_line_goes_to_the_room_in_which_it_was_typed(self, talk: Talk) -> None:
        talk.enter("ops")
        talk.conversation.lost()
        talk.conversation.submit("for ops")
        talk.connect()
        talk.enter("lobby")
        talk.enter("ops")
        assert [(line["room"], line["text"]) for line in talk.lines] == [("ops", "for ops")]

    def test_the_outcome_of_a_command_is_told_to_be_unknown(self, talk: Talk) -> None:
        talk.conversation.submit("/topic new")
        back(talk)
        talk.enter(resumed=True)
        assert not talk.lines
        assert "/topic new" in talk.texts(kind=Kind.OWN)[0]

    def test_a_pasted_text_is_one_message_and_no_command(self, talk: Talk) -> None:
        talk.conversation.submit("/quit\ntwo\n")
        assert [line["text"] for line in talk.lines] == ["/quit\ntwo"]
        talk.hear(1, "guest1", "/quit", part_of=1)
        assert not talk.waiting

    def test_a_refused_line_is_shown_whole_and_offered_for_editing(self, talk: Talk) -> None:
        talk.conversation.submit("hola")
        (line,) = talk.lines
        talk.take("error", id=line["id"], kind="Not saved", key="x", text="the disk is full.")
        talk.take("refused", id=line["id"])
        assert talk.texts(kind=Kind.ERROR) == ["Not saved: the disk is full."]
        assert talk.texts(kind=Kind.UNSAID) == talk.window.given_back == ["hola"]
        assert not talk.conversation.unsent

    def test_a_line_that_is_in_doubt_is_sent_again_when_it_is_time(self, talk: Talk) -> None:
        talk.conversation.submit("hola")
        (line,) = talk.lines
        talk.take("error", id=line["id"], kind="Not known", key="in_doubt", text="look.")
        talk.take("unsure", id=line["id"])
        assert not talk.texts(kind=Kind.ERROR)
        assert talk.conversation.unsent == ["hola"]
        talk.conversation.submit("next")
        assert [line["text"] for line in talk.lines] == ["hola", "next"]
        talk.conversation.retry()
        assert talk.lines[2:] == [line]
        talk.take("ack", id=line["id"], room="lobby", seq=1)
        assert talk.conversation.unsent == ["next"]

    def test_of_a_command_that_is_in_doubt_the_error_is_shown(self, talk: Talk) -> None:
        talk.conversation.submit("/topic new")
        (line,) = talk.lines
        talk.take("error", id=line["id"], kind="Not known", key="in_doubt", text="look.")
        assert talk.texts(kind=Kind.ERROR) == ["Not known: look."]

    def test_a_blank_line_is_not_sent(self, talk: Talk) -> None:
        talk.conversation.submit("  ")
        assert not talk.lines

    def test_lines_in_flight_are_limited(self, talk: Talk) -> None:
        for number in range(101):
            talk.conversation.submit(str(number))
        assert len(talk.lines) == 100
        talk.take("ack", id=talk.lines[0]["id"], room="lobby", seq=1)
        assert talk.lines[-1]["text"] == "100"

    def test_quit_is_for_the_screen(self, talk: Talk) -> None:
        talk.conversation.submit("/quit")
        assert talk.window.left
        assert not talk.lines

    def test_a_room_that_is_here_is_shown_by_join(self, talk: Talk) -> None:
        talk.enter("ops")
        talk.conversation.submit("/join #lobby")
        current = talk.conversation.chat.rooms.current
        assert current is not None
        assert current.name == "lobby"
        assert not talk.lines


class TestBeforeTheFirstRoom:
    """Lines that are typed before a room was entered."""

    @pytest.mark.parametrize("rooms", [[], ["lobby"]])
    @pytest.mark.parametrize("text", ["hola", "/leave", "/topic new"])
    def test_it_is_sent_to_the_first_room(self, rooms: list[str], text: str) -> None:
        talk = Talk(rooms=rooms)
        talk.conversation.submit(text)
        talk.connect()
        assert not talk.lines
        talk.enter()
        assert [(line["room"], line["text"]) for line in talk.lines] == [("lobby", text)]

    def test_it_is_sent_in_order_after_the_greeting_too(self) -> None:
        talk = Talk(rooms=["ops", "dev"])
        talk.connect()
        talk.conversation.submit("one")
        talk.conversation.submit("/me waves")
        talk.enter("ops")
        talk.enter("dev")
        assert [(line["room"], line["text"]) for line in talk.lines] == [
            ("ops", "one"),
            ("ops", "/me waves"),
        ]

    def test_it_waits_for_the_next_connection(self) -> None:
        talk = Talk(rooms=["ops"])
        talk.connect()
        talk.conversation.submit("one")
        assert back(talk)["rooms"] == {"ops": None}
        talk.enter("ops")
        assert [(line["room"], line["text"]) for line in talk.lines] == [("ops", "one")]

    def test_it_is_given_back_if_the_room_is_refused(self) -> None:
        talk = Talk(rooms=["ops", "dev"])
        talk.connect()
        talk.conversation.submit("for ops")
        talk.take("left", room="ops")
        talk.enter("dev")
        assert talk.window.given_back == ["for ops"]
        assert not talk.lines

    def test_the_same_is_true_after_a_login(self) -> None:
        talk = Talk(login=Login("ana", "correct horse"), rooms=["ops"])
        talk.connect()
        talk.conversation.submit("for ops")
        talk.take("done", id=talk.lines[0]["id"])
        assert len(talk.lines) == 1
        (request,) = (each for each in talk.sent if each["type"] == "enter")
        talk.take("error", id=request["id"], kind="Not allowed", key="x", text="no.")
        assert talk.window.given_back == ["for ops"]

    def test_the_server_refuses_it_if_there_is_no_lobby_for_the_person(self) -> None:
        talk = Talk()
        talk.connect()
        talk.conversation.submit("hola")
        talk.take("pong", id=talk.sent[-1]["id"])
        assert [(line["room"], line["text"]) for line in talk.lines] == [(None, "hola")]


class TestRooms:
    def test_a_line_is_shown_once(self, talk: Talk) -> None:
        talk.hear(1, "luis", "one")
        back(talk)
        talk.enter(resumed=True)
        talk.take("events", room="lobby", events=[event(1, "luis", "one"), event(2, "eva", "two")])
        assert talk.texts() == ["one", "two"]

    def test_lines_that_do_not_join_up_take_the_place_of_those_before(self, talk: Talk) -> None:
        talk.hear(1, "luis", "one")
        back(talk)
        talk.enter(after=2001)
        talk.hear(2002, "luis", "two")
        assert talk.texts() == ["two"]
        assert talk.texts(kind=Kind.GAP) == ["2000 lines were not shown; PageUp fetches them."]

    def test_lines_of_another_log_are_shown_whatever_their_seqs(self, talk: Talk) -> None:
        talk.hear(9, "luis", "before")
        back(talk)
        talk.enter(anew=True)
        talk.hear(1, "luis", "after")
        assert talk.texts() == ["before", "after"]
        assert len(talk.texts(kind=Kind.GAP)) == 1

    def test_older_lines_are_fetched_once(self, talk: Talk) -> None:
        talk.enter("ops", after=50)
        talk.hear(51, "luis", "last", room="ops")
        room = talk.conversation.chat.rooms.get("ops")
        assert room is not None
        assert talk.conversation.fetch_older(room)
        assert not talk.conversation.fetch_older(room)
        request = talk.sent[-1]
        assert (request["type"], request["before"]) == ("history", 51)
        events = [event(49, "eva", "a"), event(50, "eva", "b")]
        answer = {"after": 48, "upto": 50, "more": True, "events": events}
        talk.take("history", id=request["id"], room="ops", **answer)
        assert talk.texts("ops") == ["a", "b", "last"]
        assert talk.conversation.fetch_older(room)

    def test_none_are_fetched_again_from_a_server_that_does_not_get_on(self, talk: Talk) -> None:
        talk.enter("ops", after=50)
        room = talk.conversation.chat.rooms.get("ops")
        assert room is not None
        talk.conversation.fetch_older(room)
        answer = {"after": 50, "upto": 50, "more": True, "events": []}
        talk.take("history", id=talk.sent[-1]["id"], room="ops", **answer)
        assert not talk.conversation.fetch_older(room)

    def test_unread_lines_are_counted_in_rooms_that_are_not_shown(self, talk: Talk) -> None:
        talk.enter("ops")
        talk.hear(1, "luis", "hola guest1")
        talk.hear(2, "luis", "two", part_of=1)
        talk.hear(3, "guest1", "my own, from elsewhere")
        lobby = talk.conversation.chat.rooms.get("lobby")
        assert lobby is not None
        assert (lobby.unread, lobby.mentions, lobby.marker) == (1, 1, 0)
        talk.conversation.choose(lobby)
        assert (lobby.unread, lobby.mentions, lobby.marker) == (0, 0, 0)

    def test_a_room_that_was_left_has_no_window(self, talk: Talk) -> None:
        talk.enter("ops")
        talk.conversation.submit("/leave")
        talk.take("left", room="ops")
        assert "ops" not in talk.window.lines
        assert not talk.window.given_back

    def test_what_waits_for_a_room_that_is_gone_is_given_back(self, talk: Talk) -> None:
        talk.enter("ops")
        talk.conversation.lost()
        talk.conversation.submit("for ops")
        talk.connect()
        talk.take("left", room="ops")
        assert talk.window.given_back == ["for ops"]

    def test_the_last_one_that_was_left_leads_to_the_lobby(self) -> None:
        talk = Talk(rooms=["ops"])
        talk.connect()
        talk.enter("ops")
        talk.take("left", room="ops")
        assert "ops" not in talk.window.lines
        request = talk.sent[-1]
        assert (request["type"], request["room"]) == ("enter", "lobby")
        talk.enter("lobby", id=request["id"])
        assert talk.texts(kind=Kind.NEWS) == [told("you_left", room="ops"), "You are in #lobby."]
        assert [room.name for room in talk.conversation.chat.rooms] == ["lobby"]

    def test_the_window_of_the_lobby_stays(self, talk: Talk) -> None:
        talk.take("left", room="lobby")
        assert len(talk.conversation.chat.rooms) == 1

    def test_a_line_in_a_room_that_was_left_asks_to_enter_it(self, talk: Talk) -> None:
        talk.take("left", room="lobby")
        talk.conversation.submit("hola")
        request = talk.sent[-1]
        assert (request["type"], request["room"]) == ("enter", "lobby")
        talk.take("error", id=request["id"], kind="Not allowed", key="x", text="you are banned.")
        assert talk.window.given_back == ["hola"]


class TestIdentity:
    def test_what_waits_for_one_name_is_not_said_under_another(self) -> None:
        talk = Talk(name="ana")
        talk.connect("ana")
        talk.enter()
        talk.conversation.lost()
        talk.conversation.submit("as ana")
        talk.connect("guest7")
        talk.enter(resumed=True)
        assert not talk.lines
        assert talk.texts(kind=Kind.UNSAID) == ["as ana"]
        assert not talk.window.given_back, "a /login that is typed would be added to it"
        assert talk.texts(kind=Kind.OWN)[1:] == ["You are guest7 now, and no longer ana."]

    def test_an_account_that_is_gone_with_its_connection_is_told(self, talk: Talk) -> None:
        talk.take("you", name="ana", guest=False, account=True)
        assert "name" not in back(talk, "guest7")
        assert "/login ana" in talk.texts(kind=Kind.OWN)[-1]

    def test_an_account_is_entered_before_its_rooms(self) -> None:
        talk = Talk(login=Login("ana", "correct horse"), rooms=["ops"])
        assert talk.connect()["rooms"] == {}
        (login,) = talk.lines
        assert (login["text"], login["room"]) == ("/login ana correct horse", None)
        talk.take("you", name="ana", guest=False, account=True)
        talk.take("done", id=login["id"])
        assert [each["room"] for each in talk.sent if each["type"] == "enter"] == ["ops"]

    def test_a_refused_login_ends_the_conversation(self) -> None:
        talk = Talk(login=Login("ana", "wrong"))
        talk.connect()
        with pytest.raises(ClientError, match="not logged in"):
            talk.take("error", id=talk.lines[0]["id"], kind="Wrong password", key="x", text="no.")


class TestLanguage:
    """The language of the sentences of this program."""

    @pytest.mark.parametrize(
        ("told", "spoken"), [("en", "en"), ("es", "es"), ("fr", "es"), ("", "es")]
    )
    def test_it_is_that_of_the_server_or_else_of_the_person(self, told: str, spoken: str) -> None:
        talk = Talk(language="es")
        assert talk.conversation.chat.spoken == "es"
        talk.connect(language=told)
        assert talk.conversation.chat.spoken == spoken

    def test_what_is_told_is_in_it(self, talk: Talk) -> None:
        talk.take("you", name="guest1", guest=True, account=False, language="es")
        talk.conversation.submit("/topic new")
        back(talk)
        assert talk.texts(kind=Kind.OWN) == [
            "no se sabe si esto ha llegado a hacerse: /topic new",
            "conexión recuperada",
        ]


class TestPasswords:
    def test_one_goes_to_a_known_server_and_does_not_wait(self, talk: Talk) -> None:
        talk.conversation.submit("/login ana correct horse")
        assert [line["text"] for line in talk.lines] == ["/login ana correct horse"]
        assert not talk.conversation.unsent

    def test_none_waits_for_a_connection(self, talk: Talk) -> None:
        talk.conversation.lost()
        talk.conversation.submit("/login ana correct horse")
        assert not talk.conversation.unsent
        assert talk.texts(kind=Kind.OWN) == [told("password_offline")]

    def test_none_goes_to_a_server_that_is_not_known(self) -> None:
        talk = Talk()
        talk.connect(doubt=Sentence("any_program"))
        talk.enter()
        talk.conversation.submit("/login ana correct horse")
        assert not talk.lines
        assert talk.texts(kind=Kind.OWN) == [
            told("password_refused", doubt=Sentence("any_program"))
        ]

    def test_an_answer_is_hidden_and_sent_at_once(self, talk: Talk) -> None:
        talk.take("ask", hidden=True)
        assert not talk.conversation.submit("correct horse\n")
        assert talk.lines[0]["text"] == "correct horse"
        assert "key" not in talk.lines[0]
        talk.take("ask", hidden=False)
        assert not talk.hides_typing

    def test_an_answer_is_one_line_and_the_next_ones_are_not_said(self, talk: Talk) -> None:
        """They may be a new password twice, as `/password` asks for it."""
        talk.take("ask", hidden=True)
        assert not talk.conversation.submit("correct horse\ncorrect horse")
        assert not talk.lines
        assert not talk.conversation.unsent
        assert talk.texts(kind=Kind.OWN) == [told("answer_of_several_lines")]
        assert talk.hides_typing
        talk.conversation.submit("correct horse")
        assert [line["text"] for line in talk.lines] == ["correct horse"]

    def test_an_answer_whose_question_is_gone_is_neither_shown_nor_said(self, talk: Talk) -> None:
        talk.take("ask", hidden=True)
        back(talk)
        talk.enter(resumed=True)
        assert talk.hides_typing
        talk.conversation.submit("correct horse")
        assert not talk.lines
        assert not talk.conversation.unsent
        assert talk.texts(kind=Kind.OWN) == [told("connected_again"), told("question_gone")]
        talk.conversation.submit("hola")
        assert talk.lines[-1]["text"] == "hola"


class TestRefusedQuestions:
    """A password that is typed again after its question was refused for good."""

    @staticmethod
    def refuse(talk: Talk, id: object) -> None:
        text = EN.sentence("too_many_tries", count=30)
        talk.take("error", id=id, kind="Too many tries", key="too_many_tries", text=text)

    @pytest.fixture
    def refused(self, talk: Talk) -> Talk:
        """Return a conversation in which an answer was refused, and no question is open."""
        talk.conversation.submit("/login ana")
        talk.take("ask", hidden=True)
        talk.conversation.submit("correct horse")
        talk.take("ask", hidden=False)
        self.refuse(talk, talk.lines[-1]["id"])
        talk.sent.clear()
        return talk

    def test_the_next_text_is_said_once_it_was_entered_twice(self, refused: Talk) -> None:
        assert not refused.conversation.submit("correct horse")
        assert not refused.lines
        assert not refused.conversation.unsent
        assert refused.texts(kind=Kind.OWN) == [told("maybe_password")]
        assert refused.window.given_back == ["correct horse"]
        assert refused.conversation.submit("correct horse")
        assert [line["text"] for line in refused.lines] == ["correct horse"]
        refused.conversation.submit("hola")
        assert refused.lines[-1]["text"] == "hola"

    @pytest.mark.parametrize("text", ["another horse", "one\ntwo", "//x", "/ x"])
    def test_another_text_must_be_entered_twice_too(self, refused: Talk, text: str) -> None:
        refused.conversation.submit("correct horse")
        assert not refused.conversation.submit(text)
        assert not refused.lines

    @pytest.mark.parametrize("text", ["/who", "/me waves", "/login ana correct horse"])
    def test_a_command_is_carried_out(self, refused: Talk, text: str) -> None:
        refused.conversation.submit(text)
        assert [line["text"] for line in refused.lines] == [text]

    def test_a_new_question_ends_it(self, refused: Talk) -> None:
        refused.take("ask", hidden=True)
        refused.conversation.submit("correct horse")
        refused.take("ask", hidden=False)
        refused.conversation.submit("hola")
        assert [line["text"] for line in refused.lines] == ["correct horse", "hola"]

    @pytest.mark.parametrize("command", ["/login ana", "/clave", "/register"])
    def test_the_same_is_true_after_a_command_that_is_refused(
        self, talk: Talk, command: str
    ) -> None:
        talk.conversation.submit(command)
        self.refuse(talk, talk.lines[-1]["id"])
        talk.conversation.submit("correct horse")
        assert [line["text"] for line in talk.lines] == [command]

    def test_another_error_changes_nothing(self, talk: Talk) -> None:
        talk.conversation.submit("/nick ana")
        self.refuse(talk, talk.lines[-1]["id"])
        talk.conversation.submit("hola")
        assert talk.lines[-1]["text"] == "hola"


class TestOtherMessages:
    def test_an_answer_is_shown_where_its_command_was_typed(self, talk: Talk) -> None:
        talk.conversation.submit("/who")
        (line,) = talk.lines
        talk.enter("ops")
        talk.take("say", id=line["id"], text="luis is here.", key="x")
        assert talk.texts("lobby", Kind.ANSWER) == ["luis is here."]

    def test_a_private_line_that_comes_again_after_a_crash_is_shown_once(self, talk: Talk) -> None:
        talk.take("private", author="luis", text="hola", time=1000)
        talk.take("private", author="luis", text="hola", time=1000, past=True)
        assert talk.texts(kind=Kind.PRIVATE) == ["hola"]

    def test_messages_of_a_later_server_are_ignored(self, talk: Talk) -> None:
        talk.take("dance", room="lobby")

    def test_the_bell_rings(self, talk: Talk) -> None:
        talk.take("bell")
        assert talk.window.rings == 1


class TestWords:
    """Words for completion."""

    def test_the_rooms_of_the_server_are_asked_for_once_at_a_time(self, talk: Talk) -> None:
        chat = talk.conversation.chat
        (request,) = (each for each in talk.sent if each["type"] == "rooms")
        room_list.ask(chat)
        assert [each for each in talk.sent if each["type"] == "rooms"] == [request]
        talk.take("rooms", id=request["id"], count=2, rooms=[{"room": "ops"}, {"room": "dev"}])
        assert chat.words.rooms == ["ops", "dev"]
        room_list.ask(chat)
        assert talk.sent[-1]["type"] == "rooms"

    def test_commands_are_those_of_the_language_first_and_their_other_names(
        self, talk: Talk
    ) -> None:
        names = {"join": ["join", "sala"], "who": ["who", "quien"], "json": ["json"]}

        def answer(*usages: str) -> list[str]:
            request = [each for each in talk.sent if each["type"] == "commands"][-1]
            rows = [(usage, "") for usage in usages]
            talk.take("commands", id=request["id"], commands=rows, names=names)
            return [*talk.conversation.chat.words.commands]

        assert answer("/join ROOM", "/who") == ["join", "who", "sala", "quien", "json"]
        talk.take("you", name="guest1", guest=True, account=False, language="es")
        assert answer("/sala SALA", "/quien") == ["sala", "quien", "join", "who", "json"]
        assert talk.conversation.chat.words.commands["join"] == "/sala SALA"

    def test_people_are_known_from_their_lines(self, talk: Talk) -> None:
        talk.hear(1, "luis", "hola")
        talk.hear(2, "guest1", "my own")
        talk.hear(3, "rosa", "nothing", kind="topic")
        talk.take("private", author="guest1", to="eva", text="hola")
        talk.take("private", author="pau", text="hola")
        talk.take("events", room="ops", past=True, events=[event(4, "noa", "hola")])
        assert talk.conversation.chat.words.people == ["noa", "pau", "eva", "luis"]


class TestMissed:
    """The lines that an account missed while it was away."""

    @staticmethod
    def come() -> Talk:
        """Return a conversation of the account of Ana in the lobby, with lines 1 to 20."""
        talk = Talk()
        talk.connect("ana", account=True)
        talk.enter(after=10, head=20)
        for seq in range(11, 21):
            talk.hear(seq, "luis", f"line {seq}")
        return talk

    @staticmethod
    def question(talk: Talk) -> object:
        (line,) = [line for line in talk.lines if line["text"] == "/missed"]
        assert line["room"] is None
        return line["id"]

    def test_those_of_other_rooms_are_asked_for(self) -> None:
        talk = self.come()
        talk.take("say", id=self.question(talk), key="missed", text="1 line in #ops:")
        talk.take("events", room="ops", past=True, events=[event(4, "luis", "hola")])
        assert talk.texts(kind=Kind.ANSWER) == ["1 line in #ops:"]
        assert talk.texts()[-1] == "hola"

    def test_that_there_are_none_is_said_to_a_person_who_asks(self) -> None:
        talk = self.come()
        nothing = {"key": "nothing_missed", "text": "Nothing."}
        talk.take("say", id=self.question(talk), **nothing)
        assert not talk.texts(kind=Kind.ANSWER)
        talk.conversation.submit("/missed")
        talk.take("say", id=talk.lines[-1]["id"], **nothing)
        assert talk.texts(kind=Kind.ANSWER) == ["Nothing."]

    def test_the_rooms_are_entered_in_which_the_account_stays(self) -> None:
        talk = self.come()
        (asked,) = [each for each in talk.sent if each["type"] == "stays"]
        talk.take("stays", id=asked["id"], rooms=["ops", "lobby", 7])
        entered = [each["room"] for each in talk.sent if each["type"] == "enter"]
        assert entered[-1] == "ops"

    def test_they_are_asked_for_after_a_login(self, talk: Talk) -> None:
        assert not talk.lines
        talk.take("you", name="ana", guest=False, account=True)
        self.question(talk)

    def test_those_of_the_room_are_counted_and_marked_as_seen(self) -> None:
        talk = self.come()
        talk.take("seen", room="lobby", seq=17)
        assert talk.texts(kind=Kind.NEWS)[-1] == told("missed_above", count=3)
        assert talk.sent[-1] == {"type": "seen", "room": "lobby", "seq": 20}
        talk.take("seen", room="lobby", seq=20)
        assert talk.texts(kind=Kind.NEWS)[-1] == told("missed_above", count=3)

    def test_some_may_have_to_be_fetched(self) -> None:
        talk = self.come()
        talk.take("seen", room="lobby", seq=7)
        assert talk.texts(kind=Kind.NEWS)[-1] == told("missed_older", count=13)

    def test_those_of_a_room_in_the_background_are_unread(self) -> None:
        talk = Talk(rooms=["lobby", "ops"])
        talk.connect("ana", account=True)
        talk.enter()
        talk.enter("ops", after=0, head=2)
        for seq in 1, 2:
            talk.hear(seq, "luis", "hola", "ops")
        talk.take("seen", room="ops", seq=1)
        ops = talk.conversation.chat.rooms.get("ops")
        assert ops is not None
        assert ops.unread == 1
        talk.conversation.choose(ops)
        assert talk.sent[-2] == {"type": "seen", "room": "ops", "seq": 2}
        assert ops.unread == 0


class TestAdvice:
    """Sentences of the server that are not right for this client."""

    DOUBT = Sentence("unknown_server", where="there", reason=Sentence("any_program"))

    @pytest.mark.parametrize("doubt", [DOUBT, None])
    def test_no_login_is_advised_whose_password_would_not_be_sent(
        self, doubt: Sentence | None
    ) -> None:
        talk = Talk(name="ana")
        talk.connect("guest1", doubt)
        talk.take("error", kind="Name in use", key="registered_name", text="/login ana PASSWORD")
        advice = [told("login_elsewhere", doubt=doubt)] if doubt is not None else []
        assert talk.texts("", Kind.OWN) == advice

    @pytest.mark.parametrize("key", ["stopping", "upgrading"])
    def test_a_stop_is_said_once_the_connection_has_ended(self, talk: Talk, key: str) -> None:
        talk.take("say", key=key, text=EN.sentence(key))
        assert not talk.texts(kind=Kind.ANSWER)
