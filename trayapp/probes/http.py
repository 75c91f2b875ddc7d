"""`http`: a page answers with the expected status, and says what it should.

This file declares the keys and understands addresses; the conversation is in exchange.py, which
loads the HTTP client when the first page is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, ClassVar, Self

from trayapp.core.keys import Key, Reference, Text
from trayapp.core.words import NOTHING, Finding
from trayapp.probes.addresses import check_url, without_password
from trayapp.probes.base import Kind, Means
from trayapp.probes.certificate import USUAL_DAYS
from trayapp.probes.encryption import Verify
from trayapp.probes.http_keys import (
    check_credentials,
    check_header_names,
    check_headers,
    check_json_rule,
    check_path,
    check_pattern,
    check_proxy_credentials,
    check_statuses,
)
from trayapp.probes.phases import Phases
from trayapp.probes.proxies import check_proxy
from trayapp.probes.turned_away import TurnedAway
from trayapp.probes.web_address import url_meant

MOST_BODY = 1024 * 1024
"""Bytes of a page that are read; the rules are judged on these."""


@dataclass(frozen=True, slots=True)
class Http(Kind):
    """A web page or an HTTP interface. It is read to its end, whether or not there is a rule on it."""

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
    ] = field(default_factory=lambda: NOTHING, repr=False)
    body: Annotated[Text, Key("Content", "Sent with the request.", most=1_000_000, advanced=True, secret=True)] = field(
        default="", repr=False
    )
    auth: Annotated[
        Mapping[str, Text],
        Key(
            "Credentials",
            "user and password, or token; sent to this site only.",
            check=check_credentials,
            advanced=True,
            secret=True,
        ),
    ] = field(default_factory=lambda: NOTHING, repr=False)
    expect_status: Annotated[
        tuple[str, ...], Key("Expected status", 'Such as "200" or "200-299".', check=check_statuses)
    ] = ("200-299",)
    turned_away: TurnedAway = "unknown"
    contains: Annotated[str, Key("Contains", "Words that the page must contain.", most=10_000)] = ""
    not_contains: Annotated[str, Key("Does not contain", "Words that mean failure.", most=10_000)] = ""
    matches: Annotated[
        str,
        Key(
            "Matches",
            "A regular expression (RE2) to be found in the page.",
            most=2000,
            check=check_pattern,
            advanced=True,
        ),
    ] = ""
    json: Annotated[
        str,
        Key(
            "JSON rule",
            "A JMESPath expression that must be true of the page.",
            most=2000,
            check=check_json_rule,
            placeholder="status == 'ok'",
            advanced=True,
        ),
    ] = ""
    read: Annotated[
        str,
        Key(
            "Read",
            f"The page, to its end or to {MOST_BODY // 1024} KiB, or its headers alone.",
            pattern="page|headers",
            advanced=True,
        ),
    ] = "page"
    expect_header: Annotated[
        Mapping[str, str],
        Key(
            "Expected headers",
            'Words that each must contain; "" for any.',
            most=1000,
            check=check_header_names,
            advanced=True,
        ),
    ] = field(default_factory=lambda: NOTHING)
    min_bytes: Annotated[
        int, Key("Least size", "Bytes that the page must have.", least=0, most=MOST_BODY, advanced=True)
    ] = 0
    max_bytes: Annotated[
        int | None, Key("Most size", "Bytes that the page may have.", least=0, most=MOST_BODY, advanced=True)
    ] = None
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
    ip: Annotated[
        str, Key("Kind of address", "IPv4 or IPv6 alone, or whichever answers.", pattern="auto|4|6", advanced=True)
    ] = "auto"
    verify: Verify = True
    ca_file: Annotated[
        str,
        Key(
            "Further authorities",
            "A PEM file of those to trust beside the system's; lists of revoked certificates in it count.",
            check=check_path,
            advanced=True,
        ),
    ] = ""
    client_certificate: Annotated[
        str, Key("Client certificate", "A PEM file, shown to this site only.", check=check_path, advanced=True)
    ] = ""
    client_key: Annotated[
        str, Key("Key of the client certificate", "A PEM file, if another.", check=check_path, advanced=True)
    ] = ""
    client_passphrase: Annotated[
        Text, Key("Passphrase of that key", "If it has one.", most=1000, advanced=True, secret=True)
    ] = field(default="", repr=False)
    certificate_days: Annotated[
        int | None,
        Key(
            "Warn of the certificate's end",
            f"Days before; 0 for never. Else {USUAL_DAYS}, or a quarter of its life, where it is verified.",
            least=0,
            most=3650,
            advanced=True,
        ),
    ] = None
    proxy: Annotated[
        str,
        Key(
            "Proxy",
            'Such as "http://proxy.example:3128" or "socks5://…"; "system" for that of the environment.',
            check=check_proxy,
            advanced=True,
        ),
    ] = ""
    proxy_auth: Annotated[
        Mapping[str, Text],
        Key(
            "Credentials for the proxy",
            "user and password.",
            check=check_proxy_credentials,
            advanced=True,
            secret=True,
        ),
    ] = field(default_factory=lambda: NOTHING, repr=False)

    def __post_init__(self) -> None:
        named = {name.lower() for name in self.headers}
        if self.auth and ("authorization" in named or self.url != self.target):
            raise ValueError("auth, a header Authorization and a user in the address say the same: keep one of them")
        if self.client_key and not self.client_certificate:
            raise ValueError("client_key needs a client_certificate")
        if self.max_bytes is not None and self.max_bytes < self.min_bytes:
            raise ValueError("max_bytes is less than min_bytes")
        if self.read == "headers" and self.judges_page:
            raise ValueError('read = "headers" leaves the page unread, on which there is a rule: keep one of them')
        if self.proxy_auth and not self.proxy:
            raise ValueError("proxy_auth needs a proxy")
        if self.proxy and self.ip != "auto":
            raise ValueError("with a proxy, it is the proxy that chooses the kind of address: leave ip out")

    @property
    def target(self) -> str:
        return without_password(self.url)

    @classmethod
    def from_target(cls, target: str) -> Self | None:
        """A URL, `http:example.org`, or a bare host, with a port that means a web server or with a path."""
        url = url_meant(target)
        return None if url is None else cls(url)

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

    def suited(self, finding: Finding) -> Self:
        """Of a page beyond MOST_BODY the headers are enough: read whole once a minute it is 1.5 GB a day."""
        return replace(self, read="headers") if "truncated" in finding.details and not self.judges_page else self

    @property
    def judges_page(self) -> bool:
        """Whether there is a rule on the page."""
        words = self.contains or self.not_contains or self.matches or self.json
        return bool(words or self.min_bytes or self.max_bytes is not None)

    @property
    def reads_page(self) -> bool:
        """Whether the headers are not enough. An answer to HEAD has no page."""
        return (self.read == "page" and self.method != "HEAD") or self.judges_page

    @property
    def days_of_warning(self) -> int | None:
        """Days before the certificate's end from which it is warned of; 0 for never, None for the usual ones."""
        return 0 if self.certificate_days is None and not self.verify else self.certificate_days

    @property
    def authenticates(self) -> bool:
        """Whether it says who it is, so that a refusal means wrong credentials."""
        named = {name.lower() for name in self.headers}
        secret = any(isinstance(text, Reference) for text in self.headers.values())
        return bool(self.auth) or secret or "authorization" in named or self.url != self.target
