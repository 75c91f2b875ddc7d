"""What is told when there is nobody to tell it: no bus, no daemon, or one that has stopped."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable
from pathlib import Path

import pytest

from tests.desktop.parts import Desk, Dunst
from tests.desktop.telling import Clicks, PlainDaemon, down, eventually, notifier_on, recovered, show, told
from tests.faults.table import Property, row
from trayapp.alerts.freedesktop import FreedesktopNotifier
from trayapp.alerts.notifier import CannotTell, Refused
from trayapp.alerts.outbox import Outbox
from trayapp.alerts.traymessage import TrayMessage
from trayapp.core.wording import plain
from trayapp.core.words import Notification

pytestmark = pytest.mark.desktop


def test_no_daemon_is_known_at_once(desk: Desk) -> None:
    with pytest.raises(CannotTell, match="ServiceUnknown"):
        asyncio.run(told(desk, down()))


def test_a_session_without_a_bus_is_known_at_once(desk: Desk) -> None:
    program = (
        "import asyncio, trayapp.alerts.freedesktop as f\n"
        "try: asyncio.run(f.FreedesktopNotifier(print).show(None, ()))\n"
        "except f.CannotTell as reason: print(reason)"
    )
    there_is_none = ["env", "--unset", "DBUS_SESSION_BUS_ADDRESS", sys.executable, "-c", program]
    assert desk.run(*there_is_none).startswith("there is no session bus")


def test_a_dead_bus_is_known_at_once() -> None:
    async def scene() -> None:
        notifier = FreedesktopNotifier(Clicks(), bus="unix:path=/nonexistent/bus")
        with pytest.raises(CannotTell, match="cannot be reached"):
            await notifier.show(down(), ())
        await notifier.close()

    asyncio.run(scene())


def test_a_daemon_that_does_not_answer_gives_way_after_two_seconds_and_the_loop_goes_on(
    desk: Desk, dunst: Dunst
) -> None:
    posted: list[Notification] = []

    async def nothing(id_: int) -> None:
        """Nobody keeps a history here."""

    async def longest_pause(stop: asyncio.Event) -> float:
        longest, before = 0.0, time.monotonic()
        while not stop.is_set():
            await asyncio.sleep(0.01)
            longest, before = max(longest, time.monotonic() - before), time.monotonic()
        return longest

    async def scene() -> tuple[float, float, float]:
        clicks = Clicks()
        native = FreedesktopNotifier(clicks, bus=desk.bus.address)
        outbox = Outbox(
            [native, TrayMessage(posted.append)],
            attempted=nothing,
            delivered=nothing,
            observe=lambda _: None,
            on_fault=lambda fault, sentence: pytest.fail(f"{sentence}: {fault}"),
        )
        outbox.start()
        outbox.tell(down(1, 17))
        await eventually(lambda: dunst.displayed() == 1, "the first is on screen")
        dunst.pause()
        stop = asyncio.Event()
        pause = asyncio.create_task(longest_pause(stop))
        began = time.monotonic()
        outbox.tell(down(2, 18))
        await eventually(lambda: len(posted) == 1, "the second was told in another way")
        first_took = time.monotonic() - began
        outbox.tell(down(3, 19))
        await eventually(lambda: len(posted) == 2, "and the third at once")
        second_took = time.monotonic() - began - first_took
        stop.set()
        dunst.resume()
        await eventually(lambda: dunst.displayed() == 1, "the late one was taken off the screen")
        outbox.tell(down(4, 20))
        await eventually(lambda: dunst.displayed() == 2, "the fourth is on screen")
        await outbox.close(patience=10)
        return first_took, second_took, await pause

    first_took, second_took, pause = asyncio.run(scene())
    assert [n.id for n in posted] == [2, 3]
    assert 1.9 < first_took < 10
    assert second_took < 1.9
    assert pause < 1.0


def test_a_bus_that_dies_is_found_again_when_it_is_back(own_desk: Desk) -> None:
    async def scene() -> None:
        async with notifier_on(own_desk) as notifier:
            dunst = Dunst(own_desk)
            with dunst:
                await show(notifier, down())
                own_desk.bus.kill()
                await attempt(notifier)
            own_desk.bus.begin()
            with dunst:
                await show(notifier, recovered())
                assert dunst.displayed() == 1

    async def attempt(notifier: FreedesktopNotifier) -> None:
        with pytest.raises(CannotTell):
            await show(notifier, down())

    asyncio.run(scene())


def test_a_bus_that_dies_while_it_is_asked_is_no_bug(own_desk: Desk) -> None:
    async def scene() -> None:
        async with notifier_on(own_desk) as notifier:
            with Dunst(own_desk) as dunst:
                await show(notifier, down())
                dunst.pause()
                asking: Awaitable[None] = asyncio.create_task(show(notifier, recovered()))
                await asyncio.sleep(0.2)
                own_desk.bus.kill()
                with pytest.raises(CannotTell, match="went away"):
                    await asking
        own_desk.bus.begin()

    asyncio.run(scene())


def test_a_bus_that_does_not_answer_does_not_hold_the_end(own_desk: Desk) -> None:
    async def scene() -> None:
        async with notifier_on(own_desk) as notifier:
            with Dunst(own_desk):
                await show(notifier, down())
                own_desk.bus.pause()
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.3):
                        await notifier.show(recovered(), ())
                await notifier.close()
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.3):
                        await notifier.show(recovered(), ())
                await notifier.close()
                own_desk.bus.resume()

    asyncio.run(scene())


LONG = "Twitter <of> the & whole world is down"


@pytest.mark.parametrize(
    ("refuses", "kept"),
    [
        (("buttons",), [LONG.translate(dict.fromkeys(map(ord, "<>&"))), "HTTP 503 for 20 s", []]),
        (("buttons", "words"), [plain(LONG.translate(dict.fromkeys(map(ord, "<>&"))), 40), "", []]),
    ],
    ids=["plain", "short"],
)
def test_a_daemon_that_refuses_is_told_in_plainer_and_fewer_words(
    desk: Desk, tmp_path: Path, record_property: Property, refuses: tuple[str, ...], kept: list[object]
) -> None:
    took = tmp_path / "took"
    what = [f"refuses:{each}" for each in refuses]
    with (
        PlainDaemon(desk, "actions", "body-markup", *what, f"keeps:{took}"),
        row("found-T24", f"the daemon refuses {' and '.join(refuses)}", record_property) as seen,
    ):
        asyncio.run(told(desk, down(title=LONG)))
        (shown,) = map(json.loads, took.read_text().splitlines())
        seen.seen("told", f"{len(shown[0])} + {len(shown[1])} characters, {len(shown[2])} buttons")
    shown[0] = " ".join(shown[0].split())
    assert shown == [" ".join(str(kept[0]).split()), *kept[1:]]


def test_a_daemon_that_refuses_everything_gives_way_to_the_next(desk: Desk) -> None:
    with PlainDaemon(desk, "actions", "refuses:everything"), pytest.raises(Refused, match="not this one"):
        asyncio.run(told(desk, down()))


def test_nothing_with_buttons_outlives_the_program(desk: Desk, dunst: Dunst, record_property: Property) -> None:
    async def nothing(id_: int) -> None:
        """Nobody keeps a history here."""

    async def scene() -> None:
        outbox = Outbox(
            [FreedesktopNotifier(Clicks(), bus=desk.bus.address)],
            attempted=nothing,
            delivered=nothing,
            observe=lambda _: None,
            on_fault=lambda fault, sentence: pytest.fail(f"{sentence}: {fault}"),
        )
        outbox.start()
        outbox.tell(down(1, 17))
        outbox.tell(down(2, 18))
        await eventually(lambda: dunst.displayed() == 2, "both are on screen")
        await outbox.close()
        await eventually(lambda: dunst.displayed() == 0, "both are gone")

    with row("found-T24", "the program ends with two notifications on screen", record_property) as seen:
        asyncio.run(scene())
        seen.seen("withdrawn", f"{dunst.displayed()} on screen")
