"""The real Watchbell in a simulated world: monitor, network, verdict, desk and outbox as they are; the outside is fake.

Faked are the clock, what the operating system says, everything that answers or does not, the disk, and the screen.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence

from tests.simulation.asking import Asking
from tests.simulation.bell import Heard, Said, Word
from tests.simulation.cast import CAST
from tests.simulation.ground import CONTROLS, WorldGround
from tests.simulation.quick import MIDNIGHT, QuickClock, play
from tests.simulation.trace import SECOND
from tests.simulation.world import World
from trayapp.alerts.desk import Desk
from trayapp.alerts.notifier import place_of
from trayapp.alerts.outbox import Outbox
from trayapp.core import news
from trayapp.core.keys import Duration
from trayapp.core.news import NO_NOTES, Notes
from trayapp.core.words import (
    CheckResult,
    Notification,
    Outcome,
    Service,
    Sight,
    StatusChange,
    Telling,
)
from trayapp.monitor.monitor import Monitor
from trayapp.monitor.network import Network

LOOK = 4.0
"""Seconds between two looks of the monitor at clocks, networks and beliefs, as the engine has it."""


def listen(
    world: World, interval: int, *, until: int | None = None, log: bool = False, gate: type[Network] = Network
) -> Heard:
    """What Watchbell says in this world with every service checked each `interval` ms. `gate` is its network gate."""

    async def life() -> Heard:
        return await _Laptop(world, interval, log, gate).live(world.trace.length if until is None else until)

    return play(life())


class _Laptop:
    def __init__(self, world: World, interval: int, log: bool, gate: type[Network]) -> None:
        self._world = world
        self._clock = QuickClock()
        self._now = self._clock.world
        self._ground = WorldGround(world, self._now)
        self._network = gate(self._ground, self._clock, CONTROLS)
        self._outbox = Outbox(
            [_Screen(self._see)],
            attempted=_at_once,
            delivered=_at_once,
            observe=lambda notification: None,
            on_fault=self._fail,
        )
        self._desk = Desk(
            now=self._clock.now,
            view_of=lambda id_: self._monitor.view(id_),  # noqa: PLW0108 - the two know each other
            suppressed=lambda service: self._monitor.suppressed(service),  # noqa: PLW0108
            keep=lambda notifications, notes: self.commit((), (), notifications, notes),
            tell=self._outbox.tell,
            on_fault=self._fail,
        )
        self._monitor = Monitor(
            clock=self._clock,
            means=lambda service: service.timeout,
            memory=self,
            desk=self._desk,
            network=self._network,
            publish=lambda snapshot: None,
            observe=self._observe,
            on_fault=self._fail,
        )
        self._services = [
            Service(id=s.id, probe=Asking(s, world, self._now), provider=s.provider, interval=Duration(interval))
            for s in CAST
        ]
        self._service_of: dict[int, str] = {}
        self._mentions: dict[int, list[news.Mention]] = {}
        self._words: list[Word] = []
        self._notifications: Counter[str] = Counter()
        self._checks = 0
        self._places: set[str] = set()
        self._faults: list[BaseException] = []
        self._log: list[str] | None = [] if log else None

    async def live(self, until: int) -> Heard:
        self._outbox.start()
        self._monitor.apply(self._services, {}, {})
        looking = asyncio.get_running_loop().create_task(self._look())
        await self._pass(until)
        looking.cancel()
        await self._monitor.stop()
        self._desk.close()
        await self._outbox.close()
        if self._faults:
            raise AssertionError("Watchbell has a problem of its own") from self._faults[0]
        return Heard(tuple(self._words), self._notifications, self._checks, len(self._places), tuple(self._log or ()))

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK)
            self._monitor.look()

    async def _pass(self, until: int) -> None:
        """Let the world have its way: sleep when it is time, and hear of the network when it changes."""
        sleeps = dict(self._world.asleep)
        for moment in sorted({*sleeps, *self._world.net.moments, until}):
            if moment > until:
                return
            await asyncio.sleep(max(0, moment - self._now()) / SECOND)
            if moment in sleeps:
                self._clock.sleep((sleeps[moment] - moment) / SECOND)
            self._ground.stir()

    # What remembers

    def record(self, result: CheckResult) -> None:
        self._checks += 1

    def commit(
        self,
        changes: Sequence[StatusChange],
        tellings: Sequence[Telling],
        notifications: Sequence[Notification],
        notes: Notes = NO_NOTES,
    ) -> Awaitable[None]:
        for change in changes:
            if change.incident is not None:
                self._service_of[change.incident.id] = change.service
        for mention in notes.mentions:
            self._mentions.setdefault(mention.notification, []).append(mention)
        return _at_once(0)

    def pause(self, until: int | None, service: str | None = None) -> None:
        raise AssertionError("nobody pauses here")

    # What is seen

    def _see(self, notification: Notification) -> None:
        self._notifications[notification.kind] += 1
        self._places.add(place_of(notification))
        for mention in self._mentions.pop(notification.id, ()):
            service = self._service_of[mention.incident]
            assert service in notification.services, "an outage is told in a notification that does not speak of it"
            self._words.append(Word(self._now(), service, Said(mention.said.value)))
        if notification.kind in ("flapping", "stable"):
            said = Said.FLAPPING if notification.kind == "flapping" else Said.STEADY
            self._words += [Word(self._now(), service, said) for service in notification.services]
        self._note(f"{notification.kind}: {notification.title} | {notification.body}")

    def _observe(self, item: CheckResult | StatusChange | Sight) -> None:
        if self._log is None:
            return
        if isinstance(item, CheckResult):
            finding = item.finding
            if finding.outcome is not Outcome.OK:
                seen = finding.details.get("seen", "")
                self._note(f"{item.service} {finding.outcome} {finding.cause} {seen} begun {item.at - MIDNIGHT}")
        elif isinstance(item, Sight):
            self._note(f"{item.network} {item.state} {item.reason}")
        else:
            self._note(
                f"{item.service} {item.from_status} -> {item.to_status} {item.reason} since {item.since - MIDNIGHT}"
            )

    def _fail(self, fault: BaseException, where: str) -> None:
        self._faults.append(fault)

    def _note(self, line: str) -> None:
        if self._log is not None:
            self._log.append(f"{self._now()} {line}")


class _Screen:
    """A notifier that always works."""

    name = "screen"

    def __init__(self, see: Callable[[Notification], None]) -> None:
        self._see = see

    async def show(self, notification: Notification, actions: Sequence[object]) -> None:
        self._see(notification)

    async def close(self) -> None:
        pass


def _at_once(_: int) -> Awaitable[None]:
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    done.set_result(None)
    return done
