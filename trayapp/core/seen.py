"""One check and the network around it, as evidence: what was seen, and who else answered meanwhile."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from trayapp.core.taming import Fields
from trayapp.core.wording import plain
from trayapp.core.words import NOTHING, PHASES, CheckResult, Outcome

MOST_WORD = 60
"""Characters of a cause, an address, the name of an interface."""

MOST_WITNESSES, MOST_TUNNELS = 12, 4


@dataclass(frozen=True, slots=True)
class Seen:
    """One check: when it began and ended (ms UTC), and what came of it."""

    at: int
    ended: int
    outcome: Outcome
    cause: str = ""
    message: str = ""
    latency_ms: float | None = None
    phases_ms: Mapping[str, float] = field(default_factory=lambda: NOTHING)
    address: str | None = None

    @classmethod
    def of(cls, result: CheckResult) -> Seen:
        finding = result.finding
        return cls(
            result.at,
            result.ended,
            finding.outcome,
            plain(finding.cause, MOST_WORD),
            plain(finding.message) if finding.message else "",
            _ms(finding.latency_ms),
            _phases(finding.phases_ms),
            None if finding.address is None else plain(finding.address, MOST_WORD),
        )


@dataclass(frozen=True, slots=True)
class Witness:
    """Somebody else who answered on the same network, at that moment (ms UTC).

    `role` is control, names (a name server that knows what only the internet knows), near (a router or name server
    on our own network), far (the other end of a VPN) or service. `said` is empty, or what else there is to say.
    """

    role: str
    name: str
    at: int
    said: str = ""


@dataclass(frozen=True, slots=True)
class Vantage:
    """What our own network had to say. `network` is the reachability class, `state` and `reason` those of its sight.

    `since` is when it came into sight, `steady_since` when links, addresses, routes or name servers last changed.
    `link` is the interface that led to the service, `tunnels` the VPNs that were up. `own_answer`: nobody but the
    service itself can have answered so. `portal`: somebody answers in the place of others.
    """

    network: str
    state: str = ""
    reason: str = ""
    since: int | None = None
    steady_since: int | None = None
    link: str = ""
    tunnels: tuple[str, ...] = ()
    own_answer: bool = False
    portal: bool = False
    witnesses: tuple[Witness, ...] = ()


def check_json(seen: Seen) -> dict[str, Any]:
    """What JSON holds of a check."""
    return {
        "at": seen.at,
        "ended": seen.ended,
        "outcome": seen.outcome.value,
        "cause": plain(seen.cause, MOST_WORD),
        "message": plain(seen.message),
        "latency_ms": _ms(seen.latency_ms),
        "phases_ms": _phases(seen.phases_ms),
        "address": None if seen.address is None else plain(seen.address, MOST_WORD),
    }


def network_json(told: Vantage) -> dict[str, Any]:
    """What JSON holds of the network's testimony."""
    return {
        "network": plain(told.network, MOST_WORD),
        "state": plain(told.state, MOST_WORD),
        "reason": plain(told.reason),
        "since": told.since,
        "steady_since": told.steady_since,
        "link": plain(told.link, MOST_WORD),
        "tunnels": [plain(name, MOST_WORD) for name in told.tunnels[:MOST_TUNNELS]],
        "own_answer": told.own_answer,
        "portal": told.portal,
        "witnesses": [
            {"role": plain(one.role, 20), "name": plain(one.name), "at": one.at, "said": plain(one.said)}
            for one in told.witnesses[:MOST_WITNESSES]
        ],
    }


def seen_in(value: Any) -> Seen:
    """The check that this JSON value is. ValueError: it is none."""
    fields = Fields(value, "a check in the evidence")
    phases = Fields(fields.mapping("phases_ms"), "the phases of a check in the evidence")
    took = {phase: ms for phase in PHASES if (ms := phases.maybe_number(phase)) is not None}
    return Seen(
        at=fields.moment("at"),
        ended=fields.moment("ended"),
        outcome=Outcome(fields.text("outcome")),
        cause=fields.text("cause", MOST_WORD),
        message=fields.text("message"),
        latency_ms=fields.maybe_number("latency_ms"),
        phases_ms=took,
        address=fields.maybe_text("address", MOST_WORD),
    )


def vantage_in(value: Any) -> Vantage:
    """The testimony that this JSON value is. ValueError: it is none."""
    fields = Fields(value, "the network in the evidence")
    witnesses = [Fields(item, "a witness in the evidence") for item in fields.items("witnesses", MOST_WITNESSES)]
    return Vantage(
        network=fields.text("network", MOST_WORD),
        state=fields.text("state", MOST_WORD),
        reason=fields.text("reason"),
        since=fields.maybe_moment("since"),
        steady_since=fields.maybe_moment("steady_since"),
        link=fields.text("link", MOST_WORD),
        tunnels=fields.texts("tunnels", MOST_TUNNELS, MOST_WORD),
        own_answer=fields.flag("own_answer"),
        portal=fields.flag("portal"),
        witnesses=tuple(
            Witness(one.text("role", 20), one.text("name"), one.moment("at"), one.text("said")) for one in witnesses
        ),
    )


def _phases(took: Mapping[str, float]) -> dict[str, float]:
    return {phase: ms for phase in PHASES if (ms := _ms(took.get(phase))) is not None}


def _ms(took: float | None) -> float | None:
    """Milliseconds, to the microsecond; None for what is no time."""
    return None if took is None or not math.isfinite(took) or not 0 <= took < 2**53 else float(round(took, 3))
