"""Why something is not known, as a person says it: the reasons of UNKNOWN, and what blinds us to a network."""

from __future__ import annotations

from collections.abc import Iterable

from trayapp.core.words import Sight

TURNED_AWAY = "turned_away"
"""The cause of a finding: the service answers, and refuses this computer alone."""

REASONS = {
    "new": "not checked yet",
    "stale": "no result in time",
    "not running": "Watchbell was not running",
    "asleep": "this computer was asleep",
    "changed": "changed, not checked yet",
    "removed": "removed",
    "paused": "paused",
    "disabled": "switched off",
    "config.secret_missing": "its secret is missing",
    "config.secret_locked": "the keyring is locked",
    "config.invalid": "its settings are wrong",
    "config.unsafe": "others may change services.toml, so no program in it is started",
    "config.icmp": "this system does not let you ping",
    "self.bug": "Watchbell failed to check it",
    "self.stuck": "its check does not end",
    "self.files": "Watchbell has too many files open",
    "self.ports": "this computer has no local port left",
    "self.lookups": "too many names hang",
    "self.listen": "the port where it would be called is taken",
    "self.programs": "no program can be started",
    "heartbeat.waiting": "not called yet",
    "heartbeat.crowded": "callers were turned away",
    "heartbeat.elsewhere": "only a Watchbell that runs hears its calls",
    "command.killed": "the program was killed",
    "command.exit": "the program says that it does not know",
    "command.broken": "the program does not work",
    "command.output": "the program printed too much",
    "grpc.unimplemented": "the server does not tell its health",
    TURNED_AWAY: "it answers, but turns this computer away",
    "proxy": "the proxy does not work",
    "network": "the network cannot be seen from here",
    "self": "Watchbell failed to check it",
    "config": "it cannot be tried as it is set up",
    "dependency": "what it depends on is not seen to work",
    "network.offline": "this computer is offline",
    "network.portal": "a login page stands before the internet",
    "network.vpn": "the VPN is down",
    "network.dns": "no name server answers",
    "network.elsewhere": "this is not the network in which it was last seen",
    "network.slow": "pages come slowly here",
    "network.changed": "the network changed during the check",
    "self.late": "this computer was too busy to check it",
    "self.slept": "this computer slept during the check",
    "self.clock_step": "the clock was set during the check",
    "maintenance": "in maintenance",
    "corrected": "corrected afterwards",
    "not watched": "nobody watched",
    "imported": "the past that was brought along does not know",
}
"""By the reason of a status or the cause of a finding. What stands in no place here is said as it is."""


def blindness(sight: Sight) -> str:
    """What keeps us from seeing this network, as a whole sentence; empty while we see it."""
    lan, vpn = sight.network == "lan", sight.network.removeprefix("vpn:")
    return {
        "online": "",
        "portal": "You are behind a login page",
        "vpn_down": f"The VPN {vpn} is down",
        "blocked": "Something keeps Watchbell from the network",
    }.get(sight.state, "The local network cannot be seen" if lan else "You are offline")


def nearest_last(sights: Iterable[Sight]) -> list[Sight]:
    """The networks in the order in which somebody misses them: the internet, the local network, then VPNs."""
    return sorted(sights, key=lambda sight: (sight.network != "internet", sight.network != "lan", sight.network))
