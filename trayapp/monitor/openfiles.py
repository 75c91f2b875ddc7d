"""How many files this program may open, and how many checks may be in flight by that."""

from __future__ import annotations

ENOUGH = 8_192
"""Open files that we ask for: the usual soft limit of 1,024 is there for programs that cannot use more."""

SHARE = 4
"""One check may take several files, and the program needs some of its own."""


def raise_limit() -> None:
    """Raise our own soft limit as far as we are allowed to and need. Says nothing where it cannot be."""
    try:
        import resource  # noqa: PLC0415 - Unix has it
    except ImportError:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = ENOUGH if hard == resource.RLIM_INFINITY else min(ENOUGH, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (OSError, ValueError):  # a system may allow less than it says: then it stays as it was
            return


def most_in_flight() -> int:
    """Checks in flight, waiting ones included: a quarter of the files that we may open."""
    try:
        import resource  # noqa: PLC0415 - Unix has it
    except ImportError:
        return 512
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(1, (ENOUGH if limit == resource.RLIM_INFINITY else min(ENOUGH, limit)) // SHARE)
