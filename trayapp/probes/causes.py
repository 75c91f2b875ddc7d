"""What went wrong, as a finding: the one table from exceptions to causes and sentences.

The truth is in errno, gai_errno and verify_code, never in an exception's text. Only what is
positively the service's doing is CRITICAL; what this machine could not do is UNKNOWN.
"""

from __future__ import annotations

import errno
import re
import socket
import ssl
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from trayapp.core.verdict import FLOWS
from trayapp.core.wording import plain
from trayapp.core.words import NOTHING, Blame, Finding, Outcome
from trayapp.probes.phases import DOING, Phases


class CheckEnded(Exception):
    """Ends a check with a cause, a sentence and details; the subclass says with which outcome and whose fault."""

    outcome: ClassVar[Outcome]
    blame: ClassVar[Blame]

    def __init__(self, cause: str, message: str, details: Mapping[str, Any] = NOTHING) -> None:
        super().__init__(cause, message)
        self.cause = cause
        self.message = message
        self.details = details


class Misbehaved(CheckEnded):
    """The target broke its protocol or one of our bounds."""

    outcome = Outcome.CRITICAL
    blame = Blame.SERVICE


class SecretUnavailable(CheckEnded):
    """A secret is missing or locked (`config.secret_missing`, `config.secret_locked`)."""

    outcome = Outcome.UNKNOWN
    blame = Blame.CONFIG


class Misconfigured(CheckEnded):
    """What the user wrote cannot be asked (`config.invalid`)."""

    outcome = Outcome.UNKNOWN
    blame = Blame.CONFIG


class Obstructed(CheckEnded):
    """What lies between us and the target does not let us through (`proxy`); of the target it says nothing."""

    outcome = Outcome.UNKNOWN
    blame = Blame.NETWORK


class Impaired(CheckEnded):
    """This program lacks what it needs to ask: files, threads, memory (`self.…`)."""

    outcome = Outcome.UNKNOWN
    blame = Blame.SELF


_SERVICE = (Outcome.CRITICAL, Blame.SERVICE)
_NETWORK = (Outcome.UNKNOWN, Blame.NETWORK)
_SELF = (Outcome.UNKNOWN, Blame.SELF)

_ERRNO: Mapping[int, tuple[str, str, tuple[Outcome, Blame]]] = {
    # First what is our own fault, then what says most about the service: where several addresses
    # failed in different ways, the first of these that occurred is told.
    errno.EMFILE: ("self.files", "Watchbell has too many files open", _SELF),
    errno.ENFILE: ("self.files", "this machine has too many files open", _SELF),
    errno.ENOMEM: ("self.memory", "this machine is out of memory", _SELF),
    errno.ENOBUFS: ("self.memory", "this machine is out of network buffers", _SELF),
    errno.ECONNREFUSED: ("refused", "connection refused", _SERVICE),
    errno.ECONNRESET: ("reset", "connection reset", _SERVICE),
    errno.ECONNABORTED: ("reset", "connection aborted", _SERVICE),
    errno.EPIPE: ("reset", "connection reset", _SERVICE),
    errno.ENOTCONN: ("reset", "connection reset", _SERVICE),
    errno.ETIMEDOUT: ("timeout", "no answer", _SERVICE),
    # A router, or the host's own neighbours, said so; the next ones this machine decided by itself.
    errno.EHOSTUNREACH: ("unreachable", "host unreachable", _SERVICE),
    errno.EHOSTDOWN: ("unreachable", "host is down", _SERVICE),
    errno.ENETUNREACH: ("unreachable", "no route to this network", _NETWORK),
    errno.ENETDOWN: ("unreachable", "the network is down", _NETWORK),
    errno.EACCES: ("unreachable", "this machine's routes forbid it", _NETWORK),
    errno.EINVAL: ("unreachable", "this machine's routes lead nowhere", _NETWORK),
    errno.EPERM: ("unreachable", "this machine's firewall forbids it", _NETWORK),
    errno.EAFNOSUPPORT: ("unreachable", "this machine does not speak that kind of address", _NETWORK),
    errno.EADDRNOTAVAIL: ("self.ports", "this machine has no local address or port left for it", _SELF),
}

_VERIFY: Mapping[int, tuple[str, str]] = {
    # X509_V_ERR_… of OpenSSL's x509_vfy.h
    9: ("tls.not_yet_valid", "certificate is not valid yet"),
    10: ("tls.expired", "certificate expired"),
    18: ("tls.self_signed", "certificate is self-signed"),
    19: ("tls.unknown_ca", "certificate is from an authority that this machine does not know"),
    2: ("tls.unknown_ca", "certificate is from an authority that this machine does not know"),
    20: ("tls.unknown_ca", "certificate is from an authority that this machine does not know"),
    21: ("tls.unknown_ca", "certificate is from an authority that this machine does not know"),
    23: ("tls.revoked", "certificate is revoked"),
    62: ("tls.hostname", "certificate is not for {host}"),
    64: ("tls.hostname", "certificate is not for {host}"),
    66: ("tls.version", "certificate is outdated: its key is too weak"),
    67: ("tls.version", "certificate is outdated: its authority's key is too weak"),
    68: ("tls.version", "certificate is outdated: it is signed with a weak digest"),
}

_NO_REVOCATIONS: Mapping[int, str] = {
    # Whoever gives a list of revoked certificates wants to know that it is of use no more.
    3: "no list of revoked certificates of this authority is in ca_file",
    11: "the list of revoked certificates in ca_file is not valid yet",
    12: "the list of revoked certificates in ca_file has expired",
}

_OLD_TLS = re.compile(r"PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW|_MD_TOO_WEAK")
_REFUSES_US = re.compile(r"ALERT_(UNKNOWN_CA|(?:BAD|UNSUPPORTED)_CERTIFICATE|CERTIFICATE_(?:REVOKED|EXPIRED|UNKNOWN))$")
_SHORT_KEY = re.compile(r"_KEY_TOO_SMALL")
_NOT_TLS = re.compile(r"WRONG_VERSION_NUMBER|HTTP_REQUEST|UNKNOWN_PROTOCOL|RECORD_LAYER_FAILURE|PACKET_LENGTH_TOO_LONG")
NO_ADDRESS: int = getattr(socket, "EAI_NODATA", socket.EAI_NONAME)
"""The error of a name that is there and has no address; some systems do not tell it from one that is not there."""

_ERRNO_IN_TEXT = re.compile(r"\[Errno (\d+)\]")


def finding_of(error: CheckEnded | OSError, phases: Phases, timeout: float) -> Finding | None:
    """The finding that an exception means; None where it means a bug of ours. `timeout` in seconds."""
    if isinstance(error, CheckEnded):
        return Finding(error.outcome, error.cause, error.blame, error.message, details=error.details)
    finding = _failed_with(error, phases, timeout)
    if finding is None or not phases.proxy or finding.blame is not Blame.SERVICE:
        return finding
    message = f"the proxy {phases.proxy} does not work: {finding.message}"
    return replace(finding, outcome=Outcome.UNKNOWN, cause="proxy", blame=Blame.NETWORK, message=message)


def _failed_with(error: OSError, phases: Phases, timeout: float) -> Finding | None:
    if isinstance(error, socket.gaierror):
        return _unresolved(error, phases)
    if isinstance(error, ssl.SSLCertVerificationError):
        return _unverified(error, phases)
    if isinstance(error, ssl.SSLError):
        return _no_handshake(error)
    if isinstance(error, TimeoutError) and error.errno is None:
        return _late(phases, timeout)
    return _failed(error, phases)


def _late(phases: Phases, timeout: float) -> Finding:
    if not phases.doing:  # nothing but the keyring is waited for before the first phase
        message = f"the secret was not to be had within {timeout:g} s"
        return Finding(Outcome.UNKNOWN, "config.secret_locked", Blame.CONFIG, message)
    doing = _doing(phases)
    where = f"connected, {doing}" if phases.connected else doing
    message = f"no answer within {timeout:g} s ({where})"
    details: dict[str, Any] = {"phase": phases.doing}
    if phases.came is not None:
        details |= {"bytes": phases.came, FLOWS: phases.flows}
    return Finding(*_critical(f"timeout.{phases.doing}", message), details=details)


def _doing(phases: Phases) -> str:
    """What it was doing, and how much of a page had come."""
    doing = DOING.get(phases.doing, phases.doing)
    if phases.awaited and phases.answered:
        doing = f"waiting for {phases.awaited}"
    return f"{doing}: {phases.extent}" if phases.extent else doing


def _failed(error: OSError, phases: Phases) -> Finding | None:
    number = errno_of(error)
    if number is None or number not in _ERRNO:
        return None
    cause, message, (outcome, blame) = _ERRNO[number]
    if cause == "timeout":
        cause = f"timeout.{phases.doing}"
    if phases.connected:
        message = f"{message} ({_doing(phases)})"
    return Finding(outcome, cause, blame, message, details={"errno": number, "phase": phases.doing})


def said(error: OSError) -> str:
    """What the error means, in a few words."""
    number = errno_of(error)
    return (
        _ERRNO[number][1] if number is not None and number in _ERRNO else plain(error.strerror or type(error).__name__)
    )


def errno_of(error: OSError) -> int | None:
    """The error number that says most.

    aiohappyeyeballs joins different failures of several addresses to one OSError without a
    number; their numbers stand in its text as Python itself wrote them.
    """
    if error.errno is not None:
        return error.errno
    if isinstance(error, ConnectionResetError):  # asyncio's, when a TLS handshake is cut
        return errno.ECONNRESET
    if isinstance(error, ConnectionAbortedError):
        return errno.ECONNABORTED
    seen = {int(number) for number in _ERRNO_IN_TEXT.findall(str(error))}
    return next((number for number in _ERRNO if number in seen), None)


def _unresolved(error: socket.gaierror, phases: Phases) -> Finding:
    if error.errno == socket.EAI_NONAME:
        return Finding(*_critical("dns.nxdomain", f"name not found: {phases.host}"))
    if error.errno == NO_ADDRESS:
        # The C library says so too where one name server had no IPv6 address and the other question was refused.
        return Finding(*_critical("dns.no_address", f"name has no address: {phases.host}"))
    if error.errno == socket.EAI_MEMORY:
        return Finding(Outcome.UNKNOWN, "self.memory", Blame.SELF, "this machine is out of memory")
    why = "the name server did not answer" if error.errno == socket.EAI_AGAIN else "the name server failed"
    details: Mapping[str, Any] = NOTHING if error.errno is None else {"gai_errno": error.errno}
    return Finding(*_critical("dns.failed", f"name not resolved: {phases.host} ({why})"), details=details)


def _unverified(error: ssl.SSLCertVerificationError, phases: Phases) -> Finding:
    code = getattr(error, "verify_code", 0)
    if code in _NO_REVOCATIONS:
        details = {"verify_code": code}
        return Finding(Outcome.UNKNOWN, "config.invalid", Blame.CONFIG, _NO_REVOCATIONS[code], details=details)
    cause, message = _VERIFY.get(code, ("tls.handshake", f"certificate refused: {error.verify_message}"))
    return Finding(*_critical(cause, message.format(host=phases.host)), details={"verify_code": code})


def _no_handshake(error: ssl.SSLError) -> Finding:
    reason = error.reason or ""
    words = reason.lower().replace("_", " ") or "the handshake failed"
    if _SHORT_KEY.search(reason):
        hint = "it must offer longer keys, or elliptic curves"
        return Finding(*_critical("tls.version", f"its encryption is outdated: {words}; {hint}"))
    if _OLD_TLS.search(reason):
        return Finding(
            *_critical("tls.version", f"its encryption is outdated: {words}; it must offer TLS 1.2 or newer")
        )
    if "CERTIFICATE_REQUIRED" in reason:  # RFC 8446, 6.2
        return Finding(*_critical("tls.client_certificate", "it demands a client certificate"))
    if refused := _REFUSES_US.search(reason):
        why = refused[1].lower().replace("_", " ")
        return Finding(*_critical("tls.client_certificate", f"it refuses the client certificate: {why}"))
    if _NOT_TLS.search(reason):
        return Finding(*_critical("tls.handshake", "what answers there does not speak TLS"))
    return Finding(*_critical("tls.handshake", f"no agreement on encryption: {words}"))


def _critical(cause: str, message: str) -> tuple[Outcome, str, Blame, str]:
    return Outcome.CRITICAL, cause, Blame.SERVICE, message
