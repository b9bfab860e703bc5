"""The keys of `chatd connect`, besides those with which prompt_toolkit edits a line.

This module must not know how things are drawn, nor the conversation: each key is an act of the
screen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prompt_toolkit.filters import Condition
from prompt_toolkit.key_binding import ConditionalKeyBindings, KeyBindings, KeyPressEvent
from prompt_toolkit.key_binding import merge_key_bindings as merge
from prompt_toolkit.key_binding.key_bindings import KeyBindingsBase

from chatd.client.sentences import Sentence

if TYPE_CHECKING:
    from chatd.client.screen import Screen

LEAVE_HINT = Sentence("leave_again")


def keys_of(screen: Screen) -> KeyBindingsBase:
    """Return the keys of a screen."""
    is_searching = screen.searching.is_open
    return merge(
        [
            ConditionalKeyBindings(_log_keys(screen), ~is_searching),
            ConditionalKeyBindings(_typing_keys(screen), ~is_searching),
            ConditionalKeyBindings(_search_keys(screen), is_searching),
            _common_keys(screen),
        ]
    )


def _common_keys(screen: Screen) -> KeyBindings:
    keys = KeyBindings()

    @keys.add("c-z")
    def _(event: KeyPressEvent) -> None:
        event.app.suspend_to_background()

    @keys.add("f1")
    def _(event: KeyPressEvent) -> None:
        screen.show_keys()

    @keys.add("pageup")
    def _(event: KeyPressEvent) -> None:
        screen.scroll_page(-1)

    @keys.add("pagedown")
    def _(event: KeyPressEvent) -> None:
        screen.scroll_page(1)

    return keys


def _log_keys(screen: Screen) -> KeyBindings:
    """Return the keys that move the log, and those that go to another room."""
    keys = KeyBindings()

    @keys.add("c-home")
    def _(event: KeyPressEvent) -> None:
        screen.scroll_to_start()

    @keys.add("c-end")
    def _(event: KeyPressEvent) -> None:
        screen.window.viewport.follow()

    @keys.add("c-n")
    @keys.add("escape", "right")
    def _(event: KeyPressEvent) -> None:
        screen.go_on(1)

    @keys.add("c-p")
    @keys.add("escape", "left")
    def _(event: KeyPressEvent) -> None:
        screen.go_on(-1)

    for number in range(9):

        @keys.add("escape", str(number + 1))
        def _(event: KeyPressEvent, number: int = number) -> None:
            screen.go_to(number)

    return keys


def _typing_keys(screen: Screen) -> KeyBindings:
    """Return the keys that enter, complete and remove what is typed."""
    keys = KeyBindings()
    line = screen.input
    is_hidden = Condition(lambda: screen.is_hidden)

    @keys.add("enter")
    def _(event: KeyPressEvent) -> None:
        screen.enter()

    @keys.add("escape", "enter", filter=~is_hidden)
    def _(event: KeyPressEvent) -> None:
        line.buffer.insert_text("\n")

    @keys.add("tab", filter=~is_hidden)
    def _(event: KeyPressEvent) -> None:
        line.complete()

    @keys.add("up", filter=~is_hidden)
    def _(event: KeyPressEvent) -> None:
        line.up()

    @keys.add("down", filter=~is_hidden)
    def _(event: KeyPressEvent) -> None:
        line.down()

    @keys.add("tab", filter=is_hidden)
    @keys.add("up", filter=is_hidden)
    @keys.add("down", filter=is_hidden)
    def _(event: KeyPressEvent) -> None:
        """Bring nothing back, and complete nothing, where a password is typed."""

    @keys.add("c-r", filter=~is_hidden)
    @keys.add("c-s", filter=~is_hidden)
    def _(event: KeyPressEvent) -> None:
        screen.searching.open()

    @keys.add("c-c")
    @keys.add("<sigint>")
    def _(event: KeyPressEvent) -> None:
        if line.text:
            line.empty()
        elif screen.hint_before == LEAVE_HINT:
            event.app.exit(exception=KeyboardInterrupt)
        else:
            screen.hint = LEAVE_HINT

    @keys.add("c-d", filter=Condition(lambda: not line.text))
    def _(event: KeyPressEvent) -> None:
        screen.leave()

    return keys


def _search_keys(screen: Screen) -> KeyBindings:
    """Return the keys of a search in the log."""
    keys = KeyBindings()

    @keys.add("up")
    @keys.add("c-r")
    def _(event: KeyPressEvent) -> None:
        screen.searching.go_on(back=True)

    @keys.add("down")
    @keys.add("c-s")
    def _(event: KeyPressEvent) -> None:
        screen.searching.go_on(back=False)

    @keys.add("enter")
    def _(event: KeyPressEvent) -> None:
        screen.searching.close(go_back=False)

    @keys.add("escape", eager=True)
    @keys.add("c-c")
    @keys.add("<sigint>")
    @keys.add("c-g")
    def _(event: KeyPressEvent) -> None:
        screen.searching.close(go_back=True)

    return keys
