"""The conversation of one `http` check: ask, follow where that is allowed, read what the rules need, judge."""

from __future__ import annotations

import re
from base64 import b64encode
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import httpx

from trayapp import __version__
from trayapp.core.words import Finding, Outcome
from trayapp.probes.base import Means
from trayapp.probes.causes import Misbehaved, Misconfigured
from trayapp.probes.encryption import unverifying
from trayapp.probes.phases import Phases
from trayapp.probes.redirects import leads_on, onward
from trayapp.probes.transport import FreshTransport

if TYPE_CHECKING:
    from trayapp.probes.http import Http

MOST_BODY = 1024 * 1024
"""Bytes of a page that are read; the rules are judged on these."""

MOST_PIECES = 10_000
"""Parts in which they may come: chunks of one byte would cost more to unpack than they are worth."""

STANDARD = httpx.Headers(
    {
        "User-Agent": f"Watchbell/{__version__}",
        "Accept": "*/*",
        "Accept-Encoding": "identity",
        "Connection": "close",
    }
)

_NOT_IN_A_HEADER = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_URL = lru_cache(maxsize=1024)(httpx.URL)
"""Parsing one takes as long as a tenth of a check."""


async def exchange(http: Http, means: Means, phases: Phases) -> Finding:
    """Asks and judges. Raises what the transport raises, and CheckEnded for a broken rule."""
    request = await _first_request(http, means)
    transport = FreshTransport(means, phases, means.tls if http.verify else unverifying())
    for followed in range(http.max_redirects + 1):
        response = await transport.handle_async_request(request)
        try:
            if http.follow == "none" or http.expects(response.status_code) or not leads_on(response):
                return await _judge(http, response, followed, phases)
        finally:
            await response.aclose()
        request = onward(request, response, http.follow, STANDARD)
    raise Misbehaved("http.redirects", f"more than {http.max_redirects} redirects")


async def _first_request(http: Http, means: Means) -> httpx.Request:
    try:
        url = _URL(http.url)
    except httpx.InvalidURL as error:
        raise Misconfigured("config.invalid", f"not a URL: {http.target}") from error
    headers = STANDARD.copy()
    if url.userinfo:
        credentials = unquote(url.userinfo.decode("ascii")).encode()
        headers["Authorization"] = f"Basic {b64encode(credentials).decode('ascii')}"
    for name, text in http.headers.items():
        value = (await means.reveal(text)).strip()
        if _NOT_IN_A_HEADER.search(value):
            raise Misconfigured("config.invalid", f"the value of header {name} has characters that no header may have")
        headers[name] = value
    content = (await means.reveal(http.body)).encode() if http.body else None
    return httpx.Request(http.method, url, headers=headers, content=content)


async def _judge(http: Http, response: httpx.Response, followed: int, phases: Phases) -> Finding:
    status = response.status_code
    details: dict[str, Any] = {"status": status, "http": response.http_version.removeprefix("HTTP/")}
    if "tls" in response.extensions:
        details["tls"] = response.extensions["tls"]
    if followed:
        details["redirects"] = followed
    if not http.expects(status):
        return Finding(Outcome.CRITICAL, "http.status", message=f"HTTP {status}", details=details)
    if not (http.contains or http.not_contains):
        return Finding(Outcome.OK, details=details)
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        message = f"the page came encoded ({encoding[:40]}) though it was asked for plain"
        return Finding(Outcome.CRITICAL, "http.encoding", message=message, details=details)
    page, whole = await _read(response)
    phases.leave()
    details["bytes"] = len(page)
    if not whole:
        details["truncated"] = True
    if http.contains and not holds(page, http.contains):
        extent = "the page does" if whole else f"the first {len(page)} bytes of the page do"
        message = f'{extent} not contain "{_short(http.contains)}"'
        return Finding(Outcome.CRITICAL, "http.body", message=message, details=details)
    if http.not_contains and holds(page, http.not_contains):
        message = f'the page contains "{_short(http.not_contains)}"'
        return Finding(Outcome.CRITICAL, "http.body", message=message, details=details)
    return Finding(Outcome.OK, details=details)


async def _read(response: httpx.Response) -> tuple[bytearray, bool]:
    """The page, as far as MOST_BODY, and whether that is all of it."""
    page = bytearray()
    pieces = 0
    async for piece in response.aiter_raw():
        page += piece
        pieces += 1
        if len(page) > MOST_BODY or pieces > MOST_PIECES:
            del page[MOST_BODY:]
            return page, False
    return page, True


def holds(page: bytes | bytearray, words: str) -> bool:
    """Whether the words stand in the page, in any encoding that pages come in.

    The page is searched as it came: what it says of its own charset is not to be trusted.
    """
    for encoding in ("utf-8", "latin-1", "utf-16-le", "utf-16-be"):
        with suppress(UnicodeEncodeError):  # then no page in this encoding can hold them
            if words.encode(encoding) in page:
                return True
    return False


def _short(words: str) -> str:
    return words if len(words) <= 80 else f"{words[:79]}…"
