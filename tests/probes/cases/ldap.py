"""`ldap` in the contract."""

import asyncio

from trayapp.probes.ber import ENUMERATED, OCTETS, SEQUENCE, element, integer


def message(number: int, operation: int, *contents: bytes) -> bytes:
    """One LDAP message."""
    return element(SEQUENCE, integer(number), element(operation, *contents))


def result(code: int, diagnosis: bytes = b"") -> tuple[bytes, bytes, bytes]:
    """The parts of an LDAPResult."""
    return integer(code, ENUMERATED), element(OCTETS), element(OCTETS, diagnosis)


async def question(reader: asyncio.StreamReader) -> bytes:
    """The next message of a client, of up to 127 bytes."""
    head = await reader.readexactly(2)
    assert head[0] == SEQUENCE
    return await reader.readexactly(head[1])


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await question(reader)
    writer.write(message(2, 0x61, *result(0)))
    await question(reader)
    writer.write(message(3, 0x64, element(OCTETS), element(SEQUENCE)) + message(3, 0x65, *result(0)))
    await reader.read()
