"""[quiet_hours]: the part of the day in which nothing rings but what is critical."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from typing import Annotated

from trayapp.config.declared import Mismatch
from trayapp.config.zones import TIME_OF_DAY, WEEKDAYS, time_of_day, weekday_numbers, zone_named
from trayapp.core.calendar import Repeated, Rule
from trayapp.core.keys import Key


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """From one time of day to another, the next day if that is not later. Raises Mismatch."""

    from_: Annotated[str, Key("From", "When they begin.", pattern=TIME_OF_DAY, check=time_of_day, placeholder="22:00")]
    to: Annotated[str, Key("To", "When they end.", pattern=TIME_OF_DAY, check=time_of_day, placeholder="07:00")]
    days: Annotated[
        tuple[str, ...],
        Key("Days", "Days on which they begin; none: all.", pattern="|".join(WEEKDAYS), placeholder="mon"),
    ] = ()
    zone: Annotated[
        str,
        Key(
            "Time zone",
            "Whose clock is meant; else that of this computer, wherever it travels.",
            check=zone_named,
            placeholder="Europe/Berlin",
        ),
    ] = ""

    def __post_init__(self) -> None:
        if self.from_ == self.to:
            sentence = "is the same as from, so nothing would ever ring; to have none, remove [quiet_hours]"
            raise Mismatch(("to", sentence))

    def rule(self, local: tzinfo) -> Rule:
        """When they are, for `core.calendar`. `local` is the zone of this computer."""
        zone = zone_named(self.zone) if self.zone else local
        return Repeated(time_of_day(self.from_), time_of_day(self.to), zone, weekday_numbers(self.days))
