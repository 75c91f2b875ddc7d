"""strace's fault injection: another process is killed, or refused by the disk, at one of its system calls.

Enumerate with it: the Nth call of a kind, N = 1, 2, 3 … With WATCHBELL_POINTS=all in the environment really all of
them are tried; without it some, evenly spread, where all take long.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

KILL = "signal=KILL"
NO_ROOM = "error=ENOSPC"
BROKEN = "error=EIO"

ROOT = Path(__file__).parents[2]
ENVIRONMENT: Mapping[str, str] = os.environ | {"PYTHONPATH": f"{ROOT}", "PYTHONDONTWRITEBYTECODE": "1"}

needs_strace = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")


def sample(total: int, some: int) -> list[int]:
    """Which of so many calls to try, counted from 1: `some` of them, evenly spread, or all."""
    if total <= some or os.environ.get("WATCHBELL_POINTS") == "all":
        return list(range(1, total + 1))
    return [1 + int((n + 0.5) * total / some) for n in range(some)]


def traced(trace: Path, call: str, fault: str = "", touching: Iterable[Path] = ()) -> list[str]:
    """What to write before a command to have its calls of one kind in `trace`, and a fault injected into them.

    `touching`: only calls that have to do with these files count; none: all count.
    """
    # Not with --seccomp-bpf: strace 6.1 then forgets to deliver the signals it is to inject.
    command = ["strace", "-f", "-o", f"{trace}", "-e", f"trace={call}"]
    for path in touching:
        command += ["-P", f"{path}"]
    return [*command, *(["-e", f"inject={call}:{fault}"] if fault else [])]


def calls(trace: Path, call: str) -> int:
    """How often the call was made."""
    return trace.read_text().count(f" {call}(")


def happened(trace: Path) -> bool:
    """Whether the fault came to pass."""
    seen = trace.read_text()
    return "(INJECTED)" in seen or "killed by SIGKILL" in seen
