"""Notifications as a person gets them: real daemons on a real bus, real clicks."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.desktop.eavesdropper import Eavesdropper
from tests.desktop.parts import Desk, Dunst, NotificationDaemon, Xfce4Notifyd, until
from trayapp.alerts.freedesktop import FreedesktopNotifier
from trayapp.alerts.notifier import CannotTell, actions_for
from trayapp.alerts.outbox import Outbox
from trayapp.alerts.traymessage import TrayMessage
from trayapp.core.words import Notification

pytestmark = pytest.mark.desktop

HOSTILE = '<b>bold</b> & <img src="file:///etc/passwd"> <a href="x">link</a>'


def down(
    id_: int = 1, incident: int = 17, body: str = "HTTP 503 for 20 s", title: str = "Twitter is down"
) -> Notification:
    return Notification(id_, 0, "down", ("twitter",), incident, title, body, urgent=True)


def recovered(id_: int = 2, incident: int = 17) -> Notification:
    return Notification(id_, 0, "recovered", ("twitter",), incident, "Twitter is back", "It was down for 4 min")


@dataclass
class Clicks:
    """What the user did, as the program learns of it."""

    seen: list[tuple[int | None, tuple[str, ...], str]] = field(default_factory=list)

    def __call__(self, incident: int | None, services: tuple[str, ...], action: str, token: str | None) -> None:
        self.seen.append((incident, services, action))


@asynccontextmanager
async def notifier_on(desk: Desk, clicks: Clicks | None = None) -> AsyncIterator[FreedesktopNotifier]:
    notifier = FreedesktopNotifier(clicks or Clicks(), bus=desk.bus.address)
    try:
        yield notifier
    finally:
        async with asyncio.timeout(5):
            await notifier.close()


async def show(notifier: FreedesktopNotifier, *notifications: Notification) -> None:
    for notification in notifications:
        async with asyncio.timeout(10):
            await notifier.show(notification, actions_for(notification))


async def told(desk: Desk, *notifications: Notification) -> None:
    async with notifier_on(desk) as notifier:
        await show(notifier, *notifications)


class PlainDaemon(NotificationDaemon):
    """plain_daemon.py, with the capabilities it is given."""

    def __init__(self, desk: Desk, *capabilities: str) -> None:
        self.command = (sys.executable, str(Path(__file__).with_name("plain_daemon.py")), *capabilities)
        super().__init__(desk)


async def eventually(look: Callable[[], object], what: str) -> None:
    """`until` with the loop running meanwhile."""
    await asyncio.to_thread(until, look, what)


@pytest.fixture(params=["dunst", "xfce4_notifyd"])
def daemon(request: pytest.FixtureRequest) -> Iterator[Dunst | Xfce4Notifyd]:
    """Each of the daemons in turn."""
    yield request.getfixturevalue(request.param)


def test_an_outage_arrives_with_the_right_words(desk: Desk, dunst: Dunst) -> None:
    asyncio.run(told(desk, down()))
    assert dunst.displayed() == 1
    dunst.close_all()
    (entry,) = dunst.history()
    assert (entry["appname"], entry["summary"], entry["body"]) == ("Watchbell", "Twitter is down", "HTTP 503 for 20 s")


def test_what_is_sent_is_what_the_specification_asks_for(desk: Desk, dunst: Dunst) -> None:
    with Eavesdropper(desk.bus, "Notify") as heard:
        asyncio.run(told(desk, down(), recovered()))
        first, second = heard.calls(2)
    name, replaces, icon, title, body, actions, hints, timeout = first
    assert (name, replaces, icon, title, body) == ("Watchbell", 0, "watchbell", "Twitter is down", "HTTP 503 for 20 s")
    assert actions == ["default", "Open", "acknowledge", "Acknowledge"]
    assert hints == {"urgency": ("y", 2), "desktop-entry": ("s", "watchbell")}
    assert timeout == -1
    assert second[1] != 0
    assert second[5:7] == (["default", "Open"], {"urgency": ("y", 1), "desktop-entry": ("s", "watchbell")})


def test_markup_is_shown_and_not_obeyed(desk: Desk, daemon: Dunst | Xfce4Notifyd) -> None:
    assert "body-markup" in daemon.capabilities()
    with Eavesdropper(desk.bus, "Notify") as heard:
        asyncio.run(told(desk, down(body=HOSTILE, title=HOSTILE)))
        ((_, _, _, title, body, *_),) = heard.calls(1)
    assert title == HOSTILE
    assert body.startswith("&lt;b&gt;bold&lt;/b&gt; &amp; &lt;img src=")
    if isinstance(daemon, Dunst):
        daemon.close_all()
        (entry,) = daemon.history()
        assert entry["body"] == body


def test_control_characters_never_arrive_and_long_texts_are_cut(desk: Desk, dunst: Dunst) -> None:
    with Eavesdropper(desk.bus, "Notify") as heard:
        asyncio.run(told(desk, down(title="a\x00b\x1b[31m\u202ec", body="x" * 100_000)))
        ((_, _, _, title, body, *_),) = heard.calls(1)
    assert title == "abc"
    assert len(body) == 200


def clicked(desk: Desk, click: Callable[[], None]) -> list[tuple[int | None, tuple[str, ...], str]]:
    """What the program learns when an outage is told and the user does `click`."""
    clicks = Clicks()

    async def scene() -> None:
        async with notifier_on(desk, clicks) as notifier:
            await show(notifier, down())
            await asyncio.to_thread(click)
            await eventually(lambda: clicks.seen, "the click arrived")

    asyncio.run(scene())
    return clicks.seen


def test_a_click_on_acknowledge_is_obeyed(desk: Desk, dunst: Dunst) -> None:
    assert clicked(desk, lambda: dunst.choose("Acknowledge")) == [(17, ("twitter",), "acknowledge")]


def test_a_click_on_the_notification_opens(desk: Desk, dunst: Dunst) -> None:
    assert clicked(desk, dunst.click) == [(17, ("twitter",), "open")]


@pytest.mark.parametrize(("place", "action"), [(0, "acknowledge"), (1, "open")])
def test_buttons_of_another_daemon_are_obeyed_as_well(
    desk: Desk, xfce4_notifyd: Xfce4Notifyd, place: int, action: str
) -> None:
    assert clicked(desk, lambda: xfce4_notifyd.press(place)) == [(17, ("twitter",), action)]


def test_a_recovery_takes_the_place_of_its_outage(desk: Desk, dunst: Dunst) -> None:
    asyncio.run(told(desk, down(), recovered()))
    assert dunst.displayed() == 1
    dunst.close_all()
    assert [entry["summary"] for entry in dunst.history()] == ["Twitter is back"]


def test_two_outages_have_two_places(desk: Desk, dunst: Dunst) -> None:
    asyncio.run(told(desk, down(1, 17), down(2, 18), recovered(3, 17)))
    assert dunst.displayed() == 2
    dunst.close_all()
    assert {entry["summary"] for entry in dunst.history()} == {"Twitter is down", "Twitter is back"}


def test_what_the_user_closed_is_not_replaced_but_told_anew(desk: Desk, dunst: Dunst) -> None:
    async def scene() -> None:
        async with notifier_on(desk) as notifier:
            await show(notifier, down())
            await asyncio.to_thread(dunst.close_all)
            await asyncio.sleep(0.1)
            with Eavesdropper(desk.bus, "Notify") as heard:
                await show(notifier, recovered())
                assert heard.calls(1)[0][1] == 0

    asyncio.run(scene())
    assert dunst.displayed() == 1


def test_a_restarted_daemon_is_not_asked_for_what_the_one_before_showed(desk: Desk, dunst: Dunst) -> None:
    async def scene() -> None:
        async with notifier_on(desk) as notifier:
            await show(notifier, down())
            await asyncio.to_thread(dunst.restart)
            await asyncio.to_thread(desk.run, "dunstify", "somebody else's, with the id that ours had")
            await show(notifier, recovered())

    asyncio.run(scene())
    assert dunst.displayed() == 2


def test_an_action_is_understood_from_the_daemon_that_shows_it_alone(desk: Desk, dunst: Dunst) -> None:
    async def scene() -> None:
        clicks = Clicks()
        async with notifier_on(desk, clicks) as notifier:
            await show(notifier, down())
            path, interface = "/org/freedesktop/Notifications", "org.freedesktop.Notifications"
            for id_ in range(1, 5):
                signal = ["gdbus", "emit", "--address", desk.bus.address, "--object-path", path]
                await asyncio.to_thread(
                    desk.run, *signal, "--signal", f"{interface}.ActionInvoked", f"uint32 {id_}", "acknowledge"
                )
            await show(notifier, recovered())
        assert clicks.seen == []

    asyncio.run(scene())


def test_a_daemon_of_few_means_gets_neither_markup_nor_buttons(desk: Desk) -> None:
    with PlainDaemon(desk), Eavesdropper(desk.bus, "Notify") as heard:
        asyncio.run(told(desk, down(body="1 < 2 & 3")))
        ((_, _, _, _, body, actions, *_),) = heard.calls(1)
    assert (body, actions) == ("1 < 2 & 3", [])


def test_a_click_that_comes_in_the_same_breath_as_the_answer_is_obeyed_with_its_token(desk: Desk) -> None:
    seen: list[str | None] = []

    async def scene() -> None:
        notifier = FreedesktopNotifier(lambda *click: seen.extend([click[2], click[3]]), bus=desk.bus.address)
        await show(notifier, down())
        await eventually(lambda: seen, "the click arrived")
        await notifier.close()

    with PlainDaemon(desk, "actions"):
        asyncio.run(scene())
    assert seen == ["acknowledge", "token of this click"]


def test_a_daemon_that_the_bus_can_start_is_started() -> None:
    with Desk(activatable=["org.knopwob.dunst"]) as desk:
        asyncio.run(told(desk, down()))
        assert desk.run("dunstctl", "count", "displayed").strip() == "1"


# When there is nobody to ask


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
        await outbox.close(patience=10)
        return first_took, second_took, await pause

    first_took, second_took, pause = asyncio.run(scene())
    assert [n.id for n in posted] == [2, 3]
    assert 1.9 < first_took < 10
    assert second_took < 1.9
    assert pause < 1.0
    assert dunst.displayed() == 2


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
