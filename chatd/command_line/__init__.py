"""The subcommands of `chatd`, and what shells and `man` are told of them.

The table of subcommands is here, with the two subcommands that read all others. Everything is made
of the parsers, so an option is declared once. This package must not know how a subcommand works.

Modules (python3 -m tools.documents writes this list):

- `bash`: The completion of a command and its subcommands, for bash.
- `completion`: `chatd completion`: the completion of all commands, as a script for a shell.
- `man`: `chatd man`: the manual pages of all commands, and of the configuration file.
- `man_page`: The language of manual pages, and a command's manual in it.
- `settings_page`: The manual page of the configuration file, of the table of settings.
- `subcommands`: The table of the subcommands of `chatd`, and their parsers.
- `zsh`: The completion of a command and its subcommands, for zsh.
"""
