"""What our own network has to say of an incident: what was seen of it, and who else answered since it began."""

from __future__ import annotations

from collections.abc import Iterator

from trayapp.core.concealing import without_secrets
from trayapp.core.evidence import Vantage, Witness
from trayapp.core.words import Finding, Service
from trayapp.monitor.bystanders import Bystanders
from trayapp.monitor.clock import Clock
from trayapp.monitor.evidence import Near
from trayapp.monitor.ground import Names
from trayapp.monitor.internet import Round, is_genuine
from trayapp.monitor.outlook import NEVER, Outlook
from trayapp.monitor.scene import LAN, Link, Scene


def testimony(
    service: Service,
    finding: Finding,
    since: int,
    *,
    clock: Clock,
    scene: Scene,
    link: Link | None,
    steady_since: int | None,
    outlook: Outlook,
    internet: Outlook,
    bystanders: Bystanders,
) -> Vantage:
    """Of a failure, or a recovery, that began at `since` (ms UTC).

    `link` leads to the service; `steady_since` is when the scene last changed. What the `internet` says is heard
    whatever the network: a name may have been looked up there.
    """
    now, here = clock.now(), clock.monotonic()
    begun = here - (now - since + 1) / 1000  # both are whole milliseconds, and the moments below are not
    spoke = [witness for found in _rounds(outlook, internet) for witness in _spoke(found, outlook.network)]
    spoke += [("service", title, moment) for title, moment in bystanders.since(begun, outlook.network, service.id)]
    sight = outlook.sight
    return Vantage(
        network=outlook.network,
        state=sight.state if sight is not None else "",
        reason=sight.reason if sight is not None else "",
        since=sight.since if sight is not None else None,
        steady_since=steady_since,
        link=link.name if link is not None else "",
        tunnels=tuple(link.name for link in scene.links if link.tunnel and link.up),
        own_answer=is_genuine(service, finding),
        portal=outlook.suspected,
        witnesses=tuple(
            Witness(role, without_secrets(name), max(since, now - round((here - moment) * 1000)))
            for role, name, moment in spoke
            if moment >= begun
        ),
    )


def _rounds(outlook: Outlook, internet: Outlook) -> Iterator[object]:
    yield outlook.latest
    if internet is not outlook:
        yield internet.latest


def _spoke(found: object, network: str) -> Iterator[tuple[str, str, float]]:
    """Role, name and moment of everybody who answered in a round of questions."""
    match found:
        case Round():
            yield from (("control", target, moment) for target, moment in (*found.found.spoke, *found.found.accepted))
            if found.found.names is Names.OUTSIDE and found.found.names_at > NEVER:
                yield "names", "", found.found.names_at
        case Near():
            role = "near" if network == LAN else "far"
            yield from ((role, address, moment) for address, moment in found.spoke)
