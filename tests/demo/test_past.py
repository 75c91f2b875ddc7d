"""The demo's made-up week obeys the rules that real weeks obey."""

from __future__ import annotations

import itertools

import pytest

from trayapp.config.load import parse
from trayapp.core import timeline
from trayapp.core.words import Status
from trayapp.demo.home import demo_home
from trayapp.demo.past import DAY, WEEK, week_before
from trayapp.demo.town import TOWN
from trayapp.demo.world import services_toml
from trayapp.history.queries import Reader

NOW = 1_795_000_000_000


def town():
    settings = parse(services_toml({inhabitant.id: 1 for inhabitant in TOWN})).settings
    assert settings is not None
    return settings.services


@pytest.mark.parametrize("service", town(), ids=lambda service: service.id)
def test_changes_of_a_service_follow_each_other_in_time_and_status(service):
    changes = [change for change in week_before(town(), NOW) if change.service == service.id]
    assert [c.since for c in changes] == sorted({c.since for c in changes})
    assert all(NOW - WEEK <= change.since <= NOW for change in changes)
    assert all(b.from_status is a.to_status for a, b in itertools.pairwise(changes))


def test_incidents_have_ids_of_their_own_and_lie_where_the_service_is_down():
    changes = week_before(town(), NOW)
    down = [change for change in changes if change.to_status is Status.DOWN]
    assert down
    assert len({change.incident.id for change in down if change.incident}) == len(down)
    for change in down:
        assert change.incident is not None
        assert change.incident.start == change.since


def test_the_running_demo_shows_a_past_with_gaps_and_outages():
    with demo_home() as places:
        reader = Reader(places.history_db)
        now = week_end = max(s.start for s in reader.segments("flaky-bakery", 0, 1 << 50, 1 << 50)) + 1
        segments = reader.segments("flaky-bakery", now - WEEK, week_end, now)
        spent = timeline.tally(segments, now - WEEK, now)
        assert spent.down and spent.degraded and spent.up
        assert 0.3 < (spent.coverage or 0) < 0.8
        assert reader.incidents(now - WEEK, now, "flaky-bakery")
        assert spent.total == 7 * DAY
