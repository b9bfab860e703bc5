"""`python3 -m tests.proofs.breaks`: see `tests.proofs.breaks.run`."""

import sys

from tests.proofs.breaks.run import main

if __name__ == "__main__":
    sys.exit(main())
