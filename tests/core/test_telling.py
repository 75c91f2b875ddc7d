"""What the user was told and asked for, as it goes on."""

from __future__ import annotations

from trayapp.core.telling import acknowledge, forget, snooze
from trayapp.core.words import Telling

ALL = Telling("web", told=3, acknowledged=2, snoozed_until=900)


def test_a_void_incident_leaves_nothing_told_or_noted_and_the_snooze_as_it_was() -> None:
    assert forget(ALL) == Telling("web", None, None, 900)


def test_a_note_is_of_one_incident_and_changes_nothing_else() -> None:
    assert acknowledge(ALL, 3) == Telling("web", 3, 3, 900)


def test_a_snooze_begins_and_ends_and_changes_nothing_else() -> None:
    assert snooze(ALL, 1_000) == Telling("web", 3, 2, 1_000)
    assert snooze(ALL, None) == Telling("web", 3, 2, None)
