"""Everything that happens to one laptop in some days: a frozen value, the same for the same seed, to be printed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000


class Kind(StrEnum):
    """What can happen. The words in brackets are the ways in which it can."""

    SLEEP = "asleep"
    """The machine is suspended."""
    RETURN = "returning"
    """After sleep or on the way to another place: no link yet ("gone"), or nothing answers yet ("silent")."""
    RADIO = "wi-fi"
    """The link is "gone", or "deaf": still there by its looks."""
    UPLINK = "uplink"
    """Nothing beyond the router answers: packets vanish ("silent") or the router refuses them ("rejected")."""
    NAMES = "names"
    """The name server is "silent", or knows nothing ("servfail")."""
    LOSS = "loss"
    """So many percent of all packets beyond the router are lost."""
    TUNNEL = "vpn"
    """The VPN's interface is "gone", or there and "silent"."""
    AWAY = "away"
    """In another network, called so."""
    PORTAL = "portal"
    """A login page stands in between: it "intercepts" TLS, "drops" or "rejects" it, or "lies" about addresses."""
    CONTROL = "control"
    """A host that Watchbell may ask whether the internet is there does not answer, and nothing else is wrong."""
    OUTAGE = "outage"
    """A service is down, and fails in this way."""
    BLIP = "blip"
    """Noise: a check of this service that begins now fails in this way, and the service is well."""


@dataclass(frozen=True, slots=True, order=True)
class Happening:
    """Something that is so in [since, until), in ms from the beginning. `about` is the id of a service, or empty."""

    since: int
    until: int
    kind: Kind
    how: str = ""
    about: str = ""

    def __str__(self) -> str:
        what = " ".join(word for word in (self.kind.value, self.about, self.how) if word)
        return f"{stamp(self.since)}  {stamp(self.until - self.since):>14}  {what}"


@dataclass(frozen=True, slots=True)
class Trace:
    """All that happens in `length` ms, ordered by when it begins."""

    seed: int
    length: int
    happenings: tuple[Happening, ...]

    def of(self, *kinds: Kind) -> Iterator[Happening]:
        return (happening for happening in self.happenings if happening.kind in kinds)

    def around(self, moment: int, margin: int = 10 * MINUTE) -> Iterator[Happening]:
        """What happened shortly before or after this moment."""
        return (h for h in self.happenings if h.since <= moment + margin and h.until >= moment - margin)

    def __str__(self) -> str:
        return "\n".join(map(str, self.happenings))


def stamp(moment: int) -> str:
    """A moment or a length as days, hours, minutes, seconds: "3d 04:05:06.789"."""
    seconds, ms = divmod(moment, SECOND)
    days, rest = divmod(seconds, 86_400)
    return f"{days}d {rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}.{ms:03}"
