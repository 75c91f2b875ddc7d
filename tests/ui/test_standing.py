from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QApplication

from tests.ui.world import (
    HOUR,
    NOW,
    acknowledged,
    degraded,
    down,
    flapping,
    resting,
    service,
    snoozed,
    unseen,
    up,
)
from trayapp.core.words import FOR_EVER, ServiceView, Status
from trayapp.ui.standing import is_hushed, is_out_of_sight, standing
from trayapp.ui.times import clock
from trayapp.ui.window import sentences
from trayapp.ui.window.delegate import cut

A = service("a", "A")
TWO = clock(NOW + 2 * HOUR, NOW)


@pytest.mark.parametrize(
    ("view", "line"),
    [
        (down(A, "HTTP 503"), "HTTP 503 · down 4 min"),
        (acknowledged(down(A, "HTTP 503")), "acknowledged · HTTP 503 · down 4 min"),
        (snoozed(degraded(A, "900 ms, slower than 800 ms")), f"snoozed until {TWO} · 900 ms, slower than 800 ms"),
        (snoozed(up(A), NOW - 1), "182 ms"),
        (snoozed(up(A), FOR_EVER), "snoozed until you end it · 182 ms"),
        (flapping(up(A)), "keeps failing and coming back · 182 ms"),
        (unseen(A), "not judged while offline"),
        (unseen(A, "network.portal"), "not judged until you log in"),
        (unseen(A, "network.vpn", "the VPN tun0 is not connected"), "the VPN tun0 is not connected"),
        (unseen(A, "dependency", "needs Router, which is down"), "needs Router, which is down"),
        (resting(A), "in maintenance"),
        (replace(resting(A), maintenance_until=NOW + 2 * HOUR), f"in maintenance until {TWO}"),
        (resting(A, Status.PAUSED), "paused"),
        (replace(resting(A, Status.PAUSED), paused_until=NOW + 2 * HOUR), f"paused until {TWO}"),
        (replace(resting(A, Status.PAUSED), paused_until=FOR_EVER), "paused until you end it"),
    ],
)
def test_a_row_says_first_what_makes_it_differ(view: ServiceView, line: str) -> None:
    assert standing(view, NOW) == line


def test_an_outage_that_went_out_of_sight_is_not_forgotten() -> None:
    lost = unseen(A)
    incident = down(A, "HTTP 503").belief.incident
    assert standing(replace(lost, belief=replace(lost.belief, incident=incident)), NOW) == (
        "not judged while offline · was down"
    )


def test_a_service_that_is_switched_off_says_so() -> None:
    off = resting(A, Status.PAUSED)
    assert standing(replace(off, belief=replace(off.belief, reason="disabled")), NOW) == "switched off"


def test_who_asked_to_be_told_hears_and_reads_that_he_will_be() -> None:
    waiting = replace(acknowledged(down(A, "HTTP 503")), when_back=True)
    assert "You will be told when it is back." in sentences.row_sentence(waiting, None, NOW)
    assert "you will be told when it is back" in sentences.row_lines(waiting, NOW)


def test_the_tooltip_has_the_exact_reason_where_the_row_has_a_short_one() -> None:
    reason = "there is a network, but nothing on the internet answers"
    assert sentences.row_lines(unseen(A, message=reason), NOW)[1:3] == ["not judged while offline", reason]


def test_only_trouble_that_somebody_took_note_of_is_hushed() -> None:
    assert not is_hushed(down(A, "refused"), NOW)
    assert is_hushed(acknowledged(down(A, "refused")), NOW)
    assert is_hushed(snoozed(down(A, "refused")), NOW)
    assert not is_hushed(snoozed(down(A, "refused")), NOW + 3 * HOUR)


def test_out_of_sight_is_what_is_unknown_for_no_reason_of_its_own() -> None:
    assert is_out_of_sight(unseen(A))
    assert is_out_of_sight(unseen(A, "dependency"))
    assert not is_out_of_sight(unseen(A, "config.secret_missing"))
    assert not is_out_of_sight(down(A, "refused"))


def test_of_an_outage_how_long_it_lasts_is_told_in_the_narrowest_row(qapp: QApplication) -> None:
    metrics = QFontMetrics(QFont())
    acknowledged_ = "acknowledged · certificate is self-signed · down 4 min"
    plain_ = "the page is not as it was · down 4 min"
    width = metrics.horizontalAdvance(plain_) - 10
    assert cut(acknowledged_, metrics, width, Status.DOWN) == "acknowledged · down 4 min"
    shown = cut(plain_, metrics, width, Status.DOWN)
    assert shown.endswith("… · down 4 min")
    assert metrics.horizontalAdvance(shown) <= width
    assert cut(plain_, metrics, width + 11, Status.DOWN) == plain_
    assert cut("900 ms · as it is", metrics, width // 4, Status.UP).endswith("…")
