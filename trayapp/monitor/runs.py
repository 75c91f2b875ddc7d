"""The checks of each run that may yet decide something, kept whole until it is decided: then they are evidence.

What a target said is heavy, and worth keeping only while its service fails or comes back. Everywhere else results
travel without it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from trayapp import __version__
from trayapp.core import evidence, verdict
from trayapp.core.evidence import MOST_CHECKS, Evidence, Vantage
from trayapp.core.words import NOTHING, Belief, CheckResult, Finding, Incident, Outcome, Service, StatusChange


@dataclass(slots=True)
class _Run:
    """Results of one kind in a row, the newest last, and the one of the other kind before them."""

    failing: bool
    before: CheckResult | None
    results: list[CheckResult] = field(default_factory=list)


class Runs:
    """Belongs to the monitor's loop. `testify` asks the network (`Network.testimony`)."""

    def __init__(
        self,
        testify: Callable[[Service, Finding, int], Vantage | None],
        on_fault: Callable[[BaseException, str], None],
    ) -> None:
        self._testify = testify
        self._on_fault = on_fault
        self._runs: dict[str, _Run] = {}

    def take(
        self, service: Service, before: Belief, after: Belief, result: CheckResult, changes: Sequence[StatusChange]
    ) -> Sequence[StatusChange]:
        """The changes that this result led to, with evidence where an incident opened or closed."""
        awaits = bool(after.failures or after.successes)
        if not (changes or awaits):
            self.leave(service.id)
            return changes
        run = self._with(service.id, before, result)
        if awaits and run is not None:
            self._runs[service.id] = run
        else:
            self.leave(service.id)
        return [self._proven(service, change, before, run) for change in changes] if run is not None else changes

    def leave(self, service: str) -> None:
        """It is not watched any more, or not judged."""
        self._runs.pop(service, None)

    def _with(self, service: str, before: Belief, result: CheckResult) -> _Run | None:
        """The run that the result goes on with, or begins."""
        outcome = verdict.reading(result.finding)
        if outcome is Outcome.UNKNOWN:
            return None
        failing = outcome is Outcome.CRITICAL
        run = self._runs.get(service)
        if run is None or run.failing is not failing:
            run = _Run(failing, before.last if _is_other(before.last, failing) else None)
        if failing and run.results and run.results[-1].finding.exhibit and result.finding.exhibit:
            run.results[-1] = bare(run.results[-1])  # one exhibit is enough: the newest
        run.results = [*run.results, result][-MOST_CHECKS:]
        return run

    def _proven(self, service: Service, change: StatusChange, before: Belief, run: _Run) -> StatusChange:
        incident = change.incident
        opened = incident is not None and incident.end is None and before.incident is None and run.failing
        closed = incident is not None and incident.closing == "recovered" and not run.failing
        if incident is None or not (opened or closed):
            return change
        try:
            return replace(change, evidence=self._evidence(service, change.at, incident, run))
        except Exception as fault:  # noqa: BLE001 - no outage hangs on what can be shown of it
            self._on_fault(fault, f"the evidence of {service.id}")
            return change

    def _evidence(self, service: Service, at: int, incident: Incident, run: _Run) -> Evidence:
        """Of this run, as far as it belongs to the incident: what went before may have been cut short."""
        needed = service.failure_threshold if run.failing else service.success_threshold
        since = incident.start if run.failing else incident.end or at
        results = tuple(result for result in run.results if result.ended >= since)[-needed:]
        network = self._testify(service, run.results[-1].finding, since)
        return evidence.of(service, at, needed, results, run.before, network, __version__)


def bare(result: CheckResult) -> CheckResult:
    """The result as everybody else sees it: without what the target said."""
    if not result.finding.exhibit:
        return result
    return replace(result, finding=replace(result.finding, exhibit=NOTHING))


def _is_other(result: CheckResult | None, failing: bool) -> bool:
    """Whether this result is decisive, and of the other kind."""
    outcome = Outcome.UNKNOWN if result is None else verdict.reading(result.finding)
    return outcome is not Outcome.UNKNOWN and (outcome is Outcome.CRITICAL) is not failing
