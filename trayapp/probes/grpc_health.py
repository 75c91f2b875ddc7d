"""What a health service says and is asked: the few bytes of protobuf, the status of the call, and what they mean.

The service is described in grpc/doc/health-checking.md, the status codes in grpc/doc/statuscodes.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import unquote

from trayapp.core.wording import plain
from trayapp.probes.causes import Misbehaved, Misconfigured
from trayapp.probes.conversation import shown

PATH = "/grpc.health.v1.Health/Check"

SERVING = 1
_HEALTH = {
    0: ("grpc.unknown", "does not know how it is"),
    2: ("grpc.not_serving", "says that it does not serve"),
    3: ("grpc.not_found", "is not known to the server"),
}
"""HealthCheckResponse.ServingStatus, but for SERVING."""

_CODES = (
    *("OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS"),
    *("PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED"),
    *("INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED"),
)
"""Status codes of gRPC by their numbers."""
_NOT_FOUND, _DENIED, _UNIMPLEMENTED, _UNAUTHENTICATED = 5, 7, 12, 16


def request(service: str) -> bytes:
    """A HealthCheckRequest as a message of gRPC; it has one field, string service = 1."""
    name = service.encode()
    message = b"\x0a" + _varint(len(name)) + name if name else b""
    return b"\0" + len(message).to_bytes(4, "big") + message


def judge(headers: Mapping[bytes, bytes], message: bytes, service: str) -> None:
    """Nothing, where it serves. CheckEnded: what else it says, in the headers at the end and in its message."""
    name = f'the service "{plain(service, 80)}"' if service else "the server"
    written = headers.get(b"grpc-status")
    if written is None or not (written.isdigit() and len(written) <= 3):
        raise Misbehaved("protocol", "its answer ends without a status of gRPC")
    code = int(written)
    if code == _NOT_FOUND:
        raise Misbehaved("grpc.not_found", f"{name} is not known to the server")
    if code == _UNIMPLEMENTED:
        raise Misconfigured("grpc.unimplemented", "it cannot be asked how it is: the server has no health service")
    if code:
        said = plain(unquote(shown(headers.get(b"grpc-message", b""), 300)), 120)
        words = (
            f"gRPC status {code}" + (f" {_CODES[code]}" if code < len(_CODES) else "") + (f": {said}" if said else "")
        )
        raise Misbehaved("auth" if code in (_DENIED, _UNAUTHENTICATED) else "grpc.status", words)
    status = status_in(message)
    if status != SERVING:
        cause, says = _HEALTH.get(status, ("grpc.unknown", f"says {status}, which is no status that we know"))
        raise Misbehaved(cause, f"{name} {says}")


def status_in(framed: bytes) -> int:
    """The number in a HealthCheckResponse. Misbehaved: that is none."""
    message = framed[5:]
    if framed[:1] != b"\0" or int.from_bytes(framed[1:5], "big") != len(message):
        raise Misbehaved("protocol", "its answer is no single message of gRPC")
    status = at = 0
    try:
        while at < len(message):
            tag, at = _read_varint(message, at)
            if tag == 0x08:
                status, at = _read_varint(message, at)
            else:
                at = _skip(message, at, tag & 7)
        if at > len(message):
            raise IndexError
    except (IndexError, ValueError) as error:
        raise Misbehaved("protocol", "its answer is no message of the health service") from error
    return status


def _skip(message: bytes, at: int, kind: int) -> int:
    """Where a field of this wire type ends. ValueError: there is no such type."""
    if kind == 0:
        return _read_varint(message, at)[1]
    if kind == 2:
        length, at = _read_varint(message, at)
        return at + length
    if kind in (1, 5):
        return at + (8 if kind == 1 else 4)
    raise ValueError("no wire type of protobuf")


def _varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first."""
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*written, number])


def _read_varint(message: bytes, at: int) -> tuple[int, int]:
    """A number and where it ends. IndexError, ValueError: there is none."""
    number = 0
    for place in range(10):
        byte = message[at + place]
        number |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return number, at + place + 1
    raise ValueError("a number of more than 64 bits")
