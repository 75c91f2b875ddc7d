"""Pages that come compressed though they were asked for plain: unpacked within bounds, or refused."""

from __future__ import annotations

import gzip
import itertools
import zlib
from collections.abc import Callable

import pytest

from tests.faults.table import Property, row
from tests.probes.asking import ask
from tests.probes.stages_web import bomb
from tests.probes.test_bounds import run
from tests.servers import HttpServer, Nginx, RawServer, saying
from trayapp.core.words import Finding, Outcome
from trayapp.probes.causes import Misbehaved
from trayapp.probes.decoding import STEP, decoder
from trayapp.probes.http import MOST_BODY, Http

PAGE = "What are you doing? Grüße.\n".encode() * 40
RULE = "What are you doing?"


def raw_deflate(page: bytes) -> bytes:
    squeezer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return squeezer.compress(page) + squeezer.flush()


CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "GZip": gzip.compress,
    "x-gzip": gzip.compress,
    "identity, gzip": gzip.compress,
    "deflate": zlib.compress,
    " deflate ": raw_deflate,
    "identity": bytes,
    "": bytes,
    ",": bytes,
}


def asked(body: bytes, coding: str, **rules: object) -> Finding:
    with HttpServer(body=body, headers={"Content-Encoding": coding}) as server:
        return ask(Http(server.url, **rules))  # type: ignore[arg-type]


@pytest.mark.parametrize("coding", CODINGS)
def test_a_page_is_read_in_the_coding_that_it_came_in(coding: str) -> None:
    finding = asked(CODINGS[coding](PAGE), coding, contains=RULE, matches="Gr..e")
    assert finding.outcome is Outcome.OK, finding.message
    assert finding.details["bytes"] == len(PAGE)


@pytest.mark.parametrize("coding", ["gzip", "deflate", " deflate "])
@pytest.mark.parametrize("size", [1, 2, 7])
def test_a_page_is_unpacked_in_pieces_of_any_size(coding: str, size: int) -> None:
    unpack = decoder(coding)
    assert unpack is not None
    packed = CODINGS[coding](PAGE)
    parts = [part for at in range(0, len(packed), size) for part in unpack.feed(packed[at : at + size])]
    unpack.end()
    assert b"".join(parts) == PAGE


@pytest.mark.parametrize(
    "coding", ["none", "NONE", "utf-8", "UTF8", "identity", "iso-8859-1", "8bit", '"utf-8"', "none, "]
)
def test_a_coding_that_is_none_is_none(coding: str, record_property: Property) -> None:
    with row("found-T18", f"Content-Encoding: {coding}, and a rule", record_property) as seen:
        finding = asked(PAGE, coding, contains=RULE)
        seen.seen(finding.outcome.name, finding.message)
    assert finding.outcome is Outcome.OK, finding.message
    assert asked(gzip.compress(PAGE), f"{coding}, gzip", contains=RULE).outcome is Outcome.OK


def test_several_members_of_gzip_are_one_page_and_what_follows_is_none_of_it() -> None:
    assert asked(gzip.compress(b"one ") + gzip.compress(b"two"), "gzip", contains="one two").outcome is Outcome.OK
    assert asked(gzip.compress(b"one") + b"\0" * 100, "gzip", contains="one", max_bytes=3).outcome is Outcome.OK


@pytest.mark.parametrize(
    "coding", ["br", "zstd", "compress", "gzip, gzip", "gzip, br", ", ".join(["gzip"] * 30), "x" * 999]
)
def test_other_codings_and_layers_of_them_are_refused(coding: str) -> None:
    finding = asked(gzip.compress(PAGE), coding, contains=RULE)
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "http.encoding")
    assert coding[:20] in finding.message


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
@pytest.mark.parametrize(
    "junk", [b"junk", b"\x1f\x8b junk", b"\x78\x9cjunk", b"<html>plain words</html>", b"\x1f\x8b\x08" + b"\xff" * 30]
)
def test_what_is_not_the_coding_that_it_claims_is_no_good_page(coding: str, junk: bytes) -> None:
    finding = asked(junk, coding, not_contains="xyzzy")
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "http.encoding")


@pytest.mark.parametrize("coding", ["gzip", "deflate", " deflate "])
def test_a_page_that_was_cut_short_is_no_good_page_wherever_the_cut_is(coding: str) -> None:
    packed = CODINGS[coding](PAGE)
    for end in range(1, len(packed)):
        unpack = decoder(coding)
        assert unpack is not None
        try:
            for _ in unpack.feed(packed[:end]):
                pass
            unpack.end()
        except Misbehaved as error:
            assert error.cause == "http.encoding"
        else:
            raise AssertionError(f"{end} of {len(packed)} bytes passed for the whole")
    assert asked(packed[:-1], coding, contains=RULE).message.endswith("was cut short")


def test_an_empty_page_in_any_coding_is_empty() -> None:
    assert asked(b"", "gzip", max_bytes=0).outcome is Outcome.OK
    assert asked(b"", "deflate", max_bytes=0).outcome is Outcome.OK


def test_a_page_larger_than_is_read_is_judged_by_its_beginning() -> None:
    words = "".join(f"{number} is written here. " for number in range(120_000)).encode()
    finding = asked(gzip.compress(b"begin " + words), "gzip", contains="begin")
    assert finding.outcome is Outcome.OK, finding.message
    assert finding.details["truncated"]
    assert finding.details["bytes"] == MOST_BODY


def test_a_bomb_is_refused_at_the_bound() -> None:
    finding = asked(gzip.compress(bytes(40_000_000)), "gzip", not_contains="x")
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "http.body_too_large")
    assert "times as much as came" in finding.message


def test_nothing_is_unpacked_that_no_rule_reads() -> None:
    assert asked(gzip.compress(bytes(40_000_000)), "gzip").outcome is Outcome.OK
    assert asked(b"junk", "br").outcome is Outcome.OK


def test_no_step_makes_more_than_it_may() -> None:
    unpack = decoder("gzip")
    assert unpack is not None
    parts = list(itertools.islice(unpack.feed(gzip.compress(bytes(10_000_000))), 20))
    assert max(map(len, parts)) <= STEP


def test_a_bomb_of_four_hundred_kilobytes_costs_no_more_than_eight_megabytes() -> None:
    packed = bomb(400)
    assert len(packed) < 410_000
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
    with HttpServer(body=b"ok") as good, RawServer(saying(head + packed)) as hostile:
        printed = run(
            """
            async def main():
                for _ in range(20):
                    await Http(f"http://127.0.0.1:{good}/", contains="ok").check(means)
                before = peak()
                for _ in range(5):
                    finding = await Http(f"http://127.0.0.1:{hostile}/", not_contains="y").check(means)
                    assert finding.cause == "http.body_too_large", finding
                print(peak() - before)

            asyncio.run(main())
            """,
            good.port,
            hostile.port,
        )
    assert int(printed) <= 8192


def test_a_real_nginx_that_compresses_everything_is_read() -> None:
    page = "What are you doing? " * 100
    place = f'gzip on; gzip_min_length 1; gzip_types text/plain; location / {{ return 200 "{page}"; }}'
    with Nginx(place) as nginx:
        probe = Http(
            nginx.url, contains=RULE, headers={"Accept-Encoding": "gzip"}, expect_header={"Content-Encoding": "gzip"}
        )
        finding = ask(probe)
    assert finding.outcome is Outcome.OK, finding.message
    assert finding.details["bytes"] == len(page)
