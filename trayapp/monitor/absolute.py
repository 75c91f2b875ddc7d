"""A name as it is configured, and no other: the search domains of this system are for names without a dot alone.

Else `gone.example` is well at `gone.example.corp.example`, and what was meant for it alone is sent there. A dot at the
end would do for name servers, but then the C library looks neither into /etc/hosts nor among the names of mDNS. So it
is told, for the thread that asks, to search no domain (resolver(3): RES_DEFNAMES, RES_DNSRCH). Where it cannot be told
so, as by musl or macOS, or does not ask itself (nscd(8)), an answer for the name in a search domain is none.
A name without a dot comes back with the name that it became.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

RESOLV_CONF = Path("/etc/resolv.conf")
NSCD = Path("/run/nscd/socket")

_INITIALISED, _SEARCH = 0x1, 0x80 | 0x200  # RES_INIT; RES_DEFNAMES and RES_DNSRCH, of resolv.h


def look_up(host: str, port: int, family: int, type: int, /) -> Sequence[Any]:  # noqa: A002
    """As socket.getaddrinfo with the canonical name. Raises socket.gaierror."""
    dotted = "." in host
    certain = _search(not dotted) and not NSCD.exists()
    found = socket.getaddrinfo(host, port, family, type, 0, socket.AI_CANONNAME)
    if dotted and not certain and became(host, found) in {f"{host}.{domain}" for domain in search_domains()}:
        raise socket.gaierror(socket.EAI_NONAME, "the name is known in a search domain alone")
    return found


def became(host: str, found: Sequence[Any]) -> str:
    """The name that the answer is of; that of the host where it does not say."""
    return next((str(canonical).rstrip(".").lower() for _, _, _, canonical, _ in found if canonical), host)


def search_domains(resolv_conf: Path = RESOLV_CONF) -> Sequence[str]:
    """Those of this system: the last line counts (resolv.conf(5))."""
    try:
        lines = [line.split() for line in resolv_conf.read_text(errors="replace").splitlines()]
    except OSError:
        return ()
    named = [words[1:] for words in lines if words and words[0] in ("search", "domain")]
    return [domain.strip(".").lower() for domain in (named[-1] if named else [])]


def _search(wanted: bool) -> bool:
    """Whether the C library could be told, for this thread, whether to try search domains."""
    tell = _teller()
    if tell is not None:
        tell(wanted)
    return tell is not None


@cache
def _teller() -> Callable[[bool], None] | None:
    """None where the C library is not glibc."""
    if sys.platform != "linux":
        return None
    import ctypes  # noqa: PLC0415  with the first name, and not when the program starts

    class State(ctypes.Structure):
        """The beginning of struct __res_state."""

        _fields_ = (("retrans", ctypes.c_int), ("retry", ctypes.c_int), ("options", ctypes.c_ulong))

    library = ctypes.CDLL(None)
    if not hasattr(library, "gnu_get_libc_version"):
        return None
    library.__res_state.restype = ctypes.POINTER(State)

    def tell(wanted: bool) -> None:
        here = library.__res_state()
        # Begun anew each time: with options that were changed it would not notice that resolv.conf was.
        if here.contents.options & _INITIALISED:
            library.__res_nclose(here)
        library.__res_ninit(here)
        if not wanted:
            here.contents.options &= ~_SEARCH

    return tell
