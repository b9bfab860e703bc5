"""The completion of a command and its subcommands, for bash.

The script has all words in it, and starts no program. This module must not know any command.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from chatd.util.command_manual import Argument, Manual

_BEGIN = """\
# The completion of chatd for bash; `chatd completion bash` writes it.

# _chatd_value COMMAND OPTION: set `offered` for the value of an option; fail if it takes none.
_chatd_value() {
    case "$1 $2" in
"""

_WORDS = """\
    *) return 1 ;;
    esac
}

# _chatd_command COMMAND: set `options`, and `others`, the words without dashes; fail if it is none.
_chatd_command() {
    case "$1" in
"""

_END = """\
    *) return 1 ;;
    esac
}

_chatd() {
    local word=$2 before=$3 command=chatd offered options others i
    # Bash takes the = of --option=value for a word.
    if [ "$word" = = ]; then
        word=''
    elif [ "$before" = = ]; then
        before=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        if [ "${COMP_WORDS[i]}" = -- ]; then
            return
        elif _chatd_value "$command" "${COMP_WORDS[i]}"; then
            if [ "${COMP_WORDS[++i]}" = = ]; then ((i++)); fi
        elif _chatd_command "$command ${COMP_WORDS[i]}"; then
            command+=" ${COMP_WORDS[i]}"
        fi
    done
    _chatd_command "$command"
    if ! _chatd_value "$command" "$before"; then
        offered=$others
        if [ "${word:0:1}" = - ]; then offered=$options; fi
    fi
    for i in $offered; do
        case $i in
        @file) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
        "$word"*) COMPREPLY+=("$i") ;;
        esac
    done
}

complete -F _chatd chatd
"""


def script(manual: Manual) -> str:
    """Return the script for a command."""
    commands = list(_with_subcommands(manual))
    values = [line for command in commands for line in _values(command)]
    words = [line for command in commands for line in _words(command)]
    return "".join([_BEGIN, *values, _WORDS, *words, _END])


def _with_subcommands(manual: Manual) -> Iterator[Manual]:
    yield manual
    for command in manual.commands:
        yield from _with_subcommands(command)


def _values(manual: Manual) -> Iterator[str]:
    """Yield a case for each option that takes a value."""
    for option in manual.options:
        if option.value:
            patterns = "|".join(shlex.quote(f"{manual.program} {flag}") for flag in option.flags)
            yield f"    {patterns}) offered={shlex.quote(_offered(option))} ;;\n"


def _words(manual: Manual) -> Iterator[str]:
    """Yield the case of one command."""
    options = " ".join(flag for option in manual.options for flag in option.flags)
    names = [command.program.rpartition(" ")[2] for command in manual.commands]
    others = " ".join([*names, *(_offered(each) for each in manual.arguments if not each.flags)])
    sets = f"options={shlex.quote(options)} others={shlex.quote(others.strip())}"
    yield f"    {shlex.quote(manual.program)}) {sets} ;;\n"


def _offered(argument: Argument) -> str:
    """Return the words that are offered for an argument; ``@file`` stands for all files."""
    return " ".join(argument.choices) or "@file" * argument.is_path
