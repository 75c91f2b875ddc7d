"""`postgresql` in the contract: a login by MD5, and a question."""

import asyncio

from trayapp.probes.postgresql import Postgresql


def at(host: str, port: int) -> Postgresql:
    return Postgresql(host, port, user="ann", password="hush")


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    length = int.from_bytes(await reader.readexactly(4))
    assert (await reader.readexactly(length - 4)).startswith(b"\0\3\0\0user\0ann\0")
    writer.write(b"R\0\0\0\x0c\0\0\0\x05salt")
    assert (await reader.readexactly(41)).startswith(b"p\0\0\0\x28md5")
    writer.write(b"R\0\0\0\x08\0\0\0\0")
    writer.write(b"S\0\0\0\x18server_version\x0015.1\0" + b"Z\0\0\0\5I")
    assert await reader.readexactly(14) == b"Q\0\0\0\x0dSELECT 1\0"
    writer.write(b"T\0\0\0\6\0\1" + b"D\0\0\0\x0b\0\1\0\0\0\x011" + b"C\0\0\0\x0dSELECT 1\0" + b"Z\0\0\0\5I")
    await reader.read()
