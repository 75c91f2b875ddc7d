"""Which outages belong together: four or more at once, or what shares a provider, a parent or a host.

A first "down" waits 5 s for company. Checks are spread over an interval, so company comes late as well: what
belongs to a notification of the last two minutes updates it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar
from urllib.parse import urlsplit

from trayapp.core.words import Service

K = TypeVar("K")

COMPANY = 5_000
"""Milliseconds that a first "down" waits for others."""

MANY = 4
"""Outages at once that are one event, whatever they are of."""

LATE = 120_000
"""Milliseconds from the first to the last outage of what still counts as one event."""

PROVIDER, PARENT, HOST = "provider", "parent", "host"


def ties(service: Service) -> frozenset[str]:
    """What it shares its fate with, as "provider:…", "parent:…" and "host:…". A parent is tied to its children."""
    found = {f"{PARENT}:{service.id}", *(f"{PARENT}:{id_}" for id_ in service.depends_on)}
    if service.provider:
        found.add(f"{PROVIDER}:{service.provider.casefold()}")
    if host := host_of(service.probe.target):
        found.add(f"{HOST}:{host}")
    return frozenset(found)


def host_of(target: str) -> str:
    """The host that a target names, in lower case; empty where it names none."""
    text = target if "://" in target else f"//{target}"
    try:
        return (urlsplit(text).hostname or "").casefold()
    except ValueError:
        return ""


def companies(tied: Mapping[int, frozenset[str]]) -> tuple[tuple[int, ...], ...]:
    """Incidents, given with their ties, as companies in the order of their first members."""
    return (tuple(tied),) if len(tied) >= MANY else _tied_together(tied)


def unrelated(tied: Mapping[K, frozenset[str]]) -> int:
    """How many of them there are, counting as one those that share a tie."""
    return len(_tied_together(tied))


def _tied_together(tied: Mapping[K, frozenset[str]]) -> tuple[tuple[K, ...], ...]:
    found: list[tuple[set[K], set[str]]] = []
    for incident, own in tied.items():
        members, shared = {incident}, set(own)
        for company in [company for company in found if company[1] & own]:
            members |= company[0]
            shared |= company[1]
            found.remove(company)
        found.append((members, shared))
    order = {incident: place for place, incident in enumerate(tied)}
    return tuple(sorted((tuple(sorted(m, key=order.__getitem__)) for m, _ in found), key=lambda c: order[c[0]]))


def in_common(all_ties: Iterable[frozenset[str]]) -> str:
    """The tie that all of them share, a host before a parent before a provider; empty where there is none."""
    each = list(all_ties)
    shared: Sequence[str] = sorted(frozenset.intersection(*each)) if len(each) > 1 else ()
    return next((tie for kind in (HOST, PARENT, PROVIDER) for tie in shared if tie.startswith(f"{kind}:")), "")
