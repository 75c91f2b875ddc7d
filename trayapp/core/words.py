"""The words of the house: frozen values that travel from a probe to the screen.

Times are integer milliseconds since the Unix epoch, UTC, unless a name says otherwise.
Nothing here is edited: what changes is replaced by another value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Protocol

from trayapp.core.keys import Duration, Key

if TYPE_CHECKING:
    from trayapp.core.evidence import Evidence

NOTHING: Mapping[str, Any] = MappingProxyType({})
"""The empty, unchangeable mapping: default of every mapping below."""

FOR_EVER = 2**53 - 1
"""A moment that never comes: until further notice. Every JSON reader keeps it exact."""


class Outcome(StrEnum):
    """Judgement of one check, in the words of Nagios plugins."""

    OK = "OK"
    WARNING = "WARNING"
    CRITICAL = "CRITICAL"
    UNKNOWN = "UNKNOWN"

    @property
    def exit_code(self) -> int:
        """0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN, as Nagios plugins exit."""
        return _EXIT_CODES[self]


_EXIT_CODES = {Outcome.OK: 0, Outcome.WARNING: 1, Outcome.CRITICAL: 2, Outcome.UNKNOWN: 3}


class Blame(StrEnum):
    """Whose fault an outcome is. Only CRITICAL with blame SERVICE may ever lead to DOWN."""

    SERVICE = "service"
    NETWORK = "network"
    SELF = "self"
    CONFIG = "config"


class Status(StrEnum):
    """Confirmed judgement of a service, and the label of every segment of its timeline."""

    UP = "UP"
    DEGRADED = "DEGRADED"
    DOWN = "DOWN"
    UNKNOWN = "UNKNOWN"
    MAINTENANCE = "MAINTENANCE"
    PAUSED = "PAUSED"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a probe found: one outcome with its reason, before anybody asks what it means.

    `cause` is machine-readable ("refused", "http.status", "tls.expired") and empty when OK.
    `message` is one line for a person, without control characters, never with a secret.
    `latency_ms` runs from the first byte sent to resolve or connect until the verdict's last
    needed byte. `phases_ms` divides it (dns, connect, tls, first_byte, body).
    `answered` says that the target itself spoke, which is evidence that the network works.
    `exhibit` is what the target said, where that did not do: kept as evidence of an incident and told nowhere else.
    """

    outcome: Outcome
    cause: str = ""
    blame: Blame = Blame.SERVICE
    message: str = ""
    latency_ms: float | None = None
    phases_ms: Mapping[str, float] = field(default_factory=lambda: NOTHING)
    address: str | None = None
    details: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    answered: bool = False
    exhibit: Mapping[str, Any] = field(default_factory=lambda: NOTHING, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One executed check: a fact, never revised. `at` is when it started, `ended` when it was done."""

    service: str
    at: int
    ended: int
    finding: Finding


class Probe(Protocol):
    """A way of asking, as everybody but the probes themselves sees it."""

    @property
    def kind(self) -> str: ...

    @property
    def target(self) -> str:
        """The address it dials, for a person to read; never holds a secret."""
        ...

    @classmethod
    def load(cls) -> None:
        """Import what checking needs; takes its time."""
        ...

    async def check(self, means: Any, /) -> Finding:
        """One check. Never raises (but for cancellation) and ends by the deadline in `means`."""
        ...


PHASES = {
    "dns": "the name was found",
    "connect": "connected",
    "tls": "encryption was agreed",
    "first_byte": "first byte",
    "body": "the rest came",
    "reply": "the reply",
    "run": "the program ended",
}
"""What a check goes through, in order, and what is there after each: the keys of `phases_ms`."""


def check_phases(limits: Mapping[str, Duration]) -> None:
    """ValueError: one of them is no phase."""
    for phase in limits:
        if phase not in PHASES:
            raise ValueError(f'no phase of a check is called "{phase}"; there are {", ".join(PHASES)}')


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What the user configured and cares about. The annotated fields are the keys of its table.

    `id` is the key of the table, to which history is bound; `name` may change freely.
    """

    id: str
    probe: Probe
    name: Annotated[str, Key("Name", "What you call it.", most=200)] = ""
    group: Annotated[str, Key("Group", "Heading under which it is listed.", most=100)] = ""
    provider: Annotated[str, Key("Provider", "Whose machines it runs on.", most=100, advanced=True)] = ""
    tags: Annotated[tuple[str, ...], Key("Tags", "Words to filter by.", advanced=True)] = ()
    interval: Annotated[Duration, Key("Interval", "Time between two checks.", least=200, most=86_400_000)] = Duration(
        60_000
    )
    timeout: Annotated[Duration, Key("Timeout", "A check that takes longer has failed.", least=50, most=300_000)] = (
        Duration(10_000)
    )
    recheck_interval: Annotated[
        Duration | None,
        Key(
            "Re-check interval",
            "Time between checks while in doubt; else 10s, or the interval if shorter.",
            least=200,
            most=86_400_000,
            advanced=True,
        ),
    ] = None
    failure_threshold: Annotated[
        int, Key("Failures to confirm", "Failed checks in a row that mean down.", least=1, most=100, advanced=True)
    ] = 3
    success_threshold: Annotated[
        int, Key("Successes to confirm", "Good checks in a row that mean it is back.", least=1, most=100, advanced=True)
    ] = 2
    degraded_above: Annotated[
        Duration | None, Key("Slow above", "Slower answers count as degraded.", least=1, most=300_000)
    ] = None
    phase_above: Annotated[
        Mapping[str, Duration],
        Key(
            "Slow phases",
            "Limits for parts of a check, such as first_byte = 2s; above one it counts as degraded.",
            least=1,
            most=300_000,
            check=check_phases,
            advanced=True,
        ),
    ] = field(default_factory=lambda: NOTHING)
    network: Annotated[
        str,
        Key(
            "Network",
            "Which network it is reached through.",
            pattern=r"auto|internet|lan|loopback|vpn:[^\s:/]{1,15}",
            advanced=True,
        ),
    ] = "auto"
    depends_on: Annotated[
        tuple[str, ...], Key("Depends on", "Services without which it cannot be judged.", advanced=True)
    ] = ()
    objective: Annotated[
        float | None, Key("Objective", "Availability to reach, percent over 30 days.", least=0, most=100, advanced=True)
    ] = None
    critical: Annotated[bool, Key("Critical", "Rings through quiet hours.", advanced=True)] = False
    notify: Annotated[str, Key("Notify", "Which changes to tell.", pattern="all|down|none")] = "all"
    enabled: Annotated[bool, Key("Enabled", "Off: kept in the list and not checked.")] = True
    link: Annotated[str, Key("Link", "A page to open for it, such as its status page.", most=2000, advanced=True)] = ""
    note: Annotated[str, Key("Note", "A line for yourself.", most=2000, advanced=True)] = ""

    @property
    def title(self) -> str:
        """The name, or the id where no name is set."""
        return self.name or self.id

    @property
    def recheck(self) -> int:
        """Milliseconds to the next check while in doubt: min(10 s, interval) unless set."""
        return self.recheck_interval if self.recheck_interval is not None else min(10_000, self.interval)


@dataclass(frozen=True, slots=True)
class Incident:
    """From the first failure of a confirmed outage to the first success of its recovery.

    start <= confirmed <= end. `end` is None while open. `closing` says how it ended:
    "recovered", "changed" (the target was edited), "removed", or "unseen" (nobody looked any more, in a past that was
    brought along); empty while open.
    `cause` and `message` are those of the confirming check.
    """

    id: int
    service: str
    start: int
    confirmed: int
    cause: str
    message: str
    end: int | None = None
    closing: str = ""
    end_uncertain: bool = False


@dataclass(frozen=True, slots=True)
class Correction:
    """What the user says afterwards that an incident was: `verdict` is "false alarm" or "maintenance".

    The time it was DOWN counts as UP or as MAINTENANCE then, until it is undone; what was seen stays as it is.
    """

    id: int
    incident: int
    verdict: str
    note: str
    at: int
    undone_at: int | None = None


@dataclass(frozen=True, slots=True)
class Marker:
    """A change somebody made at a moment ("new memcached deployed"); of all services where none is named."""

    id: int
    at: int
    text: str
    services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Session:
    """When Watchbell itself ran: [began, until), where `until` is its last sign of life."""

    began: int
    until: int
    version: str


@dataclass(frozen=True, slots=True)
class Belief:
    """What we hold true of one service. Made by `core.verdict` alone, never edited.

    `since` is when the status began (which may lie before it was confirmed).
    `failures` and `successes` are runs in a row that have not confirmed anything yet, begun
    `failing_since` and `recovering_since`. `due` is when the next result is expected;
    `last` is the newest result. `incident` is the open one.
    `unseen` says that the open incident was out of sight for a while.
    `raw` are the newest 21 decisive results that ended after `counted_since`, the oldest first and
    True where CRITICAL; of them alone `core.flapping` says whether it is flapping, and since when.
    `confirmed` is when the newest change was decided.
    """

    service: str
    status: Status
    since: int
    reason: str = ""
    failures: int = 0
    failing_since: int | None = None
    successes: int = 0
    recovering_since: int | None = None
    incident: Incident | None = None
    unseen: bool = False
    due: int | None = None
    last: CheckResult | None = None
    raw: tuple[bool, ...] = ()
    counted_since: int = 0
    flapping: bool = False
    flapping_since: int | None = None
    confirmed: int = 0

    @property
    def suspect(self) -> bool:
        """Failing, not yet confirmed."""
        return self.failures > 0 and self.status is not Status.DOWN

    @property
    def recovering(self) -> bool:
        """Down and answering again, not yet confirmed."""
        return self.successes > 0 and self.status is Status.DOWN


@dataclass(frozen=True, slots=True)
class StatusChange:
    """A service went from one status to another.

    `at` is when that was decided, `since` when the new status began; everything from `since` on
    belongs to it. `incident` is the incident that this change opened, closed or carries on.
    `flapping_since` and `counted_since` are those of the belief from then on. A change to the same
    status and reason is for the record only: a run was cut short, or flapping began or ended.
    `evidence` is what was seen when the incident opened, or when it closed.
    """

    service: str
    at: int
    since: int
    from_status: Status
    to_status: Status
    reason: str = ""
    incident: Incident | None = None
    flapping_since: int | None = None
    counted_since: int = 0
    evidence: Evidence | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of one status: [start, end), never empty. Segments of a timeline touch."""

    start: int
    end: int
    status: Status
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Telling:
    """What the user was told of one service, and what he asked for.

    `told` is the id of the incident whose "down" was told and whose closing was not.
    `acknowledged` is the id of the incident that the user took note of.
    `snoozed_until` is when telling may go on; None: it is not snoozed.
    """

    service: str
    told: int | None = None
    acknowledged: int | None = None
    snoozed_until: int | None = None


@dataclass(frozen=True, slots=True)
class Notification:
    """A message to be shown to a person. Ids are never reused.

    `kind` is one of down, recovered, flapping, stable, reminder, group, blind, sight, summary,
    impaired. A notification about an incident replaces the one shown before for it.
    """

    id: int
    at: int
    kind: str
    services: tuple[str, ...]
    incident: int | None
    title: str
    body: str
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Sight:
    """What we can see of one reachability class, and since when.

    `network` is "loopback", "lan", "internet" or "vpn:<interface>"; `state` is one of online, offline,
    portal, vpn_down, blocked; `reason` is a sentence, empty while online.
    """

    network: str
    state: str
    reason: str
    since: int


@dataclass(frozen=True, slots=True)
class ServiceView:
    """All that is true of one service now, for anybody who shows it.

    `paused_until` is when the pause of this service alone ends (FOR_EVER: when the user ends it), `maintenance_until`
    when its maintenance does; None: it is in none. `when_back`: the user is told once when it is back, whatever else.
    """

    service: Service
    belief: Belief
    telling: Telling
    checking: bool = False
    maintenance_until: int | None = None
    paused_until: int | None = None
    when_back: bool = False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything true now, in the order of the configuration. The screen draws this and nothing else.

    `problems` are sentences about Watchbell itself (a full disk, a fault of ours);
    `faults` are sentences about the configuration file. `sights` are the networks that services need.
    `quiet_until` is when the quiet hours end that it is now.
    `version` grows by one with every snapshot.
    """

    version: int
    at: int
    services: tuple[ServiceView, ...] = ()
    paused_until: int | None = None
    problems: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    demo: bool = False
    sights: tuple[Sight, ...] = ()
    quiet_until: int | None = None
