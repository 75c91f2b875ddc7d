"""Stands beside each check and says afterwards what it is worth: were we awake, on time, and on the network?"""

from __future__ import annotations

from dataclasses import dataclass, replace

from trayapp.core.words import Blame, Finding, Outcome, Service
from trayapp.monitor.clock import Clock, Divergence, Reading
from trayapp.monitor.network import Mark, Network
from trayapp.monitor.pulse import Pulse
from trayapp.monitor.vigil import Gap

SLEPT = ("self.slept", "this computer slept during the check")
STEPPED = ("self.clock_step", "the clock was set during the check")
LATE = ("self.late", "Watchbell was held up during the check")
_WORDS = {"asleep": SLEPT, "self.late": LATE, "self.clock_step": STEPPED}


@dataclass(frozen=True, slots=True)
class Begun:
    """How things were when a check began."""

    clocks: Reading
    networks: Mark


class Witness:
    """Belongs to the monitor's loop. `begin` and `end` stand around each check, `judge` follows at once."""

    def __init__(self, clock: Clock, network: Network) -> None:
        self._clock = clock
        self._network = network
        self._pulse = Pulse(clock)
        self._gap: tuple[float, tuple[str, str]] | None = None

    def note(self, gap: Gap) -> None:
        """A gap was found just now; one that a later one undoes, as when the clock is set to and fro, is one still."""
        self._gap = self._clock.monotonic(), _WORDS[gap.reason]

    def begin(self) -> Begun:
        self._pulse.begin()
        return Begun(Reading.of(self._clock), self._network.mark())

    def end(self) -> None:
        self._pulse.end()

    async def judge(self, service: Service, finding: Finding, begun: Begun) -> Finding:
        """The finding as it may be counted. An OK counts whatever happened: nothing turns a failure into one."""
        if (void := self._void(finding, begun)) is not None:
            return void
        judged = await self._network.judge(service, finding, begun.networks)
        return self._void(judged, begun) or judged  # what happened while we asked around counts too

    def _void(self, finding: Finding, begun: Begun) -> Finding | None:
        if finding.outcome in (Outcome.OK, Outcome.UNKNOWN):
            return None
        passed = Divergence.between(begun.clocks, Reading.of(self._clock))
        if passed.is_sleep:
            cause, message = SLEPT
        elif passed.is_step:
            cause, message = STEPPED
        elif self._gap is not None and self._gap[0] >= begun.clocks.monotonic:
            cause, message = self._gap[1]
        elif self._pulse.late_since(begun.clocks.monotonic):
            cause, message = LATE
        else:
            return None
        return replace(finding, outcome=Outcome.UNKNOWN, blame=Blame.SELF, cause=cause, message=message)
