"""`heartbeat`: the service calls us, as a nightly backup does when it is done, and is down when it does not.

    curl -fsS http://127.0.0.1:8737/beat/TOKEN           all is well
    curl -fsS http://127.0.0.1:8737/beat/TOKEN/fail      it failed

What else a call may say stands in calls.py. A check only looks when the last one came; they come in through
engine/listening.py.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Annotated, Any, ClassVar, Self

from trayapp.core.keys import Duration, Key, Text
from trayapp.core.taming import page
from trayapp.core.wording import clock, duration
from trayapp.core.words import Blame, Finding, Outcome
from trayapp.probes.addresses import join_port
from trayapp.probes.base import Kind, Means
from trayapp.probes.causes import Impaired, Misconfigured
from trayapp.probes.exhibits import Told
from trayapp.probes.heartbeats import Last, Line, Place, Standing
from trayapp.probes.phases import Phases

DEFAULT_PORT = 8737
TOKEN = "[A-Za-z0-9_-]{16,200}"
LONGEST = 366 * 86_400_000

_EVERY = re.compile(r"([1-9]\d{0,5})(s|m|h|d)")
_MS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def check_address(address: str) -> None:
    """ValueError: not the number of an address."""
    try:
        ip_address(address)
    except ValueError as error:
        raise ValueError(f'not an IP address: "{address[:80]}"; 127.0.0.1 lets only this machine call') from error


@dataclass(frozen=True, slots=True)
class Heartbeat(Kind):
    """Something that calls us by HTTP every so often, such as a backup; down when no call comes."""

    kind: ClassVar[str] = "heartbeat"
    title: ClassVar[str] = "Heartbeat"
    example: ClassVar[str] = "heartbeat:1d"

    every: Annotated[Duration, Key("Every", "How often it calls.", least=1_000, most=LONGEST, placeholder="1d")]
    token: Annotated[
        Text,
        Key(
            "Token",
            "It calls /beat/TOKEN: 16 to 200 letters, digits, - and _ that nobody else knows.",
            pattern=TOKEN,
            secret=True,
        ),
    ]
    grace: Annotated[Duration, Key("Grace", "How much later is not late yet.", most=LONGEST)] = Duration(60_000)
    listen: Annotated[
        str,
        Key(
            "Listens on",
            "An address of this machine; 0.0.0.0 or :: lets other machines call.",
            check=check_address,
            advanced=True,
        ),
    ] = "127.0.0.1"
    port: Annotated[int, Key("Port", "Where it is called; many may share one.", least=1, most=65535, advanced=True)] = (
        DEFAULT_PORT
    )

    @property
    def target(self) -> str:
        return f"http://{join_port(self.listen, self.port)}/beat/…"

    @property
    def line(self) -> Line:
        """What is called."""
        return Line(Place(self.listen, self.port), self.token)

    @property
    def advice(self) -> str:
        token = self.token if isinstance(self.token, str) else "TOKEN"
        where = f"http://{join_port(self.listen, self.port)}/beat/{token}"
        return f"Have it call {where} every time, for example with curl -fsS."

    @classmethod
    def from_target(cls, target: str) -> Self | None:
        """`heartbeat:1d`, with a token of its own that nobody can guess."""
        scheme, colon, rest = target.partition(":")
        if not colon or scheme.lower() != cls.kind:
            return None
        found = _EVERY.fullmatch(rest.strip())
        if found is None:
            raise ValueError(f"a heartbeat is called, not asked: say how often it calls, such as {cls.example}")
        from secrets import token_urlsafe  # noqa: PLC0415  seldom needed, and it loads much

        return cls(Duration(int(found[1]) * _MS[found[2]]), token_urlsafe(18))

    async def ask(self, means: Means, phases: Phases) -> Finding:
        token = await means.reveal(self.token)
        if not re.fullmatch(TOKEN, token):
            raise Misconfigured("config.invalid", "its token must have 16 to 200 letters, digits, - and _")
        board = means.heartbeats
        standing = board.standing(self.line, token) if board is not None else None
        if board is None or standing is None:
            raise Impaired("heartbeat.elsewhere", "only a Watchbell that runs and watches it hears its calls")
        phases.heard = _Letter(standing.body)
        return self._judge(standing, board.now())

    def _judge(self, standing: Standing, now: int) -> Finding:
        allowed = (self.every + self.grace) / 1000
        silent, last = standing.silent, standing.last
        expected = f"expected every {duration(self.every)}"
        details = _details(last, silent)
        if silent is not None and last.failed and (silent <= allowed or standing.listening > allowed):
            message = f"{_failed(last)}, at {clock(last.at or now, now)}"
            return Finding(Outcome.CRITICAL, "heartbeat.failed", message=message, details=details)
        if silent is not None and not last.failed and silent <= allowed:
            return Finding(Outcome.OK, details=details)
        if standing.trouble:
            raise Impaired("self.listen", standing.trouble)
        began = f"since Watchbell began to listen at {clock(now - round(standing.listening * 1000), now)}"
        if standing.listening <= allowed:
            message = f"no call yet {began}, {expected}"
            return Finding(Outcome.UNKNOWN, "heartbeat.waiting", Blame.SELF, message, details=details)
        if standing.crowded is not None and standing.crowded <= allowed:
            at = clock(now - round(standing.crowded * 1000), now)
            message = f"callers were turned away at {at}, too many at once: it may have been among them"
            return Finding(Outcome.UNKNOWN, "heartbeat.crowded", Blame.SELF, message, details=details)
        since = began if last.at is None else f"since {clock(last.at, now)}"
        return Finding(Outcome.CRITICAL, "heartbeat.missed", message=f"no call {since}, {expected}", details=details)


@dataclass(frozen=True, slots=True)
class _Letter:
    """What came with the last call; nobody else's secrets are in it, and its token was taken out."""

    body: str

    def exhibit(self, told: Sequence[Told]) -> dict[str, Any]:
        return {"body": page(self.body)} if self.body else {}


def _failed(last: Last) -> str:
    how = f"it ended with exit status {last.exit}" if last.exit else "it said that it failed"
    return f"{how}: {last.said}" if last.said else how


def _details(last: Last, silent: float | None) -> dict[str, Any]:
    known = {
        "calls": last.calls or None,
        "last_call_s": None if silent is None else int(silent),
        "took_s": last.took,
        "said": last.said or None,
        "remark": last.remark or None,
    }
    return {name: value for name, value in known.items() if value is not None}
