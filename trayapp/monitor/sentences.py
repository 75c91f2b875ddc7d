"""Why a failure here says nothing of the service: the causes and sentences of a network that cannot be seen."""

from __future__ import annotations

from dataclasses import dataclass, replace

from trayapp.core.words import Blame, Finding, Outcome


@dataclass(frozen=True, slots=True)
class Unseen:
    """`cause` is the finding's from now on; `state` is that of the network's sight, empty where it is not lost."""

    cause: str
    state: str
    message: str

    def instead_of(self, finding: Finding) -> Finding:
        """The finding as it may be counted. What was seen stays in its details."""
        details = {**finding.details, "seen": finding.cause or str(finding.outcome)}
        return replace(
            finding,
            outcome=Outcome.UNKNOWN,
            blame=Blame.NETWORK,
            cause=self.cause,
            message=self.message,
            details=details,
        )


NO_WAY = Unseen("network.offline", "offline", "this computer has no network connection")
NO_INTERNET = Unseen("network.offline", "offline", "there is a network, but nothing on the internet answers")
NO_NEIGHBOURS = Unseen("network.offline", "offline", "nothing on the local network answers")
BARE = Unseen("network.offline", "", "on the internet nothing answers but open ports, which prove too little")
BLOCKED = Unseen("network.offline", "blocked", "the name server answers, but nothing else on the internet does")
PORTAL = Unseen("network.portal", "portal", "something else answers in place of the internet, such as a login page")
NO_NAMES = Unseen("network.dns", "blocked", "names cannot be looked up here")
ELSEWHERE = Unseen("network.elsewhere", "", "this is not the network in which it was last seen")
CHANGED = Unseen("network.changed", "", "the network changed during the check")
SLOW = Unseen(
    "network.slow", "", "its page still came when the time was over, and no other page came as it usually does"
)


def vpn_gone(tunnel: str) -> Unseen:
    return Unseen("network.vpn", "vpn_down", f"the VPN {tunnel} is not connected")


def vpn_silent(tunnel: str) -> Unseen:
    return Unseen("network.vpn", "vpn_down", f"nothing answers through the VPN {tunnel}")
