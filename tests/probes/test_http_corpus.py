"""Answers no server should give: what they may cost, and what is made of them where no rule reads them.

The verdicts on the whole malformed corpus are in rows_web.py.
"""

from __future__ import annotations

import resource
import time

import pytest

from tests.faults.table import Property, row
from tests.probes.asking import ask
from tests.servers import RawServer, saying
from trayapp.core.words import Outcome
from trayapp.probes.http import Http

OK = b"HTTP/1.1 200 OK\r\n"

BODIES = {
    "less than the length announced": OK + b"Content-Length: 10\r\n\r\nok",
    "more than the length announced": OK + b"Content-Length: 2\r\n\r\nok and more",
    "a chunk without a size": OK + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\nok\r\n",
    "a chunk of absurd size": OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 40 + b"\r\nok\r\n",
    "a chunk of huge size": OK + b"Transfer-Encoding: chunked\r\n\r\nffffffffffff\r\nok",
    "a chunk with a wrong end": OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nokXX0\r\n\r\n",
    "a missing last chunk": OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n",
    "a trailer that is none": OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\njunk\r\n\r\n",
}

HEADER_BOMBS = {
    "one of 200 kB": OK + b"X: " + b"a" * 200_000 + b"\r\n\r\n",
    "20,000 of them": OK + b"".join(b"X-%d: 1\r\n" % n for n in range(20_000)) + b"\r\n",
    "a status line without end": b"HTTP/1.1 200 " + b"O" * 300_000,
    "informational answers without end": b"HTTP/1.1 100 Continue\r\n\r\n" * 20_000,
}


def ask_for(answer: bytes, **rules: str) -> tuple[Outcome, str, str]:
    with RawServer(saying(answer)) as server:
        finding = ask(Http(f"http://127.0.0.1:{server.port}/", **rules), 3.0)  # type: ignore[arg-type]
    assert finding.message.isprintable()
    return finding.outcome, finding.cause, finding.message


@pytest.mark.parametrize("fault", BODIES)
def test_a_malformed_body_is_nobodys_business_where_the_headers_alone_are_read(fault: str) -> None:
    assert ask_for(BODIES[fault], read="headers")[0] is Outcome.OK


@pytest.mark.parametrize("fault", BODIES)
def test_a_malformed_body_is_no_page_even_where_no_rule_is_on_it_unless_browsers_forgive_it(fault: str) -> None:
    outcome, cause, _ = ask_for(BODIES[fault])
    forgiven = fault == "more than the length announced" or "gzip" in fault
    assert (outcome, cause) == ((Outcome.OK, "") if forgiven else (Outcome.CRITICAL, "http.protocol"))


@pytest.mark.parametrize("bomb", HEADER_BOMBS)
def test_a_header_bomb_is_stopped_within_a_tenth_of_a_second_of_work(bomb: str) -> None:
    ask_for(OK + b"\r\n")  # loads the HTTP client
    with RawServer(saying(HEADER_BOMBS[bomb])) as server:
        before = time.thread_time()
        finding = ask(Http(f"http://127.0.0.1:{server.port}/"), 3.0)
        spent = time.thread_time() - before
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "http.headers_too_large")
    assert spent < 0.5  # a tenth is the aim; machines differ


def test_lines_may_end_in_a_bare_line_feed() -> None:
    assert ask_for(b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok", contains="ok")[0] is Outcome.OK


def test_a_page_without_a_length_ends_with_its_connection() -> None:
    assert ask_for(b"HTTP/1.0 200 OK\r\n\r\nok", contains="ok")[0] is Outcome.OK


def test_an_informational_answer_is_passed_over() -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
    assert ask_for(early + early + OK + b"Content-Length: 2\r\n\r\nok", contains="ok")[0] is Outcome.OK


def test_what_a_server_sends_is_told_without_its_control_characters() -> None:
    message = ask_for("HTTP/1.1 200 OK\r\n\x1b[31m\u202eevil\r\n\r\n".encode())[2]
    assert "\x1b" not in message
    assert "\u202e" not in message


def test_a_page_beyond_the_cap_is_judged_by_what_was_read() -> None:
    page = b"begin" + b"x" * 1_500_000 + b"end"
    answer = OK + b"Content-Length: %d\r\n\r\n" % len(page) + page
    assert ask_for(answer, contains="begin")[0] is Outcome.OK
    assert ask_for(answer, contains="end") == (
        Outcome.CRITICAL,
        "http.body",
        'the first 1048576 bytes of the page do not contain "end"',
    )


def test_a_page_in_chunks_of_one_byte_costs_no_more_than_a_moment() -> None:
    chunks = OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 300_000
    ask_for(OK + b"\r\n")
    with RawServer(saying(chunks)) as server:
        before = resource.getrusage(resource.RUSAGE_THREAD).ru_utime
        finding = ask(Http(f"http://127.0.0.1:{server.port}/", not_contains="y"), 5.0)
        spent = resource.getrusage(resource.RUSAGE_THREAD).ru_utime - before
    assert finding.details["truncated"]
    assert spent < 1.5  # unbounded it would be ten times as much


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"X-Frame-Options : DENY", "its header X-Frame-Options is illegal (a blank before its colon)"),
        (b"Server: a\x00b", "its header Server is illegal (characters that no header may have)"),
        (b"Nonsense", "its header Nonsense is illegal (it has no colon)"),
        (b"N\xe4m\xe9: 1", "one of its headers is illegal"),
        (b"x" * 300, "one of its headers is illegal"),
        (b"<script>: 1", "one of its headers is illegal"),
    ],
)
def test_an_illegal_header_is_named(line: bytes, words: str, record_property: Property) -> None:
    with row("found-T25", f"header {line[:24]!r}", record_property) as seen:
        outcome, cause, message = ask_for(OK + line + b"\r\n\r\nok")
        seen.seen(outcome.name, message)
    assert (outcome, cause) == (Outcome.CRITICAL, "http.protocol")
    assert message == f"not a right HTTP answer: {words}"


@pytest.mark.parametrize("line", [b"hush", b"hush: \x00", b"Hush : 1"])
def test_an_illegal_header_is_not_named_where_it_might_repeat_what_it_was_told(line: bytes) -> None:
    answer = OK + line + b"\r\n\r\nok"
    for keys in ({"headers": {"X-Key": "hush"}}, {"auth": {"token": "hush"}}, {"body": "hush", "method": "POST"}):
        with RawServer(saying(answer)) as server:
            finding = ask(Http(f"http://127.0.0.1:{server.port}/", **keys), 3.0)  # type: ignore[arg-type]
        assert "hush" not in finding.message.lower()
    with RawServer(saying(answer)) as server:
        assert "hush" not in ask(Http(f"http://127.0.0.1:{server.port}/?key=hush"), 3.0).message.lower()
