"""Answers of data stores that have no end cost no memory."""

from __future__ import annotations

import asyncio
import itertools

import pytest

from tests.probes.test_bounds import run
from tests.servers import RawServer

SILENT, LOUD = b"", b"z" * 60_000
GREETING = b"\x49\0\0\0\x0a8.4.0\0" + b"\7\0\0\0" + b"12345678\0" + b"\xff\xff\x2d\2\0\xff\xdf\x15" + bytes(10)

FLOODS = {
    "redis: a string without end": ("redis", b"$999999999999\r\n", LOUD),
    "redis: a line without end": ("redis", b"+", LOUD),
    "redis: lists in lists": ("redis", SILENT, b"*1\r\n" * 4096),
    "memcached: a line without end": ("memcached", b"VERSION ", LOUD),
    "memcached: counters without end": ("memcached", b"VERSION 1.6\r\n", b"STAT evictions 7\r\n" * 1000),
    "postgresql: a message without end": ("postgresql", b"R\x7f\xff\xff\xff", LOUD),
    "postgresql: notices without end": ("postgresql", SILENT, b"N\0\0\0\6ab" * 4096),
    "mysql: a greeting without end": ("mysql", b"\xff\xff\xff\0\x0a", LOUD),
    "mysql: packets without end": (
        "mysql",
        GREETING + b"123456789012\0mysql_native_password\0",
        b"\5\0\0\2\xfeabc\0" * 4096,
    ),
}


@pytest.mark.parametrize("flood", FLOODS)
def test_an_answer_without_end_costs_no_more_than_a_megabyte(flood: str) -> None:
    kind, first, again = FLOODS[flood]

    async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        for _ in itertools.repeat(None):
            writer.write(again)
            await writer.drain()

    with RawServer(pour) as hostile:
        printed = run(
            f"""
            from trayapp.probes import PROBES
            rules = {{"roundtrip": True}} if {kind!r} in ("redis", "memcached") else {{"user": "ann", "password": "x"}}
            rules |= {{"evictions_above": 1, "roundtrip": False}} if {kind!r} == "memcached" else {{}}
            probe = PROBES[{kind!r}]("127.0.0.1", hostile, **rules)
            PROBES[{kind!r}].load()

            async def main():
                for _ in range(20):
                    await probe.check(means)
                before = peak()
                for _ in range(50):
                    finding = await probe.check(means)
                    assert finding.outcome is Outcome.CRITICAL and finding.cause == "protocol", finding
                print(peak() - before)

            asyncio.run(main())
            """,
            0,
            hostile.port,
        )
    assert int(printed) <= 1024  # KiB
