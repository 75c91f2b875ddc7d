"""The malformed corpus: answers no server should give, each with one typed verdict."""

from __future__ import annotations

import resource
import time

import pytest

from tests.probes.asking import ask
from tests.servers import RawServer, saying
from trayapp.core.words import Outcome
from trayapp.probes.http import Http

OK = b"HTTP/1.1 200 OK\r\n"

STATUS_LINES = {
    "garbage": b"\x00\xff\xfe nonsense\r\n\r\n",
    "HTTP/0.9": b"<html>old</html>\r\n\r\n",
    "shoutcast": b"ICY 200 OK\r\n\r\n",
    "an ssh banner": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    "status 99": b"HTTP/1.1 99 Low\r\n\r\n",
    "status 099": b"HTTP/1.1 099 Low\r\n\r\n",
    "no status": b"HTTP/1.1\r\n\r\n",
    "HTTP/2 in the clear": b"\x00\x00\x12\x04\x00\x00\x00\x00\x00" + b"\x00" * 18,
    "closed without a byte": b"",
    "closed in the headers": OK + b"X: 1\r\n",
    "switching protocols unasked": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    "a header without a colon": OK + b"Nonsense\r\n\r\n",
    "a header name of non-ASCII": OK + "Nämé: 1\r\n\r\n".encode(),
    "control characters in a header": OK + b"X: a\x00b\x1b[31m\r\n\r\n",
    "a folded first header": OK + b" folded: 1\r\n\r\n",
    "a length that is negative": OK + b"Content-Length: -1\r\n\r\n",
    "two lengths": OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "a length of 5,000 digits": OK + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n",
    "a length in words": OK + b"Content-Length: ten\r\n\r\n",
    "an unknown transfer encoding": OK + b"Transfer-Encoding: zip\r\n\r\n",
}

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


@pytest.mark.parametrize("fault", STATUS_LINES)
def test_a_malformed_head_is_a_fault_of_the_protocol(fault: str) -> None:
    assert ask_for(STATUS_LINES[fault])[:2] == (Outcome.CRITICAL, "http.protocol")


@pytest.mark.parametrize("fault", BODIES)
def test_a_malformed_body_is_a_fault_of_the_protocol_where_the_page_matters(fault: str) -> None:
    assert ask_for(BODIES[fault], contains="ok")[:2] == (Outcome.CRITICAL, "http.protocol")


@pytest.mark.parametrize("fault", BODIES)
def test_a_malformed_body_is_nobodys_business_where_no_rule_reads_it(fault: str) -> None:
    assert ask_for(BODIES[fault])[0] is Outcome.OK


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
