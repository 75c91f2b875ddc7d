"""What every way of asking has in common: what it is given, the one deadline, and that it never raises.

A new kind subclasses `Kind`, declares its keys as annotated fields and writes `ask`; everything
else (parsing, forms, documentation, the contract test) is derived. It joins the list in __init__.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, ClassVar, Self, TypeAlias

from trayapp.core.keys import Reference, Text, declared_keys
from trayapp.core.wording import plain
from trayapp.core.words import NOTHING, Blame, Finding, Outcome
from trayapp.probes.causes import CheckEnded, SecretUnavailable, finding_of
from trayapp.probes.exhibits import Heard, Told, exhibit_of
from trayapp.probes.heartbeats import Heartbeats
from trayapp.probes.phases import Phases

__all__ = ["AddrInfo", "Kind", "Means", "SecretUnavailable"]

AddrInfo: TypeAlias = tuple[int, int, int, str, Any]
"""Family, type, protocol, canonical name and socket address, as getaddrinfo gives them."""

log = logging.getLogger("trayapp.probes")


@dataclass(frozen=True, slots=True)
class Means:
    """What a check is given to ask with; the caller owns time, names and secrets.

    `timeout` is seconds for the whole check. `reveal` raises SecretUnavailable, `resolve`
    socket.gaierror or causes.Impaired. `tls` verifies and is shared by all checks. `heartbeats` knows who called
    us; None: nobody listens.
    """

    timeout: float
    reveal: Callable[[Text], Awaitable[str]]
    resolve: Callable[[str, int], Awaitable[Sequence[AddrInfo]]]
    tls: ssl.SSLContext
    clock: Callable[[], float] = time.monotonic
    heartbeats: Heartbeats | None = None


@dataclass(frozen=True, slots=True)
class Kind(ABC):
    """A way of asking. The annotated fields of a subclass are the keys of its table."""

    kind: ClassVar[str]
    title: ClassVar[str]
    example: ClassVar[str]

    @property
    @abstractmethod
    def target(self) -> str:
        """The address it dials, for a person to read; never holds a secret."""

    @property
    def advice(self) -> str:
        """What a person must still do for it, told once when it is added; empty: nothing."""
        return ""

    @classmethod
    @abstractmethod
    def from_target(cls, target: str) -> Self | None:
        """The probe that this text means, or None if it is not this kind's.

        ValueError: it is this kind's, and wrong.
        """

    @classmethod  # noqa: B027 - most kinds need nothing more
    def load(cls) -> None:
        """Import what asking needs and what takes its time. Called in a thread before the first check."""

    def suited(self, finding: Finding) -> Self:
        """This probe as it had better ask, after what the first look at its target found."""
        return self

    def distrusted(self, why: str) -> Self:
        """This probe as somebody else may have written it: a kind that could do harm refuses, with this sentence."""
        return self

    @abstractmethod
    async def ask(self, means: Means, phases: Phases) -> Finding:
        """One conversation. May raise OSError and CheckEnded, and need not watch the time."""

    async def check(self, means: Means) -> Finding:
        """One check: one finding, by the deadline, whatever happens. Only cancellation passes through."""
        phases = Phases(means.clock)
        told: list[Told] = []
        try:
            async with asyncio.timeout(means.timeout):
                finding = await self.ask(_noting(means, told) if _has_secrets(self) else means, phases)
        except (CheckEnded, OSError) as error:
            known = finding_of(error, phases, means.timeout)
            if known is None:
                log.exception("a check of kind %s failed in a way it does not know", self.kind)
            finding = known or _bug(error)
        except Exception as error:
            log.exception("a check of kind %s has a bug", self.kind)
            finding = _bug(error)
        finally:
            heard, phases.heard = phases.heard, None  # the one holds the other: a cycle that would keep the whole check
        phases.leave()
        if phases.aside:
            finding = replace(
                finding, details={**finding.details, **{name: plain(said) for name, said in phases.aside.items()}}
            )
        return replace(
            finding,
            exhibit=_exhibit(heard, phases, told) if finding.outcome is Outcome.CRITICAL else NOTHING,
            message=plain(finding.message) if finding.message else "",
            latency_ms=phases.latency_ms if phases.answered else None,
            phases_ms=phases.ms,
            address=phases.address,
            answered=phases.answered,
        )


def _has_secrets(probe: Kind) -> bool:
    """Whether something of what the user wrote is for the target alone."""
    return any(getattr(probe, name) for name in _secret_fields(type(probe)))


@cache
def _secret_fields(kind: type[Kind]) -> tuple[str, ...]:
    return tuple(declared.field for declared in declared_keys(kind).values() if declared.key.secret)


def _noting(means: Means, told: list[Told]) -> Means:
    """The same means, by which it is known afterwards what the target was told."""

    async def reveal(text: Text) -> str:
        value = await means.reveal(text)
        if value:
            told.append(Told(value, isinstance(text, Reference)))
        return value

    return replace(means, reveal=reveal)


def _exhibit(heard: Heard | None, phases: Phases, told: Sequence[Told]) -> Mapping[str, Any]:
    try:
        return exhibit_of(heard, phases, told)
    except Exception:  # evidence is worth having, and no verdict hangs on it
        log.exception("what was heard in a check cannot be shown")
        return NOTHING


def _bug(error: Exception) -> Finding:
    message = f"Watchbell has a problem of its own ({type(error).__name__})"
    return Finding(Outcome.UNKNOWN, "self.bug", Blame.SELF, message)
