"""How one network looks from here: seen, lost, and since when. Changing sides begins a new epoch."""

from __future__ import annotations

from dataclasses import replace

from trayapp.core.words import Sight
from trayapp.monitor.sentences import Unseen

ONLINE = "online"

NEVER = float("-inf")
"""A monotonic moment before all others."""


class Outlook:
    """One network. Moments are monotonic seconds, `now` is wall time in milliseconds.

    What was seen within this epoch: `genuine_at` is when somebody last answered in whose place no portal can
    speak; `service_seen`, some service was well; `control_seen`, a control target answered; `suspected`, somebody
    spoke in the place of one; `asked`, the controls were asked at all; `lacked`, a failure was nobody's for want of
    evidence; `latest` is the newest round of questions, for the evidence of an incident.
    """

    def __init__(self, network: str) -> None:
        self.network = network
        self.epoch = 0
        self.sight: Sight | None = None
        self._forget_answers()

    def _forget_answers(self) -> None:
        self.genuine_at = NEVER
        self.service_seen = False
        self.control_seen = False
        self.suspected = False
        self.asked = False
        self.lacked = False
        self.latest: object = None

    @property
    def lost(self) -> bool:
        return self.sight is not None and self.sight.state != ONLINE

    def renew(self) -> None:
        """Begin an epoch: what answered before says nothing of what comes."""
        self.epoch += 1
        self._forget_answers()

    def resume(self, now: int) -> None:
        """Begin an epoch after a time in which nobody looked: what was lost then may only now be missed."""
        self.renew()
        if self.sight is not None and self.lost:
            self.sight = replace(self.sight, since=now)

    def see(self, now: int) -> bool:
        """Somebody answered. True when the network had been lost until then.

        What failed for want of evidence has changed sides with it: an answer that was under way when all was lost
        may have had us call it seen, and what was begun before this one must not be held against anybody.
        """
        regained = self.lost
        if regained or self.lacked:
            self.renew()
        if self.sight is None or regained:
            self.sight = Sight(self.network, ONLINE, "", now)
        return regained

    def leave(self) -> None:
        """We are elsewhere: what was lost is out of reach and not to be missed."""
        if self.lost:
            self.renew()
            self.sight = None

    def lose(self, why: Unseen, now: int) -> None:
        """Nobody answered."""
        fresh = not self.lost
        if fresh and self.sight is not None:
            self.renew()
        since = now if fresh or self.sight is None else self.sight.since
        self.sight = Sight(self.network, why.state, why.message, since)
