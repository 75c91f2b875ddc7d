"""Services as the network's judgement sees them: an address, and what became of asking there."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from tests.monitor.grounds import CONTROLS, FakeGround
from tests.monitor.virtual import VirtualClock
from trayapp.core.words import Blame, Finding, Outcome, Service, Sight
from trayapp.monitor.network import Network
from trayapp.probes.controls import Control

FAR, FARTHER, NEAR, INSIDE = "198.51.100.7", "198.51.100.8", "192.168.7.50", "10.8.0.50"
TALKED = MappingProxyType({"connect": 1.0, "tls": 1.0, "first_byte": 1.0})
CONNECTED = MappingProxyType({"connect": 1.0})


@dataclass(frozen=True)
class Address:
    """A probe that is nothing but its target."""

    target: str
    kind: str = "address"
    verify: bool = True

    async def check(self, means: Any) -> Finding:
        raise AssertionError("nobody asks in these tests")


def at(target: str, **keys: Any) -> Service:
    return Service(id=target, probe=Address(target), **keys)


def well(address: str = FAR) -> Finding:
    """A page over verified TLS, if its service's target says https."""
    return Finding(Outcome.OK, address=address, answered=True, phases_ms=TALKED)


def open_port(address: str = FAR) -> Finding:
    return Finding(Outcome.OK, address=address, answered=True, phases_ms=CONNECTED)


def failed(cause: str = "timeout.connect", address: str | None = FAR, **more: Any) -> Finding:
    return Finding(Outcome.CRITICAL, cause, message=cause, address=address, **more)


@dataclass
class World:
    """A network with its ground and clock, watched since its beginning."""

    ground: FakeGround
    clock: VirtualClock
    network: Network
    turned: list[tuple[str, bool]]

    @classmethod
    def begin(
        cls, services: Sequence[Service] = (), ground: FakeGround | None = None, controls: Sequence[Control] = CONTROLS
    ) -> World:
        clock = VirtualClock()
        ground = ground or FakeGround()
        world = cls(ground, clock, Network(ground, clock, controls), [])
        world.network.begin(lambda network, lost: world.turned.append((network, lost)))
        world.network.keep(services)
        return world

    async def judge(self, service: Service, finding: Finding) -> Finding:
        """Of a check that began and ended just now."""
        return await self.network.judge(service, finding, self.network.mark())

    async def verdict(self, service: Service, finding: Finding) -> str:
        """The cause if it is unknown, else the outcome."""
        judged = await self.judge(service, finding)
        assert judged.outcome is not Outcome.UNKNOWN or judged.blame is Blame.NETWORK
        return judged.cause if judged.outcome is Outcome.UNKNOWN else str(judged.outcome)

    async def pass_time(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def sight(self, network: str = "internet") -> Sight:
        return next(sight for sight in self.network.sights() if sight.network == network)
