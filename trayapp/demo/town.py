"""Who lives in the demo world, and how each of them answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

SLOWNESS = 0.9
"""Seconds that the library takes."""

OPEN_AT_FIRST, CLOSED, OPEN = 12.0, 25.0, 40.0
"""Seconds of the bakery's day: a newcomer sees it close soon, then it goes on about once a minute."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer, given after some seconds of thinking."""

    status: str = "200 OK"
    text: str = "All is well.\n"
    after: float = 0.0


@dataclass(frozen=True, slots=True)
class Inhabitant:
    """One service. `reply` takes the seconds since the world began; None: it greets and hangs up, without HTTP.

    `keys` are those of its table in services.toml, written as there; `probe` those of the probe's table.
    """

    id: str
    name: str
    group: str
    note: str
    reply: Callable[[float], Reply] | None
    tls: bool = False
    keys: Mapping[str, str] = field(default_factory=dict)
    probe: Mapping[str, str] = field(default_factory=dict)


def bakery_is_open(age: float) -> bool:
    """Whether the bakery sells bread, so many seconds after the world began."""
    return age < OPEN_AT_FIRST or (age - OPEN_AT_FIRST) % (CLOSED + OPEN) >= CLOSED


def _bakery(age: float) -> Reply:
    if bakery_is_open(age):
        return Reply(text="Fresh bread.\n")
    return Reply("503 Service Unavailable", "The oven is cold, the baker is asleep.\n")


TOWN = (
    Inhabitant("town-clock", "Town clock", "Main street", "Always right.", lambda _age: Reply(text="Tick, tock.\n")),
    Inhabitant(
        "slow-library",
        "Slow library",
        "Main street",
        "Answers, but only after looking it up.",
        lambda _age: Reply(text="Here is your book.\n", after=SLOWNESS),
        keys={"degraded_above": '"500ms"'},
    ),
    Inhabitant(
        "flaky-bakery",
        "Flaky bakery",
        "Main street",
        "Closes and opens again about once a minute.",
        _bakery,
        keys={"failure_threshold": "2"},
        probe={"contains": '"bread"'},
    ),
    Inhabitant(
        "self-sealed-post-office",
        "Self-sealed post office",
        "Main street",
        "Its certificate is signed by itself, so nobody else vouches for it.",
        lambda _age: Reply(text="Letters welcome.\n"),
        tls=True,
    ),
    Inhabitant("lighthouse", "Lighthouse", "Harbour", "Not HTTP: a port that opens.", None),
    Inhabitant(
        "ferry-timetable",
        "Ferry timetable",
        "Harbour",
        "Answers 200 with a login page, so its text is looked at too.",
        lambda _age: Reply(text="<h1>Please log in</h1>\n"),
        probe={"contains": '"Next ferry"'},
    ),
)


async def live(
    inhabitant: Inhabitant, age: Callable[[], float], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """One visit: hear it out, answer, hang up."""
    if inhabitant.reply is None:
        writer.write(b"The light is on.\r\n")
    else:
        await reader.readuntil(b"\r\n\r\n")
        reply = inhabitant.reply(age())
        await asyncio.sleep(reply.after)
        body = reply.text.encode()
        head = (
            f"HTTP/1.1 {reply.status}\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\nConnection: close"
        )
        writer.write(head.encode() + b"\r\n\r\n" + body)
    await writer.drain()
