"""What is wrong with an answer that is no right HTTP, in words that repeat nothing that the server was told."""

from __future__ import annotations

import re

import h11
import httpx

from trayapp.probes.causes import Misbehaved
from trayapp.probes.redirects import confides

MOST_HEADERS = 64 * 1024
"""Bytes of all heads of an answer together, the informational ones included."""

_BAD_HEADER = re.compile(r" bytearray\(b['\"]([A-Za-z][A-Za-z0-9-]{0,39})( ?:|['\"]\))")
"""As h11 quotes one: its name, and how that ends."""

_WRONG = {
    " :": " (a blank before its colon)",
    ":": " (characters that no header may have)",
    "')": " (it has no colon)",
    '")': " (it has no colon)",
}


def garbled(error: h11.RemoteProtocolError, request: httpx.Request | None = None) -> Misbehaved:
    """What is wrong with an answer. A header is named where `request` told nothing that its name might repeat."""
    error.__traceback__ = None  # h11 raises it from within itself: a cycle that would keep the whole check
    if error.error_status_hint == 431:
        return Misbehaved("http.headers_too_large", f"the answer's headers exceed {MOST_HEADERS // 1024} KiB")
    what, _, quoted = str(error).partition(":")  # a server may say anything, our own secret too
    if what == "illegal header line" and request is not None:
        found = _BAD_HEADER.match(quoted)
        name = "" if found is None else found[1]
        if name and (confides(request) or name.lower() in str(request.url).lower()):
            name = ""
        what = f"its header {name} is illegal" if name else "one of its headers is illegal"
        what += _WRONG[found[2]] if found is not None and found[2] in _WRONG else ""
    return Misbehaved("http.protocol", f"not a right HTTP answer: {what}")
