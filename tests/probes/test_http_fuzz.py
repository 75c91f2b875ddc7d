"""Answers that nobody thought of: whatever comes, each check has one typed finding, and each parser its own error."""

from __future__ import annotations

import asyncio
import gzip
import zlib

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.probes.asking import ask
from tests.probes.certificates import AUTHORITY
from tests.probes.test_charset import UTF_8
from tests.servers import RawServer, hang_up, read_head
from trayapp.core.words import Blame, Outcome
from trayapp.probes.assertions import is_true, json_in, matches
from trayapp.probes.causes import CheckEnded, Misbehaved
from trayapp.probes.certificate import validity
from trayapp.probes.decoding import STEP, decoder
from trayapp.probes.http import Http
from trayapp.probes.http_keys import check_json_rule, check_pattern
from trayapp.probes.judging import MOST_PATIENCE, asked_patience
from trayapp.probes.proxies import check_proxy

PARTS = [
    *(
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.0 302 \r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/2 200\r\n",
        b"\r\n",
        b"\n",
    ),
    *(
        b"Content-Length: 3\r\n",
        b"Content-Length: -3\r\n",
        b"Content-Length: 03\r\n",
        b"Transfer-Encoding: chunked\r\n",
    ),
    *(b"Content-Encoding: gzip\r\n", b"Content-Encoding: deflate\r\n", b"Content-Encoding: br, gzip\r\n"),
    *(
        b"Location: /again\r\n",
        b"Location: //\xff\r\n",
        b"Location: http://[\r\n",
        b"Set-Cookie: a\r\n",
        b" folded\r\n",
    ),
    *(
        b"3\r\nabc\r\n",
        b"0\r\n\r\n",
        b"fffffff\r\n",
        b'{"a": [1e999]}',
        b"[" * 2000,
        gzip.compress(b"ok"),
        b"\x00",
        b"ok",
    ),
    *(b"Retry-After: 9\r\n", b"Content-Type: text/html; charset=rot13\r\n", b":\r\n", b"\xe2\x80\xae", b"\x1b[2J"),
]
ANSWERS = st.lists(st.one_of(st.sampled_from(PARTS), st.binary(max_size=40)), max_size=12).map(b"".join)
RULES = st.sampled_from(
    [{}, {"contains": "ok"}, {"json": "a"}, {"matches": "o+k$"}, {"follow": "none"}, {"max_bytes": 2}, {"min_bytes": 2}]
)


def test_no_answer_whatever_is_anything_but_one_typed_finding() -> None:
    said = b""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(said)
        await hang_up(reader, writer)

    with RawServer(behave) as server:

        @settings(max_examples=300, suppress_health_check=list(HealthCheck))
        @given(ANSWERS, RULES)
        def each(answer: bytes, rules: dict[str, object]) -> None:
            nonlocal said
            said = answer
            finding = ask(Http(f"http://127.0.0.1:{server.port}/", **rules))  # type: ignore[arg-type]
            assert finding.blame is Blame.SERVICE, finding
            assert finding.outcome in (Outcome.OK, Outcome.CRITICAL)
            assert (finding.outcome is Outcome.OK) == (finding.cause == "") == (finding.message == "")
            assert finding.message.isprintable()

        each()


@settings(max_examples=300)
@given(st.sampled_from(["gzip", "deflate"]), st.binary(max_size=300), st.integers(1, 50))
def test_junk_that_claims_to_be_compressed_is_unpacked_in_small_steps_or_refused(
    coding: str, junk: bytes, size: int
) -> None:
    unpack = decoder(coding)
    assert unpack is not None
    try:
        for at in range(0, len(junk), size):
            assert all(len(part) <= STEP for part in unpack.feed(junk[at : at + size]))
        unpack.end()
    except Misbehaved as error:
        assert error.cause == "http.encoding"


@settings(max_examples=300)
@given(st.binary(max_size=2000), st.integers(1, 300), st.sampled_from([gzip.compress, zlib.compress]))
def test_what_was_compressed_comes_out_as_it_went_in(page: bytes, size: int, squeeze) -> None:  # type: ignore[no-untyped-def]
    unpack = decoder("gzip" if squeeze is gzip.compress else "deflate")
    assert unpack is not None
    packed = squeeze(page)
    parts = [part for at in range(0, len(packed), size) for part in unpack.feed(packed[at : at + size])]
    unpack.end()
    assert b"".join(parts) == page


@settings(max_examples=500)
@given(st.text(max_size=60), st.binary(max_size=200))
def test_any_pattern_is_one_or_a_wrong_key_and_any_page_can_be_searched(pattern: str, page: bytes) -> None:
    try:
        check_pattern(pattern)
    except ValueError:
        return
    assert matches(pattern, page, UTF_8) in (True, False)


@settings(max_examples=500)
@given(
    st.text("abc.[]*?|&!(){}`'\"@,:<>=0123-_ ", max_size=40),
    st.recursive(st.none() | st.integers() | st.text(), st.lists),
)
def test_any_json_rule_is_one_or_a_wrong_key_and_can_be_told_of_any_page(rule: str, said: object) -> None:
    try:
        check_json_rule(rule)
    except ValueError:
        return
    except PendingDeprecationWarning:  # jmespath's own, made an error by these tests
        return
    try:
        assert is_true(rule or "@", said) in (True, False)
    except Misbehaved as error:
        assert error.cause == "http.json"


@settings(max_examples=500)
@given(st.binary(max_size=200) | st.text('{}[]",:.0123456789eE+-truefalsn\\ud8 ', max_size=60).map(str.encode))
def test_any_page_is_json_or_is_told_not_to_be(page: bytes) -> None:
    try:
        json_in(page)
    except CheckEnded as error:
        assert error.cause == "http.json"
        assert error.message.startswith("the page is ")


@settings(max_examples=500)
@given(st.binary(max_size=300) | st.tuples(st.integers(0, 400), st.binary(min_size=1, max_size=4)))
def test_any_certificate_has_its_dates_or_is_none(der: bytes | tuple[int, bytes]) -> None:
    if isinstance(der, tuple):
        at, other = der
        der = RIGHT[:at] + other + RIGHT[at + len(other) :]
    try:
        begins, ends = validity(der)
    except ValueError:
        return
    assert begins.tzinfo is not None
    assert ends.tzinfo is not None


@settings(max_examples=500)
@given(st.text(max_size=40))
def test_any_retry_after_is_a_bounded_number_or_nonsense(said: str) -> None:
    found = asked_patience(said)
    assert found is None or 0 <= found <= MOST_PATIENCE


@settings(max_examples=500)
@given(st.text(max_size=40) | st.text("http:/socks5@[]0123.-_ab", max_size=40).map("http://".__add__))
def test_any_proxy_is_one_or_a_wrong_key(text: str) -> None:
    try:
        check_proxy(text)
    except ValueError as error:
        assert "proxy" in str(error)


def _der() -> bytes:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    issued = AUTHORITY.issue_cert("site.test").cert_chain_pems[0].bytes()
    return x509.load_pem_x509_certificate(issued).public_bytes(Encoding.DER)


RIGHT = _der()
