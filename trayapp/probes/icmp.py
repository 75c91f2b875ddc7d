"""Echo requests, what answers them, and the sockets that carry them (RFC 792, RFC 4443; icmp(7), ip(7)).

Ordinary programs may ping where the system lets them: over datagram sockets, on Linux for the groups named in
net.ipv4.ping_group_range. Anyone can write a packet that looks like a reply, so one counts only if it comes from
where the request went, with its number, its place in the sequence and its content, and only once.
"""

from __future__ import annotations

import errno
import secrets
import socket
import struct
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from trayapp.probes.base import AddrInfo
from trayapp.probes.causes import Misconfigured

FORBIDDEN = (
    'this system does not let you ping; to allow it: sudo sysctl net.ipv4.ping_group_range="0 2147483647"'
    if sys.platform == "linux"
    else "this system does not let programs ping"
)
"""What a person must know who may not."""

CONTENT = 48
"""Bytes of random content: what a forger cannot guess. With the header 56, as ping(8) sends."""

_HEAD = struct.Struct("!BBHHH")
_REQUEST = {socket.AF_INET: 8, socket.AF_INET6: 128}
_REPLY = {socket.AF_INET: 0, socket.AF_INET6: 129}
_PROTOCOL = {socket.AF_INET: socket.IPPROTO_ICMP, socket.AF_INET6: socket.IPPROTO_ICMPV6}
# Linux, whose numbers Python does not name: tell errors (ip(7), ipv6(7)), and which packets to let through (raw(7)).
_TELL_ERRORS = {socket.AF_INET: (0, 11), socket.AF_INET6: (41, 25)}
_ONLY_REPLIES = {
    socket.AF_INET: (255, 1, struct.pack("=I", 0xFFFFFFFF ^ 1)),
    socket.AF_INET6: (58, 1, struct.pack("=8I", *(0xFFFFFFFF ^ (2 if word == 4 else 0) for word in range(8)))),
}
_ERROR = struct.Struct("=IBBBBII")  # struct sock_extended_err
_FROM_ICMP = (2, 3)
_LARGEST = 2048
_MOST_AT_ONCE = 50
_PROOF = 8  # bytes of the content that nobody guesses
_REFUSED = {errno.EACCES, errno.EPERM, errno.EPROTONOSUPPORT}


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a request did not arrive: an error number of this machine's, or what `router` said of it.

    `quoted` is as much of the request's content as the router repeats: RFC 792 demands none of it.
    """

    place: int
    number: int
    router: str = ""
    expired: bool = False
    quoted: bytes = b""

    @property
    def proven(self) -> bool:
        """This machine said it, or somebody who saw the request."""
        return not self.router or len(self.quoted) >= _PROOF


@dataclass(slots=True)
class Train:
    """The echo requests of one check to one address, and which of them were answered after how many seconds.

    `number` tells them from those of others. Pure: it is told what was sent and heard, and when.
    """

    family: int
    address: str
    number: int
    content: bytes = field(default_factory=lambda: secrets.token_bytes(CONTENT))
    sent: list[float] = field(default_factory=list)
    answered: dict[int, float] = field(default_factory=dict)
    troubles: dict[int, Trouble] = field(default_factory=dict)

    @property
    def settled(self) -> bool:
        """Nothing that was sent is waited for. A word that anyone may have written ends no waiting."""
        proven = {place for place, trouble in self.troubles.items() if trouble.proven}
        return len(self.answered.keys() | proven) == len(self.sent)

    def request(self, now: float) -> bytes:
        """The next packet; it is being sent now."""
        self.sent.append(now)
        head = _HEAD.pack(_REQUEST[socket.AddressFamily(self.family)], 0, 0, self.number, len(self.sent))
        total = checksum(head + self.content)
        return head[:2] + total.to_bytes(2) + head[4:] + self.content

    def hear(self, packet: bytes, source: str, now: float) -> bool:
        """Whether this is the first right answer to one of the requests. It begins with its ICMP header."""
        if source.partition("%")[0] != self.address.partition("%")[0] or len(packet) < _HEAD.size:
            return False
        kind, code, _, number, place = _HEAD.unpack_from(packet)
        wanted = (_REPLY[socket.AddressFamily(self.family)], 0, self.number, self.content)
        if (kind, code, number, packet[_HEAD.size :]) != wanted or not 1 <= place <= len(self.sent):
            return False
        if place in self.answered:
            return False
        self.answered[place] = max(0.0, now - self.sent[place - 1])
        return True

    def told(self, trouble: Trouble) -> None:
        """One of the requests did not arrive; should its answer come nevertheless, it counts. Of another's: dropped."""
        known = self.troubles.get(trouble.place)
        fits = self.content.startswith(trouble.quoted[:CONTENT])
        if 1 <= trouble.place <= len(self.sent) and fits and not (known is not None and known.proven):
            self.troubles[trouble.place] = trouble


class Wire:
    """A socket that carries a train. It does not wait; `fileno` becomes readable when there is something to read."""

    def __init__(self, carrier: socket.socket, place: AddrInfo, number: int) -> None:
        self.number = number
        self._socket = carrier
        self._place = place

    def fileno(self) -> int:
        return self._socket.fileno()

    def send(self, packet: bytes) -> None:
        """OSError: this machine cannot."""
        self._socket.sendto(packet, self._place[4])

    def heard(self) -> Iterator[tuple[bytes, str]]:
        """ICMP packets that came, and from which address each."""
        for _ in range(_MOST_AT_ONCE):
            try:
                packet, source = self._socket.recvfrom(_LARGEST)
            except BlockingIOError:
                return
            except OSError:
                continue  # the system's word for an error that `troubles` tells in full
            if packet and packet[0] >> 4 == 4:  # raw sockets of IPv4, and macOS, show the IP header
                packet = packet[(packet[0] & 0xF) * 4 :]
            yield packet, source[0]

    def troubles(self) -> Iterator[Trouble]:
        """Errors that came back for what was sent (Linux)."""
        for _ in range(_MOST_AT_ONCE if sys.platform == "linux" else 0):
            try:
                quoted, about, _, _ = self._socket.recvmsg(_LARGEST, 512, socket.MSG_ERRQUEUE)
            except OSError:
                return
            if len(quoted) >= _HEAD.size:
                _, _, _, number, place = _HEAD.unpack_from(quoted)
                if number == self.number:
                    content = quoted[_HEAD.size :]
                    yield from (trouble for _, _, error in about if (trouble := _trouble(place, error, content)))

    def close(self) -> None:
        self._socket.close()


def open_wire(place: AddrInfo) -> Wire:
    """A wire to this address. OSError: this machine cannot; Misconfigured `config.icmp`: it does not let us."""
    family = socket.AddressFamily(place[0])
    carrier, number = _open(family), secrets.randbelow(0x10000)
    try:
        carrier.setblocking(False)
        if sys.platform == "linux":
            carrier.setsockopt(*_TELL_ERRORS[family], 1)
            if carrier.type == socket.SOCK_RAW:
                carrier.setsockopt(*_ONLY_REPLIES[family])
            else:  # the system gives it a number, as it gives ports
                carrier.bind(("::" if family == socket.AF_INET6 else "0.0.0.0", 0))
                number = carrier.getsockname()[1]
    except BaseException:
        carrier.close()
        raise
    return Wire(carrier, place, number)


def _open(family: socket.AddressFamily) -> socket.socket:
    """Root may send them raw where datagrams are not allowed."""
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            return socket.socket(family, kind, _PROTOCOL[family])
        except OSError as error:
            if error.errno not in _REFUSED:
                raise
    raise Misconfigured("config.icmp", FORBIDDEN)


def may_ping() -> bool:
    """Whether this machine lets us ping, over IPv4. Sends nothing."""
    try:
        _open(socket.AF_INET).close()
    except (Misconfigured, OSError):
        return False
    return True


def checksum(packet: bytes) -> int:
    """The ones' complement sum of RFC 1071; of IPv6 the system writes its own."""
    total: int = sum(struct.unpack(f"!{len(packet) // 2}H", packet))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def _trouble(place: int, error: bytes, quoted: bytes) -> Trouble | None:
    """What struct sock_extended_err says, with the address of whoever said it behind it."""
    if len(error) < _ERROR.size:
        return None
    number, origin, kind, _, _, _, _ = _ERROR.unpack_from(error)
    if origin not in _FROM_ICMP:
        return Trouble(place, number)
    expired = (origin, kind) in ((2, 11), (3, 3))
    return Trouble(place, number, _address(error[_ERROR.size :]), expired, quoted)


def _address(where: bytes) -> str:
    """The address in a struct sockaddr."""
    family = int.from_bytes(where[:2], sys.byteorder)
    if family == socket.AF_INET and len(where) >= 8:
        return socket.inet_ntop(socket.AF_INET, where[4:8])
    if family == socket.AF_INET6 and len(where) >= 24:
        return socket.inet_ntop(socket.AF_INET6, where[8:24])
    return ""


def told_most(troubles: Sequence[Trouble]) -> Trouble | None:
    """The one that says most of why nothing arrived: a router's word before this machine's."""
    return max(troubles, key=lambda trouble: (trouble.router != "", trouble.expired), default=None)
