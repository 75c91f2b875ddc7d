"""The course of one `http` check as evidence: where it was sent, what was answered there, and how the page begins."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import h11
import httpx

from trayapp.core.concealing import HIDDEN, looks_random, query_secrets
from trayapp.core.wording import plain
from trayapp.core.words import Finding
from trayapp.probes import turned_away
from trayapp.probes.addresses import without_password
from trayapp.probes.causes import CheckEnded
from trayapp.probes.charset import encoding_of
from trayapp.probes.confided import SHORTEST, Confided
from trayapp.probes.connection import Connection
from trayapp.probes.decoding import decoder
from trayapp.probes.exhibits import Told, decoded, encrypted, excerpt, in_header, in_url, line
from trayapp.probes.page import Page
from trayapp.probes.transport import Body

MOST_HEADERS = 40
"""Of the answer, in the order in which they came."""

GLIMPSE = 0.3
"""Seconds, after the verdict, in which the beginning of a page may come that no rule wanted to read."""

_TO_SPARE = 0.1
"""Seconds of the check's time that must be left over for it: the verdict is there, and must not be late."""

_MOST_READ = 4_096

_STANDARD = frozenset(
    {"host", "user-agent", "accept", "accept-encoding", "accept-language", "connection", "content-length"}
    | {"content-type", "cache-control", "origin", "referer"}
)
"""Headers of a request that are no secret."""

_CONFIDING = re.compile(r"cookie|auth|token|secret|key|session|password|csrf|xsrf|signature|credential|nonce")
_ADDRESSES = frozenset({"location", "content-location", "refresh", "link"})
_PROOFS = re.compile(
    r"date|server|via|age|etag|expires|last-modified|retry-after|cache-control|content-[a-z-]+|cf-ray|traceparent"
    r"|strict-transport-security|content-security-policy.*|x-cache.*|x-served-by|x-amz-cf-(id|pop)|x-varnish"
    r"|(x-)?([a-z]+-)?(request|correlation|trace)-id"
)
"""Headers of an answer that are shown as they are: by some of them its owner finds the request in his logs."""

_BINARY = re.compile(r"[\x00-\x08\x0e-\x1f\ufffd]")


class Course:
    """Noted while the check goes on."""

    __slots__ = ("_requests", "_responses", "page")

    def __init__(self) -> None:
        self._requests: list[httpx.Request] = []
        self._responses: list[httpx.Response] = []
        self.page: Page | None = None
        """As far as it was read, from the moment on at which somebody begins to."""

    def asked(self, request: httpx.Request) -> None:
        self._requests.append(request)

    def answered(self, response: httpx.Response) -> None:
        self._responses.append(response)

    @property
    def left(self) -> str:
        """How it was sent away from the site that knows who we are, and what would mend that. Names no other site."""
        first, last = self._requests[0].url, self._requests[-1].url
        if first.scheme != last.scheme and first.raw_host == last.raw_host:
            return (
                f": it redirects to {last.scheme}, where the credentials are not sent; begin url with {last.scheme}://"
            )
        return ": it redirects to another site, where the credentials are not sent"

    async def glimpse(self, left: float) -> None:
        """Read the beginning of a page that nobody has read; `left` are seconds until the check must have ended."""
        within = min(GLIMPSE, left - _TO_SPARE)
        if self.page is not None or within <= 0:
            return
        response, came = self._responses[-1], bytearray()
        assert isinstance(response.stream, Body)
        ended = False
        with suppress(TimeoutError, OSError, h11.RemoteProtocolError):
            async with asyncio.timeout(within):
                ended = await response.stream.beginning(came, _MOST_READ)
        with suppress(CheckEnded):  # packed in a way that nobody can read
            unpack = decoder(response.headers.get("content-encoding", ""))
            words = bytearray(next(unpack.feed(bytes(came)), b"")) if unpack is not None else came
            self.page = Page(words, len(words), whole=ended and unpack is None)

    def unjudged(self, finding: Finding) -> Finding:
        """The failure as it counts, should the server have turned nobody but us away."""
        response = self._responses[-1]
        why = turned_away.reason(response.status_code, response.headers, self.beginning)
        return turned_away.unjudged(finding, response.status_code, why) if why else finding

    @property
    def beginning(self) -> str:
        """Of the last page, in its encoding; empty where nothing of it was read."""
        if self.page is None:
            return ""
        response = self._responses[-1]
        encoding = encoding_of(self.page.words, response.extensions["heads"].get(b"content-type", b""))
        return encoding.decode(self.page.words[:_MOST_READ]).removeprefix("\ufeff")

    def exhibit(self, told: Sequence[Told]) -> dict[str, Any]:
        """What is shown of all this; `told` is what was revealed on the way."""
        confided = Confided(self._confided(told))
        shown: dict[str, Any] = {}
        if len(self._requests) > 1:
            shown["hops"] = list(self._hops(confided))
        if not self._responses or len(self._responses) < len(self._requests):
            return shown  # where it ended, nobody answered
        response = self._responses[-1]
        wire: Connection = response.extensions["wire"]
        if not confided.quotable:
            return {**shown, **dict(encrypted(wire.encryption)), "note": "what it said is not kept: it knows a secret"}
        words = f"{response.http_version} {response.status_code} {response.reason_phrase}"
        shown["status_line"] = line(words, confided)
        shown["headers"] = [[name, value] for name, value in self._headers(response, confided)]
        shown |= self._page(response, confided)
        return {**shown, **dict(encrypted(wire.encryption))}

    def _confided(self, told: Sequence[Told]) -> Iterator[str]:
        harmless: set[str] = set()
        for request in self._requests:
            yield from in_url(request.url.username, request.url.password)
            yield from query_secrets(str(request.url))
            for name, value in request.headers.items():
                if name in _STANDARD:
                    harmless.add(value)
                else:
                    yield from in_header(value)
            if request.content:
                yield request.content.decode("utf-8", "replace")
        # What was written into the file as it is stands in the requests; but for a proxy's, and names of users.
        plain_ones = (one.value for one in told if not one.secret and one.value.strip() not in harmless)
        yield from (one.value for one in told if one.secret)
        yield from (value for value in plain_ones if len(value) >= SHORTEST)

    def _hops(self, confided: Confided) -> Iterator[str]:
        for at, request in enumerate(self._requests):
            where = without_password(str(request.url.copy_with(query=None, fragment=None)))
            said = f"HTTP {self._responses[at].status_code}" if at < len(self._responses) else "no answer"
            yield line(f"{request.method} {where}: {said}", confided)

    def _headers(self, response: httpx.Response, confided: Confided) -> Iterator[tuple[str, str]]:
        for raw_name, raw_value in response.headers.raw[:MOST_HEADERS]:
            name, value = plain(line(decoded(raw_name), confided), 60), decoded(raw_value)
            kind = name.lower()
            if _CONFIDING.search(kind):
                yield name, HIDDEN
            elif kind in _ADDRESSES:
                yield name, line(without_password(re.sub(r"\?[^\s>\"';,]*", f"?{HIDDEN}", value[:400])), confided)
            elif _PROOFS.fullmatch(kind) or not any(map(looks_random, value[:400].split())):
                yield name, line(value, confided)
            else:
                yield name, HIDDEN

    def _page(self, response: httpx.Response, confided: Confided) -> dict[str, str]:
        page = self.page
        if page is None or not page.words:
            return {}
        goes_on = not page.whole or len(page.words) > _MOST_READ
        text = self.beginning
        if "\0" in text or len(_BINARY.findall(text)) * 8 > len(text):
            return {"note": "what it sent is not text"}
        return {"body": excerpt(text, confided, goes_on=goes_on)}
