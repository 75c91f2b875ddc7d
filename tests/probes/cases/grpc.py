"""`grpc` in the contract: a server that knows enough HTTP/2 to say that it serves."""

import asyncio

from trayapp.probes.base import Kind
from trayapp.probes.grpc import Grpc


def at(host: str, port: int) -> Kind:
    return Grpc(f"grpc://{host}:{port}")


def frame(kind: int, flags: int, stream: int, words: bytes = b"") -> bytes:
    """An HTTP/2 frame (RFC 9113, section 4.1)."""
    return len(words).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + words


def literal(name: bytes, value: bytes) -> bytes:
    """A header that is put into no table (RFC 7541, section 6.2.2)."""
    return b"\0" + bytes([len(name)]) + name + bytes([len(value)]) + value


SETTINGS = frame(4, 0, 0)
HEADERS = frame(1, 4, 1, b"\x88" + literal(b"content-type", b"application/grpc"))


def message(words: bytes) -> bytes:
    """A message of gRPC in a DATA frame."""
    return frame(0, 0, 1, b"\0" + len(words).to_bytes(4, "big") + words)


def trailers(status: bytes, *more: bytes) -> bytes:
    return frame(1, 5, 1, literal(b"grpc-status", status) + b"".join(more))


SERVES = SETTINGS + HEADERS + message(b"\x08\x01") + trailers(b"0")


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readexactly(24)  # PRI * HTTP/2.0 …
    while (head := await reader.readexactly(9))[3:9] != b"\0\1\0\0\0\1":  # until the end of the call's DATA
        await reader.readexactly(int.from_bytes(head[:3], "big"))
    writer.write(SERVES)
    await reader.read()
