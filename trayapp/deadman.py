"""Dead man's switch: whoever should show a sign of life every few seconds, and shows none, stands still."""

from __future__ import annotations

MISSED = 3
"""Signs in a row that may be missing."""


class DeadMan:
    """Looked at from another thread than the one it watches. All times are monotonic seconds.

    Time in which nobody looked counts for nothing: whoever stopped us stopped the other as well.
    """

    def __init__(self, period: float, look: float) -> None:
        """A sign is due every `period`; we look every `look`."""
        self._patience = MISSED * period
        self._step = 2 * look
        self._beat = 0.0
        self._unchanged = 0.0
        self._looked: float | None = None

    def stands_still(self, beat: float, now: float) -> bool:
        """Whether the last sign of life, `beat`, is too old by now."""
        passed = 0.0 if self._looked is None else now - self._looked
        self._looked = now
        self._unchanged = self._unchanged + min(passed, self._step) if beat == self._beat else 0.0
        self._beat = beat
        return self._unchanged > self._patience
