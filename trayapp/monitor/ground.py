"""What the network's judgement stands on: this machine's own account of itself, and the few questions to others.

`Network` decides with these alone, so that a test or a simulation can be the whole world.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Protocol

from trayapp.monitor.scene import Scene
from trayapp.probes.controls import Answer, Control

__all__ = ["Answer", "Control", "Ground", "Names"]


class Names(Enum):
    """How the name server answered a question for a name that cannot exist.

    OUTSIDE: right, and only somebody beyond our own networks can have known. SPOKE: it is there and knows
    nothing. LIED: it gave an address. SILENT: no answer.
    """

    OUTSIDE = "outside"
    SPOKE = "spoke"
    LIED = "lied"
    SILENT = "silent"


class Ground(Protocol):
    """Belongs to the monitor's loop. No method raises but for cancellation; those that wait keep to `patience`."""

    def scene(self) -> Scene:
        """The network as this machine has it now; cheap enough to ask every few seconds."""
        ...

    def link_to(self, address: str) -> str | None:
        """The name of the link that would carry packets to this address; None: no route leads there."""
        ...

    def place(self, link: str) -> frozenset[str]:
        """What marks the network on this link, such as its router's hardware address; empty: nothing known does.

        Two networks with nothing in common are not the same, though their addresses be.
        """
        ...

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Calls `changed` on the loop soon after `scene` may have changed, until what it returns is called.

        Where nothing tells, it never calls; `scene` has the news all the same.
        """
        ...

    async def neighbour(self, link: str, address: str, patience: float) -> bool:
        """Whether the host at this address of this link answers at all, be it by a refusal."""
        ...

    async def names(self, below: str, patience: float) -> Names:
        """Asks the name server for a name that cannot exist below this one."""
        ...

    async def ask(self, control: Control, patience: float) -> Answer:
        """Asks a control target."""
        ...

    async def certificate(self, host: str, port: int, patience: float) -> str:
        """The fingerprint of the certificate shown for this host, right or wrong; empty: none was shown."""
        ...
