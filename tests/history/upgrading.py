"""Opens a history, which upgrades it, and closes it again; to be cut short: `upgrading.py PATH`."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.history.past import WAIT, Faults, a_history

if __name__ == "__main__":
    faults = Faults()
    a_history(Path(sys.argv[1]), faults).close(WAIT)
    sys.exit(len(faults))
