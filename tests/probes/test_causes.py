"""The table of causes: errors of the system, one by one."""

from __future__ import annotations

import errno
import socket

import pytest

from trayapp.core.words import Blame, Outcome
from trayapp.probes.causes import Impaired, Misbehaved, SecretUnavailable, errno_of, finding_of
from trayapp.probes.phases import Phases


def at(doing: str) -> Phases:
    phases = Phases(lambda: 0.0)
    phases.enter(doing)
    return phases


@pytest.mark.parametrize(
    ("number", "doing", "outcome", "blame", "cause"),
    [
        (errno.ECONNREFUSED, "connect", Outcome.CRITICAL, Blame.SERVICE, "refused"),
        (errno.ECONNRESET, "body", Outcome.CRITICAL, Blame.SERVICE, "reset"),
        (errno.EPIPE, "first_byte", Outcome.CRITICAL, Blame.SERVICE, "reset"),
        (errno.ETIMEDOUT, "connect", Outcome.CRITICAL, Blame.SERVICE, "timeout.connect"),
        (errno.EHOSTUNREACH, "connect", Outcome.CRITICAL, Blame.SERVICE, "unreachable"),
        (errno.ENETUNREACH, "connect", Outcome.UNKNOWN, Blame.NETWORK, "unreachable"),
        (errno.EACCES, "connect", Outcome.UNKNOWN, Blame.NETWORK, "unreachable"),
        (errno.EMFILE, "connect", Outcome.UNKNOWN, Blame.SELF, "self.files"),
        (errno.ENFILE, "connect", Outcome.UNKNOWN, Blame.SELF, "self.files"),
        (errno.ENOMEM, "connect", Outcome.UNKNOWN, Blame.SELF, "self.memory"),
        (errno.EADDRNOTAVAIL, "connect", Outcome.UNKNOWN, Blame.SELF, "self.ports"),
    ],
)
def test_an_error_of_the_system_has_its_cause_and_blame(
    number: int, doing: str, outcome: Outcome, blame: Blame, cause: str
) -> None:
    finding = finding_of(OSError(number, "text is not looked at"), at(doing), 10)
    assert finding is not None
    assert (finding.outcome, finding.blame, finding.cause) == (outcome, blame, cause)
    assert finding.details["errno"] == number
    assert finding.message


def test_an_error_that_no_connection_has_is_a_bug() -> None:
    assert finding_of(FileNotFoundError(errno.ENOENT, "x"), at("connect"), 10) is None
    assert finding_of(OSError("nothing known"), at("connect"), 10) is None


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        ((errno.ENETUNREACH, errno.ECONNREFUSED), errno.ECONNREFUSED),
        ((errno.EHOSTUNREACH, errno.ENETUNREACH), errno.EHOSTUNREACH),
        ((errno.ECONNREFUSED, errno.EMFILE), errno.EMFILE),
    ],
)
def test_of_different_failures_the_most_telling_is_told(numbers: tuple[int, ...], told: int) -> None:
    text = ", ".join(str(OSError(number, "Connect call failed")) for number in numbers)
    assert errno_of(OSError(f"Multiple exceptions: {text}")) == told


def test_a_failure_of_our_own_memory_in_a_lookup_is_ours() -> None:
    finding = finding_of(socket.gaierror(socket.EAI_MEMORY, ""), at("dns"), 10)
    assert finding is not None
    assert finding.blame is Blame.SELF


def test_a_deadline_before_anything_was_asked_is_the_keyrings() -> None:
    finding = finding_of(TimeoutError(), Phases(lambda: 0.0), 0.5)
    assert finding is not None
    assert (finding.outcome, finding.blame, finding.cause) == (Outcome.UNKNOWN, Blame.CONFIG, "config.secret_locked")


@pytest.mark.parametrize(
    ("error", "outcome", "blame"),
    [
        (SecretUnavailable("config.secret_missing", "m"), Outcome.UNKNOWN, Blame.CONFIG),
        (Impaired("self.lookups", "m"), Outcome.UNKNOWN, Blame.SELF),
        (Misbehaved("http.protocol", "m"), Outcome.CRITICAL, Blame.SERVICE),
    ],
)
def test_an_ended_check_says_itself_whose_fault_it_is(error: Impaired, outcome: Outcome, blame: Blame) -> None:
    finding = finding_of(error, at("dns"), 10)
    assert finding is not None
    assert (finding.outcome, finding.blame, finding.cause, finding.message) == (outcome, blame, error.cause, "m")
