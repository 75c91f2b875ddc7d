"""depends_on: whether every id exists, and whether anything waits for itself in a circle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trayapp.config.faults import Complaints
from trayapp.core.wording import plain

_NAMED_AT_MOST = 10


def check_dependencies(
    parents: Mapping[str, Sequence[str]], ids: Mapping[str, object], complaints: Complaints
) -> set[str]:
    """The services whose depends_on is wrong; each fault is noted. `ids` are all that the file names."""
    wrong = set()
    for service, names in parents.items():
        for place, name in enumerate(names):
            if name not in ids:
                path = ("services", service, "depends_on", place)
                complaints.error(path, f'there is no service "{plain(name, 100)}"{complaints.did_you_mean(name, ids)}')
                wrong.add(service)
    for circle in _circles(parents):
        names = list(circle) if len(circle) <= _NAMED_AT_MOST else [*circle[: _NAMED_AT_MOST - 1], "…"]
        message = f"goes in a circle: {' → '.join([*names, circle[0]])}; take one of these out"
        complaints.error(("services", circle[0], "depends_on"), message)
        wrong.update(circle)
    return wrong


def _circles(parents: Mapping[str, Sequence[str]]) -> list[Sequence[str]]:
    """Circles that together touch every circle: depth first, without recursion, for there may be 10,000 services."""
    found: list[Sequence[str]] = []
    done: set[str] = set()
    for start in parents:
        trail: list[str] = []
        depth: dict[str, int] = {}
        pending: list[tuple[str, bool]] = [(start, False)]
        while pending:
            service, leaving = pending.pop()
            if leaving:
                done.add(service)
                del depth[trail.pop()]
            elif service in depth:
                found.append(trail[depth[service] :])
            elif service not in done:
                depth[service] = len(trail)
                trail.append(service)
                pending.append((service, True))
                pending.extend((parent, False) for parent in reversed(parents.get(service, ())))
    return found
