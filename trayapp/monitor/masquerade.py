"""One certificate for many names: a box in between answers for all of them (a portal, or an inspecting firewall)."""

from __future__ import annotations

WITHIN = 60.0
"""Seconds in which the same certificate must have been shown."""

MANY = 3
"""Unrelated names with one wrong certificate: more than one misconfigured server would have."""


class Masquerade:
    """Which certificate was shown for which name, lately."""

    def __init__(self) -> None:
        self._shown: dict[tuple[str, str], float] = {}

    def note(self, fingerprint: str, host: str, moment: float) -> bool:
        """Whether the same certificate, refused for each of them, was shown for many unrelated hosts by now."""
        self._shown = {key: at for key, at in self._shown.items() if moment - at < WITHIN}
        self._shown[fingerprint, _family(host)] = moment
        return sum(shown == fingerprint for shown, _ in self._shown) >= MANY


def _family(host: str) -> str:
    """The part of a name that belongs to one owner, roughly: its last two labels. An address is its own."""
    labels = host.rstrip(".").lower().split(".")
    return host if labels[-1].isdigit() or ":" in host else ".".join(labels[-2:])
