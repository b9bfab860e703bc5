"""``chatd serve`` as a module, whose successors are started the same way."""

import sys

from chatd.cli import main

if __name__ == "__main__":
    sys.exit(main(["serve", *sys.argv[1:]]))
