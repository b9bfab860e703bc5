"""The sentences of `chatd connect` and `chatd bot`, in English and Spanish.

The server's own come from the server.

A sentence is looked up by its key. One with a ``count`` has a second form, ``KEY_one``, for 1.
Sentences address the reader as *tú*, and do not depend on the gender of a person. Errors of the
command line are in English. Pure. This module must not know where a sentence is used; nor the
sentences of the server, which take `chatd say` longer to load than all else.
"""

from __future__ import annotations

from collections.abc import Mapping

ENGLISH = "en"
LANGUAGES = (ENGLISH, "es")
"""The languages of a conversation: the codes that the server knows them by."""

SENTENCES = {
    # The connection
    "connecting": ("connecting", "conectando"),
    "server_found": ("this is the server at {where}", "este es el servidor de {where}"),
    "connected_again": ("connected again", "conexión recuperada"),
    "reconnecting": ("reconnecting in {seconds} s", "reconexión en {seconds} s"),
    "connect_now": ("Enter: now", "Intro: ahora"),
    "leaving": ("leaving", "saliendo"),
    "closed": ("the server closed the connection.", "el servidor ha cerrado la conexión."),
    "stopping": ("the server is stopping.", "el servidor se está deteniendo."),
    "upgrading": ("the server is upgraded.", "el servidor se actualiza."),
    "silent": ("the server shows no sign of life.", "el servidor no da señales de vida."),
    "typing_waits": ("{reason} What you type waits.", "{reason} Lo que escribas esperará."),
    "outcome_unknown": (
        "it is not known if this was carried out: {text}",
        "no se sabe si esto ha llegado a hacerse: {text}",
    ),
    "renamed": (
        "You are {name} now, and no longer {before}.",
        "Ahora eres {name}, y ya no {before}.",
    ),
    "logged_out": (
        "You are {name} now, and no longer {before}. `/login {before}` logs in again.",
        "Ahora eres {name}, y ya no {before}. `/acceder {before}` vuelve a iniciar sesión.",
    ),
    # The log
    "another_log": (
        "Another log of #{room} begins here: the server has lost the one above.",
        "Aquí empieza otro registro de #{room}: el servidor ha perdido el de arriba.",
    ),
    "not_shown": (
        "{count} lines were not shown; PageUp fetches them.",
        "No se han mostrado {count} líneas; RePág las trae.",
    ),
    "not_shown_one": (
        "{count} line was not shown; PageUp fetches it.",
        "No se ha mostrado {count} línea; RePág la trae.",
    ),
    "missed_above": (
        "You missed the last {count} lines.",
        "Te has perdido las últimas {count} líneas.",
    ),
    "missed_above_one": ("You missed the last line.", "Te has perdido la última línea."),
    "missed_older": (
        "You missed {count} lines; PageUp fetches those above.",
        "Te has perdido {count} líneas; RePág trae las de más arriba.",
    ),
    "missed_older_one": (
        "You missed {count} line; PageUp fetches it.",
        "Te has perdido {count} línea; RePág la trae.",
    ),
    "you_left": ("You left #{room}.", "Has salido de #{room}."),
    "new": ("new", "nuevo"),
    "private": ("private", "privado"),
    "private_to": ("private to {name}", "privado para {name}"),
    "waits": ("waits", "espera"),
    "in_doubt": ("unsure, sent again", "en duda, se reenvía"),
    "not_said": ("not said: {text}", "no se ha dicho: {text}"),
    "not_sent": ("not sent:", "no se ha enviado:"),
    # Hints
    "keys": (
        "Enter: send; Alt+Enter: another line of the same message\n"
        "Tab: complete a command, a room or a name\n"
        "Up, Down: what you typed before\n"
        "PageUp, PageDown, Ctrl+Home, Ctrl+End: move in the log\n"
        "Ctrl+R: search in the log\n"
        "Alt+1 to Alt+9, Ctrl+N, Ctrl+P: another room\n"
        "Below the log, 2:#ops 3: three unread lines there; 3@: one of them names you\n"
        "Ctrl+C: clear the line; twice: leave\n"
        "Ctrl+D: leave, once your lines are answered\n"
        "Ctrl+L: draw all again; Ctrl+Z: suspend\n"
        "F1: these keys",
        "Intro: enviar; Alt+Intro: otra línea del mismo mensaje\n"
        "Tabulador: completar una orden, una sala o un nombre\n"
        "Arriba, Abajo: lo que escribiste antes\n"
        "RePág, AvPág, Ctrl+Inicio, Ctrl+Fin: moverse por las líneas\n"
        "Ctrl+R: buscar en las líneas\n"
        "Alt+1 a Alt+9, Ctrl+N, Ctrl+P: otra sala\n"
        "Abajo, 2:#ops 3: tres líneas sin leer allí; 3@: una de ellas te nombra\n"
        "Ctrl+C: borrar lo escrito; dos veces: salir\n"
        "Ctrl+D: salir cuando lo enviado tenga respuesta\n"
        "Ctrl+L: dibujar todo de nuevo; Ctrl+Z: suspender\n"
        "F1: estas teclas",
    ),
    "keys_hint": ("F1: keys", "F1: teclas"),
    "fetching": ("fetching older lines", "cargando líneas anteriores"),
    "no_older": ("no older lines", "no hay líneas anteriores"),
    "no_older_now": (
        "no connection, so no older lines",
        "sin conexión no hay líneas anteriores",
    ),
    "below": ("{count} lines below", "{count} líneas más abajo"),
    "below_one": ("{count} line below", "{count} línea más abajo"),
    "new_below": ("{count} new lines below", "{count} líneas nuevas abajo"),
    "new_below_one": ("{count} new line below", "{count} línea nueva abajo"),
    "leave_again": ("Ctrl+C again to leave", "Ctrl+C otra vez para salir"),
    "search": ("search: ", "buscar: "),
    "search_back": ("Esc: back", "Esc: volver"),
    "search_over": (
        "none here; /search asks the server",
        "aquí no hay; /buscar pregunta al servidor",
    ),
    "search_on": ("Up, Down: others; Esc: back", "Arriba, Abajo: otras; Esc: volver"),
    # The size of what is typed
    "one_message": ("{lines} lines, one message", "{lines} líneas, un mensaje"),
    "bytes_used": ("{used} of {most} bytes", "{used} de {most} bytes"),
    "characters_used": ("{used} of {most} characters", "{used} de {most} caracteres"),
    "lines_over": ("{count} lines too many", "sobran {count} líneas"),
    "lines_over_one": ("{count} line too many", "sobra {count} línea"),
    "characters_over": ("{count} characters too many", "sobran {count} caracteres"),
    "characters_over_one": ("{count} character too many", "sobra {count} carácter"),
    "line_over": (
        "{count} characters too many in one line",
        "sobran {count} caracteres en una línea",
    ),
    "line_over_one": (
        "{count} character too many in one line",
        "sobra {count} carácter en una línea",
    ),
    "bytes_over": ("{count} bytes too many", "sobran {count} bytes"),
    "bytes_over_one": ("{count} byte too many", "sobra {count} byte"),
    # Passwords
    "unknown_server": (
        "the server at {where} is not known: {reason}. Passwords go only to its UNIX socket"
        " (--unix PATH), or over TLS (--tls, or --fingerprint sha256:...).",
        "el servidor de {where} no es conocido: {reason}. Las contraseñas se envían solo a su"
        " socket UNIX (--unix PATH), o por TLS (--tls, o --fingerprint sha256:...).",
    ),
    "any_program": (
        "any program may listen there",
        "ahí puede escuchar cualquier programa",
    ),
    "others_socket": (
        "it belongs to user {user}, and others could have put it there",
        "es del usuario {user}, y otros podrían haberlo puesto ahí",
    ),
    "login_elsewhere": (
        "no password is sent over this connection: {doubt} Come back with one of these and --login"
        " NAME.",
        "por esta conexión no se envía ninguna contraseña: {doubt} Vuelve con una de estas opciones"
        " y --login NAME.",
    ),
    "password_refused": ("not sent: {doubt}", "no se ha enviado: {doubt}"),
    "password_refused_go_on": ("not sent: {doubt} {go_on}", "no se ha enviado: {doubt} {go_on}"),
    "question_refused": ("{doubt} {go_on}", "{doubt} {go_on}"),
    "go_on": (
        "What you type next is not sent; press Enter to go on.",
        "Lo próximo que escribas no se envía; pulsa Intro para seguir.",
    ),
    "not_answered": ("the line was not sent.", "la línea no se ha enviado."),
    "resembles_password": (
        "not sent (with // in front it is said): {doubt}",
        "no se ha enviado (con // delante se dice): {doubt}",
    ),
    "password_in_message": (
        "not sent: the first of several lines has a password.",
        "no se ha enviado: la primera de varias líneas tiene una contraseña.",
    ),
    "password_offline": (
        "not sent: there is no connection, and a password does not wait for one.",
        "no se ha enviado: no hay conexión, y una contraseña no espera a que la haya.",
    ),
    "answer_of_several_lines": (
        "not sent: the answer to a question is one line, and these are several.",
        "no se ha enviado: la respuesta a una pregunta es una sola línea, y estas son varias.",
    ),
    "maybe_password": (
        "not said: it may be the password that was asked for. Press Enter again to say it.",
        "no se ha dicho: puede ser la contraseña que se pedía. Pulsa Intro otra vez para decirlo.",
    ),
    "question_gone": (
        "not sent: the question for a password is gone with its connection.",
        "no se ha enviado: se ha cortado la conexión en la que se pedía la contraseña.",
    ),
    # A bot, in its room
    "bot_busy": (
        "{name}: I am busy. Call me again once you have my answer.",
        "{name}: ahora no puedo. Vuelve a llamarme cuando tengas mi respuesta.",
    ),
    "bot_left_out": (
        "I was away: {count} calls from then are left out.",
        "No estaba: dejo sin responder {count} llamadas de entonces.",
    ),
    "bot_left_out_one": (
        "I was away: {count} call from then is left out.",
        "No estaba: dejo sin responder {count} llamada de entonces.",
    ),
    "bot_more_lines": ("... {count} more lines", "... {count} líneas más"),
    "bot_more_lines_one": ("... {count} more line", "... {count} línea más"),
    "bot_failed": ("{word} failed: {reason}.", "{word} ha fallado: {reason}."),
    "bot_ended": (
        "My program ended: {reason}. It is started again.",
        "Mi programa ha terminado: {reason}. Vuelve a empezar.",
    ),
    "bot_status": ("exit status {status}", "estado de salida {status}"),
    "bot_signal": ("signal {number}", "señal {number}"),
    "bot_late": (
        "it took longer than {seconds} s",
        "ha tardado más de {seconds} s",
    ),
    "bot_too_much": ("it printed too much", "ha escrito demasiado"),
    "bot_not_json": ("it printed no JSON", "no ha escrito JSON"),
    "bot_not_started": ("it could not be started", "no se ha podido arrancar"),
}
"""The form of each sentence in each of `LANGUAGES`."""


class Sentence:
    """A sentence that is yet to be said in a language; as a string it is in English.

    A value may be a sentence, too.
    """

    def __init__(self, key: str, **values: object) -> None:
        self.key = key
        self.values = values

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sentence):
            return NotImplemented
        return (self.key, self.values) == (other.key, other.values)

    def __str__(self) -> str:
        return self.in_language(ENGLISH)

    def in_language(self, language: str) -> str:
        """Return it in one of `LANGUAGES`."""
        key = f"{self.key}_one" if self.values.get("count") == 1 else self.key
        values = {
            name: value.in_language(language) if isinstance(value, Sentence) else value
            for name, value in self.values.items()
        }
        return SENTENCES[key][LANGUAGES.index(language)].format(**values)


def language_of(environment: Mapping[str, str]) -> str:
    """Return the language that the locale in an environment names, of those that there are."""
    variables = "LC_ALL", "LC_MESSAGES", "LANG"
    locale = next(filter(None, map(environment.get, variables)), "")
    for mark in "_.@":  # as in es_MX.UTF-8, es@euro
        locale = locale.partition(mark)[0]
    return locale if locale in LANGUAGES else ENGLISH
