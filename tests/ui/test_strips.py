from __future__ import annotations

from collections.abc import Mapping, Sequence

from pytestqt.qtbot import QtBot

from tests.ui.world import MINUTE, NOW, PaperPast, many, picture
from trayapp.core.words import Incident, Segment, Status
from trayapp.history.faults import HistoryUnavailable
from trayapp.ui.strips import AT_ONCE, DAY, HOUR, RANGES, Strips


class NoPast:
    """A history that cannot be read."""

    def timelines(self, services: Sequence[str], since: int, until: int, now: int) -> Mapping[str, Sequence[Segment]]:
        raise HistoryUnavailable("There is no history yet.")

    def incidents(self, since: int, until: int, service: str | None = None) -> Sequence[Incident]:
        raise HistoryUnavailable("There is no history yet.")


def test_a_strip_is_read_after_it_was_asked_for_and_told_of_then(qtbot: QtBot) -> None:
    strips = Strips(PaperPast(picture()), lambda: NOW)
    assert strips.of("twitter") is None
    with qtbot.waitSignal(strips.read) as read:
        pass
    assert read.args == ["twitter"]
    strip = strips.of("twitter")
    assert strip is not None
    assert (strip.since, strip.until, len(strip.cells)) == (NOW - DAY, NOW, 48)
    assert strip.cells[-1].status is Status.DOWN
    assert strip.cells[12].status is Status.UNKNOWN
    assert strip.tally.total == DAY


def test_only_what_is_asked_for_is_read_a_few_in_one_question(qtbot: QtBot) -> None:
    past = PaperPast(many(60))
    strips = Strips(past, lambda: NOW)
    for at in range(20):
        strips.of(f"s{at}")
    qtbot.waitUntil(lambda: strips.of("s19") is not None)
    assert sorted(name for asked in past.asked for name in asked) == sorted(f"s{at}" for at in range(20))
    assert max(map(len, past.asked)) == AT_ONCE


def test_an_old_strip_is_shown_until_the_new_one_is_read(qtbot: QtBot) -> None:
    now = NOW
    strips = Strips(PaperPast(picture()), lambda: now)
    strips.of("github")
    qtbot.waitUntil(lambda: strips.of("github") is not None)
    now += MINUTE
    strips.age()
    before = strips.of("github")
    assert before is not None
    assert before.until == NOW
    qtbot.waitUntil(lambda: strips.of("github") is not before)
    after = strips.of("github")
    assert after is not None
    assert after.until == NOW + MINUTE


def test_nothing_is_read_while_nobody_asks(qtbot: QtBot) -> None:
    past = PaperPast(picture())
    strips = Strips(past, lambda: NOW)
    strips.of("github")
    qtbot.waitUntil(lambda: strips.of("github") is not None)
    strips.age()
    qtbot.wait(30)
    assert len(past.asked) == 1


def test_every_range_divides_into_cells_that_a_person_can_name() -> None:
    spans = [offered.span / offered.cells for offered in RANGES]
    assert spans == [HOUR / 2, 6 * HOUR, DAY, 2 * DAY, 7 * DAY]


def test_a_history_that_cannot_be_read_shows_nothing_observed(qtbot: QtBot) -> None:
    strips = Strips(NoPast(), lambda: NOW)
    strips.of("github")
    qtbot.waitUntil(lambda: strips.of("github") is not None)
    strip = strips.of("github")
    assert strip is not None
    assert strip.tally.availability is None
    assert {status for status, _ in strip.looks} == {Status.UNKNOWN}
    assert strips.incidents("github", 0, NOW) == ()
