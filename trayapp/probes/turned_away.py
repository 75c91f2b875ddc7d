"""Whether a server refuses nobody but us: for asking too often, as a robot, or by our address.

By such an answer the service is there, and whether it works for people is not known. Only words that say so count: a
503 with nothing else is an outage.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, TypeAlias

from trayapp.core.keys import Key
from trayapp.core.reasons import TURNED_AWAY
from trayapp.core.words import Blame, Finding, Outcome

TurnedAway: TypeAlias = Annotated[
    str,
    Key(
        "If it turns us away",
        "What it means that a server turns this computer away, by a rate limit or a bot check.",
        pattern="unknown|down",
        advanced=True,
    ),
]

_TOO_OFTEN = 429
"""RFC 6585, 4."""

STATUSES = frozenset({403, 503, _TOO_OFTEN})

_HEADERS = {
    "cf-mitigated": "a bot check of Cloudflare",
    "x-amzn-waf-action": "a bot check of AWS",
    "x-datadome": "a bot check of DataDome",
    "x-sucuri-block": "a firewall of Sucuri",
}
_COUNTERS = ("x-ratelimit-remaining", "ratelimit-remaining", "x-rate-limit-remaining")

_WORDS = {
    "rate limit": "a rate limit",
    "too many requests": "a rate limit",
    "just a moment...": "a bot check",
    "checking your browser": "a bot check",
    "verify you are human": "a bot check",
    "verify that you are human": "a bot check",
    "verifying you are human": "a bot check",
    "confirm you are human": "a bot check",
    "not a robot": "a bot check",
    "are you a robot": "a bot check",
    "captcha-delivery.com": "a bot check of DataDome",
    "complete the captcha": "a bot check",
    "solve the captcha": "a bot check",
    "unusual traffic": "a bot check",
    "automated access": "a bot check",
    "incapsula incident": "a bot check of Imperva",
    "attention required! | cloudflare": "a firewall of Cloudflare",
    "you have been blocked": "its address is blocked",
    "your ip has been": "its address is blocked",
    "your ip address has been": "its address is blocked",
    "your ip address is blocked": "its address is blocked",
    "ip address blocked": "its address is blocked",
}


def reason(status: int, headers: Mapping[str, str], beginning: str) -> str:
    """Why it turns us away, in a few words; empty: it does not. Names of `headers` are found in lower case; `beginning`
    is that of its page.
    """
    if status not in STATUSES:
        return ""
    if name := next((name for name in _HEADERS if name in headers), ""):
        return _HEADERS[name]
    if status == _TOO_OFTEN or any(headers.get(name, "").strip() == "0" for name in _COUNTERS):
        return "a rate limit"
    said = " ".join(beginning.casefold().split())
    if "reference #" in said and "akamai" in headers.get("server", "").lower():
        return "a firewall of Akamai"
    return next((why for words, why in _WORDS.items() if words in said), "")


def unjudged(finding: Finding, status: int, why: str) -> Finding:
    """The failure as something that says nothing of the service."""
    said = sentence(status, why)
    return replace(finding, outcome=Outcome.UNKNOWN, cause=TURNED_AWAY, blame=Blame.NETWORK, message=said)


def sentence(status: int, why: str) -> str:
    return f"it answers, but turns this computer away (HTTP {status}: {why})"
