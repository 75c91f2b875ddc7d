"""[network], [notifications] and [history]: what of the world around the services a person may choose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from trayapp.core.keys import Duration, Key
from trayapp.probes.controls import WELL_KNOWN, check_controls


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Where to look, after a failure, whether it is the service or our own network."""

    control: Annotated[
        tuple[str, ...],
        Key(
            "Control targets",
            "Asked after a failure, whether the internet can be seen at all; empty: nobody.",
            pattern=r"https?://\S+|tcp://\S+|dns:[A-Za-z0-9._-]+",
            placeholder="https://example.com/",
            check=check_controls,
        ),
    ] = WELL_KNOWN
    gateway: Annotated[bool, Key("Gateway", "The router's answer counts as a sign of life, too.")] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Notifications:
    """How often what is known is told again."""

    reminder: Annotated[
        Duration,
        Key("Reminder", "Time until an outage nobody took note of is told again; 0s: never.", most=7 * 86_400_000),
    ] = Duration(4 * 3_600_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long single checks are remembered. Statuses, outages and how quick the answers were stay for ever."""

    keep_checks: Annotated[
        Duration,
        Key("Keep single checks", "Older ones are summed up by the hour.", least=86_400_000, most=3_650 * 86_400_000),
    ] = Duration(30 * 86_400_000)
