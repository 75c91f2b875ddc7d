"""`heartbeat`: the service calls us, as a nightly backup does when it is done, and is down when it does not.

    curl -fsS http://127.0.0.1:8737/beat/TOKEN           all is well
    curl -fsS http://127.0.0.1:8737/beat/TOKEN/fail      it failed

A check only looks when the last call came; the calls come in through engine/listening.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Annotated, ClassVar, Self

from trayapp.core.keys import Duration, Key, Text
from trayapp.core.wording import duration
from trayapp.core.words import Blame, Finding, Outcome
from trayapp.probes.addresses import join_port
from trayapp.probes.base import Kind, Means
from trayapp.probes.causes import Impaired, Misconfigured
from trayapp.probes.heartbeats import Line, Place, Standing
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
        standing = means.heartbeats.standing(self.line, token) if means.heartbeats is not None else None
        if standing is None:
            raise Impaired("heartbeat.elsewhere", "only a Watchbell that runs and watches it hears its calls")
        return self._judge(standing)

    def _judge(self, standing: Standing) -> Finding:
        allowed = (self.every + self.grace) / 1000
        silent = standing.silent
        if silent is not None and standing.failed:
            message = f"it called {_in_words(silent)} ago to say that it failed"
            return Finding(Outcome.CRITICAL, "heartbeat.failed", message=message)
        if silent is not None and silent <= allowed:
            return Finding(Outcome.OK, details={"calls": standing.calls, "last_call_s": int(silent)})
        if standing.trouble:
            raise Impaired("self.listen", standing.trouble)
        expected = f"expected every {duration(self.every)}"
        if standing.listening <= allowed:
            message = f"no call yet in {_in_words(standing.listening)} of listening, {expected}"
            return Finding(Outcome.UNKNOWN, "heartbeat.waiting", Blame.SELF, message)
        since = silent if silent is not None else standing.listening
        return Finding(Outcome.CRITICAL, "heartbeat.missed", message=f"no call for {_in_words(since)}, {expected}")


def _in_words(seconds: float) -> str:
    return duration(int(seconds * 1000))
