"""What there is to tell of an incident, and what has to be remembered of telling: the values that alerts decide
about and history keeps.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from trayapp.core.words import Incident, Notification, Telling


class Said(StrEnum):
    """The two things that are ever told of an incident, each at most once."""

    DOWN = "down"
    BACK = "back"


@dataclass(frozen=True, slots=True)
class Mention:
    """The notification that told this of an incident for the first time, by name or by counting it."""

    incident: int
    said: Said
    notification: int


@dataclass(frozen=True, slots=True)
class Owed:
    """Something decided and not told yet: it waits for company or, when `held`, for the user to be there.

    `at` is when it was decided. An outage that is over before it was told stays one item: its incident has an end.
    """

    incident: Incident
    said: Said
    at: int
    held: bool = False


@dataclass(frozen=True, slots=True)
class Withheld:
    """An outage that was not told, and why: "snoozed", "maintenance", "brief" and the like."""

    incident: int
    reason: str
    at: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Something told or asked that holds until it is lifted.

    `what` is "flapping" or "turned_away" (told of the service `about`), "when_back" (asked for it) or "blind" (told of
    the network).
    """

    what: str
    about: str
    at: int


@dataclass(frozen=True, slots=True)
class Notes:
    """What telling leaves to be remembered, besides tellings and notifications, in the same transaction as they.

    `settled` are the incidents of which nothing is owed any more, `lifted` the (what, about) that stand no longer,
    `dropped` the notifications that need no delivery any more.
    """

    owed: tuple[Owed, ...] = ()
    settled: tuple[int, ...] = ()
    mentions: tuple[Mention, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    standing: tuple[Standing, ...] = ()
    lifted: tuple[tuple[str, str], ...] = ()
    dropped: tuple[int, ...] = ()

    def __add__(self, later: Notes) -> Notes:
        return Notes(
            self.owed + later.owed,
            self.settled + later.settled,
            self.mentions + later.mentions,
            self.withheld + later.withheld,
            self.standing + later.standing,
            self.lifted + later.lifted,
            self.dropped + later.dropped,
        )

    def __bool__(self) -> bool:
        return self != NO_NOTES


NO_NOTES = Notes()


@dataclass(frozen=True, slots=True)
class Decision:
    """What a result led to: to be committed together with the result's changes, and only then shown."""

    telling: Telling
    notifications: tuple[Notification, ...] = ()
    notes: Notes = NO_NOTES


@dataclass(frozen=True, slots=True)
class Mentioned:
    """A mention with its incident as it is now, and the thread it was made in.

    A thread is one notification on the screen through all its updates: those with the same `incident`.
    """

    thread: int
    incident: Incident
    said: Said
    notification: int


@dataclass(frozen=True, slots=True)
class Told:
    """When the first and the last notification of a thread were decided on, its last reminder, and how many."""

    thread: int
    rung: int
    shown: int
    reminded: int | None
    reminders: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A notification that was decided on. `ring`: it was a new one and not an update of one on the screen."""

    at: int
    ring: bool


@dataclass(frozen=True, slots=True)
class Recalled:
    """What is remembered of telling after a restart.

    `mentioned` has everything that was told in the `threads`: those with an open incident, with something owed,
    or with a notification of late. `shown` are the notifications of late. `undelivered` come with whether their
    delivery was attempted, oldest first.
    """

    next_id: int = 1
    owed: tuple[Owed, ...] = ()
    mentioned: tuple[Mentioned, ...] = ()
    threads: tuple[Told, ...] = ()
    shown: tuple[Shown, ...] = ()
    standing: tuple[Standing, ...] = ()
    undelivered: tuple[tuple[Notification, bool], ...] = ()
