"""What a target said to a check that failed: enough to prove it, and nothing that is ours to keep."""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import json
import ssl
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.probes.asking import ask, means
from tests.probes.certificates import moment, pem, server, trusting
from tests.probes.dialogue import Dialogue
from tests.servers import Asked, HttpServer, RawServer, Reply, saying
from trayapp import events
from trayapp.core.keys import Reference
from trayapp.core.taming import tame
from trayapp.core.words import CheckResult, Finding, Outcome
from trayapp.probes.certified import summary
from trayapp.probes.confided import Confided
from trayapp.probes.http import Http
from trayapp.probes.imap import Imap
from trayapp.probes.redis import Redis
from trayapp.probes.smtp import Smtp
from trayapp.probes.tcp import Tcp

PAGE = b"<h1>Over capacity</h1>\n\n<p>Too many   tweets</p>\n"


def exhibit(probe: Any, **keys: Any) -> dict[str, Any]:
    finding = ask(probe, **keys)
    assert finding.outcome is Outcome.CRITICAL
    return dict(finding.exhibit)


def test_a_page_that_fails_is_shown_by_its_status_line_its_headers_and_its_beginning() -> None:
    with HttpServer(503, PAGE, headers={"Retry-After": "120", "X-Request-Id": "7f0d-4711-aaaa-bbbb-0001"}) as site:
        shown = exhibit(Http(site.url))
    assert shown["status_line"] == "HTTP/1.1 503 Said"
    assert ["Retry-After", "120"] in shown["headers"]
    assert ["X-Request-Id", "7f0d-4711-aaaa-bbbb-0001"] in shown["headers"]
    assert shown["body"] == "<h1>Over capacity</h1>\n<p>Too many tweets</p>"
    assert "hops" not in shown
    assert "certificate" not in shown


def test_a_page_that_is_well_has_no_exhibit() -> None:
    with HttpServer(200, PAGE) as site:
        finding = ask(Http(site.url))
    assert finding.outcome is Outcome.OK
    assert finding.exhibit == {}


def test_an_exhibit_is_told_nowhere_but_as_evidence() -> None:
    with HttpServer(500, b"unlikely-words") as site:
        finding = ask(Http(site.url, contains="x", expect_status=("200-599",)))
    assert finding.exhibit["body"] == "unlikely-words"
    assert "unlikely-words" not in repr(finding)
    assert "unlikely-words" not in json.dumps(events.check_object(CheckResult("x", 1, 2, finding)))


def test_the_glimpse_of_a_page_costs_no_latency_and_no_verdict() -> None:
    head = b"HTTP/1.1 503 No\r\nContent-Length: 100\r\n\r\n"
    with RawServer(saying(head, b"the beginning", hold=True)) as site:
        finding = ask(Http(f"http://127.0.0.1:{site.port}/"))
        hurried = ask(Http(f"http://127.0.0.1:{site.port}/"), timeout=0.09)
    assert finding.message == "HTTP 503"
    assert finding.exhibit["body"] == "the b"  # what comes last may be half of a secret
    assert hurried.message == "HTTP 503"
    assert "body" not in hurried.exhibit


def test_headers_that_confide_something_are_hidden_and_addresses_lose_their_query() -> None:
    headers = {
        "Set-Cookie": "session=abcdef",
        "WWW-Authenticate": 'Digest nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"',
        "X-Csrf-Token": "abcdef",
        "X-Strange": "QmFzZTY0IGVuY29kZWQgMTIz",
        "X-Plain": "cache-7 of 12",
        "Location": "https://user:pw@login.example/in?ticket=ST-1856339",
        "Link": "<https://x.example/?t=1>; rel=next",
    }
    with HttpServer(500, b"", headers=headers) as site:
        shown = dict(map(tuple, exhibit(Http(site.url))["headers"]))
    hidden = ("Set-Cookie", "WWW-Authenticate", "X-Csrf-Token", "X-Strange")
    assert [shown[name] for name in hidden] == ["***"] * 4
    assert shown["X-Plain"] == "cache-7 of 12"
    assert shown["Location"] == "https://login.example/in?***"
    assert shown["Link"] == "<https://x.example/?***>; rel=next"


def test_at_most_forty_headers_of_two_hundred_characters_are_kept() -> None:
    with HttpServer(500, b"", headers={f"X-{n}": "word " * 100 for n in range(90)}) as site:
        shown = exhibit(Http(site.url))
    assert len(shown["headers"]) == 40
    assert max(len(value) for _, value in shown["headers"]) <= 200
    assert tame(shown) == shown


def test_redirects_are_shown_without_their_queries() -> None:
    def answer(asked: Asked) -> Reply:
        if asked.path.startswith("/a"):
            return Reply(302, headers={"Location": "/b?ticket=4711471147"})
        return Reply(500, b"your ticket is 4711471147")

    with HttpServer(answer=answer) as site:
        shown = exhibit(Http(site.url + "a?x=1"))
    assert shown["hops"] == [f"GET {site.url}a: HTTP 302", f"GET {site.url}b: HTTP 500"]


def test_where_nobody_answers_a_redirect_is_all_there_is_to_show() -> None:
    with HttpServer(302, headers={"Location": "http://127.0.0.1:1/x?y"}) as site:
        finding = ask(Http(site.url))
    assert finding.cause == "refused"
    assert finding.exhibit == {"hops": [f"GET {site.url}: HTTP 302", "GET http://127.0.0.1:1/x: no answer"]}


def test_a_page_is_read_in_its_charset_and_what_is_no_text_is_not_shown() -> None:
    with HttpServer(500, "Übung".encode("latin-1"), headers={"Content-Type": "text/html; charset=ISO-8859-1"}) as site:
        assert exhibit(Http(site.url))["body"] == "Übung"
        site.headers = {"Content-Type": "text/html; charset=../../evil"}
        site.body = "Übung".encode()
        assert exhibit(Http(site.url))["body"] == "Übung"
        site.headers = {"Content-Encoding": "gzip"}
        site.body = gzip.compress(b"packed words and more of them")
        assert exhibit(Http(site.url))["body"].startswith("packed words")
        site.headers = {"Content-Encoding": "br"}
        assert "body" not in exhibit(Http(site.url))
        site.headers = {}
        site.body = bytes(range(256)) * 8
        shown = exhibit(Http(site.url))
    assert shown["note"] == "what it sent is not text"
    assert "body" not in shown


def test_nothing_of_a_page_can_command_a_terminal_or_turn_its_line() -> None:
    with HttpServer(500, b"\x1b[31mred\x1b[0m \xe2\x80\xaeevil\r\n\x07bell") as site:
        assert exhibit(Http(site.url))["body"] == "red evil\nbell"


@pytest.mark.parametrize("reads", [True, False])
def test_an_excerpt_ends_after_a_thousand_characters_and_says_so(reads: bool) -> None:
    with HttpServer(500, b"word " * 10_000) as site:
        expected = ("200-599",) if reads else ("200",)
        body = exhibit(Http(site.url, contains="missing" if reads else "", expect_status=expected))["body"]
    assert 190 <= len(body) <= 1000
    assert body.endswith("…")


def test_the_certificate_that_was_shown_is_summed_up() -> None:
    with HttpServer(500, b"", tls=server()) as site:
        shown = exhibit(Http(site.url), tls=trusting())
    assert shown["tls"].startswith("TLSv1.")
    certificate = shown["certificate"]
    assert sorted(certificate) == ["begins", "ends", "issuer", "names", "sha256", "subject"]
    assert "localhost" in certificate["names"] or "localhost" in certificate["subject"]
    assert certificate["ends"].endswith(" UTC")
    assert len(certificate["sha256"]) == 64


def test_so_is_one_that_was_refused_for_its_date() -> None:
    with HttpServer(tls=server(not_before=moment(2020, 1, 2), not_after=moment(2020, 3, 4))) as site:
        finding = ask(Http(site.url), tls=trusting())
    assert finding.cause == "tls.expired"
    certificate = finding.exhibit["certificate"]
    assert (certificate["begins"][:10], certificate["ends"][:10]) == ("2020-01-02", "2020-03-04")


# Lines


def test_the_last_lines_of_a_server_that_talks_in_lines_are_kept() -> None:
    script = Dialogue(b"220-hello\r\n220 mail.test\r\n", ..., b"550-we know you\r\n550 go away\x1b[1m\r\n")
    with RawServer(script) as site:
        shown = exhibit(Smtp("127.0.0.1", site.port))
    assert shown == {"said": ["220-hello", "220 mail.test", "550-we know you", "550 go away\x1b[1m"]}
    assert tame(shown)["said"][-1] == "550 go away"


def test_no_more_than_six_of_them() -> None:
    with RawServer(Dialogue(b"".join(b"220-%d\r\n" % n for n in range(200)))) as site:
        said = exhibit(Smtp("127.0.0.1", site.port))["said"]
    assert said == [f"220-{n}" for n in range(94, 100)]


def test_after_a_secret_was_sent_no_line_is_kept() -> None:
    with RawServer(Dialogue(..., b"-ERR your password is hunter22\r\n")) as site:
        shown = exhibit(Redis("127.0.0.1", site.port, password="hunter22"))
        without = exhibit(Redis("127.0.0.1", site.port))
        words = exhibit(Tcp("127.0.0.1", site.port, send="hunter22\r\n", expect="+OK"))
    assert shown == {"note": "what it said is not kept, for it was sent a secret"}
    assert without["said"][0].startswith("-ERR your password is")
    assert "said" not in words


def test_a_greeting_that_is_none_is_kept() -> None:
    with RawServer(Dialogue(b"* BYE overloaded\r\n")) as site:
        assert exhibit(Imap("127.0.0.1", site.port))["said"] == ["* BYE overloaded"]


# Secrets


async def _revealed(text: Any) -> str:
    return text if isinstance(text, str) else "s3cr3t-of-the-shop"


def _asked(probe: Http, page: bytes) -> Finding:
    with HttpServer(500, page) as site:
        return asyncio.run(replace(probe, url=site.url).check(replace(means(), reveal=_revealed)))


def test_a_secret_of_the_keyring_is_taken_out_wherever_it_was_used() -> None:
    secret = Reference("secret", "shop")
    encoded = base64.b64encode(b"x:s3cr3t-of-the-shop").decode()
    page = f"before (s3cr3t-of-the-shop) between (S3CR3T-OF-THE-SHOP) after ({encoded})".encode()
    for probe in (
        Http("http://x.test/", headers={"Accept": secret}),
        Http("http://x.test/", auth={"token": secret}),
        Http("http://x.test/", auth={"user": "me", "password": secret}),
        Http("http://x.test/", method="POST", body=secret),
    ):
        body = _asked(probe, page).exhibit["body"]
        assert body.startswith("before (***) between (***) after (")
        assert encoded[4:] not in body


def test_what_is_no_secret_stays_to_be_read() -> None:
    probe = Http("http://x.test/", headers={"Accept": "application/json", "X-Shop": "basement-13"})
    assert _asked(probe, b"only application/json for basement-13").exhibit["body"] == "only application/json for ***"


def test_a_secret_too_short_to_be_looked_for_keeps_everything_from_being_quoted() -> None:
    probe = Http("http://x.test/", headers={"X-Pin": "123"})
    shown = _asked(probe, b"no, 123 is wrong").exhibit
    assert shown == {"note": "what it said is not kept: it knows a secret"}


def test_so_does_a_content_too_long_to_be_looked_for() -> None:
    probe = Http("http://x.test/", method="POST", body="x" * 20_000)
    assert "body" not in _asked(probe, b"xxxxxxxxxxxxxxxx").exhibit


@given(st.text(min_size=8, max_size=40), st.text(max_size=30), st.integers(0, 10))
@settings(max_examples=150, deadline=None)
def test_no_eight_characters_of_a_secret_get_through(secret: str, around: str, at: int) -> None:
    secret = secret.strip()
    if len(secret) < 4:
        return
    text = around + secret + around + json.dumps({"echo": secret}) + secret[at:] + around
    clean = Confided([secret]).scrub(text)
    for begin in range(len(secret) - 7):
        assert secret[begin : begin + 8] not in clean or "***" in secret


# Certificates, of which a server may send any bytes


def _certificate() -> bytes:
    return ssl.PEM_cert_to_DER_cert(pem("site.test")[0].decode().partition("-----END CERTIFICATE-----")[0] + _END)


_END = "-----END CERTIFICATE-----\n"
WHOLE = _certificate()


def test_a_certificate_says_whose_it_is() -> None:
    told = summary(WHOLE)
    assert told["names"] == "site.test"
    assert "trustme" in told["issuer"]
    assert told["sha256"] == hashlib.sha256(WHOLE).hexdigest()


@given(st.binary(max_size=400))
def test_what_is_no_certificate_says_nothing(der: bytes) -> None:
    assert summary(der) == {}


@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=6))
@settings(deadline=None)
def test_a_spoilt_certificate_says_something_bounded_or_nothing(spoilt: list[tuple[int, int]]) -> None:
    der = bytearray(WHOLE)
    for at, value in spoilt:
        der[at] = value
    told = summary(bytes(der))
    assert all(isinstance(value, str) and len(value) <= 200 for value in told.values())
