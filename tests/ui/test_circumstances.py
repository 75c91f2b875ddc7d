from __future__ import annotations

from dataclasses import replace

from pytestqt.qtbot import QtBot

from tests.ui.conftest import Stage
from tests.ui.test_window import Stages, button, said, shown
from tests.ui.world import (
    HOUR,
    MINUTE,
    NOW,
    OFFLINE,
    PORTAL,
    acknowledged,
    down,
    picture,
    service,
    sight,
    snapshot,
    unseen,
    up,
    without_internet,
)
from trayapp.core.words import Snapshot, Status
from trayapp.ui.times import clock
from trayapp.ui.window.circumstances import LOGIN_PAGE, sentences
from trayapp.ui.window.heading import Shape

SINCE = clock(NOW - 18 * MINUTE, NOW)


def heading(stage: Stage) -> list[str]:
    return said(stage.window)[:2]


def test_while_all_is_seen_there_is_no_card(qtbot: QtBot, stage: Stages) -> None:
    made = stage(replace(picture(), sights=(sight(), sight(network="lan"))))
    shown(qtbot, made)
    assert sentences(replace(picture(), sights=(sight(),)), NOW) == []
    assert "you are online" in heading(made)[1]


def test_offline_says_since_when_and_what_can_still_be_judged() -> None:
    assert sentences(without_internet(), NOW) == [
        f"Since {SINCE}: {OFFLINE}.",
        "5 services cannot be judged; 3 others still can.",
    ]


def test_what_the_headline_does_not_say_the_card_says_in_full() -> None:
    here = snapshot(
        down(service("nas"), "refused"),
        unseen(service("a")),
        unseen(service("b"), "network.vpn"),
        unseen(service("child"), "dependency", "needs nas, which is down"),
        sights=(sight("vpn_down", "vpn:tun0"), sight("offline", reason=OFFLINE)),
    )
    assert sentences(here, NOW) == [
        f"You are offline since {SINCE}: {OFFLINE}.",
        f"The VPN tun0 is down since {SINCE}.",
        "2 services cannot be judged; 1 other still can.",
    ]


def test_a_service_that_was_last_seen_before_it_was_dark_is_not_said_to_be_judged() -> None:
    dark = replace(sight("offline"), since=NOW - 1_000)
    assert sentences(snapshot(up(service("a")), unseen(service("b")), sights=(dark,)), NOW)[-1] == (
        "1 service cannot be judged."
    )


def test_the_card_comes_and_goes_with_the_network(qtbot: QtBot, stage: Stages) -> None:
    made = stage(without_internet())
    shown(qtbot, made)
    assert heading(made)[0] == "You are offline"
    assert any(text.startswith(f"Since {SINCE}") for text in said(made.window))
    made.window.show_snapshot(replace(picture(), version=2, sights=(sight(),)))
    assert not any(text.startswith("Since") for text in said(made.window))


def test_behind_a_login_page_there_is_a_button_that_opens_it(qtbot: QtBot, stage: Stages) -> None:
    made = stage(without_internet("portal", PORTAL))
    shown(qtbot, made)
    assert heading(made)[0] == "You are behind a login page"
    button(made, "Open login page").click()
    assert made.asks.asked == [("open_link", LOGIN_PAGE)]
    assert LOGIN_PAGE.startswith("http://")


def test_what_a_network_says_of_itself_is_shown_as_text() -> None:
    hostile = sight("vpn_down", "vpn:\u202e<b>", "line\nbreak\x07")
    assert sentences(snapshot(up(service("a")), sights=(hostile,)), NOW)[0] == (
        f"The VPN <b> is down since {SINCE}: line break."
    )


def test_the_heading_tells_of_quiet_hours_and_of_a_pause(qtbot: QtBot, stage: Stages) -> None:
    made = stage(replace(picture(), quiet_until=NOW + HOUR))
    shown(qtbot, made)
    assert heading(made)[1].endswith(f" · quiet hours until {clock(NOW + HOUR, NOW)}")
    made.window.show_snapshot(replace(picture(), version=2, paused_until=NOW + HOUR))
    assert heading(made) == ["Watching is paused", heading(made)[1]]
    assert heading(made)[1].endswith(f" · paused until {clock(NOW + HOUR, NOW)}")


def test_the_heading_is_quiet_once_somebody_took_note_of_all_of_it(qtbot: QtBot, stage: Stages) -> None:
    ill = down(service("a", "A"), "refused")

    def looks(snapshot_: Snapshot) -> bytes:
        made = stage(snapshot_)
        shown(qtbot, made)
        shape = made.window.findChild(Shape)
        assert shape is not None
        assert shape.accessibleName() == Status.DOWN.value.lower()
        return bytes(shape.grab().toImage().constBits())

    assert looks(snapshot(ill)) != looks(snapshot(acknowledged(ill)))
