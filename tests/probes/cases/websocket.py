"""`websocket` in the contract: a server that agrees, and answers the ping."""

import asyncio
from base64 import b64encode
from hashlib import sha1

from trayapp.probes.base import Kind
from trayapp.probes.websocket import Websocket

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, section 1.3


def at(host: str, port: int) -> Kind:
    return Websocket(f"ws://{host}:{port}/")


async def agree(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, more: bytes = b"") -> None:
    """The opening handshake of a server, and `more` right behind it."""
    head = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")
    key = next(line.split(b": ")[1] for line in head if line.lower().startswith(b"sec-websocket-key"))
    accepted = b64encode(sha1(key + _GUID).digest())
    writer.write(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accepted + b"\r\n\r\n" + more
    )


async def heard(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """A client's next frame (section 5.2), which is short and masked: its opcode and what it holds."""
    first, second = await reader.readexactly(2)
    mask = await reader.readexactly(4)
    words = await reader.readexactly(second & 0x7F)
    return first & 0x0F, bytes(byte ^ mask[place % 4] for place, byte in enumerate(words))


def frame(opcode: int, words: bytes, *, final: bool = True) -> bytes:
    """A server's frame."""
    length = bytes([len(words)]) if len(words) < 126 else b"\x7e" + len(words).to_bytes(2, "big")
    return bytes([opcode | (0x80 if final else 0)]) + length + words


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await agree(reader, writer)
    opcode, words = await heard(reader)
    assert opcode == 9
    writer.write(frame(10, words))
    await reader.read()
