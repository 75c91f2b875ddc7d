from __future__ import annotations

import json
import unicodedata
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trayapp.core import evidence
from trayapp.core.evidence import MOST_BYTES, Evidence, Seen, Vantage, Witness, as_text
from trayapp.core.keys import Duration
from trayapp.core.words import CheckResult, Finding, Incident, Outcome, Service

T = 1_790_000_000_000
BERLIN = ZoneInfo("Europe/Berlin")


def bad(at: int, **more: Any) -> Seen:
    phases = {"dns": 1.0, "connect": 4.1, "tls": 12.0, "first_byte": 13.9}
    return Seen(at, at + 31, Outcome.CRITICAL, "http.status", "HTTP 503", 31.2, phases, "192.0.2.7", **more)


def good(at: int) -> Seen:
    return Seen(at, at + 182, Outcome.OK, latency_ms=182.0, address="192.0.2.7")


EXHIBIT = {
    "status_line": "HTTP/1.1 503 Service Unavailable",
    "headers": [["Server", "nginx"], ["Retry-After", "120"]],
    "body": "<h1>Over capacity</h1>\n<p>Too many tweets</p>",
    "certificate": {"subject": "twitter.com", "issuer": "An Authority", "begins": "b", "ends": "e", "sha256": "ab"},
}
NETWORK = Vantage(
    "internet",
    "online",
    since=T - 9_000_000,
    steady_since=T - 8_000_000,
    link="wlan0",
    witnesses=(
        Witness("control", "https://1.1.1.1", T + 11_000),
        Witness("names", "", T + 11_000),
        Witness("service", "Payroll", T + 12_000),
        Witness("service", "Wiki", T + 13_000),
    ),
)
OPENING = Evidence(
    at=T + 20_031,
    title="Twitter",
    kind="http",
    target="https://twitter.com/",
    interval=60_000,
    recheck=10_000,
    timeout=10_000,
    needed=3,
    checks=(bad(T), bad(T + 10_000), bad(T + 20_000)),
    before=good(T - 60_000),
    exhibit=EXHIBIT,
    network=NETWORK,
    version="1.2",
)
INCIDENT = Incident(17, "twitter", T, T + 20_031, "http.status", "HTTP 503")


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3000),
    lambda inner: st.lists(inner, max_size=60) | st.dictionaries(st.text(max_size=80), inner, max_size=50),
    max_leaves=60,
)
long_texts = st.integers(0, 9000).flatmap(lambda n: st.sampled_from('a"\\é😀\u202e\x00\n').map(lambda c: c * n))
exhibits = st.fixed_dictionaries(
    {},
    optional={
        "body": long_texts | anything,
        "headers": st.lists(st.lists(long_texts, min_size=2, max_size=2), max_size=60) | anything,
        "said": st.lists(long_texts, max_size=60),
        "certificate": anything,
        "x": anything,
    },
)
moments = st.integers(0, 2**50)
checks = st.builds(
    Seen,
    moments,
    moments,
    st.sampled_from(Outcome),
    st.text(max_size=300),
    long_texts | st.text(),
    st.none() | st.floats(),
    st.dictionaries(st.sampled_from(["dns", "tls", "body", "nonsense"]), st.floats()),
    st.none() | st.text(max_size=300),
)
witnesses = st.builds(Witness, st.sampled_from(["control", "service", "near"]), long_texts, moments, long_texts)
testimonies = st.builds(
    Vantage,
    st.text(max_size=100),
    st.text(max_size=100),
    long_texts,
    st.none() | moments,
    st.none() | moments,
    st.text(max_size=100),
    st.lists(long_texts, max_size=9).map(tuple),
    st.booleans(),
    st.booleans(),
    st.lists(witnesses, max_size=30).map(tuple),
)
whatever = st.builds(
    Evidence,
    moments,
    long_texts,
    st.text(),
    long_texts,
    moments,
    moments,
    moments,
    st.integers(1, 100),
    st.lists(checks, max_size=20).map(tuple),
    st.none() | checks,
    exhibits,
    st.none() | testimonies,
    st.text(),
    st.just(()),
)


@given(whatever)
@settings(max_examples=150, deadline=None)
def test_whatever_it_holds_it_fits_and_comes_back_the_same(made: Evidence) -> None:
    text = made.to_json()
    assert len(text.encode()) <= MOST_BYTES
    again = Evidence.from_json(text)
    assert again.to_json() == text
    assert Evidence.from_json(again.to_json()) == again
    assert not [c for c in text if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Cn"}]
    for string in strings(json.loads(text)):
        assert not [c for c in string if c != "\n" and unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Cn"}]


@given(whatever, st.none() | whatever, st.text(), st.none() | st.integers(0, 2**50))
@settings(max_examples=80, deadline=None)
def test_whatever_it_holds_the_report_is_plain_text_of_sixty_lines(
    opening: Evidence, closing: Evidence | None, title: str, end: int | None
) -> None:
    opening = Evidence.from_json(opening.to_json())
    closing = Evidence.from_json(closing.to_json()) if closing is not None else None
    incident = Incident(1, "x", T, T, "c\x1b[1m", "m\u202e", end, "recovered" if end is not None else "")
    text = as_text(incident, opening, closing, title=title, now=T, zone=BERLIN)
    assert len(text.splitlines()) <= 60
    assert not [c for c in text if c != "\n" and unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Cn"}]


def strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [string for item in inner for string in strings(item)]


def test_evidence_of_ordinary_size_comes_back_as_it_was() -> None:
    assert Evidence.from_json(OPENING.to_json()) == OPENING


def test_what_does_not_fit_is_cut_in_its_order_and_said_to_be() -> None:
    wide = "😀" * 190
    long = "\n".join([wide] * 5)
    headers = [[wide, wide]] * 40
    exhibit = {"body": long, "headers": headers, "status_line": "HTTP/1.1 500 No"}
    fitted = Evidence.from_json(Evidence(*_parts(OPENING), exhibit=exhibit).to_json())
    assert fitted.cut == ("excerpt", "headers")
    assert "body" not in fitted.exhibit
    assert 1 <= len(fitted.exhibit["headers"]) < 40
    assert fitted.exhibit["status_line"] == "HTTP/1.1 500 No"
    assert len(fitted.checks) == 3
    assert "Left out for want of room: excerpt, headers." in as_text(
        INCIDENT, fitted, None, title="Twitter", now=T, zone=BERLIN
    )


def _parts(made: Evidence) -> tuple[Any, ...]:
    return (
        *(made.at, made.title, made.kind, made.target, made.interval, made.recheck, made.timeout),
        *(made.needed, made.checks),
    )


@pytest.mark.parametrize("value", [5, "x", {"a": 1}, [5], ["xy"], [["a", "b", "c"]], None, True])
def test_a_strange_exhibit_makes_no_strange_report(value: Any) -> None:
    exhibit = dict.fromkeys(("hops", "status_line", "headers", "said", "body", "note", "details", "certificate"), value)
    seen = Evidence.from_json(Evidence(*_parts(OPENING), exhibit=exhibit).to_json())
    assert "What was seen" in as_text(INCIDENT, seen, None, title="Twitter", now=T, zone=BERLIN)


def test_keys_of_a_newer_version_are_passed_over() -> None:
    value = json.loads(OPENING.to_json())
    value["weather"] = {"rain": True}
    value["checks"][0]["mood"] = "grey"
    value["network"]["witnesses"][0]["hat"] = 1
    assert Evidence.from_json(json.dumps(value)) == OPENING


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "this is no JSON"),
        ("[" * 60_000, "this is no JSON"),
        ('{"at": NaN}', "this is no JSON"),
        ("1" * 70_000, "this is larger than evidence can be"),
        ("[1]", "the evidence is no object"),
        ("{}", "the evidence has a key at that is not a whole number"),
        ('{"at": true}', "the evidence has a key at that is not a whole number"),
        ('{"at": 1e300}', "the evidence has a key at that is not a whole number"),
        (f'{{"at": {2**60}}}', "the evidence has a key at that is not a whole number"),
        ('{"at": 1, "title": 7}', "the evidence has a key title that is not a text"),
    ],
)
def test_what_is_no_evidence_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^{sentence}$"):
        Evidence.from_json(text)


@pytest.mark.parametrize("key", ["at", "checks", "before", "exhibit", "network", "title", "cut", "needed"])
@pytest.mark.parametrize("value", [7.5, "x", [], {}, [7], [[]], True, {"at": []}, [{"at": {}}]])
def test_a_key_of_another_type_is_refused_or_read_and_nothing_else(key: str, value: Any) -> None:
    whole = json.loads(OPENING.to_json())
    whole[key] = value
    try:
        read = Evidence.from_json(json.dumps(whole))
    except ValueError as error:
        assert str(error)
    else:
        assert len(read.to_json()) <= MOST_BYTES


def test_the_evidence_of_a_run_names_no_secret_of_the_address() -> None:
    service = Service(id="shop", probe=_Named(), interval=Duration(60_000))
    finding = Finding(Outcome.CRITICAL, "refused", message="connection refused", exhibit={"said": ["x"]})
    result = CheckResult("shop", T, T + 2, finding)
    made = evidence.of(service, T + 2, 1, (result,), None, None, "1.2")
    assert made.target == "https://shop.example/?page=2&token=***&next=1"
    assert made.exhibit == {"said": ["x"]}
    assert made.recheck == 10_000


class _Named:
    """A probe that is never asked."""

    kind = "http"
    target = "https://shop.example/?page=2&token=Xk29dmm3&next=1"

    @classmethod
    def load(cls) -> None:
        raise NotImplementedError

    async def check(self, means: Any, /) -> Finding:
        raise NotImplementedError


# The report


def test_the_report_of_an_outage_that_is_on() -> None:
    text = as_text(INCIDENT, OPENING, None, title="Twitter", now=T + 1_769_000, zone=BERLIN, version="1.2")
    assert text == REPORT


REPORT = """\
Twitter is down
https://twitter.com/ (http)

From       2026-09-21 16:13:20 +02:00 (14:13:20 UTC), the first failed check
Until      still down at 2026-09-21 16:42:49 +02:00 (14:42:49 UTC)
Lasted     29 min 29 s so far
Confirmed  2026-09-21 16:13:40 +02:00 (14:13:40 UTC), by 3 failed checks in a row
Cause      HTTP 503 (http.status)

What was seen (times in +02:00)
  16:13:20.000  failed: HTTP 503, after 31 ms, from 192.0.2.7
  16:13:30.000  failed: HTTP 503, after 31 ms, from 192.0.2.7
  16:13:40.000  failed: HTTP 503, after 31 ms, from 192.0.2.7
  The last of these, step by step: name 1 ms, connection 4.1 ms, encryption 12 ms, first byte 13 ms
  Last good check before: 2026-09-21 16:12:20 +02:00 (14:12:20 UTC), good, after 182 ms, from 192.0.2.7

What it answered (secrets taken out, cut where it was long)
  HTTP/1.1 503 Service Unavailable
  Server: nginx
  Retry-After: 120
  | <h1>Over capacity</h1>
  | <p>Too many tweets</p>

The certificate it showed
  twitter.com, issued by An Authority
  valid from b to e
  SHA-256 ab

Was it our own network?
  No, as far as can be seen from here.
  After the first failed check these answered over the same network:
  - https://1.1.1.1, asked for comparison, at 16:13:31.000
  - our name server, with what only the internet knows, at 16:13:31.000
  - 2 other services that we watch, last at 16:13:33.000
  Our connection (wlan0, no VPN) had not changed since 2026-09-21 14:00:00 +02:00 (12:00:00 UTC).

How this was measured
  Asked every 1 min, every 10 s while in doubt, waiting at most 10 s for an answer.
  By Watchbell 1.2, by the clock of the computer that it runs on.
"""


def test_the_report_of_an_outage_that_is_over_says_how_it_came_back() -> None:
    over = Incident(17, "twitter", T, T + 20_031, "http.status", "HTTP 503", T + 90_061_000, "recovered")
    checks = (good(T + 90_061_000), good(T + 90_071_000))
    closing = Evidence(*_parts(OPENING)[:7], 2, checks, before=bad(T + 90_001_000))
    text = as_text(over, OPENING, closing, title="Twitter", now=T + 99_000_000, zone=ZoneInfo("UTC"))
    assert text.startswith("Outage of Twitter\n")
    assert "Until      2026-09-22 15:14:21 UTC, the first good check\n" in text
    assert "Lasted     1 d 1 h 1 min 1 s\n" in text
    assert "  15:14:21.000  good again, after 182 ms, from 192.0.2.7\n" in text
    assert "  Last failed check before: 2026-09-22 15:13:21 UTC, failed: HTTP 503" in text


def test_the_longest_report_has_sixty_lines() -> None:
    word = ["word"] * 40
    exhibit = {"hops": word, "status_line": "s", "headers": [["a", "b"]] * 40, "body": "\n".join(word), "note": "n"}
    exhibit |= {"details": {"a": 1}, "certificate": {"subject": "x"}}
    witnesses = tuple(Witness(role, "x", T) for role in ("control", "near", "far", "names", "service") for _ in "ab")
    network = Vantage("internet", own_answer=True, portal=True, witnesses=witnesses)
    run = tuple(bad(T + at) for at in range(10))
    opening = Evidence(*_parts(OPENING)[:7], 20, run, good(T), exhibit, network, "1", ("excerpt", "headers"))
    closing = Evidence(*_parts(OPENING)[:7], 20, tuple(good(T + at) for at in range(10)), bad(T))
    over = Incident(17, "twitter", T, T, "http.status", "HTTP 503", T + 9, "recovered", True)
    text = as_text(over, opening, closing, title="Twitter", now=T, zone=BERLIN, version="2")
    assert len(text.splitlines()) == 60
    assert "(and 40 more headers)" in text


def test_what_a_check_found_beside_its_message_is_told_too() -> None:
    service = Service(id="dns", probe=_Named())
    details = {"rcode": "NXDOMAIN", "server": "192.0.2.53", "errno": 7}
    finding = Finding(Outcome.CRITICAL, "dns.nxdomain", message="x.test does not exist", details=details)
    made = evidence.of(service, T, 1, (CheckResult("dns", T, T + 2, finding),), None, None, "1.2")
    assert made.exhibit == {"details": {"rcode": "NXDOMAIN", "server": "192.0.2.53"}}
    text = as_text(INCIDENT, made, None, title="Names", now=T, zone=BERLIN)
    assert "  rcode: NXDOMAIN, server: 192.0.2.53\n" in text


def test_the_other_company_learns_no_name_of_another_service_of_ours() -> None:
    text = as_text(INCIDENT, OPENING, None, title="Twitter", now=T, zone=BERLIN)
    assert "Payroll" not in text
    assert "Payroll" in OPENING.to_json()


def test_the_report_claims_no_more_than_was_seen() -> None:
    def network(told: Vantage) -> str:
        seen = Evidence(*_parts(OPENING), network=told)
        text = as_text(INCIDENT, seen, None, title="Twitter", now=T, zone=BERLIN)
        return text.partition("own network?\n")[2].partition("\n\n")[0]

    assert network(Vantage("internet")).startswith("  Not proven: there was nobody else to be asked.\n")
    assert network(Vantage("internet", own_answer=True)).startswith("  No. The service itself answered, ")
    assert network(Vantage("loopback")) == (
        "  No network lies between: the service runs on the computer that checks it."
    )
    assert "login pages" in network(Vantage("internet", portal=True))
    tunnelled = network(Vantage("vpn:tun0", link="tun0", tunnels=("tun0",)))
    assert "Our connection (tun0, with the VPN tun0 up); since when it has been as it is, is not known." in tunnelled


def test_an_incident_without_evidence_has_a_shorter_report() -> None:
    over = Incident(3, "twitter", T, T + 20_031, "refused", "connection refused", T + 60_000, "recovered", True)
    text = as_text(over, None, None, title="Twitter", now=T + 99_000, zone=BERLIN, version="1.2")
    assert "Lasted     at most 1 min 0 s" in text
    assert "but it came back unseen: that is the latest it can have been" in text
    assert "What was seen" not in text
    assert "  By Watchbell 1.2, by the clock" in text


def test_checks_of_the_run_that_nobody_remembers_are_counted() -> None:
    seen = Evidence(*_parts(OPENING)[:8], (bad(T + 20_000),))
    text = as_text(INCIDENT, seen, None, title="Twitter", now=T, zone=BERLIN)
    assert "  (2 earlier checks of this run not listed)\n" in text
