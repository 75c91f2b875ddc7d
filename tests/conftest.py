"""What every test stands on."""

from __future__ import annotations

from hypothesis import settings

from tests.faults.table import pytest_terminal_summary  # noqa: F401 - a hook
from tests.invariants.lives import pytest_report_header  # noqa: F401 - a hook

# These machines are noisy: an example that takes long is no failure, and a failure prints how to repeat it.
settings.register_profile("watchbell", deadline=None, print_blob=True)
settings.load_profile("watchbell")
