"""`python3 -m tests.proofs.walk [--calls] [LINE ...]`: print the calls and moves of a line."""

from __future__ import annotations

import argparse

from tests.proofs.walk.walk import walk_of


def main() -> None:
    """Print the figures of each line, and its calls if they are asked for."""
    parser = argparse.ArgumentParser(prog="python3 -m tests.proofs.walk")
    parser.add_argument("lines", nargs="*", default=["hola", "/nick maria"])
    parser.add_argument("--calls", action="store_true", help="print each call")
    arguments = parser.parse_args()
    for line in arguments.lines:
        walk, wider = walk_of(line), walk_of(line, readers=2)
        print(
            f"{line}: {len(walk.calls)} calls in {len(set(walk.modules))} modules,"
            f" {walk.moves} moves between modules;"
            f" {len(wider.calls) - len(walk.calls)} calls more for each further client"
        )
        if arguments.calls:
            for call in walk.calls:
                print(f"  {call.module} {call.function}")


if __name__ == "__main__":
    main()
