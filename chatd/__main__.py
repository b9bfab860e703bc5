"""`python -m chatd`: the same as `chatd`."""

import sys

from chatd.cli import main

if __name__ == "__main__":
    sys.exit(main())
