"""Changes that somebody made are remembered with their moment and the services they are of."""

from __future__ import annotations

from pathlib import Path

from tests.history.past import NOON, WAIT, Faults, a_history
from trayapp.core.words import Marker
from trayapp.history.queries import Reader


def test_a_marker_is_read_as_it_was_made(path: Path, faults: Faults) -> None:
    history = a_history(path, faults)
    new = history.mark("new memcached deployed", ["web", "mail", "web"], NOON - 5).result(WAIT)
    of_all = history.mark("“=1+1” 🎉", [], NOON).result(WAIT)
    assert history.close(WAIT)
    assert new == Marker(1, NOON - 5, "new memcached deployed", ("mail", "web"))
    assert of_all == Marker(2, NOON, "“=1+1” 🎉")
    reader = Reader(path)
    assert reader.markers(0, NOON + 1) == [new, of_all]
    assert reader.markers(NOON - 5, NOON) == [new]
    assert reader.markers(NOON - 4, NOON) == []
    assert reader.markers(0, NOON + 1, "web") == [new, of_all]
    assert reader.markers(0, NOON + 1, "we") == [of_all]


def test_the_same_words_of_the_same_moment_are_the_same_marker(path: Path, faults: Faults) -> None:
    history = a_history(path, faults)
    made = [
        history.mark(text, services, at).result(WAIT).id
        for text, services, at in (
            ("deploy", ["web", "mail"], NOON),
            ("deploy", ["mail", "web"], NOON),
            ("deploy", ["web"], NOON),
            ("deploy", ["web", "mail"], NOON + 1),
            ("deploy!", ["web", "mail"], NOON),
        )
    ]
    assert history.close(WAIT)
    assert made == [1, 1, 2, 3, 4]
