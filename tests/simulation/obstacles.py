"""What a check meets in place of a service that the network does not show.

A meeting is the word of `causes` for what comes back and the ms that it takes; no word: nothing ever comes.
"""

from __future__ import annotations

from tests.simulation.cast import Subject, Where
from tests.simulation.network import Net
from tests.simulation.trace import SECOND

WELL = "ok"

PORTAL_PAGE = "ok (a login page)"
"""Somebody else answered and looks well."""


def in_the_way(subject: Subject, net: Net) -> tuple[str, int]:
    """What a check meets where this network does not show the service."""
    silence = ("", 0)
    if net.link:
        gone = ("dns.failed", 3) if subject.named else ("no route", 1)
        return gone if net.link == "gone" else silence
    match subject.where:
        case Where.HOME:
            return ("unreachable", 3 * SECOND) if "as at home" in net.place else silence
        case Where.TUNNEL:
            return silence
    if subject.named and net.portal != "lies":
        if net.names == "silent" or net.uplink == "silent":
            return silence
        if net.names or net.uplink:
            return "dns.failed", 40
    if net.portal:
        return _at_the_portal(subject, net.portal)
    return ("no route beyond", 20) if net.uplink == "rejected" else silence


def _at_the_portal(subject: Subject, portal: str) -> tuple[str, int]:
    if portal == "lies" and not subject.named:
        return "", 0
    match subject.speech, portal:
        case "http", _:
            return ("http.body" if subject.picky else PORTAL_PAGE), 30
        case "https", "intercepts" | "lies":
            return "tls.hostname", 30
        case "tcp", "intercepts":
            return PORTAL_PAGE, 30
        case _, "drops":
            return "", 0
    return "refused", 30


def is_nameless(net: Net) -> bool:
    """Whether a question for a name is never answered."""
    return bool(net.link or (net.portal != "lies" and "silent" in (net.uplink, net.names)))
