"""`websocket`: the server agrees to a WebSocket and answers in it (RFC 6455).

A ping must be answered by its pong (section 5.5.3), or what is expected must come in a message. This file declares
the keys; the conversation is in websocket_talk.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Self
from urllib.parse import SplitResult

from trayapp.core.keys import Key, Text
from trayapp.core.words import Finding
from trayapp.probes.addresses import check_url
from trayapp.probes.base import Kind, Means
from trayapp.probes.encryption import Verify
from trayapp.probes.phases import Phases
from trayapp.probes.turned_away import TurnedAway

_ORIGIN = r"https?://[^\s/?#@]{1,300}"
_AS_HTTP = {"ws": "http", "wss": "https"}


def check_websocket_url(url: str) -> SplitResult:
    """The parts of a ws or wss URL, as of http or https. ValueError: `not a WebSocket address: "htp://…"`."""
    scheme, colon, rest = url.partition(":")
    if not colon or scheme.lower() not in _AS_HTTP:
        raise ValueError(f'not a WebSocket address: "{url[:80] if "@" not in url else "…"}"; it begins with ws or wss')
    parts = check_url(f"{_AS_HTTP[scheme.lower()]}:{rest}")
    if "@" in parts.netloc:
        raise ValueError("a WebSocket address takes no user and no password")
    return parts


@dataclass(frozen=True, slots=True)
class Websocket(Kind):
    """A WebSocket that opens and answers."""

    kind: ClassVar[str] = "websocket"
    title: ClassVar[str] = "WebSocket"
    example: ClassVar[str] = "wss://example.org/live"

    url: Annotated[
        str, Key("Address", "Where it opens.", check=check_websocket_url, placeholder="wss://example.org/live")
    ]
    send: Annotated[
        Text, Key("Send", "A message that is sent once it is open.", most=10_000, advanced=True, secret=True)
    ] = ""
    expect: Annotated[
        str, Key("Expect", "Words that a message must contain; else an answer to a ping is enough.", most=10_000)
    ] = ""
    origin: Annotated[
        str,
        Key(
            "Origin",
            "The site that it is opened from, where the server asks for one.",
            pattern=_ORIGIN,
            placeholder="https://example.org",
            advanced=True,
        ),
    ] = ""
    turned_away: TurnedAway = "unknown"
    verify: Verify = True

    @property
    def target(self) -> str:
        return self.url

    @classmethod
    def from_target(cls, target: str) -> Self | None:
        """`wss://…` or `ws://…`, also with `websocket:` before it."""
        scheme, colon, rest = target.partition(":")
        if colon and scheme.lower() == cls.kind:
            target = rest if rest.lower().startswith(("ws:", "wss:")) else f"wss://{rest.removeprefix('//')}"
        elif not colon or scheme.lower() not in _AS_HTTP:
            return None
        check_websocket_url(target)
        return cls(target)

    @classmethod
    def load(cls) -> None:
        import trayapp.probes.websocket_talk  # noqa: F401, PLC0415  the library takes a tenth of a second to load

    async def ask(self, means: Means, phases: Phases) -> Finding:
        from trayapp.probes.websocket_talk import talk_over  # noqa: PLC0415  see load

        return await talk_over(self, means, phases)
