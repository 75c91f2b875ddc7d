"""What is to be told gets told, whatever the ways of telling do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from trayapp.alerts.notifier import ACKNOWLEDGE, OPEN, Action, CannotTell, Notifier
from trayapp.alerts.outbox import Outbox
from trayapp.alerts.traymessage import TrayMessage
from trayapp.core.words import Notification


def notification(id_: int, kind: str = "down", incident: int | None = 1) -> Notification:
    return Notification(id_, 0, kind, ("twitter",), incident, f"title {id_}", "body")


async def works() -> None:
    """A way of telling that shows everything at once."""


async def cannot() -> None:
    raise CannotTell("nobody is there")


async def hangs() -> None:
    await asyncio.Event().wait()


async def is_faulty() -> None:
    raise ZeroDivisionError("a fault of ours")


@dataclass
class Way:
    """A notifier that does as it is told, and remembers."""

    name: str
    behave: Callable[[], Awaitable[None]] = works
    end: Callable[[], Awaitable[None]] = works
    asked: list[int] = field(default_factory=list)
    actions: list[tuple[Action, ...]] = field(default_factory=list)
    closed: bool = False

    async def show(self, notification: Notification, actions: Sequence[Action]) -> None:
        self.asked.append(notification.id)
        self.actions.append(tuple(actions))
        await self.behave()

    async def close(self) -> None:
        self.closed = True
        await self.end()


@dataclass
class Diary:
    """Stands for history, and for everybody who is told about telling."""

    lines: list[str] = field(default_factory=list)
    told: list[Notification] = field(default_factory=list)
    faults: list[BaseException] = field(default_factory=list)
    disk: Callable[[], Awaitable[None]] = works

    async def attempted(self, id_: int) -> None:
        await self.disk()
        self.lines.append(f"attempted {id_}")

    async def delivered(self, id_: int) -> None:
        await self.disk()
        self.lines.append(f"delivered {id_}")

    def on_fault(self, fault: BaseException, sentence: str) -> None:
        self.faults.append(fault)

    def outbox(self, *ways: Notifier) -> Outbox:
        outbox = Outbox(
            ways,
            attempted=self.attempted,
            delivered=self.delivered,
            observe=self.told.append,
            on_fault=self.on_fault,
            patience=0.05,
        )
        outbox.start()
        return outbox


async def tell(diary: Diary, ways: Sequence[Notifier], *notifications: Notification) -> None:
    outbox = diary.outbox(*ways)
    for each in notifications:
        outbox.tell(each)
    await outbox.close(patience=5)


def test_what_is_told_is_marked_before_and_after() -> None:
    diary, way = Diary(), Way("first")
    asyncio.run(tell(diary, [way], notification(1), notification(2)))
    assert diary.lines == ["attempted 1", "delivered 1", "attempted 2", "delivered 2"]
    assert way.asked == [1, 2]
    assert [n.id for n in diary.told] == [1, 2]
    assert diary.faults == []


def test_an_outage_can_be_acknowledged_and_its_end_cannot() -> None:
    diary, way = Diary(), Way("first")
    asyncio.run(tell(diary, [way], notification(1), notification(2, "recovered"), notification(3, "reminder")))
    assert way.actions == [(OPEN, ACKNOWLEDGE), (OPEN,), (OPEN, ACKNOWLEDGE)]


def test_the_first_way_that_works_is_taken_and_the_others_are_not_asked() -> None:
    diary = Diary()
    absent, silent, present, last = Way("absent", cannot), Way("silent", hangs), Way("present"), Way("last")
    asyncio.run(tell(diary, [absent, silent, present, last], notification(1)))
    assert (absent.asked, silent.asked, present.asked, last.asked) == ([1], [1], [1], [])
    assert diary.lines == ["attempted 1", "delivered 1"]
    assert diary.faults == []


def test_a_fault_in_one_way_is_reported_and_the_next_one_tells() -> None:
    diary, last = Diary(), Way("last")
    asyncio.run(tell(diary, [Way("faulty", is_faulty), last], notification(1), notification(2)))
    assert last.asked == [1, 2]
    assert [type(fault) for fault in diary.faults] == [ZeroDivisionError, ZeroDivisionError]
    assert "delivered 2" in diary.lines


def test_what_nobody_could_show_is_not_delivered() -> None:
    diary = Diary()
    asyncio.run(tell(diary, [Way("absent", cannot)], notification(1)))
    assert diary.lines == ["attempted 1"]
    assert diary.told == []


def test_a_full_disk_does_not_stand_before_the_bell() -> None:
    async def full() -> None:
        raise OSError("no space left on device")

    diary, way = Diary(disk=full), Way("first")
    asyncio.run(tell(diary, [way], notification(1)))
    assert way.asked == [1]
    assert [type(fault) for fault in diary.faults] == [OSError, OSError]


def test_telling_never_waits_and_an_observer_that_fails_silences_nobody() -> None:
    async def scene() -> None:
        def observe(told: Notification) -> None:
            raise ZeroDivisionError

        diary, way = Diary(), Way("first")
        outbox = Outbox(
            [way], attempted=diary.attempted, delivered=diary.delivered, observe=observe, on_fault=diary.on_fault
        )
        outbox.tell(notification(1))
        outbox.start()
        outbox.tell(notification(2))
        await outbox.close(patience=5)
        assert way.asked == [1, 2]
        assert len(diary.faults) == 2

    asyncio.run(scene())


def test_stopping_does_not_wait_for_a_way_that_hangs_and_closes_them_all() -> None:
    async def scene() -> None:
        diary = Diary()
        silent, last = Way("silent", hangs, end=hangs), Way("last", end=is_faulty)
        outbox = Outbox(
            [silent, last],
            attempted=diary.attempted,
            delivered=diary.delivered,
            observe=diary.told.append,
            on_fault=diary.on_fault,
            patience=60,
        )
        outbox.start()
        outbox.tell(notification(1))
        outbox.tell(notification(2))
        async with asyncio.timeout(10):
            await outbox.close(patience=0.1)
        assert diary.lines == ["attempted 1"]
        assert (silent.closed, last.closed) == (True, True)
        assert [type(fault) for fault in diary.faults] == [TimeoutError, ZeroDivisionError]

    asyncio.run(scene())


def test_the_tray_message_hands_everything_on() -> None:
    posted: list[Notification] = []
    asyncio.run(tell(Diary(), [TrayMessage(posted.append)], notification(1)))
    assert posted == [notification(1)]
