"""`mysql` in the contract: a login, and a question."""

import asyncio

from trayapp.probes.mysql import Mysql

_GREETING = (
    b"\x0a8.4.0\0" + b"\x07\0\0\0" + b"12345678\0" + b"\xff\xff\x2d\x02\0\xff\xdf\x15" + bytes(10)
) + b"123456789012\0caching_sha2_password\0"


def at(host: str, port: int) -> Mysql:
    return Mysql(host, port, user="ann", password="hush")


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(_packet(0, _GREETING))
    assert b"ann\0" in await _heard(reader)
    writer.write(_packet(2, b"\1\3"))
    writer.write(_packet(3, b"\0\0\0\2\0\0\0"))
    assert await _heard(reader) == b"\3SELECT 1"
    writer.write(_packet(1, b"\1"))
    writer.write(_packet(2, b"\3def\0\0\0\x011\0\x0c\x3f\0\1\0\0\0\x08\x81\0\0\0\0"))
    writer.write(_packet(3, b"\xfe\0\0\2\0") + _packet(4, b"\x011") + _packet(5, b"\xfe\0\0\2\0"))
    await reader.read()


def _packet(number: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "little") + bytes([number]) + payload


async def _heard(reader: asyncio.StreamReader) -> bytes:
    return await reader.readexactly(int.from_bytes((await reader.readexactly(4))[:3], "little"))
