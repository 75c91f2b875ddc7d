"""The faults of the web, one row each: what a server does, by which rules it is judged, and what must come of it.

The rows of faults.md C and D that concern pages and their encryption, and the whole malformed corpus (C1).
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.probes import stages_web as stages
from tests.probes.stages_web import Staging, behaves, leads_to, says
from tests.servers import saying
from trayapp.core.words import Outcome

OK, WARNING, CRITICAL, UNKNOWN = Outcome.OK, Outcome.WARNING, Outcome.CRITICAL, Outcome.UNKNOWN
TEXT: Mapping[str, Any] = {"contains": "ok"}
SHORT = 0.6
"""Seconds of timeout where it is the deadline that must end the check."""


@dataclass(frozen=True)
class Fault:
    """One row. `causes` are those allowed; `rules` are the keys of the probe."""

    id: str
    what: str
    staging: Staging
    outcome: Outcome
    causes: tuple[str, ...] = ("",)
    rules: Mapping[str, Any] = field(default_factory=dict)
    timeout: float = 5.0

    def __str__(self) -> str:
        return f"{self.id} {self.what}"


def answer(*headers: str, body: bytes = b"ok", status: str = "200 OK") -> Staging:
    lines = "".join(f"{line}\r\n" for line in (f"HTTP/1.1 {status}", *headers))
    return says(lines.encode("latin-1") + b"\r\n" + body)


def page(body: bytes, *headers: str) -> Staging:
    return answer(*headers, f"Content-Length: {len(body)}", body=body)


def redirect(location: str) -> Staging:
    return answer(f"Location: {location}", "Content-Length: 0", body=b"", status="302 Found")


PROTOCOL = (CRITICAL, ("http.protocol",))
TOO_LARGE = (CRITICAL, ("http.headers_too_large",))
ENCODING = (CRITICAL, ("http.encoding",))
REDIRECTS = (CRITICAL, ("http.redirects",))
ASTRAY = (CRITICAL, ("http.redirects", "http.protocol"))
JSON = (CRITICAL, ("http.json",))
ANY_JSON = {"json": "@"}

CORPUS = (
    Fault("C1", "lines end in a bare LF", says(b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok"), OK, rules=TEXT),
    Fault("C1", "status line: garbage", says(b"\x00\xff\xfe nonsense\r\n\r\n"), *PROTOCOL),
    Fault("C1", "status line: HTTP/0.9", says(b"<html>old</html>\r\n\r\n"), *PROTOCOL),
    Fault("C1", "status line: ICY", says(b"ICY 200 OK\r\n\r\n"), *PROTOCOL),
    Fault("C1", "status line: an SSH banner", says(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), *PROTOCOL),
    Fault("C1", "status line: HTTP/2", says(b"\x00\x00\x12\x04\x00\x00\x00\x00\x00" + bytes(18)), *PROTOCOL),
    Fault("C1", "status line: no status", says(b"HTTP/1.1\r\n\r\n"), *PROTOCOL),
    Fault("C1", "status 99", answer(status="99 Low"), *PROTOCOL),
    Fault("C1", "status 099", answer(status="099 Low"), *PROTOCOL),
    Fault("C1", "status 999", answer(status="999 High"), CRITICAL, ("http.status",)),
    Fault("C1", "closed without a byte", says(b""), *PROTOCOL),
    Fault("C1", "closed in the headers", says(b"HTTP/1.1 200 OK\r\nX: 1\r\n"), *PROTOCOL),
    Fault("C4", "length: negative", answer("Content-Length: -1"), *PROTOCOL),
    Fault("C4", "length: two that differ", answer("Content-Length: 1", "Content-Length: 2"), *PROTOCOL),
    Fault("C4", "length: 5,000 digits", answer("Content-Length: " + "9" * 5000), *PROTOCOL),
    Fault("C4", "length: shorter than the page", answer("Content-Length: 2", body=b"ok and more"), *PROTOCOL, TEXT),
    Fault("C4", "length: longer than the page", answer("Content-Length: 10"), *PROTOCOL, TEXT),
    Fault("C4", "length: huge", answer("Content-Length: 9999999999999999"), *PROTOCOL, TEXT),
    Fault("C1", "length: in words", answer("Content-Length: ten"), *PROTOCOL),
    Fault("C1", "transfer encoding: unknown", answer("Transfer-Encoding: zip"), *PROTOCOL),
    Fault("C1", "chunk: no size", answer("Transfer-Encoding: chunked", body=b"xyz\r\nok\r\n"), *PROTOCOL, TEXT),
    Fault("C1", "chunk: huge", answer("Transfer-Encoding: chunked", body=b"f" * 12 + b"\r\nok"), *PROTOCOL, TEXT),
    Fault("C1", "chunk: absurd", answer("Transfer-Encoding: chunked", body=b"f" * 40 + b"\r\nok"), *PROTOCOL, TEXT),
    Fault("C1", "chunk: wrong end", answer("Transfer-Encoding: chunked", body=b"2\r\nokXX0\r\n\r\n"), *PROTOCOL, TEXT),
    Fault(
        "C1", "chunk: the last is missing", answer("Transfer-Encoding: chunked", body=b"2\r\nok\r\n"), *PROTOCOL, TEXT
    ),
    Fault(
        "C1",
        "chunk: a trailer that is none",
        answer("Transfer-Encoding: chunked", body=b"2\r\nok\r\n0\r\njunk\r\n\r\n"),
        *PROTOCOL,
        TEXT,
    ),
    Fault("C1", "claims gzip and is not", page(b"ok and plain", "Content-Encoding: gzip"), *ENCODING, TEXT),
    Fault("C1", "gzip cut short", page(gzip.compress(b"ok")[:-3], "Content-Encoding: gzip"), *ENCODING, TEXT),
    Fault("C1", "gzip unasked, and right", page(gzip.compress(b"ok"), "Content-Encoding: gzip"), OK, rules=TEXT),
    *(
        Fault("C1", f"charset {name[:20]}", page(b"ok", f"Content-Type: text/html; charset={name}"), OK, rules=TEXT)
        for name in ("x-unknown", "rot13", "zlib", "idna", "undefined", "utf-7", '"', "x" * 5000)
    ),
    Fault("C1", "header: without a colon", answer("Nonsense"), *PROTOCOL),
    Fault("C1", "header: a name of non-ASCII", answer("N\xe4m\xe9: 1"), *PROTOCOL),
    Fault("C1", "header: control characters", answer("X: a\x00b\x1b[31m"), *PROTOCOL),
    Fault("C1", "header: folded from nothing", answer(" folded: 1"), *PROTOCOL),
    Fault("C5", "one header of 200 kB", answer("X: " + "a" * 200_000), *TOO_LARGE),
    Fault("C5", "20,000 headers", answer(*(f"X-{n}: 1" for n in range(20_000))), *TOO_LARGE),
    Fault("C5", "a status line without end", says(b"HTTP/1.1 200 " + b"O" * 300_000), *TOO_LARGE),
    Fault("C5", "informational answers without end", says(b"HTTP/1.1 100 Continue\r\n\r\n" * 20_000), *TOO_LARGE),
    *(
        Fault("C1", f"location: {what}", redirect(location), *ASTRAY)
        for what, location in {
            "bad bracket": "http://[::1/",
            "bad port": "http://127.0.0.1:99999/",
            "port in words": "http://127.0.0.1:port/",
            "control character": "http://\x7f/",
            "IDNA fault": "http://xn--\xe9.test/",
            "label too long": f"http://{'a' * 64}.test/",
            "empty label": "http://a..b/",
            "file:": "file:///etc/passwd",
            "javascript:": "javascript:alert(1)",
            "empty": "",
            "no host": "http:///nowhere",
            "20 kB": "x" * 20_000,
        }.items()
    ),
    Fault("C1", "location: 70 kB", redirect("x" * 70_000), *TOO_LARGE),
    Fault("C1", "location: missing", answer(status="302 Found"), CRITICAL, ("http.status",)),
    Fault("C1", "cookies: junk", page(b"ok", "Set-Cookie: \xff;;;=;\t=", "Set-Cookie:"), OK, rules=TEXT),
    Fault("C1", "cookies: Max-Age overflows", page(b"ok", f"Set-Cookie: a=b; Max-Age={'9' * 400}"), OK, rules=TEXT),
    Fault("C1", "101 nobody asked for", answer("Upgrade: x", "Connection: upgrade", status="101 Go"), *PROTOCOL),
    Fault(
        "C1",
        "a Digest challenge of junk",
        answer("WWW-Authenticate: Digest \x22, nonce=,,,qop=\x22", status="401 No"),
        CRITICAL,
        ("auth",),
        {"auth": {"user": "me", "password": "hush"}},
    ),
    Fault(
        "C1",
        "reset in mid-page",
        behaves(stages.reset_after(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")),
        CRITICAL,
        ("reset",),
        TEXT,
    ),
)

HOSTILITY = (
    Fault(
        "C2",
        "a gzip bomb, 400 kB to 400 MB",
        page(stages.bomb(), "Content-Encoding: gzip"),
        CRITICAL,
        ("http.body_too_large",),
        TEXT,
    ),
    Fault("C2", "30 stacked encodings", page(b"ok", "Content-Encoding: " + ", ".join(["gzip"] * 30)), *ENCODING, TEXT),
    Fault("C2", "br", page(b"\x0b\x02\x80ok\x03", "Content-Encoding: br"), *ENCODING, TEXT),
    Fault("C2", "zstd", page(b"\x28\xb5\x2f\xfd", "Content-Encoding: zstd"), *ENCODING, TEXT),
    Fault("C6", "a redirect to itself", leads_to("/"), *REDIRECTS),
    Fault("C6", "21 hops", leads_to("/"), *REDIRECTS, {"max_redirects": 20}),
    Fault(
        "C6",
        "to itself, half a second each",
        leads_to("/", 0.5),
        CRITICAL,
        ("timeout.first_byte",),
        {"max_redirects": 20},
        1.2,
    ),
    Fault("C7", "to another origin with secrets", stages.nothing_of_the_user_crosses, OK),
    Fault("C7", "to another origin with a client certificate", stages.no_client_certificate_crosses, OK),
    Fault("C9", "from outside to this machine", stages.from_outside_in, *REDIRECTS),
    Fault("C9", "from https to http", stages.from_https_to_http, *REDIRECTS),
    Fault("C9", "to file:", leads_to("file:///etc/passwd"), *REDIRECTS),
    Fault("C9", "to javascript:", leads_to("javascript:alert(1)"), *REDIRECTS),
    Fault("C10", "cookies of one service and another", stages.cookies, OK),
    Fault("C12", "a proxy that is dead", stages.dead_proxy, UNKNOWN, ("proxy",)),
    *(
        Fault("C13", f"certificate {what}", stages.CERTIFICATES[what], CRITICAL, (cause,))
        for what, cause in {
            "expired": "tls.expired",
            "not yet valid": "tls.not_yet_valid",
            "for another host": "tls.hostname",
            "self-signed": "tls.self_signed",
            "of an unknown authority": "tls.unknown_ca",
        }.items()
    ),
    Fault("C13", "certificate revoked", stages.revoked, CRITICAL, ("tls.revoked",)),
    Fault("C13", "certificate ends in 5 days", stages.CERTIFICATES["ends in 5 days"], WARNING, ("tls.expires",)),
    Fault("C15", "the handshake stalls", behaves(stages.stall, "https"), CRITICAL, ("timeout.tls",), timeout=SHORT),
    Fault(
        "C15",
        "it stalls after ServerHello",
        behaves(stages.stall_after_hello, "https"),
        CRITICAL,
        ("timeout.tls",),
        timeout=SHORT,
    ),
    Fault("C15", "it drips", behaves(stages.drip_a_handshake, "https"), CRITICAL, ("timeout.tls",), timeout=SHORT),
    Fault("C16", "TLS 1.1", stages.outdated("-tls1_1", "-cipher", "ALL:@SECLEVEL=0"), CRITICAL, ("tls.version",)),
    Fault("C16", "a short Diffie-Hellman key", stages.weak_diffie_hellman, CRITICAL, ("tls.version",)),
    Fault("C16", "a certificate signed with SHA-1", stages.signed_with_sha1, CRITICAL, ("tls.version",)),
    Fault(
        "C19",
        "ten bad pages that say 200",
        stages.pages(
            *("Database error", "", "<p>Twitter is over capacity</p>", "404", "<h1>It works!</h1>", "null", "{}"),
            *("welcome home: fatal error", "Welcome to nginx!", "domain for sale"),
        ),
        CRITICAL,
        ("http.body",),
        {"contains": "home", "not_contains": "rror"},
    ),
    Fault(
        "C19",
        "ten good pages",
        stages.pages(*(f"welcome home, {n}" for n in range(10))),
        OK,
        rules={"contains": "home", "not_contains": "rror", "matches": "home, [0-9]$"},
    ),
    Fault(
        "C20",
        "429 and Retry-After: 86400",
        answer("Retry-After: 86400", status="429 Busy"),
        UNKNOWN,
        ("turned_away",),
    ),
    Fault(
        "C20",
        "503 and Retry-After: 86400",
        answer("Retry-After: 86400", status="503 Busy"),
        CRITICAL,
        ("http.status",),
    ),
    Fault(
        "C21", "403 after the token changed", answer(status="403 No"), CRITICAL, ("auth",), {"auth": {"token": "hush"}}
    ),
    Fault(
        "C23",
        "events without end, no rule",
        behaves(saying(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n", b"data: 1\n\n", hold=True)),
        OK,
    ),
    Fault(
        "C23",
        "events without end, a rule",
        behaves(saying(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n", b"data: 1\n\n", hold=True)),
        CRITICAL,
        ("http.body",),
        TEXT,
    ),
    Fault(
        "C23",
        "a page without end, no rule",
        behaves(saying(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", b"<p>", hold=True)),
        CRITICAL,
        ("timeout.body",),
        timeout=SHORT,
    ),
)

PAYLOADS = (
    Fault("D1", "(a+)+$ on 27 of them", page(b"a" * 27 + b"!"), CRITICAL, ("http.body",), {"matches": "(a+)+$"}),
    Fault("D1", "(x+x+)+y on a megabyte", page(b"x" * 1_048_576), CRITICAL, ("http.body",), {"matches": "(x+x+)+y"}),
    Fault("D2", "200,000 deep", page(b"[" * 200_000 + b"]" * 200_000), *JSON, ANY_JSON),
    Fault("D2", "an integer of 5,000 digits", page(b'{"a": ' + b"9" * 5000 + b"}"), *JSON, ANY_JSON),
    Fault("D2", "NaN", page(b'{"a": NaN}'), *JSON, ANY_JSON),
    Fault("D2", "half a character", page(b'{"a": "\\ud800 and more"}'), *JSON, ANY_JSON),
    Fault("D2", "UTF-16", page(json.dumps({"a": 1}).encode("utf-16")), *JSON, ANY_JSON),
    Fault("D2", "a byte order mark", page(b'\xef\xbb\xbf{"a": 1}'), OK, rules={"json": "a == `1`"}),
    Fault("D2", "a key that stands twice", page(b'{"a": 1, "a": 2}'), OK, rules={"json": "a == `2`"}),
    Fault("D2", "not JSON at all", page(b"<html>"), *JSON, ANY_JSON),
)

ROWS = (*CORPUS, *HOSTILITY, *PAYLOADS)
