"""A small world to look at: the services of the design's pictures, a past to match, and asks that are written down."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any

from trayapp.core.evidence import Evidence
from trayapp.core.keys import Duration
from trayapp.core.words import (
    Belief,
    Blame,
    CheckResult,
    Correction,
    Finding,
    Incident,
    Outcome,
    Segment,
    Service,
    ServiceView,
    Sight,
    Snapshot,
    Status,
    Telling,
)
from trayapp.ui.asks import ApplyResult

NOW = 1_762_351_200_000
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR


@dataclass(frozen=True)
class PaperProbe:
    """A probe that is never asked."""

    target: str
    kind: str = "http"

    async def check(self, means: Any, /) -> Finding:
        raise AssertionError("the screen checks nothing")


def service(id_: str, name: str = "", group: str = "", target: str = "", **keys: Any) -> Service:
    return Service(id=id_, probe=PaperProbe(target or f"https://{id_}.example/"), name=name, group=group, **keys)


def up(what: Service, latency_ms: float = 182, now: int = NOW) -> ServiceView:
    finding = Finding(Outcome.OK, latency_ms=latency_ms, answered=True)
    return _view(what, Status.UP, finding, now)


def degraded(what: Service, message: str, now: int = NOW) -> ServiceView:
    return _view(what, Status.DEGRADED, Finding(Outcome.WARNING, "slow", message=message, latency_ms=900), now)


def down(what: Service, message: str, minutes: int = 4, incident: int = 17, now: int = NOW) -> ServiceView:
    start = now - minutes * MINUTE
    view = _view(what, Status.DOWN, Finding(Outcome.CRITICAL, "http.status", message=message, latency_ms=31), now)
    opened = Incident(incident, what.id, start, start + 20_000, "http.status", message)
    return replace(view, belief=replace(view.belief, since=start, incident=opened), telling=Telling(what.id, incident))


def unknown(what: Service, message: str, blame: Blame = Blame.NETWORK, now: int = NOW) -> ServiceView:
    finding = Finding(Outcome.UNKNOWN, "network", blame, message)
    view = _view(what, Status.UNKNOWN, finding, now)
    return replace(view, belief=replace(view.belief, reason="network"))


def resting(what: Service, status: Status = Status.MAINTENANCE) -> ServiceView:
    return ServiceView(what, Belief(what.id, status, NOW - HOUR), Telling(what.id))


def unchecked(what: Service) -> ServiceView:
    return ServiceView(what, Belief(what.id, Status.UNKNOWN, NOW, "new"), Telling(what.id))


def unseen(what: Service, reason: str = "network.offline", message: str = "", now: int = NOW) -> ServiceView:
    """One that is not judged, for a reason that is not its own."""
    finding = Finding(Outcome.UNKNOWN, reason, Blame.NETWORK, message)
    view = _view(what, Status.UNKNOWN, finding, now)
    return replace(view, belief=replace(view.belief, since=now - 18 * MINUTE, reason=reason))


def acknowledged(view: ServiceView) -> ServiceView:
    assert view.belief.incident is not None
    return replace(view, telling=replace(view.telling, acknowledged=view.belief.incident.id))


def snoozed(view: ServiceView, until: int = NOW + 2 * HOUR) -> ServiceView:
    return replace(view, telling=replace(view.telling, snoozed_until=until))


def flapping(view: ServiceView) -> ServiceView:
    return replace(view, belief=replace(view.belief, flapping=True, flapping_since=NOW - HOUR))


def sight(state: str = "online", network: str = "internet", reason: str = "") -> Sight:
    return Sight(network, state, reason, NOW - 18 * MINUTE)


def _view(what: Service, status: Status, finding: Finding, now: int) -> ServiceView:
    result = CheckResult(what.id, now - 4_200, now - 4_000, finding)
    return ServiceView(what, Belief(what.id, status, now - DAY, last=result), Telling(what.id))


def snapshot(*views: ServiceView, **parts: Any) -> Snapshot:
    return replace(Snapshot(1, NOW, views), **parts)


def picture() -> Snapshot:
    """The moment of the design's pictures."""
    web, lan = "Public web", "Office LAN"
    return snapshot(
        down(service("twitter", "Twitter", web, "https://twitter.com/", interval=Duration(MINUTE)), "HTTP 503"),
        degraded(service("tweets", "Twitter · tweets arrive", web), "3 of 20 lost (≥ 5 %)"),
        up(service("github", "GitHub", web, "https://github.com/", link="https://www.githubstatus.com/")),
        up(service("mashable", "Mashable feed", web), 94),
        up(service("cache-1", "memcached cache-1", lan, "cache-1.lan:11211"), 0.4),
        up(service("postgresql", "PostgreSQL primary", lan, "db-1.lan:5432"), 1.1),
        unknown(service("jira", "VPN · Jira", lan), "VPN not connected"),
        resting(service("printer", "Print server", lan, "printer.lan:631")),
    )


OFFLINE = "there is a network, but nothing on the internet answers"
PORTAL = "something else answers in place of the internet, such as a login page"


def without_internet(state: str = "offline", reason: str = OFFLINE) -> Snapshot:
    """The same services, seen from a laptop that reaches its own network alone."""
    cause = {"offline": "network.offline", "portal": "network.portal"}[state]
    web, lan = "Public web", "Office LAN"
    return snapshot(
        unseen(service("twitter", "Twitter", web, "https://twitter.com/"), cause, reason),
        unseen(service("tweets", "Twitter · tweets arrive", web), cause, reason),
        unseen(service("github", "GitHub", web, "https://github.com/"), cause, reason),
        unseen(service("mashable", "Mashable feed", web), cause, reason),
        up(service("cache-1", "memcached cache-1", lan, "cache-1.lan:11211"), 0.4),
        up(service("postgresql", "PostgreSQL primary", lan, "db-1.lan:5432"), 1.1),
        unseen(service("jira", "VPN · Jira", lan), "network.vpn", "the VPN tun0 is not connected"),
        up(service("printer", "Print server", lan, "printer.lan:631"), 3),
        sights=(sight(state, reason=reason), sight(network="lan")),
    )


def asked_for() -> Snapshot:
    """Everything that somebody can have asked for, and all that keeps a service from being judged."""
    web, lan = "Public web", "Office LAN"
    router = down(service("router", "Router", lan, "router.lan:80"), "no answer in 10 s", 12, 19)
    waited_for = acknowledged(down(service("shop", "Shop", web), "HTTP 500", 44, 20))
    paused = resting(service("legacy", "Old intranet", lan), Status.PAUSED)
    night = resting(service("backup", "Backups", lan))
    return snapshot(
        acknowledged(down(service("twitter", "Twitter", web, "https://twitter.com/"), "HTTP 503")),
        snoozed(degraded(service("tweets", "Twitter · tweets arrive", web), "3 of 20 lost (≥ 5 %)")),
        replace(waited_for, when_back=True),
        flapping(up(service("search", "Search", web), 240)),
        up(service("github", "GitHub", web)),
        router,
        unseen(service("printer", "Print server", lan), "dependency", "needs Router, which is down"),
        replace(night, maintenance_until=NOW + 90 * MINUTE),
        replace(paused, paused_until=NOW + HOUR),
        sights=(sight(), sight(network="lan")),
        quiet_until=NOW + 8 * HOUR,
    )


NAMES = (
    "Website", "Shop", "Checkout", "Search", "Image proxy", "Login", "Mail in", "Mail out", "Wiki", "Build server",
    "Package mirror", "Status page", "Payments API", "Geocoder", "Metrics", "Log intake", "Backups", "VPN gateway",
    "DNS primary", "DNS secondary",
)  # fmt: skip


def many(count: int) -> Snapshot:
    """A full house: three places, and a little trouble."""
    views = []
    for at in range(count):
        group = ("Frankfurt", "Virginia", "Singapore")[at * 3 // count]
        what = service(f"s{at}", f"{NAMES[at % len(NAMES)]}", group, interval=Duration(MINUTE))
        if at == 7:
            views.append(down(what, "connection refused", 2))
        elif at in (11, 23):
            views.append(degraded(what, "1.2 s, slower than 800 ms"))
        else:
            views.append(up(what, 20 + at * 37 % 400))
    return snapshot(*views)


class PaperPast:
    """A past like that of the pictures: asleep for some hours of the night, one short outage in the evening."""

    def __init__(self, shown: Snapshot) -> None:
        self.status = {view.service.id: view.belief for view in shown.services}
        self.asked: list[tuple[str, ...]] = []
        self.said: dict[int, Sequence[Correction]] = {}
        self.kept: dict[int, tuple[Evidence | None, Evidence | None]] = {}

    def timelines(self, services: Sequence[str], since: int, until: int, now: int) -> Mapping[str, Sequence[Segment]]:
        self.asked.append(tuple(services))
        return {name: self._segments(name, since, until) for name in services}

    def incidents(self, since: int, until: int, service: str | None = None) -> Sequence[Incident]:
        belief = self.status.get(service or "")
        if belief is None or belief.incident is None or belief.incident.start >= until:
            return ()
        return (belief.incident,)

    def corrections(self, incidents: list[int]) -> Mapping[int, Sequence[Correction]]:
        return {incident: self.said.get(incident, ()) for incident in incidents}

    def evidence(self, incident: int) -> tuple[Evidence | None, Evidence | None]:
        return self.kept.get(incident, (None, None))

    def _segments(self, name: str, since: int, until: int) -> list[Segment]:
        length, belief = until - since, self.status.get(name) or Belief(name, Status.UP, since)
        marks = [(0.0, Status.UP), (0.19, Status.UNKNOWN), (0.46, Status.UP)]
        if belief.status is Status.UNKNOWN and belief.reason == "new":
            marks = [(0.0, Status.UNKNOWN)]
        elif belief.status is Status.DOWN:
            marks += [(0.63, Status.DOWN), (0.635, Status.DEGRADED), (0.66, Status.UP), (0.981, Status.DOWN)]
        elif belief.status is not Status.UP:
            marks += [({Status.UNKNOWN: 0.71, Status.MAINTENANCE: 0.92}.get(belief.status, 0.84), belief.status)]
        elif sum(map(ord, name)) % 5 == 0:
            marks.insert(1, (0.063, Status.DEGRADED))
            marks.insert(2, (0.066, Status.UP))
        starts = [since + int(length * share) for share, _ in marks] + [until]
        return [Segment(starts[at], starts[at + 1], status) for at, (_, status) in enumerate(marks)]


class PaperAsks:
    """Writes down what it is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []

    def check_now(self, services: Collection[str] | None) -> None:
        self.asked.append(("check_now", services))

    def acknowledge(self, incident: int) -> None:
        self.asked.append(("acknowledge", incident))

    def snooze(self, service: str, until: int | None) -> None:
        self.asked.append(("snooze", service, until))

    def tell_when_back(self, service: str, wanted: bool) -> None:
        self.asked.append(("tell_when_back", service, wanted))

    def pause(self, until: int | None) -> None:
        self.asked.append(("pause", until))

    def pause_service(self, service: str, until: int | None) -> None:
        self.asked.append(("pause_service", service, until))

    def settings_text(self) -> str:
        return ""

    def apply(self, text: str, basis: str) -> ApplyResult:
        self.asked.append(("apply", text, basis))
        return ApplyResult(saved=True)

    def try_out(self, service: Service) -> Future[CheckResult]:
        self.asked.append(("try_out", service))
        return Future()

    def set_secret(self, name: str, value: str, origin: str) -> Future[None]:
        self.asked.append(("set_secret", name, origin))
        return Future()

    def correct(self, incident: int, verdict: str | None) -> Future[None]:
        self.asked.append(("correct", incident, verdict))
        self.corrected: Future[None] = Future()
        return self.corrected

    def open_link(self, url: str) -> None:
        self.asked.append(("open_link", url))

    def quit(self) -> None:
        self.asked.append(("quit",))
