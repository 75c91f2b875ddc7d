"""`memcached` in the contract: all that it can be asked."""

import asyncio

from trayapp.probes.memcached import Memcached

_COUNTERS = b"".join(b"STAT %b 5000\r\n" % name for name in (b"uptime", b"evictions", b"get_hits", b"get_misses"))


def at(host: str, port: int) -> Memcached:
    return Memcached(host, port, roundtrip=True, evictions_above=1e6, hit_ratio_below=1)


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    value = b""
    while words := (await reader.readline()).split():
        if words[0] == b"set":
            value = await reader.readline()
        writer.write(
            {
                b"version": b"VERSION 1.6.18\r\n",
                b"set": b"STORED\r\n",
                b"get": b"VALUE %b 0 32\r\n%bEND\r\n" % (words[-1], value),
                b"delete": b"DELETED\r\n",
                b"stats": _COUNTERS + b"END\r\n",
            }[words[0]]
        )
