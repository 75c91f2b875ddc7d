"""What every test stands on."""

from __future__ import annotations

from hypothesis import settings

# These machines are noisy: an example that takes long is no failure, and a failure prints how to repeat it.
settings.register_profile("watchbell", deadline=None, print_blob=True)
settings.load_profile("watchbell")
