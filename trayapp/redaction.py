"""What never reaches a log: passwords in URLs, credentials in headers, secrets that were revealed."""

from __future__ import annotations

import json
import re
import threading
from urllib.parse import quote, quote_plus

from trayapp.core.concealing import HIDDEN, conceal

SHORTEST_SECRET = 4
"""Shorter values are not searched for: starring out every "a" of a log would tell the secret, not hide it."""


class Redaction:
    """Hides what it is told to hide and what looks like a credential. Safe to use from any thread."""

    def __init__(self) -> None:
        self._learning = threading.Lock()
        self._forms: frozenset[str] = frozenset()
        self._pattern: re.Pattern[str] | None = None

    def hide(self, secret: str) -> None:
        """From now on this value appears in no cleaned text, nor as a URL, JSON or repr() would write it."""
        if len(secret) < SHORTEST_SECRET:
            return
        written = {secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1], repr(secret)[1:-1]}
        lines = {line.strip() for line in secret.splitlines() if len(line.strip()) >= SHORTEST_SECRET}
        with self._learning:  # two that learn at once would forget one of theirs
            self._forms |= written | lines
            longest_first = sorted(self._forms, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, longest_first)))

    def clean(self, text: str) -> str:
        """The text without secrets."""
        if self._pattern is not None:
            text = self._pattern.sub(HIDDEN, text)
        return conceal(text)
