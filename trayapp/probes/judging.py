"""What an answer is worth: its status, its headers, its page and its certificate, in that order, against the rules."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import httpx

from trayapp.core.verdict import RETRY_AFTER
from trayapp.core.words import Finding, Outcome
from trayapp.probes import assertions
from trayapp.probes.certificate import expiring
from trayapp.probes.charset import encoding_of
from trayapp.probes.connection import Connection
from trayapp.probes.http import MOST_BODY
from trayapp.probes.page import Page, read
from trayapp.probes.phases import Phases
from trayapp.probes.proxy import Proxy

if TYPE_CHECKING:
    from trayapp.probes.course import Course
    from trayapp.probes.http import Http

MOST_PATIENCE = 900
"""Seconds for which a server may ask to be left alone."""

_REFUSED = {401, 403}
_BUSY = {403, 429, 503}
_SHOWN = 80


async def judge(
    http: Http,
    response: httpx.Response,
    phases: Phases,
    course: Course,
    proxy: Proxy | None,
    followed: int,
    *,
    own: bool,
) -> Finding:
    """The finding on this answer, of which so much is read as the rules need. Raises CheckEnded for a page that is
    no page. `own`: it comes from where the user sent us, and knows who we are.
    """
    wire: Connection = response.extensions["wire"]
    status = response.status_code
    details: dict[str, Any] = {"status": status, "http": response.http_version.removeprefix("HTTP/")}
    if wire.encryption is not None:
        details["tls"] = wire.encryption.version()
        if not http.verify:
            details["verified"] = False
    if proxy is not None:
        details["proxy"] = proxy.place
    if followed:
        details["redirects"] = followed
    broken = _head(http, response, course, details, own=own)
    if broken is None and http.reads_page:
        judged = http.judges_page
        page = course.page = Page()
        await read(response, page, phases, judged=judged)
        phases.leave()
        details["bytes"] = page.size
        if not page.whole:
            details["truncated"] = True
        if judged:
            broken = _page(http, page, details, response.extensions["heads"].get(b"content-type", b""))
    if broken is not None:
        return broken
    warning = expiring(wire.encryption, http.days_of_warning) if wire.encryption is not None else None
    return Finding(Outcome.OK, details=details) if warning is None else _with(warning, details)


def _head(
    http: Http, response: httpx.Response, course: Course, details: dict[str, Any], *, own: bool
) -> Finding | None:
    status = response.status_code
    if not http.expects(status):
        if status in _BUSY and "retry-after" in response.headers:
            patience = asked_patience(response.headers["retry-after"])
            if patience is not None:
                details[RETRY_AFTER] = patience
        if own and status in _REFUSED and http.authenticates:
            return _critical("auth", f"HTTP {status}: it refuses these credentials", details)
        unknown_there = course.left if not own and status in _REFUSED and http.authenticates else ""
        return _critical("http.status", f"HTTP {status}{unknown_there}", details)
    for name, words in http.expect_header.items():
        value = response.headers.get(name)
        if value is None:
            return _critical("http.header", f"the answer has no header {name}", details)
        if words.lower() not in value.lower():
            return _critical("http.header", f'the header {name} does not contain "{_short(words)}"', details)
    return None


def _page(http: Http, page: Page, details: dict[str, Any], content_type: bytes) -> Finding | None:
    words, whole = page.words, page.whole
    extent = "the page does" if whole else f"the first {page.size} bytes of the page do"
    size = _size(http, page.size, whole=whole)
    if size:
        return _critical("http.size", size, details)
    if (http.contains or http.not_contains or http.matches) and (broken := _words(http, words, content_type, extent)):
        return _critical("http.body", broken, details)
    if http.json:
        if not whole:
            return _critical("http.json", f"the page goes on after {page.size} bytes: too large for JSON", details)
        if not assertions.is_true(http.json, assertions.json_in(words)):
            return _critical("http.json", f'not true of the page: "{_short(http.json)}"', details)
    return None


def _words(http: Http, words: bytearray, content_type: bytes, extent: str) -> str:
    """Which rule on the page's words is broken, and how they were read; empty: none is."""
    encoding = encoding_of(words, content_type)
    read_as = "" if words.isascii() else f" (read as {encoding.name})"
    if http.contains and not assertions.holds(http.contains, words, encoding):
        return f'{extent} not contain "{_short(http.contains)}"{read_as}'
    if http.not_contains and assertions.holds(http.not_contains, words, encoding):
        return f'the page contains "{_short(http.not_contains)}"{read_as}'
    if http.matches and not assertions.matches(http.matches, words, encoding):
        seen = assertions.seen(http.matches, len(words))
        extent = extent if seen == len(words) else f"the first {seen} bytes of the page do"
        return f'{extent} not match "{_short(http.matches)}"{read_as}'
    return ""


def _size(http: Http, size: int, *, whole: bool) -> str:
    """What is wrong with the page's size; empty where nothing is. Of a page that goes on, `size` was read."""
    if http.max_bytes is not None and (size > http.max_bytes or (size == MOST_BODY and not whole)):
        return f"the page has more than {http.max_bytes} bytes"
    if size < http.min_bytes and whole:
        return f"the page has {size} bytes, fewer than {http.min_bytes}"
    if not whole and (size < http.min_bytes or http.max_bytes is not None):
        return f"the page's size cannot be told: it goes on after {size} bytes"
    return ""


def asked_patience(retry_after: str) -> int | None:
    """Seconds for which the server asks to be left alone (RFC 9110, 10.2.3), as far as we follow; None for nonsense."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return MOST_PATIENCE if len(text) > 6 else min(int(text), MOST_PATIENCE)
    try:
        until = parsedate_to_datetime(text[:40])
        left = (until if until.tzinfo else until.replace(tzinfo=UTC)) - datetime.now(UTC)
    except (ValueError, OverflowError):
        return None
    return max(0, min(int(left.total_seconds()), MOST_PATIENCE))


def _critical(cause: str, message: str, details: dict[str, Any]) -> Finding:
    return Finding(Outcome.CRITICAL, cause, message=message, details=details)


def _with(warning: Finding, details: dict[str, Any]) -> Finding:
    return Finding(warning.outcome, warning.cause, warning.blame, warning.message, details=details)


def _short(words: str) -> str:
    return words if len(words) <= _SHOWN else f"{words[: _SHOWN - 1]}…"
