"""The desk on a real loop: committed first, told then, and called again when it is time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from tests.alerts.world import SECOND, START, a_service
from trayapp.alerts.desk import Desk
from trayapp.alerts.grouping import COMPANY
from trayapp.core.news import Notes, Owed, Recalled, Said
from trayapp.core.words import Belief, Incident, Notification, Service, ServiceView, Status, Telling

SERVICE = a_service("web")
INCIDENT = Incident(1, "web", START, START, "refused", "Connection refused")
IS_DOWN = Belief("web", Status.DOWN, START, incident=INCIDENT)


@dataclass
class Home:
    """What stands around a desk: a clock that the test sets, a disk, an outbox."""

    now: int = START
    lines: list[str] = field(default_factory=list)
    faults: list[BaseException] = field(default_factory=list)
    fault: BaseException | None = None

    async def keep(self, notifications: Sequence[Notification], notes: Notes) -> None:
        if self.fault is not None:
            raise self.fault
        self.lines.append(f"kept {[n.id for n in notifications]}")

    def tell(self, notification: Notification) -> None:
        self.lines.append(f"told {notification.title}")

    def desk(self) -> Desk:
        return Desk(
            now=lambda: self.now,
            view_of=lambda id_: ServiceView(SERVICE, IS_DOWN, Telling("web", told=1)),
            suppressed=lambda service: "",
            keep=self.keep,
            tell=self.tell,
            on_fault=lambda fault, _: self.faults.append(fault),
        )


def service_of(id_: str) -> Service | None:
    return SERVICE


def waiting(home: Home) -> Recalled:
    """A first "down" whose time with nobody beside it is all but over."""
    return Recalled(next_id=5, owed=(Owed(INCIDENT, Said.DOWN, home.now - COMPANY + 20),))


def test_a_result_is_decided_at_once_and_told_when_it_has_waited() -> None:
    async def run() -> None:
        home = Home()
        desk = home.desk()
        decision = desk.after(SERVICE, IS_DOWN, Telling("web"), True, None)
        assert (decision.telling.told, decision.notifications) == (1, ())
        assert [owed.incident.id for owed in decision.notes.owed] == [1]
        home.now += 6 * SECOND
        decision = desk.after(SERVICE, IS_DOWN, decision.telling, True, None)
        assert [n.kind for n in decision.notifications] == ["down"]
        committed = asyncio.get_running_loop().create_future()
        desk.show(decision.notifications, committed)
        await asyncio.sleep(0.05)
        assert home.lines == []
        committed.set_result(None)
        await asyncio.sleep(0.05)
        assert home.lines == ["told Web is down"]
        desk.close()

    asyncio.run(run())


def test_what_was_decided_first_is_told_first_however_long_its_commit_takes() -> None:
    async def run() -> None:
        home = Home()
        desk = home.desk()
        slow, quick = asyncio.get_running_loop().create_future(), asyncio.get_running_loop().create_future()
        first = Notification(1, START, "down", ("web",), 1, "first", "")
        desk.show((first,), slow)
        desk.show((replace(first, id=2, title="second"),), quick)
        quick.set_result(None)
        await asyncio.sleep(0.05)
        assert home.lines == []
        slow.set_result(None)
        await asyncio.sleep(0.05)
        assert home.lines == ["told first", "told second"]
        desk.close()

    asyncio.run(run())


def test_the_timer_tells_after_the_commit() -> None:
    async def run() -> None:
        home = Home()
        desk = home.desk()
        desk.resume(waiting(home), service_of)
        home.now += 20
        async with asyncio.timeout(20):
            while "told Web is down" not in home.lines:
                await asyncio.sleep(0.01)
        assert home.lines[-2:] == ["kept [5]", "told Web is down"]
        desk.close()

    asyncio.run(run())


def test_a_disk_that_fails_does_not_keep_the_bell_from_ringing() -> None:
    async def run() -> None:
        home = Home(fault=OSError("full"))
        desk = home.desk()
        desk.resume(waiting(home), service_of)
        home.now += 20
        async with asyncio.timeout(20):
            while not home.lines:
                await asyncio.sleep(0.01)
        assert home.lines == ["told Web is down"]
        assert all(fault is home.fault for fault in home.faults)
        desk.close()

    asyncio.run(run())


def test_nothing_is_told_after_the_end() -> None:
    async def run() -> None:
        home = Home()
        desk = home.desk()
        desk.resume(waiting(home), service_of)
        desk.close()
        home.now += 20
        await asyncio.sleep(0.1)
        assert "told Web is down" not in home.lines

    asyncio.run(run())


def test_a_snooze_gives_the_outage_that_it_kept_from_being_told() -> None:
    async def run() -> None:
        desk = Home().desk()
        desk.after(SERVICE, IS_DOWN, Telling("web"), True, None)
        assert desk.silence("web") == 1
        assert desk.silence("web") is None
        assert not desk.board.waiting
        desk.close()

    asyncio.run(run())


def test_quiet_hours_reported_before_a_restart_hold_after_it() -> None:
    async def run() -> None:
        home = Home()
        desk = home.desk()
        desk.hold(quiet=True)
        owed = replace(waiting(home).owed[0], held=True)
        desk.resume(Recalled(owed=(owed,)), service_of)
        assert desk.board.quiet
        assert list(desk.board.held) == [1]
        desk.forget(1, "removed")
        desk.tell_when_back("web")
        desk.see(())
        desk.suffer(())
        assert not desk.board.held
        assert desk.board.when_back == {"web"}
        desk.close()

    asyncio.run(run())
