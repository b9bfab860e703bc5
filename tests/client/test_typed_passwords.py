"""`chatd.client.typed_passwords`: what becomes of the lines that a person types."""

import pytest

from chatd.client.sentences import Sentence
from chatd.client.typed_passwords import Typed, TypedPasswords

DOUBT = Sentence("any_program")


class TestKnownServer:
    """A server that a password may be sent to."""

    def test_a_password_is_sent_and_is_secret(self) -> None:
        passwords = TypedPasswords(None)
        assert passwords.judge("/login ana horse") == Typed("/login ana horse", True)

    def test_the_answer_to_a_question_is_sent_and_is_secret(self) -> None:
        passwords = TypedPasswords(None)
        assert passwords.ask() is None
        assert passwords.judge("horse") == Typed("horse", True)
        assert passwords.judge("hola") == Typed("hola", False)

    def test_a_command_without_its_password_leaves_the_question_to_the_server(self) -> None:
        passwords = TypedPasswords(None)
        assert passwords.judge("/login ana").sent == "/login ana"
        assert not passwords.expected


class TestUnknownServer:
    """A server that no password may be sent to."""

    @pytest.mark.parametrize(
        "line",
        [
            *("/login ana horse", "/REGISTER horse", "/clave horse", " /login ana horse"),
            *("login ana horse", "\\login ana horse", "\x04/login ana horse"),
        ],
    )
    def test_a_line_with_a_password_is_not_sent(self, line: str) -> None:
        typed = TypedPasswords(DOUBT).judge(line)
        assert (typed.sent, typed.is_secret) == (None, True)
        assert str(DOUBT) in str(typed.told)

    @pytest.mark.parametrize("line", ["hola", "/nick ana", "//login ana horse", "login", ""])
    def test_another_line_is_sent(self, line: str) -> None:
        assert TypedPasswords(DOUBT).judge(line) == Typed(line, False)

    @pytest.mark.parametrize("line", ["/login ana", "/login ana ", "/register", "/password"])
    def test_the_line_after_a_command_without_its_password_is_not_sent(self, line: str) -> None:
        passwords = TypedPasswords(DOUBT)
        passwords.judge(line)
        assert passwords.expected
        assert passwords.judge("horse").sent == ""
        assert passwords.judge("hola") == Typed("hola", False)

    def test_the_line_after_a_whole_command_is_sent(self) -> None:
        passwords = TypedPasswords(DOUBT)
        passwords.judge("/login ana horse")
        assert passwords.judge("hola") == Typed("hola", False)

    def test_the_answer_to_a_question_is_an_empty_line(self) -> None:
        passwords = TypedPasswords(DOUBT)
        assert str(DOUBT) in str(passwords.ask())
        assert passwords.judge("horse").sent == ""
