"""Pages are read to their end, whether or not there is a rule on them; those that never end, to their first event."""

from __future__ import annotations

import gzip

import pytest

from tests.faults.table import Property, row
from tests.probes.asking import ask
from tests.servers import HttpServer, RawServer, saying
from trayapp.config.load import parse
from trayapp.core.words import Finding, Outcome
from trayapp.probes.http import MOST_BODY, Http
from trayapp.probes.page import Event, first_event

OK = b"HTTP/1.1 200 OK\r\n"
EVENTS = OK + b"Content-Type: text/event-stream; charset=utf-8\r\n\r\n"
PICTURES = OK + b'Content-Type: multipart/x-mixed-replace; boundary="--frame"\r\n\r\n'
DRIP: tuple[bytes | float, ...] = (b"x", 0.05) * 30


def asked(*parts: bytes | float, timeout: float = 0.4, **keys: object) -> Finding:
    with RawServer(saying(*parts, hold=True)) as server:
        return ask(Http(f"http://127.0.0.1:{server.port}/", **keys), timeout)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("what", "parts", "came"),
    [
        ("nothing of it", (OK + b"Content-Length: 60000\r\n\r\n",), "0 of 60,000 bytes came"),
        ("300 bytes of it", (OK + b"Content-Length: 60000\r\n\r\n", b"x" * 300), "300 of 60,000 bytes came"),
        ("1,300 bytes and no length", (OK + b"\r\n", b"x" * 1300), "1,300 bytes came"),
        (
            "1,000 bytes in a chunk",
            (OK + b"Transfer-Encoding: chunked\r\n\r\n3E8\r\n", b"x" * 1000),
            "1,000 bytes came",
        ),
    ],
)
def test_a_page_that_never_completes_is_down_without_a_rule_and_says_how_much_came(
    what: str, parts: tuple[bytes, ...], came: str, record_property: Property
) -> None:
    with row("found-T1", f"headers at once, then {what}", record_property) as seen:
        finding = asked(*parts)
        seen.seen(finding.outcome.name, finding.cause)
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "timeout.body")
    assert finding.message == f"no answer within 0.4 s (connected, waiting for the rest of the page: {came})"
    assert finding.answered


def test_a_page_that_drips_is_not_up_and_is_said_to_flow(record_property: Property) -> None:
    with row("found-T1", "headers at once, then a byte now and then", record_property) as seen:
        finding = asked(OK + b"Content-Length: 60000\r\n\r\n", *DRIP)
        seen.seen(finding.outcome.name, finding.cause)
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "timeout.body")
    assert finding.details["flows"] is True
    assert 0 < finding.details["bytes"] < 60


def test_a_page_that_stopped_long_before_the_deadline_does_not_flow() -> None:
    finding = asked(OK + b"Content-Length: 60000\r\n\r\n", b"x" * 5, timeout=1.3)
    assert (finding.details["flows"], finding.details["bytes"]) == (False, 5)


def test_the_headers_alone_are_enough_where_somebody_says_so_and_for_head() -> None:
    unending = OK + b"Content-Length: 60000\r\n\r\n"
    assert asked(unending, read="headers").outcome is Outcome.OK
    assert asked(unending, method="HEAD").outcome is Outcome.OK


def test_a_rule_on_a_page_that_is_not_read_is_a_fault_of_the_file() -> None:
    loaded = parse('[services.a]\nhttp = { url = "http://a.test/", read = "headers", contains = "x" }\n')
    (fault,) = loaded.faults
    assert 'read = "headers"' in fault.message
    loaded = parse('[services.a]\nhttp = { url = "http://a.test/", read = "body" }\n')
    assert "page" in loaded.faults[0].message


@pytest.mark.parametrize(
    ("what", "head", "begin", "end"),
    [
        ("events", EVENTS, b"event: a\ndata: 1\n", b"\n"),
        ("events with CR LF", EVENTS, b": hello\r\n", b"\r\n"),
        ("events with CR", EVENTS, b"data: 1\r", b"\r"),
        ("a camera", PICTURES, b"--frame\r\nContent-Type: image/jpeg\r\n\r\nJPEG\r\n", b"--frame\r\n"),
    ],
)
def test_what_never_ends_is_read_to_its_first_event(
    what: str, head: bytes, begin: bytes, end: bytes, record_property: Property
) -> None:
    with row("found-T1", f"{what} without end", record_property) as seen:
        whole, cut = asked(head, begin, end, timeout=3.0), asked(head, begin)
        seen.seen(f"{whole.outcome.name}; cut: {cut.outcome.name}", cut.cause)
    assert whole.outcome is Outcome.OK, whole.message
    assert (cut.outcome, cut.cause) == (Outcome.CRITICAL, "timeout.body")
    assert f"waiting for its first {'part' if head is PICTURES else 'event'}: {len(begin)} bytes came" in cut.message


def test_a_rule_on_what_never_ends_is_judged_by_its_first_event() -> None:
    assert asked(EVENTS, b"data: 1\n\n", timeout=3.0, contains="data: 1").outcome is Outcome.OK
    finding = asked(EVENTS, b"data: 1\n\n", timeout=3.0, contains="data: 2")
    assert finding.message == 'the first 9 bytes of the page do not contain "data: 2"'
    packed = EVENTS.replace(b"\r\n\r\n", b"\r\nContent-Encoding: br\r\n\r\n")
    assert asked(packed, b"\x0b\x02", timeout=3.0).outcome is Outcome.OK


@pytest.mark.parametrize("step", [1, 2, 3, 7])
def test_an_event_is_found_however_its_bytes_are_cut(step: int) -> None:
    for kind, stream, ends in (
        (b"text/event-stream", b"data: 1\r\n\r\ndata: 2\r\n\r\n", 11),
        (b"Multipart/X-Mixed-Replace;boundary=ab", b"--ab\r\n\r\nJPEG\r\n--ab\r\n", 18),
    ):
        event = first_event(kind)
        assert event is not None
        page, over = bytearray(), []
        for at in range(0, len(stream), step):
            page += stream[at : at + step]
            over.append(event.is_over(page))
        assert over == [min(at + step, len(stream)) >= ends for at in range(0, len(stream), step)]


def test_pages_of_other_types_have_no_events() -> None:
    assert first_event(b"text/html") is None
    assert first_event(b"") is None
    assert first_event(b"multipart/mixed; boundary=x") is None
    assert isinstance(first_event(b"multipart/x-mixed-replace"), Event)  # without its boundary any two dashes do


def test_a_page_beyond_the_bound_is_read_so_far_and_no_further() -> None:
    with HttpServer(body=b"x" * (MOST_BODY + 100)) as server:
        finding = ask(Http(server.url))
    assert finding.outcome is Outcome.OK
    assert (finding.details["bytes"], finding.details["truncated"]) == (MOST_BODY, True)


def test_a_packed_page_without_a_rule_is_counted_as_it_came() -> None:
    packed = gzip.compress(bytes(400_000))
    with HttpServer(body=packed, headers={"Content-Encoding": "gzip"}) as server:
        assert ask(Http(server.url)).details["bytes"] == len(packed)


def test_a_page_that_is_cut_by_its_server_says_how_much_came() -> None:
    with RawServer(saying(OK + b"Content-Length: 60000\r\n\r\n" + b"x" * 300)) as server:
        finding = ask(Http(f"http://127.0.0.1:{server.port}/"))
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "http.protocol")
    assert finding.message == "the server closed the connection in the middle of the page (300 of 60,000 bytes came)"
