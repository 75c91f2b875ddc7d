"""A line that loses packets: what TCP makes of it. Each packet is lost by itself, in both directions alike.

Who waits for an answer sends again: a first packet after 1, 3 and 7 s (the tries of `world`), a later one after 0.3 s,
then 0.6, 1.2 and so on (RFC 6298).
"""

from __future__ import annotations

from hashlib import sha256

FIRST_RESENT = 300
"""Milliseconds until a packet of a conversation is sent again."""

TRIPS = {"tcp": 0, "http": 1, "https": 3}
"""Times that both sides wait for each other after the first packet was answered: TLS takes two."""

HOPELESS = 60_000


def lost(percent: int, what: str, moment: int, number: int = 0) -> bool:
    """Whether a question or its answer is lost; always the same for the same of these."""
    arrives = (1 - percent / 100) ** 2
    drawn = sha256(f"{what} {moment} {number}".encode()).digest()
    return int.from_bytes(drawn[:4]) / 2**32 >= arrives


def delay(percent: int, speech: str, what: str, moment: int) -> int:
    """Milliseconds that a conversation takes longer than on a good line."""
    waited = 0
    for trip in range(TRIPS[speech]):
        wait, again = FIRST_RESENT, 1
        while lost(percent, what, moment, 100 * trip + again) and waited < HOPELESS:
            waited += wait
            wait *= 2
            again += 1
    return waited
