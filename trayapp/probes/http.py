"""`http`: a page answers with the expected status, and says what it should.

This file declares the keys and understands addresses; the conversation is in exchange.py, which
loads the HTTP client when the first page is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Self

from trayapp.core.keys import Key, Text
from trayapp.core.words import NOTHING, Finding
from trayapp.probes.addresses import check_url, join_port, split_port, without_password
from trayapp.probes.base import Kind, Means
from trayapp.probes.phases import Phases

PLAIN_PORTS = frozenset({80, 3000, 5000, 8000, 8080})
ENCRYPTED_PORTS = frozenset({443, 8443})
"""Ports that mean a web server where a person types only "host:port"."""

_STATUSES = re.compile(r"([1-9]\d\d)(?:-([1-9]\d\d))?")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_FRAMING = frozenset({"connection", "content-length", "expect", "te", "trailer", "transfer-encoding", "upgrade"})


def check_statuses(statuses: tuple[str, ...]) -> None:
    """ValueError: one of them is neither "200" nor "200-299"."""
    for text in statuses:
        found = _STATUSES.fullmatch(text)
        if found is None or (found[2] and found[2] < found[1]):
            raise ValueError(f'not a status or a range of them, such as "200" or "200-299": "{text}"')


def check_headers(headers: Mapping[str, Text]) -> None:
    """ValueError: a name is none, or one that frames the message and is ours to set."""
    for name in headers:
        if not _HEADER_NAME.fullmatch(name):
            raise ValueError(f'not a header name: "{name}"')
        if name.lower() in _FRAMING:
            raise ValueError(f'not a header to be set by hand: "{name}"')


@dataclass(frozen=True, slots=True)
class Http(Kind):
    """A web page or an HTTP interface. Without a rule on the page, its headers are enough."""

    kind: ClassVar[str] = "http"
    title: ClassVar[str] = "Web page"
    example: ClassVar[str] = "https://example.org/"

    url: Annotated[str, Key("Address", "The page to ask for.", check=check_url, placeholder="https://example.org/")]
    method: Annotated[
        str, Key("Method", "How to ask.", pattern="GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS", advanced=True)
    ] = "GET"
    headers: Annotated[
        Mapping[str, Text],
        Key("Headers", "Sent along, to this site only.", check=check_headers, advanced=True, secret=True),
    ] = field(default_factory=lambda: NOTHING)
    body: Annotated[Text, Key("Content", "Sent with the request.", most=1_000_000, advanced=True, secret=True)] = ""
    expect_status: Annotated[
        tuple[str, ...], Key("Expected status", 'Such as "200" or "200-299".', check=check_statuses)
    ] = ("200-299",)
    contains: Annotated[str, Key("Contains", "Words that the page must contain.", most=10_000)] = ""
    not_contains: Annotated[str, Key("Does not contain", "Words that mean failure.", most=10_000)] = ""
    follow: Annotated[
        str,
        Key(
            "Follow redirects",
            "To any site, within the same one, or not at all.",
            pattern="any|same-origin|none",
            advanced=True,
        ),
    ] = "any"
    max_redirects: Annotated[
        int, Key("Most redirects", "More than these are a failure.", least=0, most=20, advanced=True)
    ] = 5
    verify: Annotated[bool, Key("Verify", "Off: any certificate will do.", advanced=True)] = True

    @property
    def target(self) -> str:
        return without_password(self.url)

    @classmethod
    def from_target(cls, target: str) -> Self | None:
        """A URL, `http:example.org`, or a bare host, with a port that means a web server or with a path."""
        scheme, colon, rest = target.partition(":")
        if colon and scheme.lower() in ("http", "https"):
            if rest.lower().startswith(("http://", "https://")):
                return cls.from_target(rest)
            url = f"{scheme.lower()}://{rest.removeprefix('//')}"
            check_url(url)
            return cls(url)
        address, slash, path = target.partition("/")
        try:
            host, port = split_port(address)
        except ValueError:
            return None
        if port is None:
            encrypted = host != "localhost"
            address = join_port(host, 0).removesuffix(":0")
        elif port in PLAIN_PORTS | ENCRYPTED_PORTS or slash:
            encrypted = port in ENCRYPTED_PORTS
        else:
            return None
        url = f"{'https' if encrypted else 'http'}://{address}/{path}"
        check_url(url)
        return cls(url)

    @classmethod
    def load(cls) -> None:
        import trayapp.probes.exchange  # noqa: F401, PLC0415  httpx takes a tenth of a second to load

    async def ask(self, means: Means, phases: Phases) -> Finding:
        from trayapp.probes.exchange import exchange  # noqa: PLC0415  see load

        return await exchange(self, means, phases)

    def expects(self, status: int) -> bool:
        """Whether this status is among the expected ones."""
        for text in self.expect_status:
            low, _, high = text.partition("-")
            if int(low) <= status <= int(high or low):
                return True
        return False
