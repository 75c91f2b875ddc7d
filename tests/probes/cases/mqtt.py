"""`mqtt` in the contract."""

import asyncio


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = await reader.readexactly(2)
    assert head[0] == 0x10
    await reader.readexactly(head[1])
    writer.write(b"\x20\x02\x00\x00")
    assert await reader.readexactly(2) == b"\xc0\x00"
    writer.write(b"\xd0\x00")
    await reader.read()
