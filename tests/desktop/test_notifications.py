"""Notifications as a person gets them: real daemons on a real bus, real clicks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest

from tests.desktop.eavesdropper import Eavesdropper
from tests.desktop.parts import Desk, Dunst, Xfce4Notifyd
from tests.desktop.telling import Clicks, PlainDaemon, down, eventually, notifier_on, recovered, show, told
from tests.faults.table import Row, keep
from trayapp.alerts.freedesktop import FreedesktopNotifier

pytestmark = pytest.mark.desktop

HOSTILE = '<b>bold</b> & <img src="file:///etc/passwd"> <a href="x">link</a>'


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


def test_markup_is_shown_and_not_obeyed(
    desk: Desk, daemon: Dunst | Xfce4Notifyd, record_property: Callable[[str, object], None]
) -> None:
    row = Row("D5", f"markup in a notification, shown by {type(daemon).__name__}")
    assert "body-markup" in daemon.capabilities()
    with Eavesdropper(desk.bus, "Notify") as heard:
        asyncio.run(told(desk, down(body=HOSTILE, title=HOSTILE)))
        ((_, _, _, title, body, *_),) = heard.calls(1)
    row.seen("shown as text", "")
    keep(row, record_property)
    assert title == HOSTILE
    assert body.startswith("&lt;b&gt;bold&lt;/b&gt; &amp; &lt;img src=")
    if isinstance(daemon, Dunst):
        daemon.close_all()
        (entry,) = daemon.history()
        assert entry["body"] == body


def test_control_characters_never_arrive_and_long_texts_are_cut(
    desk: Desk, dunst: Dunst, record_property: Callable[[str, object], None]
) -> None:
    row = Row("D6", "NUL, colours, right to left and 100 kB in a notification")
    with Eavesdropper(desk.bus, "Notify") as heard:
        asyncio.run(told(desk, down(title="a\x00b\x1b[31m\u202ec", body="x" * 100_000)))
        ((_, _, _, title, body, *_),) = heard.calls(1)
    row.seen("stripped and cut", "")
    keep(row, record_property)
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
