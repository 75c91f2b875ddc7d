"""What a network is to whoever judges by it: one way to be seen, believed, doubted and lost."""

from __future__ import annotations

from typing import Any, Protocol

from trayapp.core.words import Finding, Service, Sight
from trayapp.monitor.inquiry import Inquiry
from trayapp.monitor.outlook import Outlook
from trayapp.monitor.scene import Scene
from trayapp.monitor.sentences import Unseen


class View(Protocol):
    """One network as seen from here."""

    @property
    def outlook(self) -> Outlook: ...

    @property
    def inquiry(self) -> Inquiry[Any]: ...

    @property
    def sight(self) -> Sight | None: ...

    def move(self, scene: Scene) -> None: ...

    def missing(self) -> Unseen | None:
        """Why it cannot be seen, where this machine's own account says so; None: it may be there."""
        ...

    def lose(self, why: Unseen) -> None: ...

    async def believe(self, service: Service, finding: Finding) -> Unseen | None: ...

    async def doubt(self, service: Service, finding: Finding, failed: float) -> Unseen | None: ...
