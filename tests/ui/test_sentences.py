from __future__ import annotations

from pytestqt.qtbot import QtBot

from tests.ui.world import MINUTE, NOW, PaperPast, down, picture, service, unchecked
from trayapp.core import timeline
from trayapp.core.words import Incident, Segment, Status
from trayapp.ui.strips import HOUR, Strips
from trayapp.ui.times import clock, span
from trayapp.ui.window import sentences


def cell(*segments: tuple[int, Status]) -> timeline.Cell:
    """Half an hour up to now, divided at these minutes."""
    since = NOW - HOUR // 2
    starts = [since + minute * MINUTE for minute, _ in segments] + [NOW]
    parts = [Segment(starts[at], starts[at + 1], status) for at, (_, status) in enumerate(segments)]
    return timeline.cells(parts, since, NOW, 1)[0]


def test_a_cell_tells_its_span_its_shares_and_its_incidents() -> None:
    start = NOW - 4 * MINUTE
    incident = Incident(17, "twitter", start, start + 20_000, "http.status", "HTTP 503")
    assert sentences.cell_lines(cell((0, Status.UP), (26, Status.DOWN)), [incident], NOW) == [
        span(NOW - HOUR // 2, NOW, NOW),
        "up 26 min, down 4 min",
        f"HTTP 503: since {clock(start, NOW)}, 4 min",
    ]


def test_a_cell_of_one_status_says_so() -> None:
    assert sentences.cell_lines(cell((0, Status.UNKNOWN)), [], NOW)[1] == "not observed all the time"


def test_many_incidents_are_counted_after_the_third() -> None:
    incidents = [Incident(at, "a", NOW - 900_000, NOW, "refused", "", NOW - 800_000, "recovered") for at in range(5)]
    lines = sentences.cell_lines(cell((0, Status.UP)), incidents, NOW)
    assert len(lines) == 6
    assert lines[-1] == "and 2 more incidents"


def test_a_row_is_one_sentence_with_coverage(qtbot: QtBot) -> None:
    strips = Strips(PaperPast(picture()), lambda: NOW)
    qtbot.waitUntil(lambda: strips.of("twitter") is not None)
    sentence = sentences.row_sentence(picture().services[0], strips.of("twitter"), NOW)
    assert sentence.startswith("Twitter: down. HTTP 503 · down 4 min. Available ")
    assert sentence.endswith(" of the last 24 hours.")


def test_without_data_no_percentage_is_made_up() -> None:
    assert sentences.row_sentence(unchecked(service("a", "A")), None, NOW) == (
        "A: unknown. not checked yet. Availability: no data yet."
    )


def test_texts_of_others_stay_text_in_a_tooltip() -> None:
    view = down(service("a", "<b>A</b>\u202egnp.exe"), "<img src=x> & more")
    shown = sentences.tooltip_html(sentences.row_lines(view, NOW))
    assert "&lt;b&gt;A&lt;/b&gt;gnp.exe" in shown
    assert "<img" not in shown
    assert "&amp; more" in shown
