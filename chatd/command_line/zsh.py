"""The completion of a command and its subcommands, for zsh.

The script has all words in it, and starts no program. This module must not know any command.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from chatd.util.command_manual import Argument, Manual

_BEGIN = """\
#compdef chatd
# The completion of chatd for zsh; `chatd completion zsh` writes it.

"""

_END = """
if [ "$funcstack[1]" = _chatd ]; then
    _chatd "$@"
else
    compdef _chatd chatd
fi
"""

_WITH_SUBCOMMANDS = """\
{function}() {{
    local curcontext=$curcontext state line
    local -a commands=(
{described}
    )
    _arguments -C -S \\
{arguments}
        '1:command:->command' '*::argument:->rest'
    case $state in
    command) _describe -t commands command commands ;;
    rest)
        curcontext=${{curcontext%:*:*}}:chatd-$words[1]:
        case $words[1] in
{calls}
        esac
        ;;
    esac
}}
"""

_SIMPLE = """\
{function}() {{
    _arguments -S \\
{arguments}
}}
"""


def script(manual: Manual) -> str:
    """Return the script for a command."""
    return "".join([_BEGIN, *_functions(manual), _END])


def _functions(manual: Manual) -> Iterator[str]:
    """Yield the function of a command, and those of its subcommands."""
    names = {command.program.rpartition(" ")[2]: command for command in manual.commands}
    specs = [spec for argument in manual.arguments for spec in _specs(argument)]
    arguments = " \\\n".join(f"        {spec}" for spec in specs)
    if not names:
        yield _SIMPLE.format(function=_name(manual), arguments=arguments)
        return
    described = (shlex.quote(f"{name}:{each.purpose}") for name, each in names.items())
    yield _WITH_SUBCOMMANDS.format(
        function=_name(manual),
        described="\n".join(f"        {each}" for each in described),
        arguments=f"{arguments} \\",
        calls="\n".join(f"        {name}) {_name(each)} ;;" for name, each in names.items()),
    )
    for command in manual.commands:
        yield from _functions(command)


def _name(manual: Manual) -> str:
    """Return the name of a command's function."""
    return "_" + re.sub(r"\W", "_", manual.program)


def _specs(argument: Argument) -> Iterator[str]:
    """Yield the words of `_arguments` for an argument."""
    value = f":{_escaped(argument.value)}:{_offered(argument)}" if argument.value else ""
    if not argument.flags:
        yield shlex.quote(f"*{value}")
        return
    repeated = "may be repeated" in argument.meaning
    excluded = "*" if repeated else f"({' '.join(argument.flags)})"
    for flag in argument.flags:
        attached = "=" if value and flag.startswith("--") else ""
        yield shlex.quote(f"{excluded}{flag}{attached}[{_escaped(argument.meaning)}]{value}")


def _escaped(text: str) -> str:
    return re.sub(r"([][:\\])", r"\\\1", text)


def _offered(argument: Argument) -> str:
    """Return the action of `_arguments` that completes a value."""
    if argument.choices:
        return f"({' '.join(argument.choices)})"
    return "_files" if argument.is_path else " "
