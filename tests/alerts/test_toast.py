"""The adapter to desktop-notifier, against a library that behaves as version 6.2 does, silences included."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import pytest

from trayapp.alerts.notifier import CannotTell, actions_for
from trayapp.alerts.toast import Toast
from trayapp.core.words import Notification


class Urgency(Enum):
    Critical = "critical"
    Normal = "normal"


@dataclass(frozen=True)
class Button:
    title: str
    on_pressed: Callable[[], object] | None = None
    identifier: str = ""


@dataclass(frozen=True)
class Sent:
    """The library's notification, with the fields that we use."""

    title: str
    message: str
    urgency: Urgency = Urgency.Normal
    buttons: tuple[Button, ...] = ()
    on_dispatched: Callable[[], object] | None = None
    identifier: str = ""


@dataclass
class Centre:
    """The library's notifier: what fails in it is logged there and never raised."""

    capabilities: frozenset[str] = frozenset({"title", "buttons"})
    allowed: bool = True
    takes: bool = True
    on_screen: dict[str, Sent] = field(default_factory=dict)
    on_clicked: Callable[[str], object] | None = None
    on_button_pressed: Callable[[str, str], object] | None = None

    async def get_capabilities(self) -> frozenset[str]:
        return self.capabilities

    async def request_authorisation(self) -> bool:
        return self.allowed

    async def send_notification(self, sent: Sent) -> str:
        if self.takes:
            self.on_screen[sent.identifier] = sent
            assert sent.on_dispatched is not None
            sent.on_dispatched()
        return sent.identifier


@dataclass(frozen=True)
class Picture:
    """The library's icon."""

    uri: str


@dataclass
class Library:
    """The module."""

    centre: Centre
    app: tuple[str, Picture | None] | None = None
    Icon: type[Picture] = Picture
    Urgency: type[Urgency] = Urgency
    Button: type[Button] = Button
    Notification: type[Sent] = Sent

    def DesktopNotifier(self, app_name: str, app_icon: Picture | None) -> Centre:  # noqa: N802 - the library's name
        self.app = (app_name, app_icon)
        return self.centre


@dataclass
class Clicks:
    """What the user did, as the program learns of it."""

    seen: list[tuple[int | None, tuple[str, ...], str, str | None]] = field(default_factory=list)

    def __call__(self, incident: int | None, services: tuple[str, ...], action: str, token: str | None) -> None:
        self.seen.append((incident, services, action, token))


def down(id_: int = 1, incident: int | None = 17) -> Notification:
    return Notification(id_, 0, "down", ("twitter",), incident, "Twitter is down", "<b>HTTP 503</b>\n", urgent=True)


def recovered(id_: int = 2) -> Notification:
    return Notification(id_, 0, "recovered", ("twitter",), 17, "Twitter is back", "")


async def show(toast: Toast, *notifications: Notification) -> None:
    for notification in notifications:
        await toast.show(notification, actions_for(notification))


def toast_on(centre: Centre, clicks: Clicks) -> Toast:
    return Toast(clicks, library=Library(centre))


def test_an_outage_is_sent_with_its_words_and_a_button() -> None:
    centre = Centre()
    asyncio.run(show(toast_on(centre, Clicks()), down()))
    (sent,) = centre.on_screen.values()
    assert (sent.title, sent.message, sent.urgency) == ("Twitter is down", "<b>HTTP 503</b>", Urgency.Critical)
    assert [(button.title, button.identifier) for button in sent.buttons] == [("Acknowledge", "acknowledge")]


def test_it_comes_from_watchbell_with_its_icon() -> None:
    library = Library(Centre())
    asyncio.run(show(Toast(Clicks(), icon="file:///icon.png", library=library), down()))
    assert library.app == ("Watchbell", Picture("file:///icon.png"))


def test_its_recovery_takes_its_place() -> None:
    centre = Centre()
    asyncio.run(show(toast_on(centre, Clicks()), down(), recovered(), down(3, incident=None)))
    assert [sent.title for sent in centre.on_screen.values()] == ["Twitter is back", "Twitter is down"]
    assert centre.on_screen["incident-17"].buttons == ()


def test_clicks_are_understood_on_the_loop_even_when_they_come_from_another_thread() -> None:
    centre, clicks = Centre(), Clicks()

    async def scene() -> None:
        await show(toast_on(centre, clicks), down())
        assert centre.on_clicked is not None
        assert centre.on_button_pressed is not None
        await asyncio.to_thread(centre.on_clicked, "incident-17")
        await asyncio.to_thread(centre.on_button_pressed, "incident-17", "acknowledge")
        centre.on_button_pressed("incident-17", "something else")
        centre.on_clicked("incident-of-another-run")
        await asyncio.sleep(0)

    asyncio.run(scene())
    assert clicks.seen == [(17, ("twitter",), "open", None), (17, ("twitter",), "acknowledge", None)]


@pytest.mark.parametrize(
    ("centre", "reason"),
    [
        (Centre(capabilities=frozenset()), "installed applications only"),
        (Centre(allowed=False), "leave"),
        (Centre(takes=False), "did not take it"),
    ],
)
def test_a_library_that_fails_in_silence_is_found_out(centre: Centre, reason: str) -> None:
    with pytest.raises(CannotTell, match=reason):
        asyncio.run(show(toast_on(centre, Clicks()), down()))


def test_a_missing_library_is_no_fault_of_ours() -> None:
    class Missing:
        def __getattr__(self, name: str) -> Any:
            raise ImportError("No module named 'winrt'")

    with pytest.raises(CannotTell, match="winrt"):
        asyncio.run(show(Toast(Clicks(), library=Missing()), down()))
