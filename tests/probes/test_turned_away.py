"""A server that refuses nobody but us is no outage, and one that is out of order is no bot check."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.faults.table import Property, row
from tests.probes.asking import ask
from tests.servers import HttpServer, RawServer, saying
from trayapp.core.words import Blame, Outcome
from trayapp.probes.http import Http
from trayapp.probes.websocket import Websocket

PLAIN = "<h1>403 Forbidden</h1><hr>nginx"
REBUFFS: Mapping[str, tuple[int, Mapping[str, str], str, str]] = {
    "429": (429, {}, "", "a rate limit"),
    "403 with cf-mitigated": (403, {"CF-Mitigated": "challenge"}, "", "a bot check of Cloudflare"),
    "503 with a bot check": (503, {}, "<title>Just a moment...</title>", "a bot check"),
    "403 and 'rate limit'": (403, {}, '{"message": "API RATE  limit exceeded for 192.0.2.7"}', "a rate limit"),
    "403 and a counter at 0": (403, {"X-RateLimit-Remaining": "0"}, "", "a rate limit"),
    "403 for a blocked address": (403, {}, "Your IP address has been banned.", "its address is blocked"),
    "403 of AWS's firewall": (403, {"x-amzn-waf-action": "captcha"}, "", "a bot check of AWS"),
    "403 of Akamai": (403, {"Server": "AkamaiGHost"}, "Access Denied. Reference #18.1", "a firewall of Akamai"),
}
OUTAGES: Mapping[str, tuple[int, Mapping[str, str], str]] = {
    "403": (403, {}, PLAIN),
    "503": (503, {"Retry-After": "60"}, "Service Unavailable"),
    "503 of a shop with a captcha in its form": (503, {}, "<script src=recaptcha.js></script> We are sorry"),
    "503 of Cloudflare's own": (503, {"Server": "cloudflare"}, "origin is down"),
    "500 and 'rate limit'": (500, {"cf-mitigated": "challenge"}, "rate limit"),
    "403 and a counter above 0": (403, {"X-RateLimit-Remaining": "10"}, PLAIN),
}


@pytest.mark.parametrize("what", REBUFFS)
def test_a_server_that_turns_us_away_is_not_down(what: str, record_property: Property) -> None:
    status, headers, body, why = REBUFFS[what]
    with (
        HttpServer(status, body.encode(), headers={**headers, "Retry-After": "120"}) as server,
        row("found-T26", what, record_property) as seen,
    ):
        finding = ask(Http(server.url))
        seen.seen(finding.outcome.name, finding.cause)
        told = ask(Http(server.url, turned_away="down"))
    assert (finding.outcome, finding.cause, finding.blame) == (Outcome.UNKNOWN, "turned_away", Blame.NETWORK)
    assert finding.message == f"it answers, but turns this computer away (HTTP {status}: {why})"
    assert finding.details["retry_after_s"] == 120
    assert (told.outcome, told.cause) == (Outcome.CRITICAL, "http.status")


@pytest.mark.parametrize("what", OUTAGES)
def test_an_outage_that_only_looks_like_it_is_one(what: str) -> None:
    status, headers, body = OUTAGES[what]
    with HttpServer(status, body.encode(), headers=headers) as server:
        finding = ask(Http(server.url))
    assert (finding.outcome, finding.cause, finding.message) == (Outcome.CRITICAL, "http.status", f"HTTP {status}")


def test_a_status_that_is_expected_is_no_rebuff() -> None:
    with HttpServer(429) as server:
        assert ask(Http(server.url, expect_status=("429",))).outcome is Outcome.OK
        assert ask(Http(server.url, expect_status=("429",), contains="x")).cause == "http.body"


def test_refused_credentials_are_told_as_such_unless_the_server_says_otherwise() -> None:
    with HttpServer(403, PLAIN.encode()) as server:
        assert ask(Http(server.url, auth={"token": "hush"})).cause == "auth"
        server.headers = {"cf-mitigated": "challenge"}
        assert ask(Http(server.url, auth={"token": "hush"})).cause == "turned_away"


def test_a_websocket_that_turns_us_away_is_not_down_either(record_property: Property) -> None:
    refusals = {
        b"HTTP/1.1 429 Too Many Requests\r\n\r\n": "turned_away",
        b"HTTP/1.1 403 No\r\ncf-mitigated: challenge\r\n\r\n": "turned_away",
        b"HTTP/1.1 403 No\r\n\r\n": "auth",
        b"HTTP/1.1 503 No\r\nServer: x\r\n\r\n": "websocket.status",
    }
    for said, cause in refusals.items():
        with RawServer(saying(said, hold=True)) as server:
            what = f"websocket: {said.split(b' ', 1)[1].split(chr(13).encode())[0].decode()}"
            with row("found-T26", f"{what}, {cause}", record_property) as seen:
                finding = ask(Websocket(f"ws://127.0.0.1:{server.port}/"))
                seen.seen(finding.outcome.name, finding.cause)
            assert finding.cause == cause
            assert (finding.outcome is Outcome.UNKNOWN) == (cause == "turned_away")
            told = ask(Websocket(f"ws://127.0.0.1:{server.port}/", turned_away="down"))
            assert told.outcome is Outcome.CRITICAL
