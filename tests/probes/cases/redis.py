"""`redis` in the contract: all that it can be asked."""

import asyncio

from trayapp.core.keys import Duration
from trayapp.probes.redis import Redis

_SERVER = b"redis_version:7.0.15\r\n"
_REPLICATION = b"role:slave\r\nmaster_link_status:up\r\nmaster_last_io_seconds_ago:2\r\n"


def at(host: str, port: int) -> Redis:
    lag = Duration(15_000)
    return Redis(host, port, password="hush", roundtrip=True, replication=True, replication_lag_above=lag)


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    value = b""
    while head := await reader.readline():
        words = [(await reader.readline(), (await reader.readline())[:-2])[1] for _ in range(int(head[1:]))]
        if words[0] == b"SET":
            value = words[2]
        writer.write(
            {
                b"AUTH": b"+OK\r\n",
                b"PING": b"+PONG\r\n",
                b"INFO": _bulk(_SERVER if words[-1] == b"server" else _REPLICATION),
                b"SET": b"+OK\r\n",
                b"GET": _bulk(value),
                b"DEL": b":1\r\n",
            }[words[0]]
        )


def _bulk(text: bytes) -> bytes:
    return b"$%d\r\n%b\r\n" % (len(text), text)
