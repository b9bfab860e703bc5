"""`python3 -m tests.proofs.mutation`: see `tests.proofs.mutation.run`."""

import sys

from tests.proofs.mutation.run import main

if __name__ == "__main__":
    sys.exit(main())
