"""How far one check has come, and where its time went.

A probe calls `enter` as it goes; whoever words a failure afterwards reads here what was being done.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trayapp.probes.exhibits import Heard

DOING = {
    "dns": "looking up the name",
    "connect": "connecting",
    "tls": "agreeing on encryption",
    "proxy": "waiting for the proxy",
    "first_byte": "waiting for the first byte",
    "headers": "waiting for the rest of the headers",
    "answer": "waiting for the rest of the answer",
    "body": "waiting for the rest of the page",
}
"""What a check that stopped there was doing, in the order in which it happens."""

FLOWING = 1.0
"""Seconds within which a page that still flows has brought at least one byte."""


class Phases:
    """The course of one check.

    `doing` is one of DOING, or empty before anything was asked. `ms` are milliseconds per phase;
    a phase entered twice, as in redirects, adds up. `host` is the name last asked for, `address`
    where it led. `answered` is set by the probe once the target itself has spoken. `proxy` is "host:port" of
    the one that is spoken to in the target's place, empty while none is. `awaited` are the words that are
    waited for, where it is certain ones. `heard` is what the target said so far, and `certificate` the one, in DER,
    that was refused and could be looked at: the evidence, should this check fail. `came` counts the bytes of a page
    that came so far, None before it is read, `length` is how many were announced. `passed_over` is "IPv6" or "IPv4"
    where the addresses of that kind came first and one of the other kind was connected to.
    """

    __slots__ = (
        "_began",
        "_came_at",
        "_clock",
        "_ended",
        "_phase",
        "_since",
        "_started",
        "address",
        "answered",
        "aside",
        "awaited",
        "came",
        "certificate",
        "doing",
        "heard",
        "host",
        "length",
        "ms",
        "proxy",
    )

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._started = clock()
        self._phase = ""
        self._began: float | None = None
        self._since = 0.0
        self._ended = 0.0
        self.doing = ""
        self.ms: dict[str, float] = {}
        self.host = ""
        self.address: str | None = None
        self.answered = False
        self.awaited = ""
        self.aside: dict[str, str] = {}
        self.proxy = ""
        self.heard: Heard | None = None
        self.certificate = b""
        self.came: int | None = None
        self.length: int | None = None
        self._came_at = float("-inf")

    def found(self, addresses: Sequence[tuple[Any, ...]]) -> None:
        """The name was looked up. One without a dot may have become another: with a search domain, or an alias."""
        if "." not in self.host and ":" not in self.host and addresses:
            became = str(addresses[0][3]).rstrip(".").lower()
            if became and became != self.host.lower():
                self.aside["name_became"] = became

    def enter(self, phase: str, doing: str = "") -> None:
        """From now on time counts for this phase. `doing` says it more exactly where the phase has parts."""
        now = self._clock()
        if self._phase:
            self.ms[self._phase] = self.ms.get(self._phase, 0.0) + (now - self._since) * 1000
        self._ended = self._since = now
        self._phase = phase
        self.doing = doing or phase
        if self._began is None:
            self._began = now

    def leave(self) -> None:
        """Nothing more is waited for. `doing` stays what it was; what is thought afterwards takes no time."""
        if self._phase:
            now = self._clock()
            self.ms[self._phase] = self.ms.get(self._phase, 0.0) + (now - self._since) * 1000
            self._ended = now
            self._phase = ""

    def read(self, count: int) -> None:
        """So many bytes more of a page have come."""
        self.came = (self.came or 0) + count
        if count:
            self._came_at = self._clock()

    @property
    def flows(self) -> bool:
        """Something of a page came within the last second: it is slow, and not stuck."""
        return self._clock() - self._came_at <= FLOWING

    @property
    def extent(self) -> str:
        """How much of the page came, in words; empty where none is read."""
        if self.came is None:
            return ""
        return f"{self.came:,} bytes came" if self.length is None else f"{self.came:,} of {self.length:,} bytes came"

    @property
    def spent(self) -> float:
        """Seconds since the check began, with what came before its first phase."""
        return self._clock() - self._started

    @property
    def connected(self) -> bool:
        """Something accepted the connection."""
        return self.doing not in ("", "dns", "connect")

    @property
    def latency_ms(self) -> float | None:
        """From the first phase until the last one was left; None if none was entered."""
        return None if self._began is None else (self._ended - self._began) * 1000
