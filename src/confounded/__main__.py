"""`python -m confounded` is `confounded`."""

import sys

from confounded.cli import main

if __name__ == "__main__":
    sys.exit(main())
