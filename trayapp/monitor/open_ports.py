"""Bare ports that were well of late: the last witnesses, where neither a control target nor a name server answers.

That a port accepts proves little, for anybody can accept. But where others accept and one does not, it is that one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from trayapp.core.words import Finding, Service
from trayapp.monitor.reach import address_of
from trayapp.probes.controls import Control, control

MOST = 8
"""That are remembered, those that answered last."""

MOST_ASKED = 2
"""In one round of questions: they are somebody's services, and not there for us."""

ENOUGH = 2
"""That accept, for a failure to be judged by them."""

CONNECTING = frozenset({"refused", "unreachable", "timeout.connect"})
"""Causes of a failure that another's open port speaks against: what failed later may have failed in between."""

_STOOD_IN_FOR = frozenset({53, 80, 443, 8080})
"""Ports at which a network between us and the world may accept in everybody's place."""

_USUAL = {"http": 80, "ws": 80, "https": 443, "wss": 443}


@dataclass(frozen=True, slots=True)
class Place:
    """An address, and the port that was open there."""

    address: str
    port: int

    @property
    def control(self) -> Control:
        host = f"[{self.address}]" if ":" in self.address else self.address
        return control(f"tcp://{host}:{self.port}")


class OpenPorts:
    """Belongs to the monitor's loop. Known within one scene: elsewhere they may be anybody's."""

    def __init__(self) -> None:
        self._known: dict[str, Place] = {}

    def forget(self) -> None:
        """The scene is another."""
        self._known = {}

    def note(self, service: Service, finding: Finding) -> None:
        """This service was well, in a conversation that proves nothing for sure."""
        self._known.pop(service.id, None)
        place = place_of(service, finding)
        if place is not None:
            self._known[service.id] = place
            if len(self._known) > MOST:
                del self._known[next(iter(self._known))]

    def lapse(self, service: Service) -> None:
        """This one is not well."""
        self._known.pop(service.id, None)

    def asked(self) -> list[Control]:
        """Whom to ask now: those that prove most, and of these those that were well last."""
        places = list(dict.fromkeys(reversed(self._known.values())))
        places.sort(key=lambda place: place.port in _STOOD_IN_FOR)
        return [place.control for place in places[:MOST_ASKED]]


def speak_against(service: Service, accepted: Iterable[tuple[str, float]], failed: float) -> bool:
    """Whether these ports, each with the moment, that others accept at show that the service alone does not: two where
    nobody stands in for others, or the same one. A single one may be luck on a bad line.
    """
    own = _port(service.probe.target)
    ports = [_port(target) for target, at in accepted if at >= failed]
    return sum(port == own or port not in _STOOD_IN_FOR for port in ports) >= ENOUGH


def place_of(service: Service, finding: Finding) -> Place | None:
    """Where its port is; None: it is not known, is none of TCP, or a proxy stands before it."""
    address = address_of(service, finding)
    if address is None or "connect" not in finding.phases_ms or "reply" in finding.phases_ms:
        return None
    if "%" in address or {"proxy", "redirects"} & finding.details.keys():
        return None
    port = _port(service.probe.target)
    return Place(address, port) if port else None


def _port(target: str) -> int | None:
    try:
        parts = urlsplit(target if "://" in target else f"//{target}")
        return parts.port or _USUAL.get(parts.scheme)
    except ValueError:
        return None
